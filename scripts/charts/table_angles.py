"""The angle between a token's row and a position's row.

Cosine similarity of rows of wte with rows of wpe, raw, for an even sample of tokens and every position; beside it what two
directions drawn at random would have.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.geometry import cosine
from scripts.tables import Tables

PAGE = "input"
SAMPLE, INTERVALS = 2_000, 60
MEASURED, RANDOM = "rows of the tables", "random directions"


def build(tables: Tables) -> alt.Chart:
    """Two stepped lines, centred on the right angle."""
    tokens = np.unique(np.linspace(0, tables.n_vocab - 1, SAMPLE).astype(int))
    measured = cosine(tables.wte[tokens], tables.wpe)
    limit = max(float(np.abs(measured).max()), 4 * tables.n_embd**-0.5)
    edges = np.linspace(-limit, limit, INTERVALS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    # the density of the cosine of a random direction in d dimensions is proportional to (1 - c²) ** ((d - 3) / 2)
    chance = np.maximum(1 - middles**2, 0) ** ((tables.n_embd - 3) / 2)
    shares = {MEASURED: np.histogram(measured, edges)[0] / measured.size, RANDOM: chance / chance.sum()}
    root = float(np.sqrt(np.mean(np.square(measured, dtype=np.float64))))
    values = [
        {"cosine": round(float(c), 5), "of": name, "share": round(float(s), 6), "typical": round(root, 4),
         "random": round(tables.n_embd**-0.5, 4)}
        for name, share in shares.items()
        for c, s in zip(middles, share, strict=True)
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(interpolate="step")
        .encode(
            x=alt.X(
                "cosine:Q", title="cosine of a token's row and a position's row", axis=alt.Axis(tickCount=5)
            ),
            y=alt.Y("share:Q", title="share of pairs", axis=alt.Axis(format="%")),
            color=alt.Color("of:N", title=None, sort=None),
            strokeDash=alt.StrokeDash("of:N", title=None, sort=None),
            tooltip=["of:N", "cosine:Q", alt.Tooltip("share:Q", format=".2%")],
        )
        .properties(height=260)
    )


def describe(rows: list[Row]) -> str:
    """Typical size of the cosine, beside chance."""
    first = rows[0]
    angle = np.degrees(np.arccos(first["typical"]))
    return (
        f"The typical size of the cosine (root mean square) is {first['typical']:.3f}, an angle of {angle:.0f} degrees; for "
        f"random directions it is {first['random']:.3f}."
    )
