from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import average_precision_score

import omics_lib as ol
from omics_lib import _gcn
from omics_lib._gcn import GcnSettings, SignedGCN, normalised, train_gcn
from omics_lib._known_pairs import true_pairs
from omics_lib._spearman_null import spearman_p
from omics_lib.association import associate, spearman_matrix
from omics_lib.errors import ParameterError, StudyError
from omics_lib.graph import EDGE_TYPE, build_graph
from omics_lib.refine import Refinement, ranked_table
from omics_lib.refine import refine as refine_function

module = sys.modules["omics_lib.refine"]
QUICK = GcnSettings(n_hidden=8, n_out=4, n_epochs=15)


def preprocessed(design="modules", seed=0, n_genes=60, n_metabolites=14, **options):
    study = ol.simulate_study(21, n_genes, n_metabolites, design=design, random_state=seed, **options)
    kinds = {"transcriptomics": "counts", "metabolomics": "abundance"}
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in kinds.items()})
    return *(ol.preprocessed_table(data, name) for name in kinds), study.uns.get("known_pairs")


@pytest.fixture(scope="module")
def small():
    genes, metabolites, known = preprocessed(strength=0.9, n_modules=4)
    pairs = associate(genes, metabolites, alpha=0.2).pairs
    return genes, metabolites, known, build_graph(pairs, genes, metabolites), pairs


def scores_of(small, **options):
    genes, metabolites, _, graph, _ = small
    settings = {"settings": QUICK, "random_state": 0} | options
    return refine_function(graph, genes, metabolites, **settings).scores


# What a score is


def test_scores_are_correlation_and_probability(small):
    genes, metabolites, _, graph, _ = small
    result = refine_function(graph, genes, metabolites, settings=QUICK, random_state=0)
    assert result.scores.shape == (60, 14)
    assert list(result.scores.columns) == list(metabolites.columns)
    assert ((result.scores >= 0) & (result.scores <= np.sqrt(result.rho.abs()) + 1e-6)).all().all()
    pd.testing.assert_frame_equal(result.rho, spearman_matrix(genes, metabolites))
    assert (result.prior, result.fallback, result.n_edges) == ("none", False, graph[EDGE_TYPE].num_edges)
    assert 0 <= result.held_out_auc <= 1


def test_same_seed_gives_the_same_bytes(small):
    one, other = (scores_of(small).to_numpy().tobytes() for _ in range(2))
    assert one == other
    assert scores_of(small, random_state=1).to_numpy().tobytes() != one


def test_refinement_leaves_the_global_generator_alone(small):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    scores_of(small)
    assert torch.rand(1) == expected


def test_permuting_samples_changes_nothing(small):
    genes, metabolites, _, _, pairs = small
    order = np.random.default_rng(1).permutation(genes.index)
    graph = build_graph(pairs, genes.loc[order], metabolites)
    again = refine_function(graph, genes.loc[order], metabolites, settings=QUICK, random_state=0).scores
    np.testing.assert_allclose(again, scores_of(small), atol=1e-3)


def test_turning_a_metabolite_upside_down_leaves_the_scores_alone(small):
    genes, metabolites, _, _, pairs = small
    name = pairs["metabolite"].iloc[0]
    turned = metabolites.assign(**{name: -metabolites[name]})
    flipped = pairs.assign(rho=np.where(pairs["metabolite"] == name, -pairs["rho"], pairs["rho"]))
    graph = build_graph(flipped, genes, turned)
    again = refine_function(graph, genes, turned, settings=QUICK, random_state=0)
    np.testing.assert_allclose(again.scores, scores_of(small), atol=1e-3)
    np.testing.assert_allclose(again.rho[name], -spearman_matrix(genes, metabolites)[name])


def test_rescaling_a_gene_leaves_the_scores_alone(small):
    genes, metabolites, _, _, pairs = small
    scaled = genes.assign(**{genes.columns[0]: genes.iloc[:, 0] * 50})
    graph = build_graph(pairs, scaled, metabolites)
    again = refine_function(graph, scaled, metabolites, settings=QUICK, random_state=0).scores
    np.testing.assert_array_equal(again, scores_of(small))


# Leakage


def test_scored_edges_never_pass_messages(small, monkeypatch):
    _, _, _, graph, _ = small
    calls = []

    def watched(x, edges, weight, extra, n_genes, settings, seed):
        calls.append((set(map(tuple, edges.T.tolist())), len(weight), extra.shape[1]))
        return len(calls) - 1, None

    def labelled(model, h, n_genes, columns):
        return np.full((n_genes, len(columns)), model, dtype=np.float32)

    monkeypatch.setattr(module, "train_gcn", watched)
    monkeypatch.setattr(module, "_edge_probability", labelled)
    known = torch.zeros((2, 0), dtype=torch.long)
    source = module._probabilities(graph, known, 3, QUICK, np.random.default_rng(0))
    everything = set(map(tuple, graph[EDGE_TYPE].edge_index.T.tolist()))
    assert len(calls) == 3
    for edge in everything:
        assert edge not in calls[int(source[edge])][0]
    assert all(len(edges) == n and extra == 0 for edges, n, extra in calls)
    assert set.union(*(edges for edges, _, _ in calls)) == everything
    others = np.ones(source.shape, dtype=bool)
    others[tuple(np.array(sorted(everything)).T)] = False
    np.testing.assert_allclose(source[others], 1, rtol=1e-6)  # the mean of the folds 0, 1 and 2


def test_supervising_edges_pass_no_message_while_training(small, monkeypatch):
    _, _, _, graph, _ = small
    x = torch.cat([graph["gene"].x, graph["metabolite"].x])
    edges, weight = graph[EDGE_TYPE].edge_index, graph[EDGE_TYPE].edge_weight
    seen = []

    def watched(edges, weight, n_genes, n_nodes):
        seen.append({*map(tuple, edges.T.tolist())})
        return normalised(edges, weight, n_genes, n_nodes)

    monkeypatch.setattr(_gcn, "normalised", watched)
    train_gcn(x, edges, weight, torch.zeros((2, 0), dtype=torch.long), 60, QUICK, 0)
    training, final = seen
    assert len(final) == edges.shape[1]
    assert len(training) == edges.shape[1] - int(0.2 * edges.shape[1])


def test_score_of_a_pair_ignores_the_known_pairs_of_its_own_metabolite(small):
    genes, _, known, _, _ = small
    name = known["metabolite_id"].iloc[0]
    mine = known["metabolite_id"] == name
    others = [gene for gene in genes.columns if gene not in set(known.loc[mine, "gene_id"])][:5]
    changed = pd.concat([known[~mine], pd.DataFrame({"gene_id": others, "metabolite_id": name})])
    one = scores_of(small, known_pairs=known)
    other = scores_of(small, known_pairs=changed)
    np.testing.assert_array_equal(one[name], other[name])
    assert not np.allclose(one, other)  # the other metabolites do learn from them


def test_metabolites_without_known_pairs_are_scored_by_the_whole(small, monkeypatch):
    _, _, _, graph, _ = small
    extras = []

    def watched(x, edges, weight, extra, n_genes, settings, seed):
        extras.append(set(extra[1].tolist()))
        return 0, None

    monkeypatch.setattr(module, "train_gcn", watched)
    monkeypatch.setattr(
        module, "_edge_probability", lambda model, h, n, columns: np.zeros((n, len(columns)), np.float32)
    )
    pairs = torch.tensor([[0, 1, 2, 3], [2, 5, 7, 9]])
    module._probabilities(graph, pairs, 2, QUICK, np.random.default_rng(0))
    one, other, whole = extras[0], extras[2], extras[4]
    assert whole == {2, 5, 7, 9}
    assert one | other == whole
    assert not one & other


# Priors and borders


def test_prior_is_known_pairs_only_where_there_are_any(small):
    genes, metabolites, known, graph, _ = small

    def prior(**options):
        return refine_function(graph, genes, metabolites, settings=QUICK, random_state=0, **options).prior

    assert prior() == "none"
    assert prior(known_pairs=known) == "known_pairs"
    assert prior(known_pairs=known, prior="none") == "none"
    assert prior(known_pairs=known.assign(tier="transport")) == "none"


def test_prior_none_gives_the_scores_of_no_known_pairs(small):
    one = scores_of(small, known_pairs=small[2], prior="none")
    np.testing.assert_array_equal(one, scores_of(small))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "transformer"}, "must be one of gcn"),
        ({"prior": "human_gem"}, "must be one of auto, none, known_pairs"),
        ({"prior": "known_pairs"}, "a study without any"),
    ],
)
def test_unknown_options_are_refused(small, options, message):
    with pytest.raises(ParameterError, match=message):
        scores_of(small, **options)


def test_graph_of_other_tables_is_refused(small):
    genes, metabolites, _, graph, _ = small
    with pytest.raises(StudyError, match="Build the graph from these tables"):
        refine_function(graph, genes, metabolites[metabolites.columns[::-1]])


def test_few_edges_fall_back_to_the_plain_correlation(small):
    genes, metabolites, known, _, pairs = small
    for n in (0, 9):
        graph = build_graph(pairs.head(n), genes, metabolites)
        result = refine_function(graph, genes, metabolites, known_pairs=known, random_state=0)
        assert (result.fallback, result.prior, result.n_edges) == (True, "none", n)
        assert np.isnan(result.held_out_auc)
        pd.testing.assert_frame_equal(result.scores, spearman_matrix(genes, metabolites).abs())


def test_graph_of_all_pairs_has_no_held_out_auc():
    rng = np.random.default_rng(0)
    genes, metabolites = (pd.DataFrame(rng.normal(size=(10, 8))).add_prefix(p) for p in "gm")
    pairs = spearman_matrix(genes, metabolites).rename_axis("gene").reset_index()
    pairs = pairs.melt("gene", var_name="metabolite", value_name="rho")
    graph = build_graph(pairs, genes, metabolites)
    result = refine_function(graph, genes, metabolites, settings=QUICK, random_state=0)
    assert (result.n_edges, result.fallback) == (64, False)
    assert np.isnan(result.held_out_auc)
    assert np.isfinite(result.scores).all().all()


def test_single_metabolite_is_refined():
    rng = np.random.default_rng(0)
    genes = pd.DataFrame(rng.normal(size=(12, 20))).add_prefix("g")
    metabolites = pd.DataFrame({"m": rng.normal(size=12)})
    rho = spearman_matrix(genes, metabolites)["m"]
    pairs = pd.DataFrame({"gene": rho.index[:12], "metabolite": "m", "rho": rho.to_numpy()[:12]})
    known = pd.DataFrame({"gene_id": ["g1"], "metabolite_id": ["m"]})
    graph = build_graph(pairs, genes, metabolites)
    result = refine_function(graph, genes, metabolites, known_pairs=known, settings=QUICK, random_state=0)
    assert np.isfinite(result.scores).all().all()


# The network


def test_normalised_adjacency_equals_the_formula():
    edges, weight = torch.tensor([[0, 1, 1], [0, 0, 1]]), torch.tensor([0.5, -0.8, 0.9])
    index, value = normalised(edges, weight, 2, 4)
    dense = torch.zeros(4, 4).index_put((index[0], index[1]), value).numpy()
    A = np.eye(4)
    for g, m, w in ((0, 2, 0.5), (1, 2, -0.8), (1, 3, 0.9)):
        A[g, m] = A[m, g] = w
    scale = 1 / np.sqrt(np.abs(A).sum(axis=0))
    np.testing.assert_allclose(dense, scale[:, None] * A * scale, rtol=1e-6)


def test_network_is_odd_in_a_node_and_its_edges():
    torch.manual_seed(0)
    model = SignedGCN(3, QUICK).eval()
    x, edges, weight = torch.randn(4, 3), torch.tensor([[0, 1], [0, 1]]), torch.tensor([0.5, -0.8])
    turned, flipped = x.clone(), weight.clone()
    turned[2], flipped[0] = -x[2], -weight[0]
    h = model(x, normalised(edges, weight, 2, 4))
    other = model(turned, normalised(edges, flipped, 2, 4))
    sign = torch.tensor([1.0, 1.0, -1.0, 1.0])[:, None]
    torch.testing.assert_close(other, sign * h)


# Planted truth


@pytest.mark.parametrize("seed", range(3))
def test_modules_are_ranked_better_than_by_correlation(seed):
    genes, metabolites, known = preprocessed(
        n_genes=150, n_metabolites=24, seed=seed, strength=0.85, n_modules=4
    )
    graph = build_graph(associate(genes, metabolites).pairs, genes, metabolites)
    settings = GcnSettings(n_epochs=40)
    result = refine_function(graph, genes, metabolites, settings=settings, random_state=0)
    truth = true_pairs(result.rho, known).ravel()
    plain, refined = (
        average_precision_score(truth, table.to_numpy().ravel())
        for table in (result.rho.abs(), result.scores)
    )
    assert not result.fallback
    assert refined > plain
    assert result.held_out_auc > 0.85


def test_unrelated_tables_gain_nothing_from_the_graph():
    """The planted modules of another study are no easier to find after refinement than by chance."""
    genes, metabolites, known = preprocessed(seed=5, strength=0.9, n_modules=4)
    order = np.random.default_rng(0).permutation(len(genes))
    metabolites = metabolites.iloc[order].set_axis(metabolites.index)
    rho = spearman_matrix(genes, metabolites)
    strong = rho.abs().stack().sort_values(ascending=False).head(40).index
    pairs = pd.DataFrame(list(strong), columns=["gene", "metabolite"])
    pairs["rho"] = [rho.loc[pair] for pair in strong]
    graph = build_graph(pairs, genes, metabolites)
    result = refine_function(graph, genes, metabolites, settings=QUICK, random_state=0)
    evaluation = ol.evaluate_ranking(result.scores, known, n_permutations=99, random_state=0)
    assert evaluation["average_precision"] < 3 * evaluation["average_precision_chance"]


# The table


def refinement(scores, rho):
    return Refinement(scores, rho, "none", False, 10, 0.5)


def test_ranked_table_lists_metabolite_by_metabolite_best_first():
    rho = pd.DataFrame({"m": [0.1, -0.9, 0.5], "k": [0.2, 0.3, -0.4]}, index=list("abc"))
    table = ranked_table(refinement(rho.abs(), rho), 10)
    assert table["gene"].tolist() == ["b", "c", "a", "c", "b", "a"]
    assert table["metabolite"].tolist() == ["m"] * 3 + ["k"] * 3
    assert table["rank"].tolist() == [1, 2, 3] * 2
    assert table["rho"].tolist() == [-0.9, 0.5, 0.1, -0.4, 0.3, 0.2]
    p = ol.benjamini_hochberg(spearman_p(table["rho"], 12))
    np.testing.assert_allclose(table["q"], p)


def test_ranked_table_is_cut_to_the_best_genes_when_pairs_abound():
    rng = np.random.default_rng(0)
    rho = pd.DataFrame(rng.uniform(-1, 1, (30, 4)))
    whole = ranked_table(refinement(rho.abs(), rho), 10)
    cut = ranked_table(refinement(rho.abs(), rho), 10, max_pairs=100, n_kept=7)
    assert (len(whole), len(cut)) == (120, 28)
    pd.testing.assert_frame_equal(cut, whole[whole["rank"] <= 7].reset_index(drop=True))
