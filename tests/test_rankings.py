"""Five rankings from one product: the same as each alone, compared in float64."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from scripts.geometry import all_nearest
from scripts.rankings import NAMES, all_rankings, measures

Array = npt.NDArray[np.float32]


def by_definition(rows: Array, k: int, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    x = rows.astype(np.float64)
    if name.startswith("centred"):
        x = x - x.mean(axis=0)
    length = np.sqrt(np.einsum("nd,nd->n", x, x))
    score = np.stack([np.einsum("nd,d->n", x, one) for one in x])
    if name.endswith("cosine"):
        score /= np.outer(length, length)
    if name == "euclidean":
        score = -np.stack([np.sqrt(np.einsum("nd,nd->n", x - one, x - one)) for one in x])
    np.fill_diagonal(score, -np.inf)
    ids = np.argsort(-score, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(score, ids, axis=1)


def table(kind: str) -> Array:
    random = np.random.default_rng(4)
    rows = random.normal(size=(900, 40)).astype(np.float32) + random.normal(size=40).astype(np.float32) * 2
    if kind == "near twins":  # as untrained rows are: closer than float32 can tell, and close to the mean
        rows[:300] = rows.mean(axis=0) * (1 + 1e-6 * random.normal(size=(300, 40)).astype(np.float32))
    if kind == "lengths apart":
        rows *= np.exp(random.normal(size=(900, 1)) * 2).astype(np.float32)
    return rows


@pytest.mark.parametrize("block", [100, 2048])
@pytest.mark.parametrize("kind", ["plain", "near twins", "lengths apart"])
def test_five_at_once_are_the_five_alone(kind: str, block: int) -> None:
    rows = table(kind)
    found = all_rankings(rows, 10, block=block)
    for name in NAMES:
        ids, scores = by_definition(rows, 10, name)
        tolerance = 1e-6 * max(1.0, float(np.abs(scores).max()))
        np.testing.assert_allclose(found[name].scores, scores, rtol=1e-5, atol=tolerance, err_msg=name)
        differ = found[name].ids != ids
        gap = np.abs(found[name].scores - scores)[differ]
        assert kind == "near twins" or not differ.any(), name
        assert (gap <= tolerance).all(), "twins may change places only where float64 cannot tell them apart"


@pytest.mark.parametrize("name", ["cosine", "dot", "euclidean"])
def test_equal_to_all_nearest(name: str) -> None:
    rows = table("plain")
    one, five = all_nearest(rows, 12, name), all_rankings(rows, 12)[name]  # type: ignore[arg-type]
    assert (one.ids == five.ids).all()
    np.testing.assert_allclose(one.scores, five.scores, rtol=1e-6, atol=1e-6)


def test_equal_rows_rank_by_the_lower_id() -> None:
    rows = np.repeat(np.random.default_rng(5).normal(size=(30, 8)).astype(np.float32), 20, axis=0)
    found = all_rankings(rows, 19)
    for row in range(600):
        twins = [row // 20 * 20 + i for i in range(20) if row // 20 * 20 + i != row]
        for name in ("cosine", "euclidean", "centred cosine"):
            assert found[name].ids[row].tolist() == twins, (name, row)


def test_fewer_rows_than_asked_for_and_rows_without_length() -> None:
    rows = np.array([[0, 0], [1, 0], [3, 4]], np.float32)
    found = all_rankings(rows, 32)
    assert found["cosine"].ids.shape == (3, 2)
    assert found["cosine"].scores[0].tolist() == [0, 0]
    assert found["euclidean"].scores[0].tolist() == [-1, -5]
    assert all_rankings(rows[:1], 32)["dot"].ids.shape == (1, 0)


def test_measures_are_the_mean_and_the_lengths() -> None:
    rows = table("plain")
    of = measures(rows)
    mean = rows.mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(of.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(of.centred, np.linalg.norm(rows - mean, axis=1), rtol=1e-12)
