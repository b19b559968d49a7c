"""Lengths, angles and neighbours: pure functions on arrays.

Ties are broken by the lower row number everywhere, so that a ranking is one fact and not a matter of luck.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
Metric = Literal["cosine", "dot", "euclidean"]


def norms(rows: Array) -> Array:
    """Euclidean length of each row: (n, d) -> (n,), in the dtype of ``rows``, without a copy of the table."""
    length: Array = np.sqrt(np.einsum("nd,nd->n", rows, rows))
    return length


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
        similarity: Array = np.divide(dot, scale, out=np.zeros_like(dot), where=scale > 0)
        return similarity
    if metric == "euclidean":
        # |r - q|² = |r|² - 2 r·q + |q|², which needs no copy of the table; rounding can leave it just below zero
        distance: Array = np.sqrt(np.maximum(length * length - 2 * dot + query_length**2, 0))
        return -distance
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
        values = values[::-1][:k, None]
        directions = vectors[:, ::-1][:, :k].T @ centred
        some = values > 1e-15 * values.max(
            initial=0
        )  # a direction without variance has no length to divide by
        directions = np.divide(
            directions,
            np.sqrt(values, where=some, out=np.ones_like(values)),
            where=some,
            out=np.zeros_like(directions),
        )
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


@dataclass(frozen=True)
class AllNeighbours:
    """Each row's nearest other rows, in order of nearness: ``ids`` int64 (n, k), ``scores`` float32 (n, k)."""

    ids: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


def all_nearest(rows: Array, k: int, metric: Metric = "cosine", *, block: int = 2048) -> AllNeighbours:
    """The ``k`` other rows nearest to each row, exactly: every row is compared with every other.

    Row i is to row j as j is to i, so half the products are enough.  They are made in float32, one tile at a time, and of
    a tile only what can still be among a row's nearest is kept.  Where float32 leaves open which of two rows is nearer,
    float64 decides: the order is that of the exact scores, whatever machine and tile; equal scores go by the lower ID.

    Args:
        rows: (n, d).
        k: how many; at most n - 1 come back.
        metric: see ``scores``.
        block: rows and columns of a tile.  A copy of ``rows`` (two for ``euclidean``), 8 block² and 64 n k bytes are used.

    Raises:
        ValueError: for another metric, or rows with numbers that are not finite or too great for float32.
    """
    n = len(rows)
    k = min(k, n - 1)
    length = exact_norms(rows)
    if not np.isfinite(length).all() or length.max(initial=0) > 1e18:
        raise ValueError(
            "rows should be of finite numbers, and no longer than 1e18, whose square float32 can hold"
        )
    # In an order without meaning, the best so far is a fair sample: about k ln(n / block) rows more come between.
    order = np.random.default_rng(0).permutation(n)
    left, right, size = _screens(rows, length, order, metric)
    if k <= 0:
        return AllNeighbours(np.empty((n, 0), np.int64), np.empty((n, 0), np.float32))
    # A float32 product of d terms is off by less than d roundings of the product of lengths
    # (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1); 10 more for making the terms.
    best = Best(n, k, (rows.shape[1] + 10) * 2.0**-24 * size * size.max(initial=0))
    sift(left, right, order, [(best, None)], block)
    spans = [slice(start, min(start + block, n)) for start in range(0, n, block)]
    found = AllNeighbours(np.empty((n, k), np.int64), np.empty((n, k), np.float32))
    for span in spans:
        found.ids[order[span]], found.scores[order[span]] = best.settled(span, rows, length, order, metric)
    for at in best.crowded():
        screen = right @ left[at]
        screen[at] = -np.inf
        near = order[screen >= np.partition(screen, n - k)[n - k] - 2 * best.doubt[at]]
        score = _exact(rows, length, np.full(len(near), order[at]), near, metric)
        first = np.lexsort((near, -score))[:k]
        found.ids[order[at]], found.scores[order[at]] = near[first], score[first]
    return found


def _screens(
    rows: Array, length: Array, order: npt.NDArray[np.int64], metric: Metric, block: int = 4096
) -> tuple[Array, Array, Array]:
    """Float32 tables, rows in ``order``, whose product ``left @ right.T`` ranks as the metric does; lengths of ``left``."""
    if metric not in ("cosine", "dot", "euclidean"):
        raise ValueError(f"metric is 'cosine', 'dot' or 'euclidean', not {metric!r}")
    n, d = rows.shape
    left = np.empty((n, d + 2 * (metric == "euclidean")), np.float32)
    right = np.empty_like(left) if metric == "euclidean" else left
    for start in range(0, n, block):
        here = slice(start, start + block)
        some, long = rows[order[here]], length[order[here]]
        left[here, :d] = some / np.where(long > 0, long, 1)[:, None] if metric == "cosine" else some
        if metric == "euclidean":  # r·q - |r|²/2 - |q|²/2 = -|r - q|²/2
            right[here, :d] = some
            left[here, d] = right[here, d + 1] = -(long**2) / 2
            left[here, d + 1] = right[here, d] = 1
    return left, right, exact_norms(left)


class Best:
    """Of every row the best scores so far, as keys that sort by greater score, then lower ID.

    Attributes:
        doubt: how far a score of a row may be off.
        keys: (n, width), of which the first ``fill`` of each row count.
        gate: scores below it cannot be among the row's ``k`` best.
    """

    def __init__(self, n: int, k: int, doubt: Array, width: int | None = None):
        self.k, self.doubt, self.width = k, doubt, width or 8 * k
        self.keys = np.full((n, self.width), NONE)
        self.fill = np.zeros(n, np.int64)
        self.gate = np.full(n, np.finfo(np.float32).min)  # of all scores only a row's own, -inf, is below

    def open(self, rows: slice, tile: Array) -> None:
        """Set the gates before anything is kept: each of the ``k`` greatest maxima of groups of columns is some row's score."""
        groups = 4 * self.k
        if tile.shape[1] >= 2 * groups:
            maxima = tile[:, : tile.shape[1] // groups * groups].reshape(len(tile), -1, groups).max(axis=1)
            floor = np.partition(maxima, groups - self.k, axis=1)[:, groups - self.k]
            self.gate[rows] = self._below(floor, self.doubt[rows])

    def take(self, rows: slice, tile: Array, ids: npt.NDArray[np.int64]) -> None:
        """Keep what counts of ``tile``, the scores of ``rows`` with ``ids``."""
        place = np.flatnonzero(tile >= self.gate[rows, None])
        row = place // tile.shape[1]
        self.add(rows, row, ids[place - row * tile.shape[1]], tile.ravel()[place])

    def add(self, rows: slice, row: npt.NDArray[np.int64], ids: npt.NDArray[np.int64], score: Array) -> None:
        """Keep ``score`` of ``ids`` for each ``row`` (of ``rows``, counted from its first, ascending)."""
        start, count = rows.start, np.bincount(row, minlength=rows.stop - rows.start)
        self.tidy(start + np.flatnonzero((count > 0) & (self.fill[rows] + count > self.width)))
        at = np.arange(len(row)) + (self.fill[rows] - np.cumsum(count) + count)[row]
        fits = slice(None) if at.max(initial=0) < self.width else at < self.width
        self.keys[start + row[fits], at[fits]] = _key(score[fits], ids[fits])
        self.fill[rows] += count
        # too many are about equally near: ``crowded`` rows are compared anew
        self.gate[rows][self.fill[rows] > self.width] = np.inf
        self.tidy(start + np.flatnonzero((self.fill[rows] > 2 * self.k) & (self.gate[rows] < np.inf)))

    def tidy(self, rows: npt.NDArray[np.int64]) -> None:
        """Drop of ``rows`` what can no longer be among their ``k`` best, and raise their gates."""
        if not len(rows):
            return
        filled = max(self.k, int(self.fill[rows].max(initial=0)))
        keys = np.sort(self.keys[rows, :filled], axis=1)
        full = self.fill[rows] >= self.k
        floor = self._below(_score(keys[:, self.k - 1]), self.doubt[rows])
        self.gate[rows] = np.where(full, floor, self.gate[rows])
        keys[keys > _key(self.gate[rows], np.array(LAST))[:, None]] = NONE
        self.keys[rows, :filled] = keys
        self.fill[rows] = np.count_nonzero(keys != NONE, axis=1)

    def _below(self, score: Array, doubt: Array) -> Array:
        return np.nextafter((score - 2 * doubt).astype(np.float32), np.float32(-np.inf))

    def crowded(self) -> npt.NDArray[np.int64]:
        """Rows of which more are about equally near than there is room for."""
        return np.flatnonzero(self.fill > self.width)

    def settled(
        self, span: slice, rows: Array, length: Array, order: npt.NDArray[np.int64], metric: Metric
    ) -> tuple[npt.NDArray[np.int64], Array]:
        """IDs and scores of the ``k`` best of the rows at ``order[span]``, each (m, k); nothing that counts of crowded ones."""
        keys = np.sort(self.keys[span], axis=1)[:, : max(self.k, int(self.fill[span].max()))]
        ids, score = (keys & np.uint64(LAST)).astype(np.int64), _score(keys).astype(np.float64)
        score[keys == NONE] = -np.inf
        open_ = np.zeros(keys.shape, bool)
        with np.errstate(invalid="ignore"):
            close = score[:, :-1] - score[:, 1:] <= 2 * self.doubt[span, None]
        open_[:, :-1] |= close
        open_[:, 1:] |= close
        if metric == "euclidean":  # small distances are what the screen is bad at
            open_ |= keys != NONE
        open_[self.fill[span] > self.width] = False
        row, column = np.nonzero(open_)
        score[row, column] = _exact(rows, length, order[span][row], ids[row, column], metric)
        best = np.lexsort((ids, -score), axis=1)[:, : self.k]
        ids, score = np.take_along_axis(ids, best, axis=1), np.take_along_axis(score, best, axis=1)
        return ids, score


#: Scores of rows (first slice) with columns (second) from their products (m, n), made in the room of the same shape that
#: is given, so that the products stay as they are.
Scoring = Callable[[slice, slice, Array, Array], Array]


class _Room:
    """What a thread works in: the system takes longer to give and take back memory than numpy to fill it."""

    def __init__(self, block: int, strip: int):
        self.product = np.empty(block * block, np.float32)
        self.tile = np.empty(strip * block, np.float32)
        self.masks = np.empty((2, strip * block), np.bool_)


def sift(
    left: Array,
    right: Array,
    order: npt.NDArray[np.int64],
    kept: Sequence[tuple[Best, Scoring | None]],
    block: int,
    strip: int = 64,
) -> None:
    """Offer the scores of all pairs of rows, but of none with itself, to each of ``kept``; half the products are made.

    Two threads take a tile of products each; a few rows of it at a time, which stay in the processor's cache, are scored.

    Args:
        left: float32 (n, d).
        right: float32 (n, d): ``left[i] @ right[j]`` is ``left[j] @ right[i]``, but for rounding.
        order: (n,), the ID of each row.
        kept: what keeps the best scores of each row, and how they come from a product: they are it if nothing is given.
        block: rows and columns of a tile.
        strip: rows scored at a time.
    """
    n = len(left)
    block, here, turn = min(block, n), threading.local(), threading.Lock()

    def one(i: slice, j: slice) -> None:
        if not hasattr(here, "room"):
            here.room = _Room(block, strip)
        room: _Room = here.room
        wide = j.stop - j.start
        product = room.product[: (i.stop - i.start) * wide].reshape(-1, wide)
        np.matmul(left[i], right[j].T, out=product)
        passed: list[list[_Passed]] = [[] for _ in kept]
        for start in range(0, len(product), strip):
            part = product[start : start + strip]
            at = slice(i.start + start, i.start + start + len(part))
            tile, *masks = (a[: part.size].reshape(part.shape) for a in (room.tile, *room.masks))
            for (best, scoring), of_best in zip(kept, passed, strict=True):
                score = scoring(at, j, part, tile) if scoring else part
                if i == j:
                    if score is part:
                        np.copyto(tile, part)
                    np.fill_diagonal(tile[:, start:], -np.inf)
                    score = tile
                    best.open(at, score)
                of_best.append(_pass(best, at, j, score, masks, start))
        with turn:
            for (best, _), of_best in zip(kept, passed, strict=True):
                _share(best, i, j, order, of_best)

    spans = [slice(start, min(start + block, n)) for start in range(0, n, block)]
    with ThreadPoolExecutor(2) as pool:
        for pairs in (zip(spans, spans, strict=True), itertools.combinations(spans, 2)):
            list(pool.map(lambda pair: one(*pair), pairs))


#: Places in a tile, by row and column, and the scores there.
_Passed = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]


def _pass(
    best: Best, rows: slice, columns: slice, score: Array, masks: list[npt.NDArray[np.bool_]], down: int
) -> _Passed:
    """Where the scores of ``rows``, ``down`` rows down a tile, with ``columns`` count for the row or the column."""
    mask = np.greater_equal(score, best.gate[rows, None], out=masks[0])
    if rows.start < columns.start:  # else the tile has both ways of each pair
        mask |= np.greater_equal(score, best.gate[columns], out=masks[1])
    place = np.flatnonzero(mask)
    row = place // score.shape[1]
    return row + down, place - row * score.shape[1], score.ravel()[place]


def _share(
    best: Best, rows: slice, columns: slice, order: npt.NDArray[np.int64], passed: list[_Passed]
) -> None:
    row, column, score = (np.concatenate(parts) for parts in zip(*passed, strict=True))
    counts = score >= best.gate[rows][row]
    best.add(rows, row[counts], order[columns][column[counts]], score[counts])
    if rows == columns:
        return
    counts = score >= best.gate[columns][column]
    row, column, score = row[counts], column[counts], score[counts]
    by_column = np.argsort(
        column.astype(np.uint16 if columns.stop - columns.start <= 1 << 16 else np.int64), kind="stable"
    )
    best.add(columns, column[by_column], order[rows][row[by_column]], score[by_column])


LAST = 2**32 - 1
NONE = np.uint64(2**64 - 1)


def _key(score: Array, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Float32 scores and IDs as numbers that sort by greater score, then lower ID."""
    bits = (score + np.float32(0)).view(np.uint32)  # + 0 makes -0 equal to 0
    bits = np.where(bits >> 31, bits, bits ^ 0x7FFFFFFF)
    return (bits.astype(np.uint64) << np.uint64(32)) | ids.astype(np.uint64)


def _score(key: npt.NDArray[np.uint64]) -> Array:
    bits = (key >> np.uint64(32)).astype(np.uint32)
    return np.where(bits >> 31, bits, bits ^ 0x7FFFFFFF).astype(np.uint32).view(np.float32)


def _exact(
    rows: Array, length: Array, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], metric: Metric
) -> Array:
    """Scores in float64 of pairs of rows, ``a`` (m,) with ``b`` (m,) -> (m,)."""
    out = np.empty(len(a))
    for start in range(0, len(a), 1024):
        here = slice(start, start + 1024)
        one, two = (rows[ids[here]].astype(np.float64) for ids in (a, b))
        if metric == "euclidean":
            out[here] = -norms(one - two)
            continue
        out[here] = np.einsum("nd,nd->n", one, two)
        if metric == "cosine":
            scale = length[a[here]] * length[b[here]]
            out[here] = np.divide(out[here], scale, out=np.zeros(len(scale)), where=scale > 0)
    return out
