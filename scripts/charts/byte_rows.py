"""The 256 byte tokens, and which of them are like the unused ones.

Each cell is a byte, its first hexadecimal digit down and its second across; the colour is the indicator of its row.
"""

import altair as alt

from scripts.charts import Row
from scripts.charts.unlearned_indicator import indicator
from scripts.tables import Tables

PAGE = "unlearned"
LOW = 0.1


def build(tables: Tables) -> alt.Chart:
    """A square of 16 by 16; dark is near the unused bytes."""
    found = indicator(tables)
    values = [
        {"byte": f"0x{byte:02X}", "first": f"{byte >> 4:X}_", "second": f"_{byte & 15:X}",
         "id": (token := tables.encoding.encode_single_token(bytes([byte]))),
         "indicator": round(float(found[token]), 5)}
        for byte in range(256)
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=values))
        .mark_rect()
        .encode(
            x=alt.X(
                "second:O", title="second digit of the byte", axis=alt.Axis(labelAngle=0, labelOverlap=False)
            ),
            y=alt.Y("first:O", title="first digit", axis=alt.Axis(labelOverlap=False)),
            color=alt.Color(
                "indicator:Q",
                title="indicator",
                scale=alt.Scale(domain=[0, max(1.0, float(found.max()))], scheme="viridis"),
            ),
            tooltip=["byte:N", "id:Q", "indicator:Q"],
        )
        .properties(height=300)
    )


def describe(rows: list[Row]) -> str:
    """How many are low, and which of ASCII."""
    low = [row["byte"] for row in rows if row["indicator"] < LOW]
    plain = [byte for byte in low if int(byte, 16) < 0x80]
    return (
        f"{len(low)} of the 256 rows have an indicator below {LOW}, {len(plain)} of them among the bytes 0x00 to 0x7F"
        + (f": {', '.join(plain[:8])}{' …' if len(plain) > 8 else ''}." if plain else ".")
    )
