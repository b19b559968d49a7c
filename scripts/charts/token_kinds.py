"""What the vocabulary is made of.

Each token counted once, by the first kind that fits; letters and digits of any script count.
"""

import altair as alt

from scripts.charts import Row
from scripts.tables import Tables

PAGE = "tokens"
KINDS = (
    "space + letters",
    "letters only",
    "digits",
    "signs and mixtures",
    "cut characters",
    "single bytes",
    "special",
)


def build(tables: Tables) -> alt.TopLevelMixin:
    """Bars with their counts written at the end, since the smallest is a single token."""
    names = [tables.encoding.decode_single_token_bytes(i) for i in range(tables.encoding.eot_token)]
    kinds = [kind(name) for name in names] + ["special"]
    values: list[Row] = [{"kind": name, "tokens": kinds.count(name)} for name in KINDS]
    most = max(row["tokens"] for row in values)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "tokens:Q", title="tokens", scale=alt.Scale(domain=[0, most * 1.2]), axis=alt.Axis(tickCount=4)
        ),
        y=alt.Y("kind:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
        tooltip=["kind:N", alt.Tooltip("tokens:Q", format=",")],
    )
    number = base.mark_text(align="left", dx=4).encode(text=alt.Text("tokens:Q", format=","))
    return alt.layer(base.mark_bar(), number).properties(height=26 * len(KINDS))


def kind(name: bytes) -> str:
    """The kind of a token that has bytes: one of ``KINDS``."""
    if len(name) == 1:
        return "single bytes"
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return "cut characters"
    if text.isalpha():
        return "letters only"
    if text[0] == " " and text[1:].isalpha():
        return "space + letters"
    return "digits" if text.strip().isdecimal() else "signs and mixtures"


def describe(rows: list[Row]) -> str:
    """The largest kind, and what it leaves."""
    total = sum(row["tokens"] for row in rows)
    top = max(rows, key=lambda row: int(row["tokens"]))
    cut = next(row["tokens"] for row in rows if row["kind"] == "cut characters")
    return (
        f"Of {total:,} tokens {top['tokens']:,} ({top['tokens'] / total:.0%}) are of the kind “{top['kind']}”, letters of any alphabet; "
        f"{cut} begin or end within a character, so they are not text by themselves."
    )
