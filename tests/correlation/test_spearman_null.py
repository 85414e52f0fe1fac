from __future__ import annotations

import json
import math
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy import stats

from omics_lib import compare_nulls
from omics_lib.correlation import LARGEST, two_valued_null
from omics_lib.correlation._spearman_null import _saddlepoint, critical_spearman, exact_null, spearman_p
from omics_lib.correlation._spearman_table import PATH, permutation_counts

TABLE = {int(n): counts for n, counts in json.loads(PATH.read_text()).items()}


@pytest.mark.parametrize("n", range(2, 10))
def test_counts_equal_brute_force(n):
    i = np.arange(1, n + 1)
    sums = np.array(list(permutations(i))) @ i
    assert permutation_counts(n) == np.bincount(sums - sums.min()).tolist()


@pytest.mark.parametrize("n", [*range(2, 16)])
def test_shipped_table_is_what_the_script_makes(n):
    counts = permutation_counts(n)
    assert TABLE[n] == counts[: len(counts) // 2 + 1]


@pytest.mark.parametrize("n", range(2, LARGEST + 1))
def test_shipped_counts_are_symmetric_and_sum_to_n_factorial(n):
    n_sums = n * (n * n - 1) // 6 + 1
    half = TABLE[n]
    assert len(half) == n_sums // 2 + 1
    assert sum(half) + sum(half[: n_sums - len(half)]) == math.factorial(n)
    assert half[:2] == [1, n - 1][: len(half)]


def test_variance_of_the_exact_null_is_one_over_n_minus_one():
    for n in (5, 12, LARGEST):
        rho, tail = exact_null(n).values, exact_null(n).tail
        probability = tail - np.append(tail[1:], 0)
        assert np.sum(rho**2 * probability) == pytest.approx(1 / (n - 1), rel=1e-12)


@pytest.mark.parametrize("n", [5, 8])
def test_p_is_the_share_of_permutations_as_extreme(n):
    i = np.arange(n)
    orders = np.array(list(permutations(i)))
    all_rho = 1 - 6 * np.sum((orders - i) ** 2, axis=1) / (n * (n**2 - 1))
    for rho in np.unique(np.round(np.abs(all_rho), 10)):
        assert spearman_p(rho, n) == pytest.approx(np.mean(np.abs(all_rho) >= rho - 1e-9))


@pytest.mark.parametrize("n", [18, 20, 22])
def test_saddlepoint_is_close_to_the_exact_null_far_into_the_tail(n):
    rho, tail = exact_null(n).values, exact_null(n).tail
    ratio = np.exp(_saddlepoint(n)(rho)) / tail
    assert np.abs(ratio[tail > 1e-6] - 1).max() < 0.05
    assert np.abs(ratio[tail > 1e-9] - 1).max() < 0.11
    t = 2 * stats.t.sf(rho[:-1] * np.sqrt((n - 2) / (1 - rho[:-1] ** 2)), n - 2)
    far = (tail[:-1] < 1e-6) & (tail[:-1] > 1e-9)
    assert (t[far] / tail[:-1][far]).max() < 0.45  # Student's t, for comparison


@pytest.mark.parametrize("n", [23, 40, 120])
def test_p_beyond_the_table_falls_from_one_to_the_least_possible(n):
    p = spearman_p(np.linspace(0, 1, 2001), n)
    assert p[0] == 1
    assert (np.diff(p) <= 0).all()
    assert p[-1] == pytest.approx(2 / math.factorial(n)) if n < 150 else p[-1] >= 0
    middle = np.linspace(0.02, 1.5 / np.sqrt(n), 20)
    t = 2 * stats.t.sf(middle * np.sqrt((n - 2) / (1 - middle**2)), n - 2)
    np.testing.assert_allclose(spearman_p(middle, n), t, rtol=0.05)


def test_saddlepoint_agrees_with_random_permutations():
    rng = np.random.default_rng(0)
    x = np.arange(30) - 14.5
    shuffled = rng.permuted(np.tile(x, (400_000, 1)), axis=1)
    rho = np.abs(shuffled @ x) / (x @ x)
    for limit in (0.2, 0.4, 0.5, 0.6):
        seen = np.sum(rho >= limit)
        assert spearman_p(limit, 30) * len(rho) == pytest.approx(seen, abs=4 * np.sqrt(seen) + 0.02 * seen)


@pytest.mark.parametrize("n", [3, 5, 12, 22, 23, 50])
@pytest.mark.parametrize("p", [0.5, 0.05, 1e-4, 1e-9])
def test_critical_correlation_is_the_smallest_that_reaches_p(n, p):
    critical = critical_spearman(p, n)
    if critical > 1:
        assert 2 / math.factorial(n) > p
        return
    assert spearman_p(critical + 2e-5, n) <= p
    assert spearman_p(max(critical - 2e-5, 0), n) > p * (1 - 1e-9)


def test_nulls_are_compared_where_the_exact_p_is_reached():
    table = compare_nulls(18)
    assert (table["exact"] <= [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12]).all()
    assert table["ratio"].is_monotonic_increasing
    assert table["ratio"].iloc[2] == pytest.approx(3.4, rel=0.02)
    for few in range(1, 14):  # rho comes in steps, the last of which is 1
        assert np.isfinite(compare_nulls(few)).all(axis=None)
        assert (compare_nulls(few)["t"] > 0).all()
    assert len(compare_nulls(2)) == 0  # 4 samples: the least p is 2 / 24


def test_no_p_is_zero():
    for n in (3, 10, 22, 23, 60):
        assert spearman_p([1.0, -1.0, 1 + 1e-12], n).min() > 0


def test_bonferroni_at_21_samples_is_stricter_than_students_t_says():
    n_pairs = 132_129 * 6_980
    values, tail = exact_null(21).values, exact_null(21).tail
    smallest = values[tail <= 0.05 / n_pairs].min()
    assert smallest == pytest.approx(0.964, abs=5e-4)
    assert critical_spearman(0.05 / n_pairs, 21) < smallest < critical_spearman(0.05 / n_pairs, 21) + 2e-3
    t = stats.t.isf(0.05 / n_pairs / 2, 19)
    assert t / np.sqrt(19 + t**2) == pytest.approx(0.949, abs=5e-4)


@pytest.mark.parametrize(("n", "k"), [(6, 3), (7, 3), (8, 2), (9, 4), (5, 1)])
@pytest.mark.parametrize("other", [0, 1, 3])
def test_null_of_two_values_is_the_share_of_arrangements_as_extreme(n, k, other):
    side = np.arange(n) < other if other else np.arange(n)
    all_rho = np.abs(
        [stats.spearmanr(np.isin(np.arange(n), c), side).statistic for c in combinations(range(n), k)]
    )
    null = two_valued_null(n, k, other)
    for rho in np.unique(np.round(all_rho, 10)):
        share = np.mean(all_rho >= rho - 1e-9)
        assert null.p(rho) == pytest.approx(share)
        assert null.critical(share * (1 + 1e-9)) <= rho


def test_null_of_two_values_is_that_of_the_rank_sum():
    x, y = np.arange(21), np.isin(np.arange(21), [0, 1, 2, 4, 7, 8, 11, 13, 20])
    expected = stats.mannwhitneyu(x[y], x[~y], method="exact").pvalue
    assert two_valued_null(21, 9).p(stats.spearmanr(x, y).statistic) == pytest.approx(expected)
