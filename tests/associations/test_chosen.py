"""Chosen pairs and gene sets, held against SciPy and against `associate`."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import omics_lib as ol

RNG = np.random.default_rng(0)
BATCH = pd.DataFrame({"batch": list("AABB") * 10})
GENES = pd.DataFrame(RNG.normal(size=(40, 6)), columns=list("abcdef"))
METABOLITES = pd.DataFrame(RNG.normal(size=(40, 4)), columns=list("wxyz"))
PAIRS = pd.DataFrame({"gene": ["c", "a", "c"], "metabolite": ["z", "w", "x"]}, index=[5, 6, 7])


def test_rho_of_chosen_pairs_is_that_of_scipy():
    rho = ol.rho_of_pairs(PAIRS, GENES, METABOLITES)
    expected = [
        stats.spearmanr(GENES[p.gene], METABOLITES[p.metabolite]).statistic for p in PAIRS.itertuples()
    ]
    np.testing.assert_allclose(rho, expected, atol=1e-12)
    assert list(rho.index) == [5, 6, 7]


@pytest.mark.parametrize(
    "removed", [{"covariates": BATCH}, {"remove_factors": 1}, {"covariates": BATCH, "remove_factors": 1}]
)
def test_rho_of_chosen_pairs_is_that_of_all_pairs(removed):
    whole = ol.spearman_matrix(GENES, METABOLITES, **removed)
    rho = ol.rho_of_pairs(PAIRS, GENES, METABOLITES, **removed)
    np.testing.assert_allclose(rho, whole.stack()[[("c", "z"), ("a", "w"), ("c", "x")]], atol=1e-12)


def test_profiles_of_a_pair_are_what_its_rho_correlates():
    one, other = ol.profiles_of_pair(PAIRS.iloc[0], GENES, METABOLITES, covariates=BATCH)
    assert (one.name, other.name) == ("c", "z") and one.std(ddof=0) == pytest.approx(1)
    rho = ol.rho_of_pairs(PAIRS.iloc[:1], GENES, METABOLITES, covariates=BATCH).iloc[0]
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(rho)
    assert one.groupby(BATCH["batch"]).mean().abs().max() < 1e-12


def test_listed_genes_are_counted_within_and_outside_of_sets():
    sets = pd.DataFrame({"gene_set": ["s", "s", "s", "t"], "gene_id": ["a", "c", "missing", "f"]})
    table = ol.listed_in_sets(PAIRS, sets, GENES.columns).set_index("gene_set")
    assert table.loc["s", ["n_genes", "n_listed", "n_others", "n_others_listed"]].tolist() == [2, 2, 4, 0]
    assert table.loc["t", ["n_genes", "n_listed", "n_others", "n_others_listed"]].tolist() == [1, 0, 5, 2]
    assert table.loc["s", "p"] == pytest.approx(1 / 15) and table.loc["t", "p"] == 1


def test_columns_to_hold_vary_and_leave_freedom():
    samples = BATCH.assign(
        same=1, twin=BATCH["batch"].str.lower(), every=range(40), who=[f"p{i}" for i in range(40)]
    )
    assert ol.columns_to_hold(samples) == ["batch", "every"]
    assert ol.columns_to_hold(samples, first=["every", "gone"]) == ["every", "batch"]
    assert ol.columns_to_hold(samples[["same", "who"]]) == []


def test_no_pairs_have_no_rho():
    rho = ol.rho_of_pairs(PAIRS.iloc[:0], GENES, METABOLITES, covariates=BATCH)
    assert rho.empty and rho.dtype == float
