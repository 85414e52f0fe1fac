from __future__ import annotations

import numpy as np
import pytest

from omics_lib.correlation import _neighbours, nearest, usual_number


def unit_rows(n, d=6, seed=0, dtype=np.float64):
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(dtype)


def by_sorting(rows, among, n):
    """Look at every cosine: the `n` largest among some rows, in the order of their numbers."""
    neighbours = []
    for i, row in enumerate(rows):
        others = among[among != i]
        size = np.abs(rows[others] @ row)
        neighbours.append(np.sort(others[np.argsort(-size, kind="stable")[:n]]))
    return np.array(neighbours)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("most", [5, 12, 40, 100])
def test_neighbours_are_the_nearest_among_the_candidates(monkeypatch, most, dtype):
    """Above a number of rows some are drawn, that all others may have as neighbours."""
    monkeypatch.setattr(_neighbours, "MOST_CANDIDATES", most)
    monkeypatch.setattr(_neighbours, "_BLOCK", 3 * most)
    rows = unit_rows(40, dtype=dtype)
    among = _neighbours.candidates(40)
    assert len(among) == min(most, 40)
    assert len(np.unique(among)) == len(among)
    neighbours, cosines = nearest(rows, 4)
    np.testing.assert_array_equal(neighbours, by_sorting(rows, among, 4))
    expected = np.einsum("ikj,ij->ik", rows[neighbours], rows)
    np.testing.assert_allclose(cosines, expected, atol=1e-6)
    assert cosines.dtype == dtype


def test_candidates_are_always_the_same_and_lie_anywhere(monkeypatch):
    monkeypatch.setattr(_neighbours, "MOST_CANDIDATES", 50)
    one, again = (_neighbours.candidates(1000) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert (np.diff(one) > 0).all()
    assert one[0] < 100
    assert one[-1] > 900


def test_no_more_neighbours_are_returned_than_there_are_others(monkeypatch):
    monkeypatch.setattr(_neighbours, "MOST_CANDIDATES", 4)
    assert nearest(unit_rows(9), 20)[0].shape == (9, 3)
    assert nearest(unit_rows(1), 20)[0].shape == (1, 0)


def test_usual_number_is_the_square_root_up_to_a_hundred():
    assert [usual_number(n) for n in (1, 10, 3600, 10_000, 139_109)] == [1, 3, 60, 100, 100]
