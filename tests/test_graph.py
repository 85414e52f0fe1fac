from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from omics_lib import build_graph
from omics_lib.errors import StudyError
from omics_lib.graph import EDGE_TYPE


def tables(n=12, seed=0):
    rng = np.random.default_rng(seed)
    index = [f"S{i:02d}" for i in range(n)]
    genes = pd.DataFrame(rng.normal(size=(n, 6)), index).add_prefix("g")
    return genes, pd.DataFrame(rng.normal(size=(n, 4)), index).add_prefix("m")


PAIRS = pd.DataFrame(
    {"gene": ["g1", "g3", "g1"], "metabolite": ["m0", "m2", "m3"], "rho": [0.5, -0.9, 0.7], "q": 0.01}
)


def test_edges_are_the_pairs_strongest_first():
    graph = build_graph(PAIRS, *tables())
    assert graph[EDGE_TYPE].edge_index.tolist() == [[3, 1, 1], [2, 3, 0]]
    assert graph[EDGE_TYPE].edge_weight.tolist() == pytest.approx([-0.9, 0.7, 0.5])
    assert graph["gene"].names == [f"g{i}" for i in range(6)]
    assert graph.validate()


def test_pair_found_by_two_routes_is_one_edge():
    graph = build_graph(pd.concat([PAIRS, PAIRS]), *tables())
    assert graph[EDGE_TYPE].edge_index.shape == (2, 3)


def test_max_edges_keeps_the_strongest():
    graph = build_graph(PAIRS, *tables(), max_edges=1)
    assert graph[EDGE_TYPE].edge_index.tolist() == [[3], [2]]


def test_no_associations_give_a_graph_without_edges():
    graph = build_graph(PAIRS.iloc[:0], *tables())
    assert graph[EDGE_TYPE].edge_index.shape == (2, 0)
    assert graph[EDGE_TYPE].edge_index.dtype == torch.long
    assert graph["gene"].x.shape == (6, 10)


@pytest.mark.parametrize(("column", "what"), [("gene", "genes"), ("metabolite", "metabolites")])
def test_unknown_feature_is_refused(column, what):
    pairs = PAIRS.assign(**{column: "nobody"})
    with pytest.raises(StudyError, match=rf"1 unknown {what} \(nobody\)"):
        build_graph(pairs, *tables())


def test_node_features_have_length_one_and_keep_the_correlations():
    genes, metabolites = tables()
    graph = build_graph(PAIRS, genes, metabolites, n_components=99)
    x = torch.cat([graph["gene"].x, graph["metabolite"].x]).numpy()
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), 1, rtol=1e-5)
    both = pd.concat([genes, metabolites], axis=1)
    np.testing.assert_allclose(x @ x.T, both.corr("spearman"), atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_permuting_samples_leaves_node_features_alone(seed):
    genes, metabolites = tables(seed=seed)
    order = np.random.default_rng(9).permutation(genes.index)
    one, other = (
        build_graph(PAIRS, g, m) for g, m in ((genes, metabolites), (genes.loc[order], metabolites))
    )
    for kind in ("gene", "metabolite"):
        np.testing.assert_allclose(one[kind].x, other[kind].x, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_turning_a_metabolite_upside_down_turns_its_node_only(seed):
    genes, metabolites = tables(seed=seed)
    one = build_graph(PAIRS, genes, metabolites)
    other = build_graph(PAIRS, genes, metabolites.assign(m2=-metabolites["m2"]))
    np.testing.assert_allclose(one["gene"].x, other["gene"].x, atol=1e-5)
    signs = torch.tensor([1.0, 1.0, -1.0, 1.0])[:, None]
    np.testing.assert_allclose(one["metabolite"].x * signs, other["metabolite"].x, atol=1e-5)


def test_covariates_are_joined_by_sample_id_and_removed():
    genes, metabolites = tables()
    batch = pd.DataFrame({"batch": list("ab" * 6)}, genes.index)
    one = build_graph(PAIRS, genes, metabolites, covariates=batch)
    other = build_graph(PAIRS, genes, metabolites, covariates=batch.iloc[::-1])
    np.testing.assert_array_equal(one["gene"].x, other["gene"].x)
    assert one["gene"].x.shape[1] == build_graph(PAIRS, genes, metabolites)["gene"].x.shape[1]
    assert not np.allclose(one["gene"].x @ one["gene"].x.T, genes.corr("spearman"), atol=1e-3)


def test_constant_table_gives_finite_features():
    genes, metabolites = tables()
    for dead in (genes * 0, genes * 0 + 0.1):
        graph = build_graph(PAIRS.iloc[:0], dead, metabolites * 0)
        assert torch.isfinite(graph["gene"].x).all()
        assert not graph["gene"].x.any()
