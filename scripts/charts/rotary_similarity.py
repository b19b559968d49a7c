"""Rotary positions: one vector, turned to two places, and how alike the two are.

Cosine similarity of the row of " cat" turned to position 0 and to position p; beside it the sinusoidal table's rows 0 and p.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.charts.theme import every, step
from scripts.geometry import cosine
from scripts.positions import rotary, sinusoidal
from scripts.tables import Tables

PAGE = "positions"
TURNED, FIXED = "rotary, the row of ' cat'", "sinusoidal rows"


def build(tables: Tables) -> alt.Chart:
    """Two lines over the distance."""
    row = np.asarray(tables.wte[tables.encoding.encode_single_token(" cat")], np.float64)
    places = np.arange(0, tables.n_ctx, step(tables.n_ctx, 220))
    turned = rotary(np.tile(row, (len(places), 1)), places.astype(np.float64))
    fixed = sinusoidal(tables.n_ctx, tables.n_embd)[places]
    values = [
        {"table": name, "distance": int(p), "cosine": round(float(similarity), 4)}
        for name, table in ((TURNED, turned), (FIXED, fixed))
        for p, similarity in zip(places, cosine(table[:1], table)[0], strict=True)
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line()
        .encode(
            x=alt.X(
                "distance:Q",
                title="distance between the two positions",
                scale=alt.Scale(nice=False),
                axis=alt.Axis(tickCount=6),
            ),
            y=alt.Y("cosine:Q", title="cosine similarity"),
            color=alt.Color("table:N", title=None, sort=None),
            strokeDash=alt.StrokeDash("table:N", title=None, sort=None),
            tooltip=["table:N", "distance:Q", "cosine:Q"],
        )
        .properties(height=280)
    )


def describe(rows: list[Row]) -> str:
    """How far the two curves part."""
    turned = np.array([row["cosine"] for row in rows if row["table"] == TURNED])
    fixed = np.array([row["cosine"] for row in rows if row["table"] == FIXED])
    return (
        f"Drawn is {every(row['distance'] for row in rows)} distance. Both begin at 1 and fall in waves of the same lengths; they differ by {np.abs(turned - fixed).max():.2f} at the "
        "most, because the row gives some waves more weight than others."
    )
