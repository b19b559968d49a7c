"""A first map: twenty words on the two directions in which they differ most.

Principal components of the twenty rows, centred on their own mean.
"""

import altair as alt

from scripts.charts import Row
from scripts.geometry import Array, principal_components
from scripts.tables import Tables
from scripts.words import GROUP_OF, WORDS, rows

PAGE = "index"
HEIGHT = 420
#: What the points span on a phone, where there is least room, and what a word takes there: pixels.
SPAN, LETTER, LINE, MARK = (190, 310), 6.4, 13, 3
BESIDE = (-11, 13, -24, 26, -37, 39, -50, 52)  # where a word may stand above (−) or below its point: pixels


def build(tables: Tables) -> alt.TopLevelMixin:
    """Words as points, named, coloured and shaped by group."""
    found = principal_components(rows(tables), 2)
    values = [
        {"word": word, "group": GROUP_OF[word], "x": round(float(x), 4), "y": round(float(y), 4),
         "label_y": round(float(label), 4), "share": round(float(found.share.sum()), 4)}
        for word, (x, y), label in zip(WORDS, found.coordinates, label_places(found.coordinates), strict=True)
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "x:Q",
            title="first component",
            scale=alt.Scale(zero=False, nice=False, padding=34),
            axis=alt.Axis(tickCount=6),
        ),
        y=alt.Y("y:Q", title="second component", scale=alt.Scale(zero=False, nice=False, padding=20)),
        tooltip=["word:N", "group:N", "x:Q", "y:Q"],
    )
    leaders = base.mark_rule(opacity=0.35).encode(y2="label_y:Q")
    points = base.mark_point(size=70).encode(
        color=alt.Color("group:N", title=None, sort=None), shape=alt.Shape("group:N", title=None, sort=None)
    )
    names = base.mark_text().encode(y=alt.Y("label_y:Q", title="second component"), text="word:N")
    return alt.layer(leaders, points, names).properties(height=HEIGHT)


def label_places(points: Array) -> list[float]:
    """Where each word stands, so that it covers no other word and, if it can, no point: above its own if there is room.

    Args:
        points: (words, 2), in the order of ``WORDS``.

    Returns:
        The height of each word, in the units of the second component.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    unit = (high - low) / SPAN
    placed: list[tuple[float, float, float]] = []  # middle and half the width of each word that has its place
    places = {}
    for i in sorted(range(len(points)), key=lambda i: -points[i, 1]):
        x, y = points[i, 0] / unit[0], -points[i, 1] / unit[1]
        half = LETTER * len(WORDS[i]) / 2

        def covers(beside: float, x: float = x, y: float = y, half: float = half) -> tuple[int, int]:
            """How many words, and how many points."""
            words = (
                abs(x - other_x) < half + other and abs(y + beside - other_y) < LINE
                for other_x, other_y, other in placed
            )
            marks = (
                abs(x - mark_x / unit[0]) < half + MARK
                and abs(y + beside + mark_y / unit[1]) < LINE / 2 + MARK
                for mark_x, mark_y in points
            )
            return sum(words), sum(marks)

        beside = min(BESIDE, key=lambda beside: (covers(beside), abs(beside)))
        placed.append((x, y + beside, half))
        places[i] = points[i, 1] - beside * unit[1]
    return [places[i] for i in range(len(points))]


def describe(rows: list[Row]) -> str:
    """How much of the words' variance the map keeps."""
    words = len(rows)
    return (
        f"{words} words placed by their rows alone; the two directions keep {rows[0]['share']:.0%} of the variance of "
        f"these {words} rows, so distances on the map are shadows of the real ones."
    )
