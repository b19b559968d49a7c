"""Five ways to score an analogy: how often the right answer is first.

The published everyday analogies (those whose four words are one token each), inputs kept and removed. The sum of raw
rows; 3CosAdd, 3CosMul and PairDirection as in Levy & Goldberg (2014), on rows of length 1; and no sum at all.
"""

from collections.abc import Iterator

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.claims.published import published
from scripts.geometry import Array, norms, rank
from scripts.tables import Tables

PAGE = "analogies"
EVERYDAY = 18
EPSILON = 0.001


def scorings(wte: Array, a: int, b: int, c: int) -> Iterator[tuple[str, Array]]:
    """Each way's name and its score of every row as the answer to a : b = c : ?, (n_vocab,)."""
    length = norms(wte)
    near = wte @ np.asarray(wte[[a, b, c]] / length[[a, b, c], None]).T / length[:, None]  # (n_vocab, 3)
    near_a, near_b, near_c = near.T
    like = (1 + near) / 2
    apart = np.sqrt(np.maximum(2 - 2 * near_c, 1e-6))  # |x − c| of unit rows; not zero for c itself
    yield "sum of raw rows", wte @ (wte[b] - wte[a] + wte[c]) / length
    yield "3CosAdd", near_b - near_a + near_c
    yield "3CosMul", like[:, 1] * like[:, 2] / (like[:, 0] + EPSILON)
    yield "PairDirection", (near_b - near_a - (near_b[c] - near_a[c])) / apart
    yield "near c, no sum", near_c


def build(tables: Tables) -> alt.Chart:
    """Two bars for each way."""
    found: dict[tuple[str, str], list[int]] = {}
    for item in published()["analogies"]["items"][:EVERYDAY]:
        try:
            a, b, c, expected = (
                tables.encoding.encode_single_token(item[key]) for key in ("a", "b", "c", "expected")
            )
        except KeyError:
            continue
        for name, score in scorings(tables.wte, a, b, c):
            found.setdefault((name, "inputs kept"), []).append(rank(score, expected))
            found.setdefault((name, "inputs removed"), []).append(rank(score, expected, (a, b, c)))
    values: list[Row] = [
        {"scoring": name, "inputs": inputs, "first": sum(place == 1 for place in places), "of": len(places),
         "median_rank": float(np.median(places))}
        for (name, inputs), places in found.items()
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "first:Q",
            title="analogies with the right answer first",
            scale=alt.Scale(domain=[0, values[0]["of"]]),
            axis=alt.Axis(tickMinStep=1, tickCount=4),
        ),
        y=alt.Y("scoring:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
        yOffset=alt.YOffset("inputs:N"),
        tooltip=["scoring:N", "inputs:N", "first:Q", "of:Q", "median_rank:Q"],
    )
    bars = base.mark_bar().encode(color=alt.Color("inputs:N", title=None))
    counts = base.mark_text(align="left", dx=4).encode(text="first:Q")
    chart: alt.Chart = (bars + counts).properties(height=260)
    return chart


def describe(rows: list[Row]) -> str:
    """The counts, each way."""
    count = {(row["scoring"], row["inputs"]): row["first"] for row in rows}
    each = "; ".join(
        f"{name} {count[name, 'inputs kept']} and {count[name, 'inputs removed']}"
        for name in dict.fromkeys(row["scoring"] for row in rows)
    )
    return f"Of {rows[0]['of']} everyday analogies, first with the inputs kept and removed: {each}."
