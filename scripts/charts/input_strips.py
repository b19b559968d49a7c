"""What enters the first block for " cat" in “The fluffy cat”: its row, its position's row, and their sum.

Three strips of n_embd cells, each folded into lines and read like text, all on one scale of colours.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.tables import Tables

PAGE = "input"
TEXT = "The fluffy cat"


def build(tables: Tables) -> alt.Chart:
    """The three strips one below the other, with an empty line between."""
    tokens = tables.encoding.encode(TEXT)
    p = len(tokens) - 1
    word, place = tables.wte[tokens[p]], tables.wpe[p]
    width = 48 if tables.n_embd >= 384 else 12
    lines = -(-tables.n_embd // width)
    strips = {f"wte[{tokens[p]}]": word, f"wpe[{p}]": place, "sum": word + place}
    values: list[Row] = [
        {"strip": name, "dimension": d, "line": number * (lines + 1) + d // width, "column": d % width,
         "value": round(float(v), 6)}
        for number, (name, row) in enumerate(strips.items())
        for d, v in enumerate(row)
    ]  # fmt: skip
    limit = float(np.quantile(np.abs([row["value"] for row in values]), 0.99))
    firsts = {number * (lines + 1): name for number, name in enumerate(strips)}
    names = ", ".join(f"'{line}': '{name}'" for line, name in firsts.items())
    return (
        alt.Chart(alt.Data(values=values))
        .mark_rect()
        .encode(
            x=alt.X("column:O", title="dimension within the line", axis=alt.Axis(labelAngle=0, ticks=False)),
            y=alt.Y(
                "line:O",
                title=None,
                scale=alt.Scale(domain=list(range(3 * (lines + 1) - 1))),
                axis=alt.Axis(
                    values=list(firsts), labelExpr=f"{{{names}}}[datum.value]", ticks=False, domain=False
                ),
            ),
            color=alt.Color(
                "value:Q",
                title="value",
                scale=alt.Scale(domain=[-limit, limit], domainMid=0, clamp=True),
                legend=alt.Legend(format=".1f"),
            ),
            tooltip=["strip:N", "dimension:Q", "value:Q"],
        )
        .properties(height=11 * (3 * (lines + 1) - 1) if lines > 4 else 18 * (3 * (lines + 1) - 1))
    )


def describe(rows: list[Row]) -> str:
    """Lengths of the three, and a cell to check."""
    names = list(dict.fromkeys(row["strip"] for row in rows))
    length = {
        name: float(np.sqrt(sum(row["value"] ** 2 for row in rows if row["strip"] == name))) for name in names
    }
    first = [next(row["value"] for row in rows if row["strip"] == name) for name in names]
    return (
        "The lengths are "
        + ", ".join(f"{value:.2f} for {name}" for name, value in length.items())
        + f"; in dimension 0, {first[0]:.4f} and {first[1]:.4f} make {first[2]:.4f}. Colours end at the value that 99 of 100 "
        "cells do not exceed."
    )
