"""Pairs of words in TinyGPT while it is trained.

Cosine similarity of raw rows at each snapshot.
"""

import altair as alt
import numpy as np
import numpy.typing as npt

from scripts import words
from scripts.charts import Row
from scripts.tables import Tables, load, tiny

PAGE = "learning"
MODEL = "tiny"
PAIRS = (("cat", "dog"), ("boat", "ship"), ("happy", "joyful"), ("cat", "boat"), ("cat", "happy"))


def steps_axis(steps: npt.NDArray[np.int32]) -> alt.X:
    """Snapshots along the training: evenly at first, then by powers, so that step 0 has a place."""
    return alt.X(
        "step:Q",
        title="step of training",
        scale=alt.Scale(type="symlog", constant=10, domain=[0, int(steps[-1])], nice=False),
        axis=alt.Axis(values=[int(step) for step in steps], format=",d"),
    )


def build(tables: Tables) -> alt.Chart:
    """One line a pair, over the steps of training."""
    made = tiny.snapshots()
    names = tuple(dict.fromkeys(word for pair in PAIRS for word in pair))
    place = {word: i for i, word in enumerate(names)}
    rows = made.wte[:, words.ids(load("tiny"), names)].astype(np.float64)  # (snapshots, words, n_embd)
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    values = [
        {
            "pair": f"{a}, {b}",
            "step": int(step),
            "cosine": round(float(rows[k, place[a]] @ rows[k, place[b]]), 4),
        }
        for a, b in PAIRS
        for k, step in enumerate(made.steps)
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=True)
        .encode(
            x=steps_axis(made.steps),
            y=alt.Y("cosine:Q", title="cosine of the two rows"),
            color=alt.Color("pair:N", title=None, sort=None, legend=alt.Legend(symbolType="stroke")),
            strokeDash=alt.StrokeDash("pair:N", title=None, sort=None),
            tooltip=["pair:N", "step:Q", "cosine:Q"],
        )
        .properties(height=300)
    )


def describe(rows: list[Row]) -> str:
    """Each pair at the first step and at the last."""
    steps = sorted({row["step"] for row in rows})
    at = {(row["pair"], row["step"]): row["cosine"] for row in rows}
    each = "; ".join(
        f"{pair} {at[pair, steps[0]]:.2f} → {at[pair, steps[-1]]:.2f}"
        for pair in dict.fromkeys(row["pair"] for row in rows)
    )
    return f"In TinyGPT, from step {steps[0]} to step {steps[-1]:,}: {each}."
