"""How long the row of each position is.

Euclidean length of each row of wpe.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import norms
from scripts.tables import Tables

PAGE = "positions"


def build(tables: Tables) -> alt.Chart:
    """One point a position, on a logarithmic scale, so that the odd rows do not flatten the rest."""
    values = [{"position": p, "length": round(float(v), 4)} for p, v in enumerate(norms(tables.wpe))]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_point(size=14)
        .encode(
            x=alt.X("position:Q", scale=alt.Scale(nice=False, padding=4), axis=alt.Axis(tickCount=6)),
            y=alt.Y("length:Q", title="length of the row (log scale)", scale=alt.Scale(type="log")),
            tooltip=["position:Q", "length:Q"],
        )
        .properties(height=260)
    )


def describe(rows: list[Row]) -> str:
    """Median, and the rows that are furthest from it."""
    length = np.array([row["length"] for row in rows])
    odd = np.argsort(-np.abs(np.log(length / np.median(length))))[:3]
    named = ", ".join(f"position {int(p)} ({length[p]:.2f})" for p in odd)
    return f"The median length is {np.median(length):.2f}; furthest from it are {named}."
