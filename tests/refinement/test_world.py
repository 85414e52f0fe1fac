from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import torch

import omics_lib as ol
from omics_lib import spearman_matrix
from omics_lib.errors import ParameterError, StudyError
from omics_lib.refinement import World, _world, study_world
from omics_lib.refinement._world import _concentration, _name, _single_gene

STATISTICS = ["total", "modules", "links", "curves"]


def preprocessed(design, seed, size=(21, 400, 60), **options):
    study = ol.simulate_study(*size, design=design, random_state=seed, **options)
    kinds = {"transcriptomics": "counts", "metabolomics": "abundance"}
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in kinds.items()})
    return tuple(ol.preprocessed_table(data, name) for name in kinds)


def tables(n=20, sizes=(40, 12), seed=0):
    rng = np.random.default_rng(seed)
    index = [f"S{i:02d}" for i in range(n)]
    genes, metabolites = (pd.DataFrame(rng.normal(size=(n, size)), index) for size in sizes)
    return genes.add_prefix("g"), metabolites.add_prefix("m")


def observed(*both, **options):
    return study_world(*both, n_permutations=2, random_state=0, **options).statistics["observed"]


# What it returns


def test_world_holds_every_statistic_beside_its_permutations():
    world = study_world(*tables(), n_permutations=19, random_state=0)
    assert isinstance(world, World)
    table = world.statistics
    assert table.index.tolist() == STATISTICS
    assert table.columns.tolist() == ["observed", "permuted", "z"]
    assert np.isfinite(table).all().all()


def test_total_is_the_mean_of_squared_correlations():
    genes, metabolites = tables()
    total = (spearman_matrix(genes, metabolites) ** 2).to_numpy().mean()
    assert observed(genes, metabolites)["total"] == pytest.approx(total)
    batch = pd.DataFrame({"batch": list("ab" * 10)}, genes.index)
    removed = {"covariates": batch, "remove_factors": 1}
    total = (spearman_matrix(genes, metabolites, **removed) ** 2).to_numpy().mean()
    assert observed(genes, metabolites, **removed)["total"] == pytest.approx(total)


def test_concentration_is_the_kurtosis_of_the_correlations():
    genes, metabolites = (np.random.default_rng(seed).normal(size=(9, 7)) for seed in (0, 1))
    rho = (genes.T @ metabolites).ravel()
    assert _concentration(genes, metabolites) == pytest.approx(np.mean(rho**4) / np.mean(rho**2) ** 2)


def test_single_gene_statistic_by_hand():
    # One metabolite; its |rho| are 0.9, 0.5 and 0.1: three genes, none left out of the comparison.
    genes, metabolites = np.array([[0.9, -0.5, 0.1]]), np.array([[1.0]])
    expected = np.arctanh(0.9) - np.mean(np.arctanh([0.9, 0.5, 0.1]))
    assert _single_gene(genes, metabolites) == pytest.approx(expected)
    # Of 8 metabolites the 2 in which a gene stands out most.
    many = np.array([[0.9] * 2 + [0.0] * 6])
    assert _single_gene(np.array([[1.0, 0.0, 0.0]]), many) == pytest.approx(np.arctanh(0.9) * 2 / 3)


@pytest.mark.parametrize(
    ("z", "name"),
    [
        ((2.9, 2.9, 2.9, 2.9), "none"),
        ((5.0, 2.0, 1.0, 1.0), "links"),
        ((5.0, 9.0, 3.0, 1.0), "modules"),
        ((5.0, 6.0, 3.0, 1.0), "links"),
        ((5.0, 4.0, -3.0, 1.0), "modules"),
        ((0.0, 0.0, 2.0, 4.0), "curves"),
        ((0.0, 0.0, 5.0, 4.0), "links"),
    ],
)
def test_name_follows_the_statistics(z, name):
    assert _name(pd.Series(z, STATISTICS)) == name


@pytest.mark.parametrize("design", ["modules", "links", "null"])
def test_statistics_of_half_of_the_metabolites_lie_near_those_of_all(design, monkeypatch):
    """Of twelve such studies `modules` moved by 1% at most, `links` and `curves` by 9%, permuted by 1.2%."""
    both = preprocessed(design, 0, (21, 800, 200))
    options = {"n_permutations": 20, "random_state": 0}
    whole = study_world(*both, **options)
    monkeypatch.setattr(_world, "_MOST_PAIRS", len(both[0].columns) * len(both[1].columns) // 2)
    half = study_world(*both, **options)
    assert half.n_metabolites == len(both[1].columns) // 2 == whole.n_metabolites // 2
    assert half.name == whole.name
    moved = half.statistics / whole.statistics - 1
    assert moved.loc["total"].abs().max() < 1e-12
    assert moved.loc["modules", ["observed", "permuted"]].abs().max() < 0.02
    assert moved.loc[["links", "curves"], "observed"].abs().max() < 0.15
    assert moved["permuted"].abs().max() < 0.03


def test_statistics_are_the_same_whatever_is_held_at_a_time(monkeypatch):
    expected = study_world(*tables(), n_permutations=5, random_state=0).statistics
    monkeypatch.setattr(_world, "_BLOCK", 100)
    again = study_world(*tables(), n_permutations=5, random_state=0).statistics
    pd.testing.assert_frame_equal(again, expected, rtol=1e-9)


# Invariances


@pytest.mark.parametrize("seed", range(3))
def test_what_does_not_matter_changes_no_statistic(seed):
    genes, metabolites = tables(seed=seed)
    expected = observed(genes, metabolites)
    order = np.random.default_rng(seed).permutation(genes.index)
    for changed in (
        (genes.loc[order], metabolites),  # samples: joined by id
        (genes.loc[order], metabolites.loc[order]),
        (genes.iloc[:, ::-1], metabolites.iloc[:, ::-1]),
        (genes, metabolites.assign(m3=-metabolites["m3"])),
        (genes.assign(g2=-genes["g2"]), metabolites),
        (genes.assign(g2=np.exp(genes["g2"])), metabolites),  # ranks stay
    ):
        np.testing.assert_allclose(observed(*changed), expected, rtol=1e-9)


def test_same_seed_gives_the_same_world_and_another_seed_others_permutations():
    one, again, other = (study_world(*tables(), random_state=seed).statistics for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again, check_exact=True)
    np.testing.assert_array_equal(one["observed"], other["observed"])
    assert (one["permuted"] != other["permuted"]).all()


def test_world_leaves_the_global_generators_alone():
    np.random.seed(3)  # noqa: NPY002
    torch.manual_seed(3)
    expected = np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    study_world(*tables(), random_state=0)
    assert (np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()) == expected  # noqa: NPY002


def test_permutations_stay_within_groups():
    genes, metabolites = tables()
    alone = study_world(genes, metabolites, groups=np.arange(20), random_state=0)
    np.testing.assert_allclose(alone.statistics["permuted"], alone.statistics["observed"])
    assert alone.name == "none"


def test_difference_between_groups_is_no_link_where_permutations_respect_them():
    genes, metabolites = tables(sizes=(100, 30))
    group = pd.Series(list("ab" * 10), genes.index)
    shift = np.where(group == "a", 3.0, 0.0)[:, None]
    both = genes + shift, metabolites + shift
    assert study_world(*both, random_state=0).name != "none"
    elsewhere = group.sample(frac=1, random_state=0)  # joined by sample id
    assert study_world(*both, groups=elsewhere, random_state=0).name == "none"
    assert study_world(*both, covariates=elsewhere, random_state=0).name == "none"


# Planted truth


def test_null_studies_hold_nothing():
    names = [study_world(*preprocessed("null", seed), random_state=seed).name for seed in range(12)]
    assert names.count("none") >= 11


def test_null_tables_of_few_samples_hold_nothing():
    names = [
        study_world(*tables(n, seed=seed), n_permutations=30, random_state=seed).name
        for n in (3, 4, 6)
        for seed in range(10)
    ]
    assert names.count("none") >= 28


@pytest.mark.parametrize(("design", "strength", "n_right"), [("modules", 0.85, 7), ("links", 0.75, 8)])
def test_planted_world_is_recognised(design, strength, n_right):
    options = {"size": (30, 600, 80), "strength": strength, "n_modules": 6}
    names = [study_world(*preprocessed(design, seed, **options), random_state=0).name for seed in range(8)]
    assert names.count(design) >= n_right


def test_curves_are_recognised_where_nothing_else_is():
    found = []
    for seed in range(4):
        genes, metabolites = tables(60, (80, 20), seed)
        for k in range(10):
            values = genes[f"g{k}"]
            metabolites[f"m{k}"] = (values - values.mean()) ** 2 + 0.1 * metabolites[f"m{k}"]
        found.append(study_world(genes, metabolites, random_state=0).name)
    assert found.count("curves") >= 3


# Borders


@pytest.mark.parametrize("n_samples", [3, 4, 5])
@pytest.mark.parametrize("sizes", [(1, 1), (1, 4), (5, 1), (5, 2)])
def test_tiny_study_is_answered_without_a_warning(n_samples, sizes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        world = study_world(*tables(n_samples, sizes), random_state=0)
    assert np.isfinite(world.statistics).all().all()


def test_constant_tables_hold_nothing():
    genes, metabolites = tables()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for both in ((genes * 0 + 0.1, metabolites), (genes, metabolites * 0), (genes * 0, metabolites * 0)):
            world = study_world(*both, random_state=0)
            assert world.name == "none"
            assert np.isfinite(world.statistics).all().all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_permutations": 1}, ParameterError, "n_permutations: found 1"),
        ({"remove_factors": -1}, ParameterError, "remove_factors: found -1"),
        ({"remove_factors": 1.5}, ParameterError, "remove_factors: found 1.5"),
        ({"remove_factors": 18}, ParameterError, "covariates and remove_factors"),
        ({"groups": ["a", "b"]}, StudyError, "groups: 20 rows against 2"),
        ({"covariates": [1] * 20}, ParameterError, "must be a DataFrame"),
    ],
)
def test_impossible_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        study_world(*tables(), **options)


def test_more_covariates_than_samples_are_refused():
    genes, metabolites = tables()
    covariates = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 18)), genes.index)
    with pytest.raises(ParameterError, match="at most 17 leave anything to correlate"):
        study_world(genes, metabolites, covariates=covariates)


def test_samples_of_one_table_only_are_refused():
    genes, metabolites = tables()
    with pytest.raises(StudyError, match="in one table only"):
        study_world(genes, metabolites.iloc[1:])
    with pytest.raises(StudyError, match="takes at least 3"):
        study_world(genes.iloc[:2], metabolites.iloc[:2])
