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
                "relative": round(float(singular[i] / singular[0]), 6),
                "kept": round(float(share[i]), 5),
            }
            for i in range(min(SHOWN, len(singular) - 1))
        ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=alt.X("direction:Q", title="direction, strongest first"),
            y=alt.Y("relative:Q", title="singular value / the first", scale=alt.Scale(type="log")),
            color=alt.Color("table:N", title=None, sort=None),
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
        need[name] = str(enough[0]) if enough else f"more than {len(of_table)}"
    return (
        f"To keep nine tenths of the variance, the learned table needs {need[LEARNED]} directions and the "
        f"sinusoidal one {need[FIXED]}."
    )
