"""The plural direction from five pairs, on pairs that it has not seen.

Dot products of raw rows with the mean of plural − singular over dog, car, house, tree and hand.
"""

import altair as alt
import numpy as np

from scripts import words
from scripts.charts import Row
from scripts.claims.published import published
from scripts.geometry import Array
from scripts.tables import Tables

PAGE = "analogies"
LEARNED_FROM = ("dog", "dogs", "car", "cars", "house", "houses", "tree", "trees", "hand", "hands")


def along(tables: Tables, direction: Array) -> list[Row]:
    """Singular and plural of each held-out pair along ``direction`` (n_embd,), by rising singular."""
    values: list[Row] = []
    for pair in published()["plural_direction"]["pairs"]:
        try:
            ids = [tables.encoding.encode_single_token(pair[key]) for key in ("singular", "plural")]
        except KeyError:
            continue
        low, high = np.asarray(tables.wte[ids], np.float64) @ direction
        values += [
            {"word": pair["singular"].strip(), "token": pair[form].strip(), "form": form,
             "product": round(float(product), 6)}
            for form, product in (("singular", low), ("plural", high))
        ]  # fmt: skip
    rising = {row["word"]: row["product"] for row in values if row["form"] == "singular"}
    return sorted(values, key=lambda row: (rising[row["word"]], row["word"], row["form"] == "plural"))


def drawing(values: list[Row]) -> alt.Chart:
    """A pair a line, from its singular to its plural."""
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("product:Q", title="dot product with the direction"),
        y=alt.Y("word:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False, grid=True)),
        tooltip=["token:N", "form:N", "product:Q"],
    )
    lines = base.mark_line(strokeWidth=1, opacity=0.6).encode(detail="word:N")
    points = base.mark_point(size=60).encode(
        color=alt.Color("form:N", title=None, sort=None), shape=alt.Shape("form:N", title=None, sort=None)
    )
    chart: alt.Chart = (lines + points).properties(height=19 * len(values) // 2)
    return chart


def build(tables: Tables) -> alt.Chart:
    """Along the mean of five steps."""
    rows = words.rows(tables, LEARNED_FROM).astype(np.float64)
    return drawing(along(tables, (rows[1::2] - rows[0::2]).mean(axis=0)))


def describe(rows: list[Row]) -> str:
    """How many pairs it orders, how many of the words one cut separates, and how many pairs are missing."""
    low, high = (
        np.array([row["product"] for row in rows if row["form"] == form]) for form in ("singular", "plural")
    )
    right = max(int((low < cut).sum() + (high >= cut).sum()) for cut in np.concatenate([low, high]))
    total = len(published()["plural_direction"]["pairs"])
    left = (
        f" The other {total - len(low)} of the published pairs are not single tokens here."
        if len(low) < total
        else ""
    )
    return (
        f"In {int((high > low).sum())} of {len(low)} pairs the plural lies further along than its singular; one cut "
        f"for all words puts {right} of {2 * len(low)} on their side.{left}"
    )
