"""Near the middle of the table, and like an unused byte.

Distance of a row from the mean row against its indicator; the rows lowest on the indicator, those nearest to the middle, and
an even sample of all others.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.charts.unlearned_indicator import indicator
from scripts.geometry import scores
from scripts.tables import Tables

PAGE = "unlearned"
SAMPLE, ENDS = 400, 60
GLITCH = (
    " SolidGoldMagikarp",
    "StreamerBot",
    " externalToEVA",
    "oreAndOnline",
    " RandomRedditorWithNo",
    " petertodd",
)


def build(tables: Tables) -> alt.Chart:
    """Points; single bytes, famous glitch tokens and all others differ in colour and shape."""
    found = indicator(tables)
    mean = tables.wte.mean(axis=0, dtype=np.float64).astype(np.float32)
    distance = -scores(tables.wte, mean, "euclidean")
    famous = [ids[0] for text in GLITCH if len(ids := tables.encoding.encode(text)) == 1]
    sample = np.linspace(0, tables.n_vocab - 1, SAMPLE).astype(int)
    ends = np.argsort(found, kind="stable")[:ENDS], np.argsort(distance, kind="stable")[:ENDS]
    names = {
        int(i): tables.encoding.decode_single_token_bytes(int(i))
        for i in {*famous, *sample, *ends[0], *ends[1]}
    }
    values = [
        {"token": repr(name.decode("utf-8", "backslashreplace"))[:24], "id": i,
         "kind": "famous glitch tokens" if i in famous else "single bytes" if len(name) == 1 else "others",
         "distance": round(float(distance[i]), 4), "indicator": round(float(found[i]), 5),
         "both": len({*map(int, ends[0])} & {*map(int, ends[1])})}
        for i, name in sorted(names.items())
    ]  # fmt: skip
    kinds = ["others", "single bytes", "famous glitch tokens"]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_point()
        .encode(
            x=alt.X("distance:Q", title="distance from the mean row", scale=alt.Scale(zero=False)),
            y=alt.Y("indicator:Q", title="indicator"),
            color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds)),
            shape=alt.Shape(
                "kind:N", title=None, scale=alt.Scale(domain=kinds, range=["circle", "square", "diamond"])
            ),
            size=alt.condition(f"datum.kind === '{kinds[-1]}'", alt.value(90), alt.value(28)),
            tooltip=["token:N", "id:Q", "distance:Q", "indicator:Q"],
        )
        .properties(height=340)
    )


def describe(rows: list[Row]) -> str:
    """How far both lists agree."""
    return f"Of the {ENDS} rows nearest to the mean row, {rows[0]['both']} are also among the {ENDS} lowest on the indicator."
