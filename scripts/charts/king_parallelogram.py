"""King − man + woman as a parallelogram, and queen's shadow on its plane.

The plane through the rows of " man", " woman" and " king"; the target lies in it exactly, queen does not.
"""

import altair as alt
import numpy as np

from scripts import words
from scripts.charts import Row
from scripts.tables import Tables

PAGE = "analogies"
NAMES = ("man", "woman", "king", "queen")


def build(tables: Tables) -> alt.Chart:
    """Man at the origin, king on the first axis, woman above or below it; the step is drawn twice."""
    man, woman, king, queen = words.rows(tables, NAMES).astype(np.float64)
    along = (king - man) / np.linalg.norm(king - man)
    step = woman - man
    across = step - (step @ along) * along
    plane = np.array([along, across / np.linalg.norm(across)])  # (2, n_embd), orthonormal
    target = king - man + woman
    values: list[Row] = []
    for name, row in zip((*NAMES, "target"), (man, woman, king, queen, target), strict=True):
        x, y = plane @ (row - man)
        off = np.linalg.norm((row - man) - plane.T @ (x, y))
        values.append(
            {"word": "the sum" if name == "target" else name, "x": round(float(x), 4), "y": round(float(y), 4),
             "off_plane": round(float(off), 4), "from_target": round(float(np.linalg.norm(row - target)), 4),
             "kind": "their sum" if name == "target" else "a row of the table"}
        )  # fmt: skip
    for start, end in ((0, 1), (2, 4)):  # the same step from man and from king
        values[start] |= {"to_x": values[end]["x"], "to_y": values[end]["y"]}
    values = [{"to_x": None, "to_y": None} | value for value in values]
    scale = {axis: same_scale(values, axis) for axis in "xy"}
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("x:Q", title="from man to king", scale=scale["x"], axis=alt.Axis(tickCount=6)),
        y=alt.Y("y:Q", title="across", scale=scale["y"], axis=alt.Axis(tickCount=6)),
        tooltip=["word:N", "x:Q", "y:Q", "off_plane:Q", "from_target:Q"],
    )
    steps = base.transform_filter("isValid(datum.to_x)").mark_rule(strokeDash=[5, 4])
    points = base.mark_point(size=80).encode(
        color=alt.Color("kind:N", title=None, sort=None), shape=alt.Shape("kind:N", title=None, sort=None)
    )
    above = base.transform_filter("!isValid(datum.to_x)").mark_text(dy=-12).encode(text="word:N")
    below = (
        base.transform_filter("isValid(datum.to_x)").mark_text(dy=15).encode(text="word:N")
    )  # clear of the steps
    chart: alt.Chart = (steps.encode(x2="to_x:Q", y2="to_y:Q") + points + above + below).properties(
        height=320
    )
    return chart


def same_scale(values: list[Row], axis: str) -> alt.Scale:
    """The axis, ``x`` or ``y``, on which a unit has as many pixels as on the other, however wide the chart is.

    A picture about lengths and angles must not be stretched: the domain is the middle of the data and, to both sides, half
    the chart's size at the number of units that a pixel has to stand for, so that all points and their words have room.
    """
    ends = {key: [min(v[key] for v in values), max(v[key] for v in values)] for key in "xy"}
    across, up = (high - low for low, high in ends.values())
    pixel = f"max({across:.4f} / (width - 80), {up:.4f} / (height - 60))"
    middle, half = sum(ends[axis]) / 2, {"x": "width / 2", "y": "height / 2"}[axis]
    return alt.Scale(
        domainMin=alt.ExprRef(f"{middle:.4f} - {half} * {pixel}"),
        domainMax=alt.ExprRef(f"{middle:.4f} + {half} * {pixel}"),
        zero=False,
        nice=False,
    )


def describe(rows: list[Row]) -> str:
    """How far the sum is from king and from queen, and how much of queen the plane leaves out."""
    row = {row["word"]: row for row in rows}
    king, queen = row["king"], row["queen"]
    return (
        f"Both dashed lines are the step from man to woman. The sum is {king['from_target']:.2f} from king and "
        f"{queen['from_target']:.2f} from queen, which itself stands {queen['off_plane']:.2f} off this plane: what is "
        "drawn of it is a shadow. Both axes have the same scale, so lengths and angles in the plane are true."
    )
