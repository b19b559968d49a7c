"""Two words drawn at random: raw rows, and with the mean of all words subtracted.

Cosine similarity of 20,000 pairs of tokens that are a space and letters, drawn with a fixed seed.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import norms
from scripts.tables import Tables
from scripts.words import word_tokens

PAGE = "meaning"
PAIRS, INTERVALS = 20_000, 50
RAW, CENTRED = "raw rows", "mean subtracted"


def build(tables: Tables) -> alt.Chart:
    """Two histograms as lines."""
    words = word_tokens(tables)
    first, second = np.random.default_rng(0).choice(words, size=(2, PAIRS))
    mean = tables.wte[words].mean(axis=0)
    values = []
    for name, shift in ((RAW, 0 * mean), (CENTRED, mean)):
        a, b = tables.wte[first] - shift, tables.wte[second] - shift
        similarity = np.einsum("nd,nd->n", a, b) / np.maximum(norms(a) * norms(b), 1e-12)
        counts, edges = np.histogram(similarity, bins=INTERVALS, range=(-1, 1))
        values += [
            {"table": name, "cosine": round(float((lo + hi) / 2), 3), "share": round(float(count / PAIRS), 5),
             "mean": round(float(similarity.mean()), 4)}
            for lo, hi, count in zip(edges, edges[1:], counts, strict=False)
        ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(interpolate="step")
        .encode(
            x=alt.X(
                "cosine:Q", scale=alt.Scale(domain=[-1, 1]), title="cosine similarity of two random words"
            ),
            y=alt.Y("share:Q", title="share of pairs", axis=alt.Axis(format="%")),
            color=alt.Color("table:N", title=None, sort=None),
            strokeDash=alt.StrokeDash("table:N", title=None, sort=None),
            tooltip=["table:N", "cosine:Q", alt.Tooltip("share:Q", format=".2%")],
        )
        .properties(height=260)
    )


def describe(rows: list[Row]) -> str:
    """Mean cosine of each."""
    mean = {row["table"]: row["mean"] for row in rows}
    raw, centred = (round(mean[name], 3) + 0.0 for name in (RAW, CENTRED))  # no −0.000
    return f"The mean cosine of two random words is {raw:.3f} on raw rows and {centred:.3f} with the mean subtracted."
