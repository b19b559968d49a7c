"""The plural direction from one pair, cats − cat.

Dot products of raw rows with wte[" cats"] − wte[" cat"].
"""

import altair as alt
import numpy as np

from scripts import words
from scripts.charts import Row, plural_direction
from scripts.tables import Tables

PAGE = "analogies"


def build(tables: Tables) -> alt.Chart:
    """Along one step."""
    cat, cats = words.rows(tables, ("cat", "cats")).astype(np.float64)
    return plural_direction.drawing(plural_direction.along(tables, cats - cat))


def describe(rows: list[Row]) -> str:
    """How many pairs it orders, and how many of the words one cut separates."""
    return plural_direction.describe(rows)
