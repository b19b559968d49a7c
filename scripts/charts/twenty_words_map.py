"""A first map: twenty words on the two directions in which they differ most.

Principal components of the twenty rows, centred on their own mean.
"""

import altair as alt

from scripts.charts import Row
from scripts.geometry import principal_components
from scripts.tables import Tables
from scripts.words import GROUP_OF, WORDS, rows

PAGE = "index"


def build(tables: Tables) -> alt.TopLevelMixin:
    """Words as points, named, coloured and shaped by group."""
    found = principal_components(rows(tables), 2)
    values = [
        {"word": word, "group": GROUP_OF[word], "x": round(float(x), 4), "y": round(float(y), 4),
         "share": round(float(found.share.sum()), 4)}
        for word, (x, y) in zip(WORDS, found.coordinates, strict=True)
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("x:Q", title="first component", scale=alt.Scale(zero=False, padding=34)),
        y=alt.Y("y:Q", title="second component", scale=alt.Scale(zero=False, padding=20)),
        tooltip=["word:N", "group:N", "x:Q", "y:Q"],
    )
    points = base.mark_point(size=70).encode(
        color=alt.Color("group:N", title=None, sort=None), shape=alt.Shape("group:N", title=None, sort=None)
    )
    return alt.layer(points, base.mark_text(dy=-11).encode(text="word:N")).properties(height=420)


def describe(rows: list[Row]) -> str:
    """How much of the words' variance the map keeps."""
    words = len(rows)
    return (
        f"{words} words placed by their rows alone; the two directions keep {rows[0]['share']:.0%} of the variance of "
        f"these {words} rows, so distances on the map are shadows of the real ones."
    )
