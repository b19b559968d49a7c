"""Claims of the page "Where the token sits"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scripts import geometry
from scripts import positions as encodings
from scripts.claims import measures
from scripts.claims.claim import BRIEF, GPT2_ONLY, Finding, Source, claim, from_facts, graded
from scripts.claims.once import once
from scripts.geometry import Array

if TYPE_CHECKING:
    from scripts.tables import Tables

SIMON = from_facts("James Simon", "https://james-simon.github.io/blog/gpt2-positional-encs")


@claim(source=BRIEF)
def dog_bites_man_needs_positions(tables: Tables) -> Finding:
    """Without positions, “ dog bites man” and “ man bites dog” are the same rows, only in another order.

    Each text with its leading space. Holds if their rows of `wte` are the same but for their order, and with the positions'
    rows added they are not.
    """
    texts = (" dog bites man", " man bites dog")
    one, other = (tables.encoding.encode_ordinary(text) for text in texts)
    bare = sorted(one) == sorted(other)
    given = [
        {(tables.wte[token] + tables.wpe[p]).tobytes() for p, token in enumerate(ids)} for ids in (one, other)
    ]
    shared = len(given[0] & given[1])
    start = [tables.encoding.encode_ordinary(text.strip()) for text in texts]
    return Finding(
        graded(bare and one != other and given[0] != given[1]),
        f"The IDs are {one} and {other}. With positions, {shared} of {len(one)} vectors are the same. Without the leading space the "
        f"IDs are {start[0]} and {start[1]}, which are {'the same' if sorted(start[0]) == sorted(start[1]) else 'not even the same'} "
        "tokens.",
        {"shared": f"{shared}", "of": f"{len(one)}"},
    )


@claim(source=BRIEF, needs=("wpe",))
def no_two_positions_are_equal(tables: Tables) -> Finding:
    """Every position has a row of its own.

    Holds if no two rows of `wpe` are equal, and the nearest two are further apart than float32 rounding.
    """
    wpe = np.asarray(tables.wpe, np.float64)
    squares = np.einsum("nd,nd->n", wpe, wpe)
    apart = squares[:, None] + squares - 2 * wpe @ wpe.T
    np.fill_diagonal(apart, np.inf)
    one, other = divmod(int(apart.argmin()), len(wpe))
    least = float(np.linalg.norm(wpe[one] - wpe[other]))
    return Finding(
        graded(least > 1e-5),
        f"Of {tables.n_ctx:,} rows the two nearest are those of positions {one} and {other}, {least:.3f} apart.",
        {"least": f"{least:.3f}"},
    )


@claim(needs=("wpe",))
def near_positions_have_similar_rows(tables: Tables) -> Finding:
    """Positions that stand near each other have similar rows, and the similarity falls with distance.

    Mean cosine over all pairs at a distance. Holds if it falls at every step from neighbours to a quarter of the context;
    partly if neighbours are more similar than positions a quarter apart.
    """
    mean, _, _ = encodings.similarity_by_distance(tables.wpe)
    quarter = tables.n_ctx // 4
    falls = bool(np.all(np.diff(mean[1 : quarter + 1]) < 0))
    return Finding(
        graded(falls, bool(mean[1] > mean[quarter])),
        f"It is {mean[1]:.3f} for neighbours, {mean[quarter // 4]:.3f} at a distance of {quarter // 4} and {mean[quarter]:.3f} at "
        f"{quarter}.",
        {"neighbours": f"{mean[1]:.3f}", "quarter": f"{mean[quarter]:.3f}"},
    )


@claim(needs=("wpe",))
def formula_knows_only_distance(tables: Tables) -> Finding:
    """In the sinusoidal table similarity depends on the distance alone; in a learned table also on where the two stand.

    The spread (greatest minus least cosine) among all pairs at one distance, for distances up to half the context. Holds if it
    is below 1e-9 everywhere in the sinusoidal table and above 0.05 somewhere in the learned one.
    """
    half = tables.n_ctx // 2
    spreads = []
    for table in (encodings.sinusoidal(tables.n_ctx, tables.n_embd), tables.wpe):
        _, least, greatest = encodings.similarity_by_distance(table)
        spreads.append(float((greatest - least)[:half].max()))
    fixed, learned = spreads
    return Finding(
        graded(fixed < 1e-9 and learned > 0.05, fixed < 1e-9),
        f"The greatest spread is {fixed:.0e} in the sinusoidal table and {learned:.3f} in the learned one.",
        {"learned": f"{learned:.3f}"},
    )


@once
def _components(tables: Tables) -> geometry.Principal:
    return geometry.principal_components(np.asarray(tables.wpe), 3)


@claim(source=from_facts("qvWP3aBDBaqXvPNhS"), models=GPT2_ONLY, needs=("wpe",))
def positions_are_a_helix(tables: Tables) -> Finding:
    """GPT-2's positional embedding matrix is a helix.

    The first three principal components of `wpe`. Holds if they have at least 80 % of the variance, if around the first two the
    rows turn evenly (a straight line of angle against position explains at least 95 % of the angles' variance: R² ≥ 0.95) by
    more than one whole turn, and if along the third they advance (correlation with the position ≥ 0.9 in size); partly if two
    of the three.
    """
    found = _components(tables)
    inner = slice(1, tables.n_ctx - 1)  # the first and the last row are odd, which is another claim
    x, y, z = found.coordinates[inner].T
    position = np.arange(tables.n_ctx)[inner]
    angle = np.unwrap(np.angle(x + 1j * y))
    even = float(np.corrcoef(angle, position)[0, 1]) ** 2
    turns = abs(float(np.polyfit(position, angle, 1)[0])) * tables.n_ctx / (2 * np.pi)
    advance = abs(float(np.corrcoef(z, position)[0, 1]))
    share = float(found.share.sum())
    true = [share >= 0.8, even >= 0.95 and turns > 1, advance >= 0.9]
    return Finding(
        graded(all(true), sum(true) == 2),
        f"The three have {share:.1%} of the variance. Around the first two the rows turn {turns:.1f} times (R² {even:.3f}); the "
        f"third follows the position (correlation {advance:.3f}).",
        {
            "share": f"{share:.1%}",
            "turns": f"{turns:.1f}",
            "even": f"{even:.3f}",
            "advance": f"{advance:.3f}",
        },
    )


@once
def _singular(tables: Tables) -> tuple[Array, Array]:
    left, values, _ = np.linalg.svd(np.asarray(tables.wpe, np.float64), full_matrices=False)
    return left, values


@claim(source=SIMON, models=GPT2_ONLY, needs=("wpe",))
def thirty_directions_hold_positions(tables: Tables) -> Finding:
    """About 30 singular directions capture GPT-2's whole position table.

    Holds if the first 30 of all singular directions have at least 99.5 % of the squared length, and the first 3 less than that;
    partly if they have 95 %.
    """
    _, values = _singular(tables)
    share = np.cumsum(values**2) / np.sum(values**2)
    needed = {level: int(np.searchsorted(share, level)) + 1 for level in (0.9, 0.99, 0.999)}
    return Finding(
        graded(bool(share[29] >= 0.995 > share[2]), bool(share[29] >= 0.95)),
        f"The first 30 of {len(values)} have {share[29]:.2%}; "
        + measures.listed([f"{level:.1%} takes {count}" for level, count in needed.items()])
        + ".",
        {"share of 30": f"{share[29]:.2%}"} | {f"{level:.1%}": f"{count}" for level, count in needed.items()},
    )


@claim(source=SIMON, models=GPT2_ONLY, needs=("wpe",))
def top_singular_vectors_are_waves(tables: Tables) -> Finding:
    """The top left singular vectors of GPT-2's position table are close to sinusoids.

    Each of the first ten is fitted with one sine wave (any frequency, phase and offset, over positions 1 to the last but one).
    Holds if the fit explains at least 80 % of the variance of all ten; partly if of the first three.
    """
    left, _ = _singular(tables)
    fits = [_best_wave(vector) for vector in left[1:-1, :10].T]
    explained = np.array([share for share, _ in fits])
    return Finding(
        graded(bool(explained.min() >= 0.8), bool(explained[:3].min() >= 0.8)),
        "One wave explains, of the first ten in turn, "
        + measures.listed([f"{share:.0%} ({waves:.1f} waves over the context)" for share, waves in fits])
        + ".",
        {"mean": f"{explained.mean():.0%}", "least": f"{explained.min():.0%}"},
    )


def _best_wave(vector: Array) -> tuple[float, float]:
    """The share of a vector's variance that the best sine wave explains, and its waves over the whole length."""
    place = np.arange(len(vector)) / len(vector)
    total = float(np.sum((vector - vector.mean()) ** 2))
    best = (0.0, 0.0)
    for waves in np.arange(0.1, 30.01, 0.1):
        angle = 2 * np.pi * waves * place
        basis = np.stack([np.ones_like(angle), np.sin(angle), np.cos(angle)], axis=1)  # (n, 3)
        orthonormal, _ = np.linalg.qr(basis)
        fitted = orthonormal @ (orthonormal.T @ vector)
        best = max(best, (1 - float(np.sum((vector - fitted) ** 2)) / total, float(waves)))
    return best


@claim(models=GPT2_ONLY, needs=("wpe",))
def position_0_has_the_longest_row(tables: Tables) -> Finding:
    """Position 0 has the longest row of all.

    Holds if it is the longest by more than half of the next; partly if it is the longest.
    """
    lengths = geometry.norms(tables.wpe)
    others = int(lengths[1:].argmax()) + 1
    return Finding(
        graded(bool(lengths[0] > 1.5 * lengths[others]), bool(lengths[0] > lengths[others])),
        f"It is {lengths[0]:.2f} long; the next, at position {others}, {lengths[others]:.2f}; the median is "
        f"{np.median(lengths):.2f}.",
        {
            "first": f"{lengths[0]:.2f}",
            "next": f"{lengths[others]:.2f}",
            "median": f"{np.median(lengths):.2f}",
        },
    )


@claim(models=GPT2_ONLY, needs=("wpe",))
def last_position_was_hardly_trained(tables: Tables) -> Finding:
    """The last position's row is odd: its length is close to zero, as if it had never been trained.

    Holds if it is shorter than a tenth of the median row; partly if it is the shortest.
    """
    lengths = geometry.norms(tables.wpe)
    last, median = float(lengths[-1]), float(np.median(lengths))
    return Finding(
        graded(last < median / 10, bool(lengths.argmin() == len(lengths) - 1)),
        f"Row {tables.n_ctx - 1} is {last:.3f} long, the one before {lengths[-2]:.3f}; the median is {median:.3f}.",
        {"last": f"{last:.3f}", "before": f"{lengths[-2]:.3f}", "median": f"{median:.3f}"},
    )


@claim(source=from_facts("4fR5FrdhcNtSjrBnB"), models=GPT2_ONLY, needs=("tokenizer", "wte", "wpe"))
def positions_are_orthogonal_to_tokens(tables: Tables) -> Finding:
    """Position rows are nearly orthogonal to token rows: the largest cosine is 0.15, on a glitch token.

    All positions against all tokens, each row with its own mean taken off, which is what centring does (folding LayerNorm
    changes neither table). Holds if the greatest cosine is 0.15 to the digits published; partly if it is below 0.3.
    """
    found = measures.crossed(tables)
    return Finding(
        graded(abs(found.greatest - 0.15) < 0.005, found.greatest < 0.3),
        f"The greatest is {found.greatest:.3f}, of position {found.position} with {measures.shown(tables, found.token)} (ID "
        f"{found.token}); the mean size over all pairs is {found.mean:.4f}.",
        {"greatest": f"{found.greatest:.3f}", "mean": f"{found.mean:.4f}"},
    )


@claim(
    source=Source(
        "a question from a reader of transformers' code",
        "published",
        "https://github.com/huggingface/transformers/issues/7529",
    ),
    needs=("wte", "wpe"),
)
def some_columns_are_for_positions(tables: Tables) -> Finding:
    """Some of the columns are for the position, the others for the word.

    The columns in which positions vary more than words do are the position's. Holds if they have at least 90 % of the positions'
    variance and there is hardly any of the words' in them (less than a tenth of an average column's); partly if 50 % of the
    positions' variance.
    """
    words, positions = tables.wte.var(axis=0), tables.wpe.var(axis=0)
    own = positions > words
    share = float(positions[own].sum() / positions.sum())
    left = float(words[own].mean() / words.mean()) if own.any() else 0.0
    return Finding(
        graded(share >= 0.9 and left < 0.1, share >= 0.5),
        f"In {int(own.sum())} of {tables.n_embd} columns positions vary more than words. They have {share:.0%} of the positions' "
        f"variance, and the words vary in them {left:.1f} times as much as in an average column.",
        {"columns": f"{int(own.sum())}", "share": f"{share:.0%}", "words": f"{left:.1f}"},
    )
