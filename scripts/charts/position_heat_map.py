"""The learned positions, as a picture.

Rows of wpe at evenly spaced positions, dimensions in the order of the table, thinned to what a screen can show.
"""

import altair as alt

from scripts.charts import Row, theme
from scripts.charts.theme import heat_map, thin
from scripts.tables import Tables

PAGE = "positions"


def build(tables: Tables) -> alt.Chart:
    """Positions down, dimensions across, blue below zero and orange above."""
    return heat_map(thin(tables.wpe))


def describe(rows: list[Row]) -> str:
    """What is shown, and its extremes."""
    value = [row["value"] for row in rows]
    position, dimension = (theme.every(row[key] for row in rows) for key in ("position", "dimension"))
    return (
        f"Shown are {position} position and {dimension} dimension of the table, with numbers between {min(value):.2f} and {max(value):.2f}; "
        "colours end at the value that 99 of 100 cells do not exceed."
    )
