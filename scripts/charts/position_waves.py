"""The waves of the learned positions: how fast each dimension swings.

The strongest wave of each dimension of wpe, of those that swing a whole number of times over the positions, and how much of the
dimension it explains.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.positions import waves
from scripts.tables import Tables

PAGE = "positions"


def build(tables: Tables) -> alt.Chart:
    """A point a dimension: swings over the whole table against the part explained."""
    swings, share = waves(np.asarray(tables.wpe, np.float64))
    values = [
        {"dimension": d, "swings": int(swings[d]), "explained": round(float(share[d]), 4)}
        for d in range(tables.n_embd)
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_point(size=26, opacity=0.6)
        .encode(
            x=alt.X(
                "swings:Q",
                title="swings over the whole table (log scale)",
                scale=alt.Scale(type="log", nice=True),
            ),
            y=alt.Y(
                "explained:Q",
                title="part explained by this wave",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%"),
            ),
            tooltip=["dimension:Q", "swings:Q", alt.Tooltip("explained:Q", format=".1%")],
        )
        .properties(height=280)
    )


def describe(rows: list[Row]) -> str:
    """Median swing and median part explained."""
    explained = float(np.median([row["explained"] for row in rows]))
    slow = sum(row["swings"] <= 2 for row in rows)
    return (
        f"In half of the dimensions one wave explains at least {explained:.0%} of the variance; in {slow} of {len(rows)} "
        "dimensions the strongest wave swings no more than twice over all positions."
    )
