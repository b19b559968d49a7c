"""The path that the positions take: three principal components of wpe.

Coordinates of each position on the first components of the centred table.
"""

import altair as alt

from scripts.charts import Row
from scripts.charts.theme import every, step
from scripts.geometry import principal_components
from scripts.tables import Tables

PAGE = "positions"


def build(tables: Tables) -> alt.Chart:
    """Each component as a wave over the positions."""
    found = principal_components(tables.wpe, 3)
    places = range(0, tables.n_ctx, step(tables.n_ctx, 256))
    values = [
        {"component": f"component {c + 1}", "position": p, "coordinate": round(float(found.coordinates[p, c]), 4),
         "share": round(float(found.share[c]), 4)}
        for c in range(3)
        for p in places
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line()
        .encode(
            x=alt.X("position:Q", scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=6)),
            y=alt.Y("coordinate:Q"),
            color=alt.Color("component:N", title=None),
            strokeDash=alt.StrokeDash("component:N", title=None),
            tooltip=["component:N", "position:Q", "coordinate:Q"],
        )
        .properties(height=300)
    )


def describe(rows: list[Row]) -> str:
    """Variance that the components keep."""
    share = {row["component"]: row["share"] for row in rows}
    each = ", ".join(f"{value:.1%}" for value in share.values())
    return (
        f"The three components keep {sum(share.values()):.1%} of the variance of the table ({each}). "
        f"Drawn is {every(row['position'] for row in rows)} position."
    )
