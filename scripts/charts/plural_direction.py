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
        values.append(
            {"word": pair["singular"].strip(), "its_plural": pair["plural"].strip(), "singular": round(float(low), 6),
             "plural": round(float(high), 6)}
        )  # fmt: skip
    return sorted(values, key=lambda value: float(value["singular"]))


def drawing(values: list[Row]) -> alt.Chart:
    """A pair a line, from its singular to its plural."""
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("word:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False, grid=True)),
        tooltip=["word:N", "its_plural:N", "singular:Q", "plural:Q"],
    )
    both = base.transform_fold(["singular", "plural"], as_=["number", "product"])
    lines = base.mark_rule(opacity=0.5).encode(
        x=alt.X("singular:Q", title="dot product with the direction"), x2="plural:Q"
    )
    points = both.mark_point(size=60).encode(
        x="product:Q",
        color=alt.Color("number:N", title=None, sort=None),
        shape=alt.Shape("number:N", title=None, sort=None),
    )
    chart: alt.Chart = (lines + points).properties(height=19 * len(values))
    return chart


def build(tables: Tables) -> alt.Chart:
    """Along the mean of five steps."""
    rows = words.rows(tables, LEARNED_FROM).astype(np.float64)
    return drawing(along(tables, (rows[1::2] - rows[0::2]).mean(axis=0)))


def describe(rows: list[Row]) -> str:
    """How many pairs it orders, how many of the words one cut separates, and how many pairs are missing."""
    low, high = (np.array([row[key] for row in rows]) for key in ("singular", "plural"))
    right = max(int((low < cut).sum() + (high >= cut).sum()) for cut in np.concatenate([low, high]))
    total = len(published()["plural_direction"]["pairs"])
    left = (
        f" The other {total - len(rows)} of the published pairs are not single tokens here."
        if len(rows) < total
        else ""
    )
    return (
        f"In {int((high > low).sum())} of {len(rows)} pairs the plural lies further along than its singular; one cut "
        f"for all words puts {right} of {2 * len(rows)} on their side.{left}"
    )
