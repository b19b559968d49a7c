"""Every row's nearest rows in five ways at once: one product of the table with itself serves them all.

With y = x - m, m the mean row, each score is one affine change of y·y', which can be left to a tile of products:

    centred dot         y·y'
    centred cosine      y·y' / |y||y'|
    dot                 y·y' + u + u'               u = x·m - m·m/2
    cosine              (y·y' + u + u') / |x||x'|
    Euclidean           y·y' - |y|²/2 - |y'|²/2  =  -|x - x'|²/2, which centring does not change

What float32 products leave open, float64 decides, as in ``geometry.all_nearest``.
"""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scripts.geometry import LAST, NONE, AllNeighbours, Array, Best, exact_norms

#: The five rankings, in the order in which the dashboard's files have them.
NAMES = ("cosine", "dot", "euclidean", "centred cosine", "centred dot")
EPS = 2.0**-24


def mean_row(rows: Array, block: int = 4096) -> npt.NDArray[np.float64]:
    """The mean of all rows (n, d) in float64 -> (d,), without a float64 copy of the table."""
    total = np.zeros(rows.shape[1])
    for start in range(0, len(rows), block):
        total += rows[start : start + block].sum(axis=0, dtype=np.float64)
    return total / len(rows)


@dataclass(frozen=True)
class Measures:
    """What the scores of all rows need, in float64: mean row (d,), and of each row |x|, x·m and |x - m|, each (n,)."""

    mean: npt.NDArray[np.float64]
    length: npt.NDArray[np.float64]
    along: npt.NDArray[np.float64]
    centred: npt.NDArray[np.float64]


def measures(rows: Array, block: int = 4096) -> Measures:
    """Measure every row of (n, d)."""
    mean = mean_row(rows)
    along, centred = np.empty(len(rows)), np.empty(len(rows))
    for start in range(0, len(rows), block):
        here = slice(start, start + block)
        some = np.asarray(rows[here], np.float64)
        along[here] = np.einsum("nd,d->n", some, mean)
        some -= mean
        centred[here] = np.sqrt(np.einsum("nd,nd->n", some, some))
    return Measures(mean, np.asarray(exact_norms(rows), np.float64), along, centred)


def exact_scores(
    rows: Array, of: Measures, row: int, ids: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.float64]]:
    """All five scores of ``row`` with ``ids`` (m,) in float64: name -> (m,)."""
    x, others = np.asarray(rows[row], np.float64), rows[ids].astype(np.float64)
    dot = np.einsum("nd,d->n", others, x)  # a row at a time: equal rows get equal scores, wherever they stand
    middle = float(of.mean @ of.mean)
    centred_dot = dot - of.along[row] - of.along[ids] + middle
    squares = of.length[row] ** 2 + of.length[ids] ** 2
    squared = np.maximum(squares - 2 * dot, 0)
    near = np.flatnonzero(squared < 1e-5 * squares)  # the difference of large numbers: done the long way
    difference = others[near] - x
    squared[near] = np.einsum("nd,nd->n", difference, difference)
    return {
        "cosine": _over(dot, of.length[row] * of.length[ids]),
        "dot": dot,
        "euclidean": -np.sqrt(squared),
        "centred cosine": _over(centred_dot, of.centred[row] * of.centred[ids]),
        "centred dot": centred_dot,
    }


def _over(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.zeros(len(b)), where=b > 0)


def all_rankings(rows: Array, k: int, *, block: int = 2048) -> dict[str, AllNeighbours]:
    """The ``k`` other rows nearest to each row in each of five ways, exactly; equal scores go by the lower ID.

    Args:
        rows: float32 (n, d).
        k: how many; fewer come back where the table has fewer.
        block: rows of a tile.

    Returns:
        By the names of ``NAMES``.  Peak memory is a copy of the table and ``20 * k`` numbers of 8 bytes a row.
    """
    n = len(rows)
    k = max(0, min(k, n - 1))
    found = {name: AllNeighbours(np.empty((n, k), np.int64), np.empty((n, k), np.float32)) for name in NAMES}
    if k == 0:
        return found
    of = measures(rows)
    # In an order without meaning, the best so far is a fair sample: about k ln(n / block) rows more come between.
    order = np.random.default_rng(0).permutation(n)
    best, crowds = _screened(rows, of, order, k, block)

    def settle(span: slice) -> None:
        for at in range(span.start, span.stop):
            row = int(order[at])
            keys = np.concatenate([one.keys[at, : one.fill[at]] for one in best.values()])
            ids = (keys[keys != NONE] & np.uint64(LAST)).astype(np.int64)
            ids = np.unique(np.concatenate([ids, *crowds.get(at, [])]))
            for name, score in exact_scores(rows, of, row, ids).items():
                first = np.argsort(-score, kind="stable")[:k]
                found[name].ids[row], found[name].scores[row] = ids[first], score[first]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(settle, [slice(start, min(start + 512, n)) for start in range(0, n, 512)]))
    return found


def _screened(
    rows: Array, of: Measures, order: npt.NDArray[np.int64], k: int, block: int
) -> tuple[dict[str, Best], dict[int, list[npt.NDArray[np.int64]]]]:
    """What can be among each row's nearest, by float32 products with room for their error.

    Returns:
        By ranking the best of each row, rows in ``order``; and, by place, the IDs that count where those are too many.
    """
    n, d = rows.shape
    y = np.empty((n, d), np.float32)
    for start in range(0, n, 4096):
        here = slice(start, start + 4096)
        y[here] = rows[order[here]] - of.mean
    shift = {
        "dot": of.along - of.mean @ of.mean / 2,
        "euclidean": -(of.centred**2) / 2,
    }
    shift["cosine"] = shift["dot"]
    scale = {"cosine": of.length, "centred cosine": of.centred}
    best, terms, size = {}, {}, min(block, n) ** 2
    for name in NAMES:
        u = shift.get(name, np.zeros(n))[order]
        p = _over(np.ones(n), scale[name][order]) if name in scale else np.ones(n)
        length = of.centred[order]
        # A float32 product of d terms is off by less than d roundings of the product of lengths (Higham, Accuracy and
        # Stability of Numerical Algorithms, section 3.1); 10 more for making y, 8 for adding and scaling.
        doubt = (
            EPS
            * p
            * ((d + 18) * length * (length * p).max() + 8 * (np.abs(u) * p.max() + (np.abs(u) * p).max()))
        )
        best[name] = Best(n, k, doubt, width=4 * k)
        terms[name] = u.astype(np.float32), p.astype(np.float32)

    rooms = (
        threading.local()
    )  # the system takes longer to give and take back memory for a tile than numpy to fill it

    def take(name: str, i: slice, j: slice, product: Array) -> None:
        u, p = terms[name]
        if not hasattr(rooms, "tile"):
            rooms.tile, rooms.mask = np.empty(size, np.float32), np.empty(size, np.bool_)
        room, mask = (one[: product.size].reshape(product.shape) for one in (rooms.tile, rooms.mask))
        tile = product
        if name in shift:
            tile = np.add(tile, u[i, None], out=room)
            tile += u[j]
        if name in scale:
            tile = np.multiply(tile, p[i, None], out=room)
            tile *= p[j]
        if i == j:
            if tile is product:
                np.copyto(room, product)
                tile = room
            np.fill_diagonal(tile, -np.inf)
            best[name].open(i, tile)
        best[name].take_rows(i, tile, order[j], mask)
        if i != j:
            best[name].take_columns(j, tile, order[i], mask)

    spans = [slice(start, min(start + block, n)) for start in range(0, n, block)]
    buffer = np.empty(size, np.float32)
    with ThreadPoolExecutor(2) as pool:
        for i, j in [*zip(spans, spans, strict=True), *itertools.combinations(spans, 2)]:
            product = buffer[: (i.stop - i.start) * (j.stop - j.start)].reshape(i.stop - i.start, -1)
            np.matmul(y[i], y[j].T, out=product)
            for job in [pool.submit(take, name, i, j, product) for name in NAMES]:
                job.result()
    crowds: dict[int, list[npt.NDArray[np.int64]]] = {}
    for name in NAMES:
        add, times = terms[name]
        for at in best[name].crowded():  # too many are about equally near
            screen = ((y @ y[at]) + add + add[at]) * (times * times[at])
            screen[at] = -np.inf
            floor = np.partition(screen, n - k)[n - k] - 2 * best[name].doubt[at]
            crowds.setdefault(int(at), []).append(order[screen >= floor])
        best[name].fill[best[name].crowded()] = 0
        best[name].tidy(np.arange(n))
    return best, crowds
