"""Position encodings against their formulas, written another way; and against GPT-2's own ``wpe``."""

from __future__ import annotations

import cmath
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import positions


@given(st.integers(1, 40), st.integers(1, 12), st.sampled_from([10_000.0, 2.0, 500_000.0]))
def test_sinusoidal_is_a_clock_hand_for_each_pair(n_ctx: int, pairs: int, base: float) -> None:
    """Column pair i at position p is the point exp(1j p / base^(2i/d)) of the circle: sine above, cosine along."""
    n_embd = 2 * pairs
    table = positions.sinusoidal(n_ctx, n_embd, base)
    assert table.shape == (n_ctx, n_embd)
    for p in range(n_ctx):
        for i in range(pairs):
            hand = cmath.exp(1j * p / math.pow(base, 2 * i / n_embd))
            assert table[p, 2 * i] == pytest.approx(hand.imag, abs=1e-9)
            assert table[p, 2 * i + 1] == pytest.approx(hand.real, abs=1e-9)


def test_sinusoidal_has_rows_of_one_length_and_alike_only_by_distance() -> None:
    table = positions.sinusoidal(64, 32)
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), np.sqrt(32 / 2))
    products = table @ table.T
    for distance in range(64):
        assert np.ptp(np.diagonal(products, distance)) < 1e-9


def test_sinusoidal_needs_an_even_width() -> None:
    with pytest.raises(ValueError, match="even, not 7"):
        positions.sinusoidal(4, 7)


@given(st.integers(1, 12), st.integers(0, 10_000))
def test_similarity_by_distance_is_over_all_pairs(n_ctx: int, seed: int) -> None:
    table = np.random.default_rng(seed).normal(size=(n_ctx, 3))
    mean, least, greatest = positions.similarity_by_distance(table)
    for distance in range(n_ctx):
        pairs = [
            float(table[p] @ table[p + distance])
            / float(np.linalg.norm(table[p]) * np.linalg.norm(table[p + distance]))
            for p in range(n_ctx - distance)
        ]
        assert mean[distance] == pytest.approx(sum(pairs) / len(pairs))
        assert least[distance] == pytest.approx(min(pairs))
        assert greatest[distance] == pytest.approx(max(pairs))


@pytest.mark.needs_shared
def test_gpt2_s_positions_lie_as_published_near_a_helix(shared: Path) -> None:
    """Neighbouring positions are alike, far ones are not, and three components keep most of the variance."""
    from scripts.geometry import principal_components

    wpe = np.load(shared / "wpe.npy")
    mean, least, greatest = positions.similarity_by_distance(wpe)
    np.testing.assert_allclose(mean[0], 1, atol=1e-6)
    assert mean[1] > 0.9 > mean[500]
    assert (least <= mean + 1e-6).all()
    assert (mean <= greatest + 1e-6).all()
    assert principal_components(wpe, 3).share.sum() > 0.5
