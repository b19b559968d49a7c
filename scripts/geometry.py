"""Lengths, angles and neighbours: pure functions on arrays.

Ties are broken by the lower row number everywhere, so that a ranking is one fact and not a matter of luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
Metric = Literal["cosine", "dot", "euclidean"]


def norms(rows: Array) -> Array:
    """Euclidean length of each row: (n, d) -> (n,), in the dtype of ``rows``, without a copy of the table."""
    return np.sqrt(np.einsum("nd,nd->n", rows, rows))


def cosine(a: Array, b: Array) -> Array:
    """Cosine similarity of every row of ``a`` with every row of ``b``.

    Args:
        a: (n, d).
        b: (m, d).

    Returns:
        (n, m), each in [-1, 1]; 0 where a row has no length, since it then has no direction.
    """
    return np.clip(_unit(a) @ _unit(b).T, -1, 1)


def _unit(rows: Array) -> Array:
    length = norms(rows)[:, None]
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)


def scores(rows: Array, query: Array, metric: Metric = "cosine", row_norms: Array | None = None) -> Array:
    """How near each row is to ``query``; greater is nearer.

    Args:
        rows: (n, d).
        query: (d,).
        metric: ``cosine``; ``dot``, the inner product; ``euclidean``, the distance with its sign turned.
        row_norms: ``norms(rows)`` where the caller has them already: they do not depend on the query.

    Returns:
        (n,).

    Raises:
        ValueError: for another metric.
    """
    dot: Array = rows @ query
    if metric == "dot":
        return dot
    length = norms(rows) if row_norms is None else row_norms
    query_length = float(np.sqrt(query @ query))
    if metric == "cosine":
        scale = length * query_length
        return np.divide(dot, scale, out=np.zeros_like(dot), where=scale > 0)
    if metric == "euclidean":
        # |r - q|² = |r|² - 2 r·q + |q|², which needs no copy of the table; rounding can leave it just below zero
        return -np.sqrt(np.maximum(length * length - 2 * dot + query_length**2, 0))
    raise ValueError(f"metric is 'cosine', 'dot' or 'euclidean', not {metric!r}")


@dataclass(frozen=True)
class Neighbours:
    """Rows in order of nearness: ``ids`` int64 (k,), ``scores`` (k,)."""

    ids: npt.NDArray[np.int64]
    scores: Array


def nearest(
    rows: Array,
    query: Array,
    k: int,
    metric: Metric = "cosine",
    *,
    without: tuple[int, ...] = (),
    row_norms: Array | None = None,
) -> Neighbours:
    """The ``k`` rows nearest to ``query``, exactly: every row is compared.

    Args:
        rows: (n, d).
        query: (d,).
        k: how many; fewer come back where the table has fewer.
        metric: see ``scores``.
        without: row numbers that may not be among them, such as the inputs of an analogy.
        row_norms: see ``scores``.
    """
    score = scores(rows, query, metric, row_norms)
    if without:
        score[list(without)] = -np.inf
    k = min(k, len(score) - len(set(without)))
    if k <= 0:
        return Neighbours(np.empty(0, np.int64), score[:0])
    threshold = np.partition(score, len(score) - k)[len(score) - k]
    candidates = np.flatnonzero(
        score >= threshold
    )  # ties at the threshold included, so that the lower ID wins
    order = candidates[np.lexsort((candidates, -score[candidates]))][:k]
    return Neighbours(order, score[order])


def rank(score: Array, row: int, without: tuple[int, ...] = ()) -> int:
    """The place of ``row`` in the ranking by ``score`` (n,), from 1; rows in ``without`` do not count."""
    ahead = (score > score[row]) | ((score == score[row]) & (np.arange(len(score)) < row))
    ahead[list(without)] = False
    return int(np.count_nonzero(ahead)) + 1


@dataclass(frozen=True)
class Principal:
    """Principal components of centred rows.

    Attributes:
        directions: (k, d), orthonormal, of greatest variance first; the largest entry of each is positive.
        coordinates: (n, k), the centred rows in those directions.
        share: (k,), the part of the variance along each; all d of them add up to 1.
    """

    directions: Array
    coordinates: Array
    share: Array


def principal_components(rows: Array, k: int) -> Principal:
    """The first ``k`` principal components of ``rows`` (n, d), in float64.

    By the eigenvectors of the smaller of the two Gram matrices, so that 50,257 x 768 costs one product.

    Raises:
        ValueError: if ``k`` is more than there are rows or columns.
    """
    n, d = rows.shape
    if not 0 < k <= min(n, d):
        raise ValueError(f"k is between 1 and {min(n, d)}, not {k}")
    centred = np.asarray(rows, np.float64) - np.mean(rows, axis=0, dtype=np.float64)
    total = float(np.einsum("nd,nd->", centred, centred))
    if d <= n:
        _, vectors = np.linalg.eigh(centred.T @ centred)
        directions = vectors[:, ::-1][:, :k].T
    else:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        directions = (vectors[:, ::-1][:, :k].T @ centred) / np.sqrt(np.maximum(values[::-1][:k], 1e-300))[
            :, None
        ]
    # an eigenvector's sign is free; pin it, so that two machines draw the same map
    pivot = np.argmax(np.abs(directions), axis=1)
    directions = directions * np.sign(directions[np.arange(k), pivot])[:, None]
    coordinates = centred @ directions.T
    share = np.einsum("nk,nk->k", coordinates, coordinates) / total if total else np.zeros(k)
    return Principal(directions, coordinates, share)


def products(rows: Array, queries: Array, block: int = 4096) -> Array:
    """Inner product of every row with every query in float64, without a float64 copy of the table.

    Args:
        rows: (n, d).
        queries: (m, d).
        block: rows at a time.

    Returns:
        float64 (n, m).
    """
    queries = np.asarray(queries, np.float64)
    out = np.empty((len(rows), len(queries)))
    for start in range(0, len(rows), block):
        np.matmul(
            np.asarray(rows[start : start + block], np.float64), queries.T, out=out[start : start + block]
        )
    return out


def exact_norms(rows: Array, block: int = 4096) -> Array:
    """Euclidean length of each row in float64: (n, d) -> (n,), without a float64 copy of the table."""
    return np.concatenate(
        [norms(np.asarray(rows[start : start + block], np.float64)) for start in range(0, len(rows), block)]
    )
