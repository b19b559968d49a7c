"""Twenty words of TinyGPT while it is trained.

Rows of length 1 on the two principal components of the last snapshot; the axes are the same at every step. The page's
slider (docs/assets/learning.js) reads these data.
"""

import altair as alt
import numpy as np

from scripts import words
from scripts.charts import Row
from scripts.geometry import principal_components
from scripts.tables import Tables, load, tiny

PAGE = "learning"
MODEL = "tiny"
COLUMNS, PANELS = 3, 9
LOW, HIGH, TOP = 0.06, 0.94, 0.2  # where in its panel a point may stand


def build(tables: Tables) -> alt.Chart:
    """A panel a snapshot, put side by side by their coordinates: a series of pictures in one view."""
    made = tiny.snapshots()
    rows = made.wte[:, words.ids(load("tiny"))].astype(np.float64)  # (snapshots, words, n_embd)
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    found = principal_components(rows[-1], 2)
    places = (rows - rows[-1].mean(axis=0)) @ found.directions.T  # (snapshots, words, 2)
    low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
    inside = (places - low) / (high - low)
    shown = (
        range(len(made.steps))
        if len(made.steps) <= PANELS
        else [0, *range(len(made.steps) - PANELS + 1, len(made.steps))]
    )
    lines = -(-len(shown) // COLUMNS)
    values: list[Row] = []
    for k, step in enumerate(made.steps):
        loss = float(made.loss[min(int(step), len(made.loss) - 1)])
        panel = list(shown).index(k) if k in shown else None
        for i, word in enumerate(words.WORDS):
            value = {
                "step": int(step), "loss": round(loss, 3), "word": word, "group": words.GROUP_OF[word],
                "x": round(float(places[k, i, 0]), 4), "y": round(float(places[k, i, 1]), 4),
                "share": round(float(found.share.sum()), 4), "across": None, "up": None,
                "panel": None, "panel_across": None, "panel_up": None,
            }  # fmt: skip
            if panel is not None:
                line, column = divmod(panel, COLUMNS)
                left, bottom = column, lines - 1 - line
                value |= {
                    "across": round(left + LOW + (HIGH - LOW) * float(inside[k, i, 0]), 4),
                    "up": round(bottom + LOW + (HIGH - TOP) * float(inside[k, i, 1]), 4),
                    "panel": f"step {step:,}", "panel_across": left + 0.05, "panel_up": bottom + 0.92,
                }  # fmt: skip
            values.append(value)

    def frame(cells: int) -> alt.Axis:
        return alt.Axis(values=list(range(cells + 1)), labels=False, ticks=False, domain=False, title=None)

    base = (
        alt.Chart(alt.Data(values=values))
        .transform_filter("isValid(datum.across)")
        .encode(
            x=alt.X("across:Q", scale=alt.Scale(domain=[0, COLUMNS], nice=False), axis=frame(COLUMNS)),
            y=alt.Y("up:Q", scale=alt.Scale(domain=[0, lines], nice=False), axis=frame(lines)),
            tooltip=["step:Q", "word:N", "group:N"],
        )
    )
    points = base.mark_point(size=40).encode(
        color=alt.Color("group:N", title=None, sort=None, legend=alt.Legend(columns=3)),
        shape=alt.Shape("group:N", title=None, sort=None),
    )
    titles = (
        base.transform_filter(alt.datum.word == words.WORDS[0])
        .mark_text(align="left")
        .encode(x="panel_across:Q", y="panel_up:Q", text="panel:N")
    )
    chart: alt.Chart = (points + titles).properties(height=150 * lines)
    return chart


def describe(rows: list[Row]) -> str:
    """How far apart a word's group and the other words are on the map, at first and at last."""
    steps = sorted({row["step"] for row in rows})
    ratio = []
    for step in (steps[0], steps[-1]):
        here = [row for row in rows if row["step"] == step]
        pairs = [(a, b) for i, a in enumerate(here) for b in here[:i]]
        distance: dict[bool, list[float]] = {True: [], False: []}
        for a, b in pairs:
            distance[a["group"] == b["group"]].append(float(np.hypot(a["x"] - b["x"], a["y"] - b["y"])))
        ratio.append(np.mean(distance[True]) / np.mean(distance[False]))
    return (
        f"TinyGPT's rows of {len(rows) // len(steps)} words, each of length 1, on axes fitted at step {steps[-1]:,}, where they keep "
        f"{rows[0]['share']:.0%} of the variance. At step {steps[0]} two words of one group are {ratio[0]:.2f} times as far "
        f"apart as two of different groups; at step {steps[-1]:,}, {ratio[1]:.2f} times."
    )
