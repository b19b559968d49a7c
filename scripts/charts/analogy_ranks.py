"""Thirty analogies by cosine: the rank of the right answer, inputs kept and removed.

Filled marks are computed here; diamonds are what github.com/lucianghinda/llm-experiments published for GPT-2.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.claims.published import published
from scripts.geometry import Metric, exact_norms, products, rank
from scripts.tables import Tables

PAGE = "analogies"
OURS, THEIRS = "computed here", "published for GPT-2"


def ranks(tables: Tables, metric: Metric) -> list[Row]:
    """A row for each item, who found it, and inputs kept or removed; none of ours where a word is not one token."""
    items = published()["analogies"]["items"]
    values: list[Row] = []
    asked = []
    for item in items:
        words = [item[key] for key in ("a", "b", "c", "expected")]
        try:
            asked.append([tables.encoding.encode_single_token(word) for word in words])
        except KeyError:
            asked.append([])
    known = np.array([ids for ids in asked if ids])  # (items, 4)
    wte = tables.wte
    a, b, c = (np.asarray(wte[column], np.float64) for column in known.T[:3])
    target = b - a + c  # (items, n_embd)
    score = products(wte, target)  # (n_vocab, items)
    length = exact_norms(wte)[:, None]
    score = score / length if metric == "cosine" else 2 * score - length * length
    found = iter(score.T)
    for item, ids in zip(items, asked, strict=True):
        name = f"{item['c'].strip()} → {item['expected'].strip()}"
        question = f"{item['b'].strip()} − {item['a'].strip()} + {item['c'].strip()}"
        if ids:
            column = next(found)
            ours = {"kept": rank(column, ids[3]), "removed": rank(column, ids[3], tuple(ids[:3]))}
            values += [
                {"item": name, "question": question, "who": OURS, "inputs": f"inputs {inputs}", "rank": place}
                for inputs, place in ours.items()
            ]
        values += [
            {"item": name, "question": question, "who": THEIRS, "inputs": f"inputs {inputs}",
             "rank": item[metric][inputs]["rank"]}
            for inputs in ("kept", "removed")
        ]  # fmt: skip
    return values


def drawing(values: list[Row]) -> alt.Chart:
    """An item a line, ranks on a logarithmic scale; the best place is on the left."""
    worst = max(value["rank"] for value in values)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "rank:Q",
            title="rank of the right answer (1 is first)",
            scale=alt.Scale(type="log", domain=[0.8, 1.4 * worst], nice=False),  # no mark is cut at an end
            axis=alt.Axis(format="~s", values=[1, 10, 100, 1000, 10_000]),
        ),
        y=alt.Y("item:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False, grid=True)),
        color=alt.Color("inputs:N", title=None, sort=None),
        shape=alt.Shape(
            "who:N",
            title=None,
            legend=alt.Legend(columns=1),
            scale=alt.Scale(domain=[OURS, THEIRS], range=["circle", "diamond"]),
        ),
        tooltip=["question:N", "item:N", "who:N", "inputs:N", "rank:Q"],
    )  # fmt: skip
    ours = base.transform_filter(alt.datum.who == OURS).mark_point(size=45, filled=True)
    theirs = base.transform_filter(alt.datum.who == THEIRS).mark_point(
        size=110, filled=False, strokeWidth=1.5
    )
    chart: alt.Chart = (theirs + ours).properties(height=19 * len({value["item"] for value in values}))
    return chart


def build(tables: Tables) -> alt.Chart:
    """By cosine."""
    return drawing(ranks(tables, "cosine"))


def describe(rows: list[Row]) -> str:
    """How often the answer is first, here and as published, and whether the two agree."""

    def first(who: str, inputs: str) -> int:
        return sum(
            row["rank"] == 1 for row in rows if row["who"] == who and row["inputs"] == f"inputs {inputs}"
        )

    here = [row for row in rows if row["who"] == OURS]
    there = {(row["item"], row["inputs"]): row["rank"] for row in rows if row["who"] == THEIRS}
    text = (
        f"Dots are computed here: of {len(here) // 2} analogies the right answer is first in {first(OURS, 'kept')} with the "
        f"inputs kept and in {first(OURS, 'removed')} with them removed. Diamonds are published for GPT-2: of {len(there) // 2}, "
        f"{first(THEIRS, 'kept')} and {first(THEIRS, 'removed')}."
    )
    if len(here) < len(there):
        left = len(there) // 2 - len(here) // 2
        return f"{text} {left} have a word that is not one token of the model in use, so only the diamonds are there."
    same = sum(there[row["item"], row["inputs"]] == row["rank"] for row in here)
    return f"{text} {same} of the {len(here)} ranks are equal to the published ones."
