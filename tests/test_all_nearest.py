"""Nearest neighbours of all rows at once: the same as those of each row alone, compared with every other in float64."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.geometry import Metric, all_nearest

Array = npt.NDArray[np.float32]
METRICS: tuple[Metric, ...] = ("cosine", "dot", "euclidean")


def one_by_one(rows: Array, k: int, metric: Metric) -> tuple[list[list[int]], list[list[float]]]:
    """The definition: every score in float64, sorted by score, then ID."""
    exact = rows.astype(np.float64)
    length = np.sqrt(np.einsum("nd,nd->n", exact, exact))
    all_ids, all_scores = [], []
    for i in range(len(rows)):
        others = np.delete(np.arange(len(rows)), i)
        one = np.broadcast_to(exact[i], (len(others), exact.shape[1]))
        score = np.einsum("nd,nd->n", one, exact[others])
        if metric == "cosine":
            scale = length[i] * length[others]
            score = np.divide(score, scale, out=np.zeros_like(score), where=scale > 0)
        if metric == "euclidean":
            difference = one - exact[others]
            score = -np.sqrt(np.einsum("nd,nd->n", difference, difference))
        best = np.lexsort((others, -score))[:k]
        all_ids.append(others[best].tolist())
        all_scores.append(score[best].tolist())
    return all_ids, all_scores


def same(rows: Array, k: int, metric: Metric, block: int) -> None:
    ids, scores = one_by_one(rows, k, metric)
    found = all_nearest(rows, k, metric, block=block)
    assert found.ids.tolist() == ids
    size = float(np.abs(rows).max(initial=0)) ** 2 * rows.shape[1] if metric == "dot" else 1
    np.testing.assert_allclose(found.scores, scores, rtol=1e-5, atol=1e-6 * size)


@pytest.mark.parametrize(("metric", "block"), [*itertools.product(METRICS, (64, 300, 2048))])
def test_whole_table_ranks_as_each_row_alone(metric: Metric, block: int) -> None:
    rows = np.random.default_rng(1).normal(size=(1000, 48)).astype(np.float32)
    same(rows, 10, metric, block)


@pytest.mark.parametrize("metric", METRICS)
def test_nearly_equal_rows_rank_by_their_exact_scores(metric: Metric) -> None:
    """Float32 products cannot tell these apart: 400 rows within a millionth of each other, as untrained rows are."""
    random = np.random.default_rng(2)
    rows = random.normal(size=(700, 64)).astype(np.float32)
    rows[:400] = rows[0] * (1 + 1e-6 * random.normal(size=(400, 64)).astype(np.float32))
    same(rows, 8, metric, 256)


@pytest.mark.parametrize("metric", METRICS)
def test_equal_rows_rank_by_the_lower_id(metric: Metric) -> None:
    rows = (
        np.random.default_rng(3).integers(-1, 2, size=(600, 5)).astype(np.float32)
    )  # many twins, some rows of zeros
    same(rows, 12, metric, 128)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 40),
    d=st.integers(1, 6),
    k=st.integers(0, 50),
    metric=st.sampled_from(METRICS),
    block=st.integers(1, 50),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_shape_and_tile(n: int, d: int, k: int, metric: Metric, block: int, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(-3, 4, size=(n, d)).astype(np.float32)
    if metric == "cosine":  # equal angles that float64 rounds differently are not what is asked here
        rows += np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    same(rows, k, metric, block)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_scale_of_the_table_does_not_matter(scale: float) -> None:
    rows = np.random.default_rng(5).normal(size=(300, 20)).astype(np.float32)
    ids = all_nearest(rows, 5).ids
    for metric in METRICS:
        same(rows * np.float32(scale), 5, metric, 100)
    assert np.array_equal(all_nearest(rows * np.float32(2), 5).ids, ids)


def test_what_is_not_a_number_or_a_metric_is_refused() -> None:
    rows = np.ones((3, 2), np.float32)
    with pytest.raises(ValueError, match="hamming"):
        all_nearest(rows, 1, "hamming")  # type: ignore[arg-type]
    rows[1, 1] = np.nan
    with pytest.raises(ValueError, match="finite"):
        all_nearest(rows, 1)
