from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

import omics_lib as ol


def test_strongest_of_more_pairs_is_stronger_and_near_what_is_expected():
    found = ol.strongest_by_chance([1000, 10_000, 100_000], 21, random_state=0)
    assert found["strongest"].is_monotonic_increasing
    assert found["n_pairs"].tolist() == [1024, 10_000, 99_856]
    np.testing.assert_allclose(found["strongest"], found["expected"], atol=0.1)


def test_strongest_of_one_pair_is_its_spearman_correlation():
    [strongest] = ol.strongest_by_chance([1], 10, random_state=3)["strongest"]
    rng = np.random.default_rng(3)
    gene, metabolite = (rng.permuted(np.arange(10.0)[:, None], axis=0)[:, 0] for _ in range(2))
    assert strongest == pytest.approx(abs(spearmanr(gene, metabolite).statistic), abs=1e-6)


def test_half_of_all_studies_exceed_what_is_expected():
    found = [ol.strongest_by_chance([2500], 12, random_state=seed) for seed in range(60)]
    beyond = sum(float(table["strongest"].iloc[0]) > float(table["expected"].iloc[0]) for table in found)
    assert 15 <= beyond <= 45
