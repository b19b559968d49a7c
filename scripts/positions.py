"""Position encodings: the fixed ones by formula, and what any table of positions can be asked.  Pure functions."""

from __future__ import annotations

import numpy as np

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
