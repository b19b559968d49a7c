"""TinyGPT's loss, step by step.

The mean loss of the training batches, in nats per token, over some steps each; beside it what counting achieves on held-out
texts. The steps are on a logarithmic scale.
"""

import itertools
import json
import math

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.tables import Tables, load, tiny

PAGE = "learning"
MODEL = "tiny"
POINTS = 70
TRAINED, GUESSING = "TinyGPT, training batches", "guessing, all tokens alike"


def build(tables: Tables) -> alt.Chart:
    """One falling line, and three flat ones to compare it with."""
    loss = tiny.snapshots().loss
    steps = len(loss)
    made = json.loads((tiny.ARTEFACT / "provenance.json").read_text(encoding="utf-8"))["perplexity"]
    edges = np.unique(np.geomspace(1, steps + 1, POINTS).astype(int))
    values: list[Row] = [
        {"of": TRAINED, "step": int(a), "loss": round(float(loss[a - 1 : b - 1].mean()), 4)}
        for a, b in itertools.pairwise(edges)
    ]
    flat = {
        GUESSING: math.log(load("tiny").n_vocab),
        "counting tokens, held-out texts": math.log(made["unigram"]),
        "counting pairs, held-out texts": math.log(made["bigram"]),
        "TinyGPT, held-out texts": math.log(made["tiny"]),
    }
    values += [
        {"of": name, "step": step, "loss": round(level, 4)}
        for name, level in flat.items()
        for step in (1, steps)
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line()
        .encode(
            x=alt.X(
                "step:Q",
                title="step of training",
                scale=alt.Scale(type="log", domain=[1, steps], nice=False),
                axis=alt.Axis(values=[1, 10, 100, 1000], format="d"),
            ),
            y=alt.Y("loss:Q", title="loss, nats per token"),
            color=alt.Color("of:N", title=None, sort=None, legend=alt.Legend(columns=1, labelLimit=260)),
            strokeDash=alt.StrokeDash("of:N", title=None, sort=None),
            tooltip=["of:N", "step:Q", "loss:Q"],
        )
        .properties(height=320)
    )


def describe(rows: list[Row]) -> str:
    """Where the loss starts and ends, and when it passes what counting achieves."""
    curve = [row for row in rows if row["of"] == TRAINED]
    level = {row["of"]: row["loss"] for row in rows if row["of"] != TRAINED}
    pairs = level["counting pairs, held-out texts"]
    passed = next((row["step"] for row in curve if row["loss"] < pairs), None)
    when = (
        f"after about {passed:,} steps it is below counting pairs ({pairs:.2f})"
        if passed
        else "it never gets below counting pairs"
    )
    return (
        f"TinyGPT's loss starts at {curve[0]['loss']:.2f}, where guessing stands ({level[GUESSING]:.2f}); {when}, and it "
        f"ends at {curve[-1]['loss']:.2f}. On held-out texts the finished model has {level['TinyGPT, held-out texts']:.2f}."
    )
