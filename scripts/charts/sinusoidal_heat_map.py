"""The fixed positions of the original Transformer, in the same picture.

The sinusoidal table of the same shape as wpe, thinned in the same way.
"""

import altair as alt

from scripts.charts import Row, theme
from scripts.charts.theme import heat_map, thin
from scripts.positions import sinusoidal
from scripts.tables import Tables

PAGE = "positions"


def build(tables: Tables) -> alt.Chart:
    """Positions down, dimensions across, blue below zero and orange above."""
    return heat_map(thin(sinusoidal(tables.n_ctx, tables.n_embd)))


def describe(rows: list[Row]) -> str:
    """Where the fixed table does not change any more."""
    last = max(row["dimension"] for row in rows if row["dimension"] % 2 == 0)
    value = [row["value"] for row in rows if row["dimension"] == last]
    position, dimension = (theme.every(row[key] for row in rows) for key in ("position", "dimension"))
    return (
        f"Shown are {position} position and {dimension} dimension. Waves, short on the left and long on the right: dimension {last}, a sine, moves only between {min(value):.3f} "
        f"and {max(value):.3f} over all the positions shown."
    )
