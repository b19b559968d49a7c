"""The nearest tokens to " cat" in the whole table.

Exact, by cosine similarity of raw rows.
"""

import altair as alt

from scripts.charts import Row
from scripts.geometry import nearest
from scripts.tables import Tables

PAGE = "meaning"
SHOWN = 15


def build(tables: Tables) -> alt.TopLevelMixin:
    """Bars on an absolute scale, which begins at zero."""
    token = tables.encoding.encode_single_token(" cat")
    found = nearest(tables.wte, tables.wte[token], SHOWN, without=(token,))
    values = [
        {
            "rank": place,
            "token": repr(
                tables.encoding.decode_single_token_bytes(int(i)).decode("utf-8", "backslashreplace")
            ),
            "id": int(i),
            "cosine": round(float(score), 4),
        }
        for place, (i, score) in enumerate(zip(found.ids, found.scores, strict=True), 1)
    ]
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "cosine:Q",
            scale=alt.Scale(
                domain=[0, 1.15]
            ),  # with room for the number beside the longest bar, on a phone too
            title="cosine similarity with ' cat'",
            axis=alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
        ),
        y=alt.Y("token:O", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
        tooltip=["rank:Q", "token:O", "id:Q", "cosine:Q"],
    )
    bars = base.mark_bar()
    return alt.layer(
        bars, base.mark_text(align="left", dx=4).encode(text=alt.Text("cosine:Q", format=".3f"))
    ).properties(height=22 * SHOWN)


def describe(rows: list[Row]) -> str:
    """First and last of those shown."""
    first, last = rows[0], rows[-1]
    return (
        f"The nearest is {first['token']} with {first['cosine']:.3f}; number {last['rank']} is {last['token']} with "
        f"{last['cosine']:.3f}."
    )
