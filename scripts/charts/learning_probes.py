"""What TinyGPT's table can answer while it is trained.

Shares of the probes in scripts/tables/tiny/probes.py at each snapshot; none of the answers is trained for.
"""

import altair as alt

from scripts.charts import Row
from scripts.charts.learning_cosines import steps_axis
from scripts.tables import Tables, load, tiny
from scripts.tables.tiny import probes

PAGE = "learning"
MODEL = "tiny"


def build(tables: Tables) -> alt.Chart:
    """One line a kind of question."""
    made = tiny.snapshots()
    encoding = load("tiny").encoding
    asked = [word for analogy in probes.ANALOGIES for word in analogy.split()[::2]]
    asked += [word for pair in probes.pairs(probes.PLURALS) for word in pair]
    ids = {word: encoding.encode_single_token(f" {word}") for word in asked}
    values: list[Row] = []
    for step, wte in zip(made.steps, made.wte, strict=True):
        ranks = [probes.analogy_ranks(wte, ids, analogy) for analogy in probes.ANALOGIES]
        plural = probes.held_out_direction(wte, ids, probes.PLURALS)
        right = {
            "plurals beyond their singulars": plural["separated"],
            "plurals reached by the direction": plural["top_1"],
            "analogies, inputs removed": sum(removed == 1 for _, removed in ranks) / len(ranks),
            "analogies, inputs kept": sum(kept == 1 for kept, _ in ranks) / len(ranks),
        }
        values += [
            {"question": question, "step": int(step), "share": round(share, 4)}
            for question, share in right.items()
        ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=True)
        .encode(
            x=steps_axis(made.steps),
            y=alt.Y("share:Q", title="share right", axis=alt.Axis(format="%")),
            color=alt.Color(
                "question:N",
                title=None,
                sort=None,
                legend=alt.Legend(columns=1, labelLimit=260, symbolType="stroke"),
            ),
            strokeDash=alt.StrokeDash("question:N", title=None, sort=None),
            tooltip=["question:N", "step:Q", alt.Tooltip("share:Q", format=".0%")],
        )
        .properties(height=300)
    )


def describe(rows: list[Row]) -> str:
    """Each kind of question at the first step and at the last."""
    steps = sorted({row["step"] for row in rows})
    at = {(row["question"], row["step"]): row["share"] for row in rows}
    each = "; ".join(
        f"{question} {at[question, steps[0]]:.0%} → {at[question, steps[-1]]:.0%}"
        for question in dict.fromkeys(row["question"] for row in rows)
    )
    return f"In TinyGPT, from step {steps[0]} to step {steps[-1]:,}: {each}."
