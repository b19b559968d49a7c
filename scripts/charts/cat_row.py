"""The row of " cat", every number of it.

A strip of n_embd cells, folded into lines, so that each cell can be seen on a phone.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.tables import Tables

PAGE = "lookup"


def build(tables: Tables) -> alt.Chart:
    """One cell a number, blue below zero and orange above."""
    row = tables.wte[tables.encoding.encode_single_token(" cat")]
    width = 48 if tables.n_embd >= 384 else 12
    values = [
        {"dimension": i, "line": i // width * width, "column": i % width, "value": round(float(v), 6)}
        for i, v in enumerate(row)
    ]
    limit = float(np.abs(row).max())
    return (
        alt.Chart(alt.Data(values=values))
        .mark_rect()
        .encode(
            x=alt.X("column:O", title="dimension within the line", axis=alt.Axis(labelAngle=0, ticks=False)),
            y=alt.Y("line:O", title="first dimension of the line", axis=alt.Axis(ticks=False)),
            color=alt.Color(
                "value:Q",
                title="value",
                scale=alt.Scale(domain=[-limit, limit], domainMid=0),
                legend=alt.Legend(format=".1f"),
            ),
            tooltip=["dimension:Q", "value:Q"],
        )
        .properties(height=18 * -(-tables.n_embd // width))
    )


def describe(rows: list[Row]) -> str:
    """Signs and extremes of the row."""
    value = np.array([row["value"] for row in rows])
    low, high = rows[int(value.argmin())], rows[int(value.argmax())]
    return (
        f"Of the {len(value)} numbers {int((value > 0).sum())} are above zero; the smallest is {low['value']:.3f} at "
        f"dimension {low['dimension']}, the largest {high['value']:.3f} at dimension {high['dimension']}."
    )
