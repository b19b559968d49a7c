"""How fast the directions run out: singular values of wpe and of the sinusoidal table.

Each as a part of the first; both tables centred.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.positions import sinusoidal
from scripts.tables import Tables

PAGE = "positions"
SHOWN = 64
LEAST = 1e-5  # below this part of the first, a singular value is what rounding left
LEARNED, FIXED = "learned (wpe)", "sinusoidal"


def build(tables: Tables) -> alt.Chart:
    """Two falling lines on a logarithmic scale."""
    values = []
    for name, table in ((LEARNED, tables.wpe), (FIXED, sinusoidal(tables.n_ctx, tables.n_embd))):
        centred = np.asarray(table, np.float64) - table.mean(axis=0)
        singular = np.linalg.svd(centred, compute_uv=False)
        share = np.cumsum(singular**2) / np.sum(singular**2)
        values += [
            {
                "table": name,
                "direction": i + 1,
                "relative": float(f"{singular[i] / singular[0]:.4g}"),
                "kept": round(float(share[i]), 5),
            }
            for i in range(min(SHOWN, len(singular)))
            if singular[i] > LEAST * singular[0]
        ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=alt.X(
                "direction:Q",
                title="direction, strongest first",
                scale=alt.Scale(nice=False),
                axis=alt.Axis(tickCount=6),
            ),
            y=alt.Y(
                "relative:Q",
                title="singular value, as a part of the first",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format="~g"),
            ),
            color=alt.Color("table:N", title=None, sort=None, legend=alt.Legend(symbolType="stroke")),
            strokeDash=alt.StrokeDash("table:N", title=None, sort=None),
            tooltip=["table:N", "direction:Q", "relative:Q", alt.Tooltip("kept:Q", format=".1%")],
        )
        .properties(height=300)
    )


def describe(rows: list[Row]) -> str:
    """How many directions keep nine tenths of the variance."""
    need = {}
    for name in (LEARNED, FIXED):
        of_table = [row for row in rows if row["table"] == name]
        enough = [row["direction"] for row in of_table if row["kept"] >= 0.9]
        count = str(enough[0]) if enough else f"more than {len(of_table)}"
        need[name] = f"{count} direction{'' if count == '1' else 's'}"
    return (
        f"To keep nine tenths of the variance, the learned table needs {need[LEARNED]} and the sinusoidal one "
        f"{need[FIXED]}."
    )
