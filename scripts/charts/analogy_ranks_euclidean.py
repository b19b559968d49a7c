"""The same thirty by Euclidean distance.

Filled marks are computed here; diamonds are what github.com/lucianghinda/llm-experiments published for GPT-2.
"""

import altair as alt

from scripts.charts import Row, analogy_ranks
from scripts.tables import Tables

PAGE = "analogies"


def build(tables: Tables) -> alt.Chart:
    """By Euclidean distance."""
    return analogy_ranks.drawing(analogy_ranks.ranks(tables, "euclidean"))


def describe(rows: list[Row]) -> str:
    """How often the answer is first, here and as published, and whether the two agree."""
    return analogy_ranks.describe(rows)
