from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

import omics_lib as ol
from omics_lib import build_graph
from omics_lib.correlation import directed_edges, nearest
from omics_lib.errors import ParameterError, StudyError
from omics_lib.refinement._graph import ASSOCIATED, KNOWN, SIMILAR


def tables(n=12, seed=0, sizes=(6, 4)):
    rng = np.random.default_rng(seed)
    index = [f"S{i:02d}" for i in range(n)]
    genes, metabolites = (pd.DataFrame(rng.normal(size=(n, size)), index) for size in sizes)
    return genes.add_prefix("g"), metabolites.add_prefix("m")


PAIRS = pd.DataFrame(
    {"gene": ["g1", "g3", "g1"], "metabolite": ["m0", "m2", "m3"], "rho": [0.5, -0.9, 0.7], "q": 0.01}
)
NONE = PAIRS.iloc[:0]


def edges_of(graph, kind):
    """Edges between features of one kind: {(neighbour, node): rho}, by name."""
    names = graph[kind].names
    store = graph[SIMILAR[kind]]
    ends = [(names[a], names[b]) for a, b in store.edge_index.T.tolist()]
    return dict(zip(ends, store.edge_weight.tolist(), strict=True))


# Associations


def test_edges_are_the_pairs_strongest_first():
    X, Y = tables()
    graph = build_graph(PAIRS, X, Y)
    assert graph[ASSOCIATED].edge_index.tolist() == [[3, 1, 1], [2, 3, 0]]
    rho = ol.spearman_matrix(X, Y).to_numpy()
    assert graph[ASSOCIATED].edge_weight.tolist() == pytest.approx([rho[3, 2], rho[1, 3], rho[1, 0]])
    assert graph["gene"].names == [f"g{i}" for i in range(6)]
    assert graph.validate()


def test_pair_found_by_two_routes_is_one_edge():
    graph = build_graph(pd.concat([PAIRS, PAIRS]), *tables())
    assert graph[ASSOCIATED].edge_index.shape == (2, 3)


@pytest.mark.parametrize(("max_edges", "ends"), [(1, [[3], [2]]), (0, [[], []])])
def test_max_edges_keeps_the_strongest(max_edges, ends):
    graph = build_graph(PAIRS, *tables(), max_edges=max_edges)
    assert graph[ASSOCIATED].edge_index.tolist() == ends


@pytest.mark.parametrize("pairs", [NONE, pd.DataFrame({"gene": [], "metabolite": [], "rho": []})])
def test_no_associations_give_a_graph_without_edges_across(pairs):
    graph = build_graph(pairs, *tables())
    assert graph[ASSOCIATED].edge_index.shape == (2, 0)
    assert graph[ASSOCIATED].edge_index.dtype == torch.long
    assert graph["gene"].x.shape == (6, 10)
    assert graph.validate()


@pytest.mark.parametrize("column", ["gene", "metabolite"])
def test_unknown_feature_is_refused(column):
    pairs = PAIRS.assign(**{column: "nobody"})
    with pytest.raises(StudyError, match=rf"associations: 1 unknown name in `{column}` \(nobody\)"):
        build_graph(pairs, *tables())
    with pytest.raises(StudyError, match=rf"associations: no column `{column}`"):
        build_graph(PAIRS.drop(columns=column), *tables())


def test_associations_weigh_what_the_graph_s_own_covariates_leave():
    X, Y = tables()
    age = pd.DataFrame({"age": X["g3"] + Y["m2"]})
    graph = build_graph(PAIRS, X, Y, covariates=age)
    rho = ol.spearman_matrix(X, Y, covariates=age).to_numpy()
    assert graph[ASSOCIATED].edge_weight.tolist() == pytest.approx([rho[3, 2], rho[1, 3], rho[1, 0]])


def test_graph_of_arrays_names_their_columns_by_number():
    graph = build_graph(PAIRS[:0], *(table.to_numpy() for table in tables()))
    assert graph["gene"].names[:2] == ["gene_1", "gene_2"]


@pytest.mark.parametrize(
    "options", [{"n_neighbors": 0}, {"n_neighbors": 1.5}, {"max_edges": -1}, {"remove_factors": -1}]
)
def test_impossible_number_is_refused(options):
    with pytest.raises(ParameterError, match="must be a whole number"):
        build_graph(PAIRS, *tables(), **options)


# Edges within a table


@pytest.mark.parametrize("n_neighbors", [None, 1, 3, 99])
def test_neighbours_are_those_of_the_largest_correlations(n_neighbors):
    both = tables(n=30, sizes=(17, 9))
    graph = build_graph(NONE, *both, n_neighbors=n_neighbors)
    for kind, table in zip(("gene", "metabolite"), both, strict=True):
        rho = table.corr("spearman").to_numpy()
        n = len(rho)
        kept = min(n_neighbors or round(n**0.5), n - 1)
        expected = {}
        for node in range(n):
            others = sorted(set(range(n)) - {node}, key=lambda j, node=node: -abs(rho[node, j]))
            expected |= {(table.columns[j], table.columns[node]): rho[node, j] for j in others[:kept]}
        found = edges_of(graph, kind)
        assert found.keys() == expected.keys()
        assert all(found[edge] == pytest.approx(expected[edge], abs=1e-5) for edge in found)


def test_one_gene_or_one_metabolite_has_no_neighbour():
    genes, metabolites = tables()
    for g, m in (
        (genes[["g1"]], metabolites),
        (genes, metabolites[["m2"]]),
        (genes[["g1"]], metabolites[["m2"]]),
    ):
        graph = build_graph(NONE, g, m)
        for kind, table in (("gene", g), ("metabolite", m)):
            kept = 0 if table.shape[1] == 1 else 2
            assert graph[SIMILAR[kind]].edge_index.shape == (2, kept * table.shape[1])
        assert graph.validate()


def test_equal_correlations_are_told_apart_by_their_order_not_by_rounding():
    # Rank profiles of few samples: many correlations are equal but for their last digits.
    ranks = np.array([np.random.default_rng(seed).permutation(6) for seed in range(60)]).T.astype(float)
    ranks -= ranks.mean(axis=0)
    rows = np.ascontiguousarray((ranks / np.linalg.norm(ranks, axis=0)).T)
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))[0]
    np.testing.assert_array_equal(nearest(rows, 5)[0], nearest(rows @ turned, 5)[0])
    exact = np.abs(np.rint(rows @ rows.T * 35)).astype(int)
    np.fill_diagonal(exact, -1)
    expected = np.sort(np.argsort(-exact, axis=1, kind="stable")[:, :5], axis=1)
    np.testing.assert_array_equal(nearest(rows, 5)[0], expected)


def test_neighbours_are_the_same_when_found_in_chunks(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(23, 5))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    whole = nearest(rows, 4)
    monkeypatch.setattr("omics_lib.correlation._neighbours._BLOCK", 50)
    for one, other in zip(whole, nearest(rows, 4), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_directed_edges_run_from_the_neighbour_to_the_node():
    assert directed_edges(np.array([[1, 2], [0, 2]])).tolist() == [[1, 2, 0, 2], [0, 0, 1, 1]]


# Prior pairs


def test_prior_pairs_are_edges_and_flagged_where_they_are_evidence():
    prior = pd.DataFrame(
        {
            "gene_id": ["g0", "g5", "g2", "g5"],
            "metabolite_id": ["m1", "m3", "m0", "m3"],
            "tier": ["enzyme", "transport", None, "transport"],
            "currency": [False, False, True, False],
        }
    )
    store = build_graph(PAIRS, *tables(), prior_pairs=prior)[KNOWN]
    found = dict(zip(map(tuple, store.edge_index.T.tolist()), store.is_evidence.tolist(), strict=True))
    assert found == {(0, 1): True, (5, 3): False, (2, 0): False}
    assert "edge_weight" not in store


def test_prior_pairs_add_no_other_edge():
    prior = pd.DataFrame({"gene_id": ["g0", "g1"], "metabolite_id": "m1"})
    one, other = build_graph(PAIRS, *tables()), build_graph(PAIRS, *tables(), prior_pairs=prior)
    assert KNOWN not in one.edge_types
    assert {*other.edge_types} - {KNOWN} == {*one.edge_types}
    for kind in one.edge_types:
        assert torch.equal(one[kind].edge_index, other[kind].edge_index)


def test_unknown_prior_pair_is_refused():
    prior = pd.DataFrame({"gene_id": ["g0", "nobody"], "metabolite_id": "m1"})
    with pytest.raises(StudyError, match=r"1 unknown gene_id \(nobody\)"):
        build_graph(PAIRS, *tables(), prior_pairs=prior)


# Node features


def test_node_features_have_length_one_and_keep_the_correlations():
    genes, metabolites = tables()
    graph = build_graph(PAIRS, genes, metabolites)
    x = torch.cat([graph["gene"].x, graph["metabolite"].x]).numpy()
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), 1, rtol=1e-5)
    both = pd.concat([genes, metabolites], axis=1)
    np.testing.assert_allclose(x @ x.T, both.corr("spearman"), atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_permuting_samples_leaves_the_graph_alone(seed):
    genes, metabolites = tables(seed=seed)
    order = np.random.default_rng(9).permutation(genes.index)
    one, other = (
        build_graph(PAIRS, g, m) for g, m in ((genes, metabolites), (genes.loc[order], metabolites))
    )
    for kind in ("gene", "metabolite"):
        np.testing.assert_allclose(one[kind].x, other[kind].x, atol=1e-5)
        assert torch.equal(one[SIMILAR[kind]].edge_index, other[SIMILAR[kind]].edge_index)


@pytest.mark.parametrize("seed", range(5))
def test_turning_a_metabolite_upside_down_turns_its_node_and_its_edges_only(seed):
    genes, metabolites = tables(seed=seed)
    one = build_graph(PAIRS, genes, metabolites)
    other = build_graph(PAIRS, genes, metabolites.assign(m2=-metabolites["m2"]))
    np.testing.assert_allclose(one["gene"].x, other["gene"].x, atol=1e-5)
    signs = torch.tensor([1.0, 1.0, -1.0, 1.0])[:, None]
    np.testing.assert_allclose(one["metabolite"].x * signs, other["metabolite"].x, atol=1e-5)
    turned = {ends: -rho if "m2" in ends else rho for ends, rho in edges_of(one, "metabolite").items()}
    assert edges_of(other, "metabolite") == pytest.approx(turned, abs=1e-6)


def test_reordering_features_reorders_the_graph():
    genes, metabolites = tables(n=40)  # so many samples that no two correlations are equal
    one = build_graph(PAIRS, genes, metabolites)
    other = build_graph(PAIRS, genes.iloc[:, ::-1], metabolites.iloc[:, [2, 0, 3, 1]])
    for kind in ("gene", "metabolite"):
        assert edges_of(other, kind) == pytest.approx(edges_of(one, kind), abs=1e-6)
    inner = other["gene"].x.flip(0) @ other["metabolite"].x[[1, 3, 0, 2]].T
    np.testing.assert_allclose(inner, one["gene"].x @ one["metabolite"].x.T, atol=1e-5)


def test_covariates_are_joined_by_sample_id_and_removed():
    genes, metabolites = tables()
    batch = pd.DataFrame({"batch": list("aaab" * 3)}, genes.index)
    one = build_graph(PAIRS, genes, metabolites, covariates=batch)
    other = build_graph(PAIRS, genes, metabolites, covariates=batch.iloc[::-1])
    np.testing.assert_array_equal(one["gene"].x, other["gene"].x)
    assert not np.allclose(one["gene"].x @ one["gene"].x.T, genes.corr("spearman"), atol=1e-3)


def test_constant_table_gives_finite_features():
    genes, metabolites = tables()
    for dead in (genes * 0, genes * 0 + 0.1):
        graph = build_graph(NONE, dead, metabolites * 0)
        assert torch.isfinite(graph["gene"].x).all()
        assert not graph["gene"].x.any()
        assert not graph[SIMILAR["gene"]].edge_weight.any()
