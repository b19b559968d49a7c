"""Lengths, angles, neighbours and components: the fast ways against the plain ones."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scripts import geometry, programs
from scripts.geometry import Metric
from scripts.programs import Program
from scripts.tables import Tables
from tests.conftest import Project

Rows = npt.NDArray[np.float64]
METRICS: tuple[Metric, ...] = ("cosine", "dot", "euclidean")

#: Small whole numbers: products are exact, and ties, zero rows and equal rows are common.
whole = st.integers(-3, 3).map(float)


@st.composite
def tables(draw: st.DrawFn, least: int = 1) -> Rows:
    n, d = draw(st.integers(least, 12)), draw(st.integers(1, 5))
    return draw(hnp.arrays(np.float64, (n, d), elements=whole))


def plainly(rows: Rows, query: Rows, metric: Metric) -> list[float]:
    """Nearness of each row, one number after another."""
    found: list[float] = []
    for row in rows:
        dot = sum(float(a) * float(b) for a, b in zip(row, query, strict=True))
        lengths = float(np.linalg.norm(row) * np.linalg.norm(query))
        if metric == "dot":
            found.append(dot)
        elif metric == "cosine":
            found.append(dot / lengths if lengths else 0.0)
        else:
            found.append(-float(np.linalg.norm(row - query)))
    return found


@given(tables(), st.data())
@pytest.mark.parametrize("metric", METRICS)
def test_scores_are_what_the_formula_gives(metric: Metric, rows: Rows, data: st.DataObject) -> None:
    query = data.draw(hnp.arrays(np.float64, rows.shape[1], elements=whole))
    np.testing.assert_allclose(geometry.scores(rows, query, metric), plainly(rows, query, metric), atol=1e-7)
    known = geometry.norms(rows)
    np.testing.assert_array_equal(
        geometry.scores(rows, query, metric, known), geometry.scores(rows, query, metric)
    )


def test_another_metric_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'manhattan'"):
        geometry.scores(np.ones((2, 2)), np.ones(2), "manhattan")  # type: ignore[arg-type]


@given(tables(), tables())
def test_cosine_of_every_pair_is_what_the_formula_gives(a: Rows, b: Rows) -> None:
    width = min(a.shape[1], b.shape[1])
    a, b = a[:, :width].copy(), b[:, :width].copy()
    found = geometry.cosine(a, b)
    assert found.shape == (len(a), len(b))
    assert np.abs(found).max() <= 1
    for i, row in enumerate(b):
        np.testing.assert_allclose(found[:, i], plainly(a, row, "cosine"), atol=1e-12)


@given(tables(), st.data())
@pytest.mark.parametrize("metric", METRICS)
def test_nearest_is_a_full_sort_cut_short(metric: Metric, rows: Rows, data: st.DataObject) -> None:
    """Ties go to the lower row, ``without`` is left out, and a table too small gives what it has."""
    query = data.draw(hnp.arrays(np.float64, rows.shape[1], elements=whole))
    k = data.draw(st.integers(0, len(rows) + 3))
    without = tuple(data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=3)))

    found = geometry.nearest(rows, query, k, metric, without=without)

    score = geometry.scores(rows, query, metric)
    allowed = [i for i in range(len(rows)) if i not in without]
    assert found.ids.tolist() == sorted(allowed, key=lambda i: (-score[i], i))[:k]
    np.testing.assert_array_equal(found.scores, score[found.ids])


@given(tables(), st.data())
def test_rank_is_the_place_in_the_full_sort(rows: Rows, data: st.DataObject) -> None:
    query = data.draw(hnp.arrays(np.float64, rows.shape[1], elements=whole))
    score = geometry.scores(rows, query)
    row = data.draw(st.integers(0, len(rows) - 1))
    without = tuple(data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=3)))
    others = [i for i in range(len(rows)) if i == row or i not in without]
    assert geometry.rank(score, row, without) == 1 + sorted(others, key=lambda i: (-score[i], i)).index(row)


def test_the_table_itself_is_left_as_it_was(tiny: Tables) -> None:
    """Tables are read-only; what is computed from them must not need a change, nor make one."""
    rows = np.array(tiny.wte)
    rows.flags.writeable = False
    geometry.nearest(rows, rows[3], 5, without=(3,))
    geometry.principal_components(rows, 2)
    geometry.cosine(rows[:4], rows[:4])


@given(tables(least=2), st.data())
def test_principal_components_are_those_of_the_singular_values(rows: Rows, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, min(rows.shape)))
    _same_components(rows, k)


@pytest.mark.parametrize(("n", "d"), [(40, 7), (7, 40), (20, 20)])
def test_principal_components_of_tall_and_wide_tables(n: int, d: int) -> None:
    rows = np.random.default_rng(0).normal(size=(n, d)) * np.linspace(1, 5, d)
    _same_components(rows, min(n - 1, d, 5))
    found = geometry.principal_components(rows, min(n - 1, d, 5))
    centred = rows - rows.mean(axis=0)
    _, singular, vectors = np.linalg.svd(centred, full_matrices=False)
    k = len(found.share)
    np.testing.assert_allclose(np.abs(np.sum(found.directions * vectors[:k], axis=1)), 1, atol=1e-9)
    np.testing.assert_allclose(np.abs(found.coordinates), np.abs(centred @ vectors[:k].T), atol=1e-8)
    np.testing.assert_allclose(found.share, singular[:k] ** 2 / np.sum(singular**2), atol=1e-12)


def _same_components(rows: Rows, k: int) -> None:
    found = geometry.principal_components(rows, k)
    singular = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
    total = float(np.sum(singular**2))
    expected = singular[:k] ** 2 / total if total > 1e-18 else np.zeros(k)
    np.testing.assert_allclose(found.share, expected, atol=1e-9)
    assert found.directions.shape == (k, rows.shape[1])
    assert found.coordinates.shape == (len(rows), k)
    real = found.share > 1e-9  # a direction without variance is any direction, or none
    directions = found.directions[real]
    np.testing.assert_allclose(directions @ directions.T, np.eye(len(directions)), atol=1e-6)
    largest = np.abs(directions).argmax(axis=1)
    assert (directions[np.arange(len(directions)), largest] > 0).all(), "the largest entry is positive"


@pytest.mark.parametrize("k", [0, 4, -1])
def test_more_components_than_there_are_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 3"):
        geometry.principal_components(np.eye(3), k)


# -- the fast way and the plain way, held together ---------------------------------------------------------------------


def test_the_page_s_plain_program_and_the_fast_search_rank_alike(built: Project, tiny: Tables) -> None:
    """``meaning/rank_neighbours`` sorts all rows; ``geometry.nearest`` partitions them.  One ranking."""
    output = (built.root / "docs/generated/programs/meaning/rank_neighbours.txt").read_text("utf-8")
    printed = re.findall(r"ID +(\d+) +cosine +(-?[\d.]+)", output)
    assert len(printed) > 5
    cat = tiny.encoding.encode_single_token(" cat")
    found = geometry.nearest(tiny.wte, np.asarray(tiny.wte[cat]), len(printed))
    assert found.ids.tolist() == [int(token) for token, _ in printed]
    np.testing.assert_allclose(found.scores, [float(score) for _, score in printed], atol=5.1e-5)


@pytest.mark.needs_gpt2
def test_the_page_s_plain_program_and_the_fast_search_rank_alike_on_gpt2(gpt2_tables: Tables) -> None:
    from scripts.paths import SNIPPETS

    output = programs.run(Program(SNIPPETS / "meaning" / "rank_neighbours.py"), gpt2_tables)
    printed = [int(token) for token in re.findall(r"ID +(\d+) +cosine", output)]
    cat = gpt2_tables.encoding.encode_single_token(" cat")
    found = geometry.nearest(gpt2_tables.wte, np.asarray(gpt2_tables.wte[cat]), len(printed))
    assert found.ids.tolist() == printed


def test_geometry_and_positions_know_nothing_of_the_rest() -> None:
    for module in ("geometry", "positions"):
        spec = importlib.util.find_spec(f"scripts.{module}")
        assert spec and spec.origin
        text = Path(spec.origin).read_text("utf-8")
        assert set(re.findall(r"^(?:from|import) (scripts\S*)", text, re.MULTILINE)) <= {"scripts.geometry"}
