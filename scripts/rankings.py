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

from scripts.geometry import LAST, NONE, AllNeighbours, Array, Best, Scoring, exact_norms, sift

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
    rows: Array, of: Measures, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], room: _Room | None = None
) -> dict[str, npt.NDArray[np.float64]]:
    """All five scores in float64 of pairs of rows: ``a`` (m,), equal ones together, with ``b`` (m,) -> name: (m,)."""
    dot = (room or _Room(rows.shape[1])).dots(rows, a, b)
    middle = float(of.mean @ of.mean)
    centred_dot = dot - of.along[a] - of.along[b] + middle
    squares = of.length[a] ** 2 + of.length[b] ** 2
    squared = np.maximum(squares - 2 * dot, 0)
    near = np.flatnonzero(squared < 1e-5 * squares)  # the difference of large numbers: done the long way
    for start in range(0, len(near), 256):
        some = near[start : start + 256]
        difference = rows[b[some]].astype(np.float64) - rows[a[some]]
        squared[some] = np.einsum("nd,nd->n", difference, difference)
    return {
        "cosine": _over(dot, of.length[a] * of.length[b]),
        "dot": dot,
        "euclidean": -np.sqrt(squared),
        "centred cosine": _over(centred_dot, of.centred[a] * of.centred[b]),
        "centred dot": centred_dot,
    }


class _Room:
    """What a thread multiplies rows in, small enough for the processor's cache."""

    def __init__(self, d: int, most: int = 64):
        self.most, self.single, self.double = most, np.empty((most, d), np.float32), np.empty((most, d))

    def dots(
        self, rows: Array, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Products of rows ``a`` with rows ``b`` in float64."""
        out = np.empty(len(a))
        cuts = [0, *(np.flatnonzero(np.diff(a)) + 1).tolist(), len(a)]
        for first, last in itertools.pairwise(cuts):
            x = rows[a[first]].astype(np.float64)
            for start in range(first, last, self.most):
                here = slice(start, min(start + self.most, last))
                single, double = self.single[: here.stop - start], self.double[: here.stop - start]
                np.take(rows, b[here], axis=0, out=single, mode="clip")
                np.copyto(double, single)
                # a row at a time: equal rows get equal scores, wherever they stand
                np.einsum("nd,d->n", double, x, out=out[here])
        return out


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
    here = threading.local()

    def settle(span: slice) -> None:
        if not hasattr(here, "room"):
            here.room = _Room(rows.shape[1])
        at, ids = _candidates(best, crowds, span)
        scores = exact_scores(rows, of, order[span][at], ids, here.room)
        count = np.bincount(at, minlength=span.stop - span.start)
        place = np.arange(len(at)) - (np.cumsum(count) - count)[at]
        for name, score in scores.items():
            padded = np.full((len(count), count.max()), np.inf)
            padded[at, place] = -score
            first = np.argsort(padded, axis=1, kind="stable")[:, :k] + (np.cumsum(count) - count)[:, None]
            found[name].ids[order[span]], found[name].scores[order[span]] = ids[first], score[first]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(settle, [slice(start, min(start + 128, n)) for start in range(0, n, 128)]))
    return found


def _candidates(
    best: dict[str, Best], crowds: dict[int, list[npt.NDArray[np.int64]]], span: slice
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """What can be among the nearest of the rows of ``span``: each row, from 0, and ID once, in their order."""
    codes = []
    for one in best.values():
        at = np.arange(span.start, span.stop)
        one.tidy(at[one.fill[at] <= one.width])
        keys = np.where((one.fill[at] <= one.width)[:, None], one.keys[at], NONE)
        row, column = np.nonzero(keys != NONE)
        codes.append(row.astype(np.uint64) << np.uint64(32) | keys[row, column] & np.uint64(LAST))
    for row_at in range(span.start, span.stop) if crowds else ():
        codes += [
            np.uint64(row_at - span.start << 32) | ids.astype(np.uint64) for ids in crowds.get(row_at, [])
        ]
    code = np.unique(np.concatenate(codes))
    return (code >> np.uint64(32)).astype(np.int64), (code & np.uint64(LAST)).astype(np.int64)


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
    best, terms = {}, {}
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

    def scoring(name: str) -> Scoring | None:
        u, p = terms[name]
        if name not in shift and name not in scale:
            return None

        def score(i: slice, j: slice, product: Array, room: Array) -> Array:
            if name in shift:
                product = np.add(product, u[i, None], out=room)
                product += u[j]
            if name in scale:
                product = np.multiply(product, p[i, None], out=room)
                product *= p[j]
            return product

        return score

    sift(y, y, order, [(best[name], scoring(name)) for name in NAMES], block)
    crowds: dict[int, list[npt.NDArray[np.int64]]] = {}
    for name in NAMES:
        add, times = terms[name]
        for at in best[name].crowded():  # too many are about equally near
            screen = ((y @ y[at]) + add + add[at]) * (times * times[at])
            screen[at] = -np.inf
            floor = np.partition(screen, n - k)[n - k] - 2 * best[name].doubt[at]
            crowds.setdefault(int(at), []).append(order[screen >= floor])
    return best, crowds
