"""How large the numbers of the table are.

The share of all numbers of wte in each interval.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.tables import Tables

PAGE = "lookup"
INTERVALS = 60


def build(tables: Tables) -> alt.Chart:
    """A histogram of every number of wte; the tails beyond the last interval are in the sentence, not cut in silence."""
    wte = tables.wte
    squares = np.einsum("nd,nd->", wte, wte, dtype=np.float64)  # no copy in float64, as `np.std` makes
    deviation = float(np.sqrt(squares / wte.size - wte.mean(dtype=np.float64) ** 2))
    limit = round(4 * deviation, 2)
    counts, edges = np.histogram(wte, bins=INTERVALS, range=(-limit, limit))
    beyond = int(wte.size - counts.sum())
    values = [
        {"from": round(float(a), 5), "to": round(float(b), 5), "share": round(float(c / wte.size), 6),
         "deviation": round(deviation, 5), "beyond": beyond}
        for a, b, c in zip(edges, edges[1:], counts, strict=False)
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X("from:Q", title="value of a number", axis=alt.Axis(tickCount=6), bin="binned"),
            x2="to:Q",
            y=alt.Y("share:Q", title="share of all numbers", axis=alt.Axis(format="%")),
            tooltip=["from:Q", "to:Q", alt.Tooltip("share:Q", format=".2%")],
        )
        .properties(height=260)
    )


def describe(rows: list[Row]) -> str:
    """Spread of the numbers, and how many the chart does not show."""
    first, last = rows[0], rows[-1]
    beyond = f"{first['beyond']:,}" if first["beyond"] else "none"
    return (
        f"The standard deviation is {first['deviation']:.3f}; {beyond} of the numbers lie beyond the chart, below "
        f"{first['from']:.2f} or above {last['to']:.2f}."
    )
