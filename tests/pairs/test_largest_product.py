"""The greatest of all products, held against the table of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omics_lib.pairs import _largest_product, largest_product


@given(
    st.integers(0, 10_000),
    st.integers(1, 7),
    st.integers(1, 30),
    st.integers(1, 30),
    st.sampled_from([1, 40, 10**6]),
)
def test_largest_product_is_that_of_all(seed, n, n_left, n_right, n_products):
    """Of a middle of any rank, of columns some of which are 0 or of very different lengths."""
    rng = np.random.default_rng(seed)
    left, right = (
        rng.normal(size=(n, k)) * np.exp(2 * rng.normal(size=k)) * (rng.random(k) < 0.8)
        for k in (n_left, n_right)
    )
    rank = int(rng.integers(0, n + 1))
    middle = rng.normal(size=(n, rank)) @ rng.normal(size=(rank, n))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_largest_product, "_BLOCK", n_products)
        found = largest_product(left, middle, right)
    assert found == pytest.approx(np.abs(left.T @ middle @ right).max(), rel=1e-9, abs=1e-12)


def test_largest_product_of_nothing_is_zero():
    sides = np.random.default_rng(0).normal(size=(2, 4, 5))
    assert largest_product(sides[0], np.zeros((4, 4)), sides[1]) == 0
    assert largest_product(sides[0] * 0, np.eye(4), sides[1]) == 0


def test_most_products_of_unequal_features_are_never_looked_at(monkeypatch):
    """Long columns come first, and what is too short to reach their product is passed over."""
    rng = np.random.default_rng(0)
    left, right = (rng.normal(size=(6, 500)) * np.geomspace(1, 1e-3, 500) for _ in range(2))
    looked_at, multiply = [], np.matmul
    monkeypatch.setattr(_largest_product, "_BLOCK", 1000)

    class Watched(np.ndarray):
        def __matmul__(self, other):
            found = multiply(np.asarray(self), np.asarray(other))
            looked_at.append(found.size)
            return found

    longest_first = _largest_product._longest_first
    monkeypatch.setattr(
        _largest_product,
        "_longest_first",
        lambda columns: (longest_first(columns)[0].view(Watched), longest_first(columns)[1]),
    )
    found = largest_product(left, np.eye(6), right)
    assert found == pytest.approx(np.abs(left.T @ right).max())
    assert 0 < sum(looked_at) < 0.2 * 500 * 500
