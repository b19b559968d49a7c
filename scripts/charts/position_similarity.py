"""How alike two positions are, by the distance between them: learned and sinusoidal.

Mean cosine similarity of all pairs of positions at each distance.
"""

import altair as alt

from scripts.charts import Row
from scripts.charts.theme import every, step
from scripts.positions import similarity_by_distance, sinusoidal
from scripts.tables import Tables

PAGE = "positions"
LEARNED, FIXED = "learned (wpe)", "sinusoidal"


def build(tables: Tables) -> alt.Chart:
    """Two lines over the distance."""
    distances = range(0, tables.n_ctx, step(tables.n_ctx, 210))
    values: list[Row] = []
    for name, table in ((LEARNED, tables.wpe), (FIXED, sinusoidal(tables.n_ctx, tables.n_embd))):
        mean, least, most = similarity_by_distance(table)
        values += [
            {"table": name, "distance": d, "mean": round(float(mean[d]), 4), "least": round(float(least[d]), 4),
             "greatest": round(float(most[d]), 4)}
            for d in distances
        ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line()
        .encode(
            x=alt.X(
                "distance:Q",
                title="distance between the two positions",
                scale=alt.Scale(nice=False),
                axis=alt.Axis(tickCount=6),
            ),
            y=alt.Y("mean:Q", title="mean cosine similarity"),
            color=alt.Color("table:N", title=None, sort=None),
            strokeDash=alt.StrokeDash("table:N", title=None, sort=None),
            tooltip=["table:N", "distance:Q", "mean:Q", "least:Q", "greatest:Q"],
        )
        .properties(height=300)
    )


def describe(rows: list[Row]) -> str:
    """The nearest and the most unlike distance of the learned table."""
    learned = [row for row in rows if row["table"] == LEARNED and row["distance"] > 0]
    low = min(learned, key=lambda row: float(row["mean"]))
    return (
        f"Drawn is {every(row['distance'] for row in rows)} distance. Learned: mean cosine {learned[0]['mean']:.3f} at distance {learned[0]['distance']}, least at distance "
        f"{low['distance']} with {low['mean']:.3f}."
    )
