"""How alike the words are: cosine similarity of every pair.

The twenty words of the map, on raw rows.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import cosine
from scripts.tables import Tables
from scripts.words import GROUP_OF, WORDS, rows

PAGE = "meaning"


def build(tables: Tables) -> alt.Chart:
    """A heat map; each word against each word, in the order of their groups."""
    similarity = cosine(rows(tables), rows(tables))
    values = [
        {"word": a, "other": b, "cosine": round(float(similarity[i, j]), 4)}
        for i, a in enumerate(WORDS)
        for j, b in enumerate(WORDS)
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_rect()
        .encode(
            x=alt.X("other:O", sort=None, title=None, axis=alt.Axis(labelAngle=-90, labelOverlap=False)),
            y=alt.Y("word:O", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
            color=alt.Color(
                "cosine:Q", title="cosine", scale=alt.Scale(domain=[0, 1], scheme="viridis", clamp=True)
            ),
            tooltip=["word:O", "other:O", "cosine:Q"],
        )
        .properties(height=21 * len(WORDS))
    )


def describe(rows: list[Row]) -> str:
    """Mean cosine within groups and between them, the nearest pair, and what the colours do not tell apart."""
    pairs = [row for row in rows if row["word"] < row["other"]]
    same = [row["cosine"] for row in pairs if GROUP_OF[row["word"]] == GROUP_OF[row["other"]]]
    other = [row["cosine"] for row in pairs if GROUP_OF[row["word"]] != GROUP_OF[row["other"]]]
    best = max(pairs, key=lambda row: float(row["cosine"]))
    below = sum(row["cosine"] < 0 for row in pairs)
    cut = f" {below} of the {len(pairs)} pairs are below 0 and have the colour of 0." if below else ""
    return (
        f"Two words of one group have a mean cosine of {np.mean(same):.2f}, two of different groups "
        f"{np.mean(other):.2f}; the nearest pair is {best['word']} and {best['other']} with {best['cosine']:.2f}.{cut}"
    )
