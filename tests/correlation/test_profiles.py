"""Two tables joined, ranked, and freed of what is regressed out: one object for all that correlates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

import omics_lib as ol
from omics_lib.correlation import Profiles
from omics_lib.errors import ParameterError, StudyError

IDS = [f"S{i}" for i in range(12)]


def table(seed: int, n: int, prefix: str) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(len(IDS), n))
    return pd.DataFrame(values, IDS, [f"{prefix}{i}" for i in range(n)])


GENES, METABOLITES = table(0, 30, "g"), table(1, 9, "m")
SAMPLES = pd.DataFrame({"batch": list("aabbccaabbcc"), "age": np.arange(12.0) ** 2}, IDS)


def test_rho_is_spearman_when_nothing_is_regressed_out():
    profiles = Profiles.of(GENES, METABOLITES.iloc[::-1])
    expected = spearmanr(GENES, METABOLITES).statistic[:30, 30:]
    np.testing.assert_allclose(profiles.rho(), expected, atol=1e-12)
    assert (profiles.is_plain, profiles.removed, profiles.degrees_of_freedom) == (True, "nothing", 10)


def test_unit_profiles_are_orthogonal_to_covariates_and_factors_when_these_are_removed():
    profiles = Profiles.of(
        GENES, METABOLITES, covariates=SAMPLES.sample(frac=1, random_state=0), remove_factors=2
    )
    dummies = pd.get_dummies(SAMPLES["batch"]).to_numpy(float)
    for side in (profiles.unit_left, profiles.unit_right):
        assert np.abs(dummies.T @ side).max() < 1e-10
        assert np.abs(SAMPLES["age"].to_numpy() @ side).max() < 1e-8
    # The two largest of nine dimensions are gone from the residuals of the metabolites.
    assert np.linalg.matrix_rank(profiles.unit_right) == profiles.degrees_of_freedom + 1 == 12 - 4 - 2
    assert profiles.removed == "batch + age + 2 factors"


def test_permuted_profiles_keep_the_left_side_and_lose_covariates_again():
    profiles = Profiles.of(GENES, METABOLITES, covariates=SAMPLES[["age"]])
    for aligned in profiles.permuted(3, random_state=0):
        np.testing.assert_array_equal(aligned.unit_left, profiles.unit_left)
        assert not np.allclose(aligned.unit_right, profiles.unit_right)
        assert np.abs(SAMPLES["age"].to_numpy() @ aligned.unit_right).max() < 1e-8


def test_permuted_profiles_stay_within_groups():
    ranks = pd.DataFrame(np.repeat([1.0, 2.0, 3.0], 4)[:, None], IDS, ["m"])
    profiles = Profiles.of(GENES, ranks, groups=ranks["m"])
    for aligned in profiles.permuted(3, random_state=0):
        np.testing.assert_allclose(aligned.unit_right, profiles.unit_right, atol=1e-12)


def test_values_are_standardised_when_the_method_is_pearson():
    profiles = Profiles.of(GENES, METABOLITES, method="pearson")
    np.testing.assert_allclose(profiles.rho().iloc[0, 0], np.corrcoef(GENES["g0"], METABOLITES["m0"])[0, 1])


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, False),
        ({"covariates": SAMPLES[["batch"]]}, True),
        ({"covariates": SAMPLES[["batch"]].iloc[::-1]}, True),
        ({"covariates": SAMPLES[["age"]]}, False),
        ({"covariates": SAMPLES[["batch"]], "remove_factors": 1}, False),
    ],
)
def test_removes_the_same_only_when_covariates_and_factors_span_the_same(other, same):
    mine = Profiles.of(GENES, METABOLITES, covariates=SAMPLES[["batch"]])
    assert mine.removes_the_same_as(Profiles.of(GENES, METABOLITES, **other)) is same


def test_removes_the_same_when_samples_come_in_another_order_but_not_when_they_are_others():
    mine = Profiles.of(GENES, METABOLITES, covariates=SAMPLES[["age"]])
    shuffled = Profiles.of(GENES.iloc[::-1], METABOLITES, covariates=SAMPLES[["age"]])
    fewer = Profiles.of(GENES[1:], METABOLITES[1:], covariates=SAMPLES[["age"]][1:])
    assert mine.removes_the_same_as(shuffled) and shuffled.removes_the_same_as(mine)
    assert not mine.removes_the_same_as(fewer) and not fewer.removes_the_same_as(mine)


def test_error_names_what_is_left_when_covariates_leave_nothing():
    with pytest.raises(ParameterError, match="covariates and remove_factors: 10 columns"):
        Profiles.of(GENES, METABOLITES, covariates=SAMPLES, remove_factors=7)


def test_error_when_samples_differ():
    with pytest.raises(StudyError, match="1 sample in one table only"):
        Profiles.of(GENES, METABOLITES[1:])


# A graph remembers what its profiles were made of


@pytest.fixture(scope="module")
def plain_graph():
    return ol.build_graph(ol.associate(GENES, METABOLITES, alpha=0.5).pairs, GENES, METABOLITES)


@pytest.mark.parametrize(
    ("removed", "words"),
    [({"covariates": SAMPLES[["batch"]]}, "not batch;"), ({"remove_factors": 1}, "not 1 factor;")],
)
def test_refine_refuses_a_graph_built_without_what_it_regresses_out(plain_graph, removed, words):
    with pytest.raises(ParameterError) as caught:
        ol.refine(plain_graph, GENES, METABOLITES, **removed)
    assert str(caught.value).startswith(
        "covariates and remove_factors: the graph was built with nothing regressed out"
    )
    assert words in str(caught.value) and "Build the graph with these covariates" in str(caught.value)


def test_refine_refuses_a_graph_built_with_other_values_of_the_same_covariate():
    graph = ol.build_graph(
        pd.DataFrame({"gene": ["g0"], "metabolite": ["m0"], "rho": [0.9]}), GENES, METABOLITES,
        covariates=SAMPLES[["age"]],
    )  # fmt: skip
    with pytest.raises(ParameterError, match="of other values, or other samples"):
        ol.refine(graph, GENES, METABOLITES, covariates=-np.sqrt(SAMPLES[["age"]]))


def test_refine_refuses_a_graph_built_from_other_values(plain_graph):
    with pytest.raises(StudyError, match="built from other values"):
        ol.refine(plain_graph, GENES, METABOLITES**2)
    monotone = ol.refine(plain_graph, np.exp(GENES), METABOLITES.iloc[::-1], world="links", random_state=0)
    assert monotone.scores.shape == (30, 9)


def test_refine_takes_a_graph_built_with_the_same_removed_in_another_order(plain_graph):
    graph = ol.build_graph(
        pd.DataFrame({"gene": ["g0"], "metabolite": ["m0"], "rho": [0.9]}), GENES, METABOLITES,
        covariates=SAMPLES,
    )  # fmt: skip
    refined = ol.refine(
        graph, GENES, METABOLITES, covariates=SAMPLES[["age", "batch"]], world="links", random_state=0
    )
    assert refined.scores.shape == (30, 9)


def test_ranks_are_average_ranks_when_values_tie():
    tied = pd.DataFrame({"m": [1.0, 1, 2, 3] * 3}, IDS)
    np.testing.assert_array_equal(Profiles.of(GENES, tied).right[:, 0], rankdata(tied["m"]))
