"""Row numbers against rows: every token's ID, and how near its row is to that of " cat".

Cosine similarity of raw rows; the nearest are marked, the others are an even sample of the IDs.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import nearest, scores
from scripts.tables import Tables

PAGE = "tokens"
SAMPLE, MARKED = 450, 10
NEAR, OTHER = "ten nearest rows", "others, a sample"


def build(tables: Tables) -> alt.Chart:
    """Points; the marked ones stand out by shape as well as by colour."""
    cat = tables.encoding.encode_single_token(" cat")
    cosine = scores(tables.wte, tables.wte[cat])
    near = nearest(tables.wte, tables.wte[cat], MARKED, without=(cat,)).ids
    sample = np.setdiff1d(np.linspace(0, tables.n_vocab - 1, SAMPLE).astype(int), [*near, cat])
    values = [
        {"id": int(i), "cosine": round(float(cosine[i]), 4), "rows": name, "cat": cat,
         "token": repr(tables.encoding.decode_single_token_bytes(int(i)).decode("utf-8", "backslashreplace"))[:24]}
        for name, ids in ((OTHER, sample), (NEAR, near))
        for i in ids
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_point()
        .encode(
            x=alt.X("id:Q", title="token ID", axis=alt.Axis(tickCount=5), scale=alt.Scale(nice=False)),
            y=alt.Y("cosine:Q", title="cosine with ' cat'", scale=alt.Scale(zero=False)),
            color=alt.Color("rows:N", title=None, scale=alt.Scale(domain=[OTHER, NEAR])),
            shape=alt.Shape(
                "rows:N",
                title=None,
                scale=alt.Scale(domain=[OTHER, NEAR], range=["circle", "diamond"]),
            ),
            size=alt.condition(f"datum.rows === '{NEAR}'", alt.value(90), alt.value(12)),
            tooltip=["token:N", "id:Q", "cosine:Q"],
        )
        .properties(height=300)
    )


def describe(rows: list[Row]) -> str:
    """How far apart the nearest are in the table."""
    ids = sorted(row["id"] for row in rows if row["rows"] == NEAR)
    cat = rows[0]["cat"]
    nearest_id = min(ids, key=lambda i: abs(i - cat))
    return (
        f"The ten rows nearest to that of ' cat' (ID {cat:,}) have IDs from {ids[0]:,} to {ids[-1]:,}; the closest of them "
        f"by ID is {abs(nearest_id - cat):,} rows away in the table."
    )
