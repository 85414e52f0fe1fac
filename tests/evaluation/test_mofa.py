from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib.errors import ParameterError
from omics_lib.evaluation import _mofa

installed = pytest.mark.skipif(
    not ol.mofa_installed(), reason="mofapy2 is not installed (optional extra `bench`)"
)


def two_tables(n=16, n_genes=40, n_metabolites=12, seed=0):
    """Draw two tables of which the first halves of the features follow one factor."""
    rng = np.random.default_rng(seed)
    index, factor = [f"S{i}" for i in range(n)], rng.normal(size=(n, 1))
    genes, metabolites = (rng.normal(size=(n, size)) for size in (n_genes, n_metabolites))
    genes[:, : n_genes // 2] += 2 * factor
    metabolites[:, : n_metabolites // 2] += 2 * factor
    return pd.DataFrame(genes, index).add_prefix("g"), pd.DataFrame(metabolites, index).add_prefix("m")


@installed
def test_pairs_of_a_shared_factor_come_first():
    genes, metabolites = two_tables()
    scores = ol.mofa_ranking(genes, metabolites, n_factors=3, random_state=0).to_frame()
    assert scores.index.equals(genes.columns) and scores.columns.equals(metabolites.columns)
    inside = scores.iloc[:20, :6].to_numpy()
    assert np.quantile(inside, 0.1) > np.quantile(scores.iloc[20:].to_numpy(), 0.9)
    assert (scores.to_numpy() >= 0).all()


@installed
def test_covariates_are_regressed_out():
    genes, metabolites = two_tables()
    factor = genes.iloc[:, :20].mean(axis=1).to_frame("factor")
    options = {"n_factors": 3, "random_state": 0}
    scores = ol.mofa_ranking(genes, metabolites, covariates=factor, **options).to_frame()
    without = ol.mofa_ranking(genes, metabolites, **options).to_frame()
    assert scores.iloc[:20, :6].mean(axis=None) < 0.3 * without.iloc[:20, :6].mean(axis=None)


@installed
def test_samples_are_joined_by_id_and_the_seed_repeats():
    genes, metabolites = two_tables()
    one, same, turned = (
        ol.mofa_ranking(genes, m, n_factors=2, random_state=0).to_frame()
        for m in (metabolites, metabolites, metabolites.iloc[::-1])
    )
    pd.testing.assert_frame_equal(one, same, check_exact=True)
    pd.testing.assert_frame_equal(one, turned)


@installed
def test_nothing_is_printed_seeded_or_silenced(capfd):
    genes, metabolites = two_tables()
    np.random.seed(4)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(4)  # noqa: NPY002
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        ol.mofa_ranking(genes, metabolites, n_factors=2, random_state=0)
        assert warnings.filters == before
    assert not caught
    assert np.random.random() == expected  # noqa: NPY002
    assert capfd.readouterr() == ("", "")


@installed
def test_small_and_constant_tables_are_borne():
    genes, metabolites = two_tables(n=4)
    assert np.isfinite(np.asarray(ol.mofa_ranking(genes, metabolites, random_state=0))).all()
    genes["g3"] = 1.0
    scores = ol.mofa_ranking(genes, metabolites, n_factors=2, random_state=0).to_frame()
    assert not scores.loc["g3"].any() and scores.drop(index="g3").any(axis=1).all()
    assert not np.asarray(ol.mofa_ranking(genes * 0, metabolites)).any()


@installed
def test_its_way_of_giving_up_is_an_error(monkeypatch):
    def give_up(self, *args, **kwargs):
        print("Error: no idea")
        raise SystemExit

    from mofapy2.run import entry_point

    monkeypatch.setattr(entry_point.entry_point, "set_data_matrix", give_up)
    with pytest.raises(RuntimeError, match="gave up: Error: no idea"):
        ol.mofa_ranking(*two_tables(), random_state=0)


@installed
def test_shared_modules_are_found_better_than_by_correlation():
    """Six modules in 21 samples, the world that factor models are made for."""
    kinds = {"transcriptomics": "counts", "metabolomics": "abundance"}
    study = ol.simulate_study(21, 400, 60, design="modules", n_modules=6, strength=0.6, random_state=0)
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in kinds.items()})
    tables = [ol.preprocessed_table(data, name) for name in kinds]
    rankings = {
        "Spearman": ol.Ranking(ol.spearman_matrix(*tables).abs(), "correlation"),
        "MOFA2": ol.Ranking(ol.mofa_ranking(*tables, random_state=0), "baseline"),
    }
    table = ol.compare_rankings(rankings, study.uns["known_pairs"], n_permutations=0, n_bootstrap=0)
    value = ol.metric_table(table, "average_precision").set_index("method")["value"]
    assert value["MOFA2"] > 1.2 * value["Spearman"]


def test_missing_package_is_one_clear_error(monkeypatch):
    monkeypatch.setattr(_mofa, "mofa_installed", lambda: False)
    with pytest.raises(ParameterError, match=r"mofapy2 is not installed.*omics_lib\[bench\]"):
        ol.mofa_ranking(*two_tables())


def test_number_of_factors_is_checked():
    with pytest.raises(ParameterError, match="n_factors"):
        ol.mofa_ranking(*two_tables(), n_factors=0)
