"""How often the token is still the nearest row when its position is added.

For each position p, the share of a sample of tokens t whose nearest row to wte[t] + wpe[p] is that of t, or a near copy of
it (cosine above 0.99).
"""

import itertools

import altair as alt
import numpy as np
import numpy.typing as npt

from scripts.charts import Row
from scripts.geometry import Array, norms
from scripts.tables import Tables

PAGE = "input"
SAMPLE, COPY = 200, 0.99


def build(tables: Tables) -> alt.Chart:
    """Two lines, one for each way to say "nearest"."""
    tokens = np.linspace(0, tables.n_vocab - 1, SAMPLE).astype(int)
    word = tables.wte[tokens] @ tables.wte.T  # (tokens, n_vocab)
    found: dict[str, Array] = dict.fromkeys(("by cosine", "by distance"), np.empty(0))
    for start, end in itertools.pairwise(borders(tables.n_ctx)):
        for name, share in survivals(tables.wte, tables.wpe[start:end], tokens, word).items():
            found[name] = np.append(found[name], share)
    values = [
        {"nearest": name, "position": p, "share": round(float(value), 4), "tokens": SAMPLE}
        for name, share in found.items()
        for p, value in enumerate(share)
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(strokeWidth=1.5)
        .encode(
            x=alt.X(
                "position:Q",
                title="position p (log scale after 1)",
                scale=alt.Scale(type="symlog", constant=1, nice=False),
                axis=alt.Axis(values=[0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
            ),
            y=alt.Y(
                "share:Q",
                title="share of tokens found again",
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=alt.Color("nearest:N", title=None, sort=None),
            strokeDash=alt.StrokeDash("nearest:N", title=None, sort=None),
            tooltip=["nearest:N", "position:Q", alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(height=280)
    )


def borders(n_ctx: int) -> list[int]:
    """Where blocks of positions begin, and the end: small at the start of the table, and its odd last row alone."""
    return sorted({0, 1, 4, 16, 64, *range(256, n_ctx, 256), n_ctx - 1, n_ctx})


def survivals(wte: Array, wpe: Array, tokens: npt.NDArray[np.int64], word: Array) -> dict[str, Array]:
    """Share of ``tokens`` found again at some positions, exactly, though not every row is scored at every position.

    Both scores of row j for token t at position p are a sum of a part of (t, j) and a part of (p, j); so a row that cannot
    reach the token's own lowest score with its best part of (p, j) is left out.

    Args:
        wte: (n_vocab, n_embd).
        wpe: (positions, n_embd).
        tokens: (tokens,), their IDs.
        word: (tokens, n_vocab), their rows times all rows.

    Returns:
        (positions,) for the cosine and for the Euclidean distance.
    """
    length = norms(wte)  # (n_vocab,)
    place = wte @ wpe.T  # (n_vocab, positions)
    found: dict[str, Array] = {}
    for name, scale, shift in (
        ("by cosine", length, 0 * length),
        ("by distance", 1 + 0 * length, length**2 / 2),
    ):
        part = place / scale[:, None]
        best = part.max(axis=1)
        share = np.zeros(len(wpe))
        for token, dots in zip(tokens, word, strict=True):
            scores = dots / scale - shift  # (n_vocab,)
            own = scores[token] + part[token]  # (positions,)
            rivals = np.flatnonzero(scores + best >= own.min())
            nearest = rivals[np.argmax(scores[rivals, None] + part[rivals], axis=0)]  # (positions,)
            alike = wte[nearest] @ wte[token] / (length[nearest] * length[token])
            share += (nearest == token) | (alike > COPY)
        found[name] = share / len(tokens)
    return found


def describe(rows: list[Row]) -> str:
    """First position, worst position, and how many positions lose nothing."""
    by_cosine = [row for row in rows if row["nearest"] == "by cosine"]
    worst = min(by_cosine, key=lambda row: float(row["share"]))
    whole = sum(row["share"] == 1 for row in by_cosine)
    return (
        f"By cosine, {by_cosine[0]['share']:.1%} of {rows[0]['tokens']} tokens (or a near copy) are found again at position 0; the fewest at "
        f"position {worst['position']} ({worst['share']:.1%}); at {whole:,} of {len(by_cosine):,} positions all of them."
    )
