"""The nearest tokens to king − man + woman, the inputs among them.

Exact, by cosine similarity of raw rows; beside each bar its rank with the inputs kept, and with them removed.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import nearest
from scripts.tables import Tables

PAGE = "analogies"
SHOWN = 14


def build(tables: Tables) -> alt.Chart:
    """Bars on an absolute scale; an input has its own colour and loses its rank when it is removed."""
    man, woman, king = (tables.encoding.encode_single_token(word) for word in (" man", " woman", " king"))
    wte = tables.wte
    found = nearest(wte, np.asarray(wte[king] - wte[man] + wte[woman]), SHOWN)
    values: list[Row] = []
    removed = 0
    for kept, (i, score) in enumerate(zip(found.ids, found.scores, strict=True), 1):
        an_input = int(i) in (man, woman, king)
        removed += not an_input
        name = tables.encoding.decode_single_token_bytes(int(i)).decode("utf-8", "backslashreplace")
        values.append(
            {"token": repr(name), "cosine": round(float(score), 4), "is": "an input" if an_input else "not an input",
             "answer": name == " queen", "rank_kept": kept, "rank_removed": None if an_input else removed,
             "ranks": f"{kept} → {'out' if an_input else removed}"}
        )  # fmt: skip
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "cosine:Q",
            scale=alt.Scale(
                domain=[0, 1.25]
            ),  # with room for the ranks beside the longest bar, on a phone too
            title="cosine with king − man + woman",
            axis=alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
        ),
        y=alt.Y("token:O", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
        tooltip=["token:O", "cosine:Q", "rank_kept:Q", "rank_removed:Q"],
    )
    bars = base.mark_bar().encode(color=alt.Color("is:N", title=None, sort=["not an input", "an input"]))
    names = base.mark_text(align="left", dx=4).encode(text="ranks:N")
    chart: alt.Chart = (bars + names).properties(height=22 * SHOWN)
    return chart


def describe(rows: list[Row]) -> str:
    """First with the inputs kept, first with them removed, and where queen is."""
    first = next(row for row in rows if row["rank_removed"] == 1)
    queens = [row["ranks"] for row in rows if row["answer"]]
    place = f"queen goes {queens[0]}" if queens else f"queen is beyond the first {len(rows)}"
    return (
        f"Beside each bar stands its rank, inputs kept → inputs removed. With the inputs kept {rows[0]['token']} is first, with "
        f"them removed {first['token']}; {place}."
    )
