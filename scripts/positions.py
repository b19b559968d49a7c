"""Position encodings: the fixed ones by formula, and what any table of positions can be asked.  Pure functions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scripts.geometry import Array, cosine


def sinusoidal(n_ctx: int, n_embd: int, base: float = 10_000.0) -> Array:
    """The fixed position table of the original Transformer.

    ``table[p, 2i] = sin(p / base**(2i / n_embd))`` and ``table[p, 2i + 1] = cos(the same)``: Vaswani et al., "Attention
    Is All You Need", 2017, section 3.5.

    Returns:
        float64 (n_ctx, n_embd).

    Raises:
        ValueError: if ``n_embd`` is odd, since sines and cosines come in pairs.
    """
    if n_embd % 2:
        raise ValueError(f"n_embd must be even, not {n_embd}")
    frequency = base ** (-np.arange(0, n_embd, 2) / n_embd)  # (n_embd / 2,)
    angle = np.arange(n_ctx)[:, None] * frequency  # (n_ctx, n_embd / 2)
    table = np.empty((n_ctx, n_embd))
    table[:, 0::2] = np.sin(angle)
    table[:, 1::2] = np.cos(angle)
    return table


def similarity_by_distance(table: Array) -> tuple[Array, Array, Array]:
    """Cosine similarity of two positions as a function of how far apart they stand.

    Args:
        table: (n_ctx, n_embd).

    Returns:
        Mean, least and greatest cosine over all pairs at distance 0 … n_ctx - 1: three arrays (n_ctx,).
    """
    similarity = cosine(table, table)
    diagonals = [np.diagonal(similarity, distance) for distance in range(len(table))]
    return (
        np.array([d.mean() for d in diagonals]),
        np.array([d.min() for d in diagonals]),
        np.array([d.max() for d in diagonals]),
    )


def rotary(vectors: Array, positions: Array, base: float = 10_000.0) -> Array:
    """Vectors turned by their positions, as rotary position embedding does to queries and keys.

    The pair (2i, 2i + 1) of the vector at position p is turned by the angle ``p / base**(2i / d)``: Su et al., "RoFormer:
    Enhanced Transformer with Rotary Position Embedding", 2021, section 3.2.

    Args:
        vectors: (n, d), d even.
        positions: (n,).
        base: as for ``sinusoidal``; the angles are the same.

    Returns:
        float64 (n, d); each row as long as it was.

    Raises:
        ValueError: if d is odd.
    """
    n, d = vectors.shape
    if d % 2:
        raise ValueError(f"the width must be even, not {d}")
    angle = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)  # (n, d / 2)
    cosine_, sine = np.cos(angle), np.sin(angle)
    even, odd = vectors[:, 0::2], vectors[:, 1::2]
    turned = np.empty((n, d))
    turned[:, 0::2] = even * cosine_ - odd * sine
    turned[:, 1::2] = even * sine + odd * cosine_
    return turned


def waves(table: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """The strongest wave of each dimension over the positions.

    Args:
        table: (n_ctx, d).

    Returns:
        How many times that wave goes up and down over the whole table, int64 (d,), and its part of the dimension's
        variance, (d,), by the discrete Fourier transform of each centred column.
    """
    centred = table - table.mean(axis=0)
    power = np.abs(np.fft.rfft(centred, axis=0)) ** 2  # (n_ctx // 2 + 1, d)
    power[1 : (len(table) + 1) // 2] *= (
        2  # every frequency but the ends stands for itself and its mirror image
    )
    strongest = np.argmax(power[1:], axis=0) + 1
    total = np.maximum(power.sum(axis=0), 1e-300)
    return strongest, power[strongest, np.arange(table.shape[1])] / total
