"""How long the rows that are added are: tokens and positions.

Euclidean lengths of the rows of wte and of wpe, as a share of each table, in intervals of equal ratio.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import norms
from scripts.tables import Tables

PAGE = "input"
INTERVALS = 36


def build(tables: Tables) -> alt.Chart:
    """Two stepped lines over a logarithmic axis."""
    lengths = {"wte (tokens)": norms(tables.wte), "wpe (positions)": norms(tables.wpe)}
    low = min(float(length.min()) for length in lengths.values())
    high = max(float(length.max()) for length in lengths.values())
    edges = np.geomspace(low * 0.999, high * 1.001, INTERVALS + 1)
    values = [
        {"table": name, "length": round(float(np.sqrt(a * b)), 4), "share": round(float(count / len(length)), 5),
         "median": round(float(np.median(length)), 4)}
        for name, length in lengths.items()
        for a, b, count in zip(edges, edges[1:], np.histogram(length, edges)[0], strict=False)
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(interpolate="step")
        .encode(
            x=alt.X(
                "length:Q",
                title="length of the row (log scale)",
                scale=alt.Scale(type="log", nice=False),
                axis=alt.Axis(values=[0.1, 0.2, 0.5, 1, 2, 5, 10, 20], format="~g"),
            ),
            y=alt.Y("share:Q", title="share of the table's rows", axis=alt.Axis(format="%")),
            color=alt.Color("table:N", title=None, sort=None),
            strokeDash=alt.StrokeDash("table:N", title=None, sort=None),
            tooltip=["table:N", "length:Q", alt.Tooltip("share:Q", format=".2%")],
        )
        .properties(height=260)
    )


def describe(rows: list[Row]) -> str:
    """Both medians."""
    median = {row["table"]: row["median"] for row in rows}
    return (
        "The median length is "
        + " and ".join(f"{value:.2f} in {name}" for name, value in median.items())
        + "."
    )
