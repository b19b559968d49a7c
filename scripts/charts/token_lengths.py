"""How long the tokens are, in bytes.

Every token of the vocabulary, with and without a space in front; the special token has no bytes and is left out.
"""

import altair as alt
import numpy as np

from scripts.charts import Row
from scripts.tables import Tables

PAGE = "tokens"
LAST = 12  # longer ones share a bar
SPACED, BARE = "a space in front", "no space in front"


def build(tables: Tables) -> alt.Chart:
    """Bars, stacked."""
    names = [tables.encoding.decode_single_token_bytes(i) for i in range(tables.encoding.eot_token)]
    median = float(np.median([len(name) for name in names]))
    longest = max(map(len, names))
    values = [
        {"bytes": f"{length}+" if length == LAST else str(length), "kind": kind,
         "tokens": sum(min(len(name), LAST) == length and name.startswith(b" ") == (kind == SPACED) for name in names),
         "median": median, "longest": longest}
        for length in range(1, LAST + 1)
        for kind in (SPACED, BARE)
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X(
                "bytes:O",
                sort=None,
                title="bytes of the token",
                axis=alt.Axis(labelAngle=0, labelOverlap=False),
            ),
            y=alt.Y("tokens:Q", title="tokens"),
            color=alt.Color("kind:N", title=None, sort=None),
            tooltip=["bytes:O", "kind:N", alt.Tooltip("tokens:Q", format=",")],
        )
        .properties(height=260)
    )


def describe(rows: list[Row]) -> str:
    """Median, longest, and the share with a space."""
    tokens = sum(row["tokens"] for row in rows)
    spaced = sum(row["tokens"] for row in rows if row["kind"] == SPACED)
    return (
        f"Half of the tokens have at most {rows[0]['median']:.0f} bytes, the longest has {rows[0]['longest']}; "
        f"{spaced / tokens:.0%} begin with a space."
    )
