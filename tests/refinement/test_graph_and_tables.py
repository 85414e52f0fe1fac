"""A graph remembers what its profiles were made of, and no refinement takes it for another's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib.errors import ParameterError, StudyError

IDS = [f"S{i}" for i in range(12)]


def table(seed: int, n: int, prefix: str) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(len(IDS), n))
    return pd.DataFrame(values, IDS, [f"{prefix}{i}" for i in range(n)])


GENES, METABOLITES = table(0, 30, "g"), table(1, 9, "m")
SAMPLES = pd.DataFrame({"batch": list("aabbccaabbcc"), "age": np.arange(12.0) ** 2}, IDS)


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
    with pytest.raises(ParameterError, match="not age with the values given here"):
        ol.refine(graph, GENES, METABOLITES, covariates=-np.sqrt(SAMPLES[["age"]]))


def test_refine_refuses_a_graph_of_other_samples(plain_graph):
    with pytest.raises(StudyError, match="graph: it was built from 12 samples, not from these 11"):
        ol.refine(plain_graph, GENES[1:], METABOLITES[1:])


def test_refine_says_which_feature_stands_elsewhere(plain_graph):
    with pytest.raises(StudyError, match="`m0` stands where the table has `m8`"):
        ol.refine(plain_graph, GENES, METABOLITES.iloc[:, ::-1])


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
