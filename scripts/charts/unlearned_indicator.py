"""How like an unused byte each row is.

The indicator 1 - cosine(row, mean row of the bytes 0xF5 to 0xFF) for every row of wte, in intervals of 0.02.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import Array, exact_norms, products
from scripts.tables import Tables

PAGE = "unlearned"
STEP = 0.02


def indicator(tables: Tables) -> Array:
    """The indicator of every row (n_vocab,), float64; 0 is the direction of the bytes that no text has."""
    unused = [tables.encoding.encode_single_token(bytes([byte])) for byte in range(0xF5, 0x100)]
    reference = tables.wte[unused].mean(axis=0, dtype=np.float64)
    dots: Array = products(tables.wte, reference[None])[:, 0]
    return 1 - dots / (exact_norms(tables.wte) * np.sqrt(reference @ reference))


def build(tables: Tables) -> alt.Chart:
    """Bars whose height is on a logarithmic scale: a single row can be seen beside thousands."""
    found = np.maximum(indicator(tables), 0)
    edges = np.arange(0, found.max() + STEP, STEP)
    counts, _ = np.histogram(found, edges)
    values = [
        {"from": round(float(a), 3), "to": round(float(b), 3), "rows": int(count), "floor": 0.8,
         "below": int((found < 0.1).sum()), "mean": round(float(found.mean()), 4),
         "deviation": round(float(found.std()), 4)}
        for a, b, count in zip(edges, edges[1:], counts, strict=False)
        if count
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X(
                "from:Q",
                title="indicator",
                bin="binned",
                scale=alt.Scale(domainMin=0),
                axis=alt.Axis(tickCount=6),
            ),
            x2="to:Q",
            y=alt.Y("rows:Q", title="rows (log scale)", scale=alt.Scale(type="log", domainMin=0.8)),
            y2=alt.Y2("floor:Q"),
            tooltip=["from:Q", "to:Q", alt.Tooltip("rows:Q", format=",")],
        )
        .properties(height=260)
    )


def describe(rows: list[Row]) -> str:
    """Mean, deviation, and how many are low."""
    first = rows[0]
    return (
        f"The mean is {first['mean']:.3f}, the standard deviation {first['deviation']:.3f}; "
        f"{first['below']:,} of {sum(row['rows'] for row in rows):,} rows are below 0.1."
    )
