from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pairs_helpers import blocks_of
from sklearn.metrics import average_precision_score

import omics_lib as ol
from omics_lib import associate, spearman_matrix
from omics_lib.correlation import Profiles
from omics_lib.correlation._spearman_null import spearman_p
from omics_lib.errors import ParameterError, StudyError
from omics_lib.knowledge import listed_pairs
from omics_lib.refinement import Refinement, World, _smoothing, build_graph, ranked_table
from omics_lib.refinement import refine as refine_function
from omics_lib.refinement._graph import ASSOCIATED
from omics_lib.refinement._networks import pair_keys
from omics_lib.refinement._sharpening import _LESSER

NETWORK_WORLDS = ["modules", "links", "curves"]
NO_PAIRS = pd.DataFrame({"gene": [], "metabolite": [], "rho": []})


def preprocessed(design="modules", seed=0, size=(21, 60, 14), **options):
    study = ol.simulate_study(*size, design=design, random_state=seed, **options)
    kinds = {"transcriptomics": "counts", "metabolomics": "abundance"}
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in kinds.items()})
    return *(ol.preprocessed_table(data, name) for name in kinds), study.uns.get("known_pairs")


@pytest.fixture(scope="module")
def small():
    genes, metabolites, known = preprocessed(strength=0.9, n_modules=4)
    pairs = associate(genes, metabolites, alpha=0.2).pairs
    return genes, metabolites, known, pairs


def refined(genes, metabolites, pairs=NO_PAIRS, known=None, world="modules", **options):
    graph = build_graph(pairs, genes, metabolites, prior_pairs=known)
    return refine_function(graph, genes, metabolites, world=world, **{"random_state": 0} | options)


def result_of(small, known=False, **options):
    genes, metabolites, pairs_known, pairs = small
    return refined(genes, metabolites, pairs, pairs_known if known else None, **options)


def truth_of(scores, known):
    """Mark the pairs (n_genes, n_metabolites) that are known."""
    genes, metabolites, is_true = listed_pairs(known, *scores.names)
    truth = np.zeros(scores.shape, dtype=bool)
    truth[genes[is_true], metabolites[is_true]] = True
    return truth


def precision(scores, known):
    return average_precision_score(truth_of(scores, known).ravel(), np.asarray(scores).ravel())


def same(one, other):
    """Whether two rankings hold the same bytes."""
    return one.to_frame().equals(other.to_frame())


# What comes out


@pytest.mark.parametrize("world", NETWORK_WORLDS)
@pytest.mark.parametrize("known", [False, True])
def test_every_pair_has_a_score_between_0_and_1(small, world, known):
    genes, metabolites, _, pairs = small
    result = result_of(small, world=world, known=known)
    for scores in (result.scores, result.network_scores, result.rewired):
        table = scores.to_frame()
        assert table.index.equals(genes.columns)
        assert table.columns.equals(metabolites.columns)
        assert ((table >= 0) & (table <= 1 + 1e-5)).all().all()
    rho = spearman_matrix(genes, metabolites)
    pd.testing.assert_frame_equal(result.profiles.rho(), rho)
    pd.testing.assert_frame_equal(result.profiles.scores().to_frame(), rho.abs())
    assert (result.world.name, result.model, result.fallback) == (world, "gcn", False)
    assert result.learnt is known
    assert known or result.scores is result.network_scores
    assert result.n_associations == len(pairs.drop_duplicates(["gene", "metabolite"]))


def test_replication_and_powers_belong_to_modules(small):
    result = result_of(small)
    assert result.replication.columns.tolist() == ["network", "rewired", "Spearman"]
    assert len(result.replication) > 1
    assert result.replication.abs().le(1).all().all()
    assert result.powers == pytest.approx((3, 6))
    links = result_of(small, world="links")
    assert (len(links.replication), links.powers) == (0, ())


def test_attention_learns_its_powers(small):
    result = result_of(small, model="gat")
    assert result.model == "gat"
    assert result.powers != pytest.approx((3, 6), rel=0.01)
    assert all(power > 0 for power in result.powers)


def test_world_is_asked_of_the_study_where_none_is_given(small):
    genes, metabolites, _, _ = small
    result = result_of(small, world=None)
    expected = ol.study_world(genes, metabolites, random_state=0)
    pd.testing.assert_frame_equal(result.world.statistics, expected.statistics)
    assert result.world.name == expected.name
    given = result_of(small, world=expected)
    assert given.world is expected
    assert same(given.scores, result.scores)


def test_covariates_factors_and_groups_reach_the_world_and_the_scores(small):
    genes, metabolites, _, pairs = small
    batch = pd.DataFrame({"batch": list("aab" * 7)}, genes.index)
    removed = {"covariates": batch, "remove_factors": 1}
    graph = build_graph(pairs, genes, metabolites, **removed)
    options = removed | {"groups": batch["batch"], "random_state": 0}
    result = refine_function(graph, genes, metabolites, **options)
    assert result.world.statistics.equals(ol.study_world(genes, metabolites, **options).statistics)
    expected = spearman_matrix(genes, metabolites, **removed)
    pd.testing.assert_frame_equal(result.profiles.rho(), expected)
    pd.testing.assert_frame_equal(result.profiles.scores().to_frame(), expected.abs())
    backwards = options | {"covariates": batch.iloc[::-1], "groups": batch["batch"].iloc[::-1]}
    assert same(refine_function(graph, genes, metabolites, **backwards).scores, result.scores)


# Invariances


@pytest.mark.parametrize("world", NETWORK_WORLDS)
def test_same_seed_gives_the_same_bytes(small, world):
    one, again = (result_of(small, world=world, model="gat", known=True) for _ in range(2))
    for name in ("scores", "network_scores", "rewired", "replication"):
        assert np.asarray(getattr(one, name)).tobytes() == np.asarray(getattr(again, name)).tobytes()
    other = result_of(small, world=world, model="gat", known=True, random_state=1)
    assert not same(other.rewired, one.rewired)
    assert not same(other.scores, one.scores)


def test_refinement_leaves_the_global_generators_alone(small):
    np.random.seed(3)  # noqa: NPY002
    torch.manual_seed(3)
    expected = np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    for world in NETWORK_WORLDS:
        result_of(small, world=world, model="gat", known=True)
    assert (np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()) == expected  # noqa: NPY002


@pytest.mark.parametrize("world", NETWORK_WORLDS)
def test_permuting_samples_changes_no_score(small, world):
    genes, metabolites, known, pairs = small
    order = np.random.default_rng(1).permutation(genes.index)
    again = refined(genes.loc[order], metabolites, pairs, known, world)
    expected = result_of(small, world=world, known=True)
    np.testing.assert_allclose(again.network_scores, expected.network_scores, atol=1e-5)
    np.testing.assert_allclose(again.scores, expected.scores, atol=1e-3)


@pytest.mark.parametrize("world", NETWORK_WORLDS)
def test_turning_a_metabolite_upside_down_changes_no_score(small, world):
    genes, metabolites, _, pairs = small
    name = pairs["metabolite"].iloc[0]
    turned = metabolites.assign(**{name: -metabolites[name]})
    flipped = pairs.assign(rho=np.where(pairs["metabolite"] == name, -pairs["rho"], pairs["rho"]))
    again, expected = refined(genes, turned, flipped, world=world), result_of(small, world=world)
    np.testing.assert_allclose(again.scores, expected.scores, atol=1e-5)
    np.testing.assert_allclose(again.profiles.rho()[name], -expected.profiles.rho()[name])


@pytest.mark.parametrize("world", NETWORK_WORLDS)
def test_rescaling_a_gene_changes_no_score(small, world):
    genes, metabolites, _, pairs = small
    scaled = genes.assign(**{genes.columns[0]: genes.iloc[:, 0] * 50})
    assert same(refined(scaled, metabolites, pairs, world=world).scores, result_of(small, world=world).scores)


@pytest.mark.parametrize("world", NETWORK_WORLDS)
def test_reordering_features_reorders_the_scores(world):
    # So many samples, of no counts, that no two correlations are equal.
    rng = np.random.default_rng(0)
    genes, metabolites = (pd.DataFrame(rng.normal(size=(60, k))) for k in (30, 12))
    genes, metabolites = genes.add_prefix("g"), metabolites.add_prefix("m")
    one = refined(genes, metabolites, world=world).scores.to_frame()
    other = refined(genes.iloc[:, ::-1], metabolites.sample(frac=1, axis=1, random_state=0), world=world)
    np.testing.assert_allclose(other.scores.to_frame().loc[one.index, one.columns], one, atol=1e-5)


# Leakage: associations


def test_association_passes_no_message_to_its_own_score(small):
    """Its sign and weight are free: the scores of all that was held out with it stay, to the byte."""
    genes, metabolites, _, pairs = small
    graph = build_graph(pairs, genes, metabolites)
    options = {"world": "modules", "random_state": 0}
    result = refine_function(graph, genes, metabolites, **options)
    one = np.asarray(result.network_scores)
    ends = graph[ASSOCIATED].edge_index.numpy()
    for edge in (0, ends.shape[1] // 2):
        changed = graph.clone()
        changed[ASSOCIATED].edge_weight[edge] *= -0.3
        other = np.asarray(refine_function(changed, genes, metabolites, **options).network_scores)
        fold = result._network.fold
        together = tuple(ends[:, fold == fold[edge]])
        apart = tuple(ends[:, fold != fold[edge]])
        assert one[together].tobytes() == other[together].tobytes()
        assert (one[apart] != other[apart]).any()


def test_edges_that_are_scored_stand_in_no_layer_of_their_network(small, monkeypatch):
    calls = []
    embedded = _smoothing._embedded

    def watched(network, nodes, without=None, rewire=None):
        state = embedded(network, nodes, without, rewire)
        calls.append((nodes, without, pair_keys(state[2], len(nodes.x))))
        return state

    monkeypatch.setattr(_smoothing, "_embedded", watched)
    result_of(small, n_folds=3)
    held_out = [(nodes, keys, second) for nodes, keys, second in calls if keys is not None]
    assert len(held_out) == 3
    for _, keys, second in held_out:
        assert not torch.isin(keys, second).any()
    nodes = held_out[0][0]
    everything = pair_keys(nodes.associated, len(nodes.x))
    assert torch.equal(torch.cat([keys for _, keys, _ in held_out]).sort().values, everything.sort().values)


def test_more_folds_than_associations_hold_out_one_each(small):
    genes, metabolites, _, pairs = small
    few = pairs.drop_duplicates(["gene", "metabolite"]).head(3)
    result = refined(genes, metabolites, few, n_folds=50)
    assert sorted(result._network.fold) == [0, 1, 2]
    assert np.isfinite(np.asarray(result.scores)).all()


# Leakage: known pairs


def by_four(genes, metabolites):
    """Give every metabolite but the last two its own two genes, so that nobody is anybody's kin."""
    return pd.DataFrame(
        {
            "gene_id": genes.columns[: 2 * (metabolites.shape[1] - 2)],
            "metabolite_id": np.repeat(metabolites.columns[:-2], 2),
        }
    )


@pytest.mark.parametrize("hold_out", ["metabolite", "family"])
@pytest.mark.parametrize("world", ["modules", "links"])
def test_known_pairs_of_a_metabolite_never_change_its_own_scores(small, world, hold_out):
    genes, metabolites, _, pairs = small
    known = by_four(genes, metabolites)
    one = refined(genes, metabolites, pairs, known, world, hold_out=hold_out)
    for column in (0, 5):
        name = metabolites.columns[column]
        mine = known["metabolite_id"] == name
        for others in (genes.columns[40:42], genes.columns[45:51], genes.columns[[2 * column]]):
            moved = pd.DataFrame({"gene_id": others, "metabolite_id": name})
            changed = pd.concat([known[~mine], moved])
            other = refined(genes, metabolites, pairs, changed, world, hold_out=hold_out)
            assert one.scores.of(name).to_numpy().tobytes() == other.scores.of(name).to_numpy().tobytes()
            assert not np.allclose(one.scores, other.scores, atol=1e-9)
            assert same(one.network_scores, other.network_scores)


@pytest.mark.parametrize(("hold_out", "extra"), [("metabolite", []), ("family", [50])])
def test_known_pairs_of_kin_never_change_a_metabolites_scores(small, hold_out, extra):
    genes, metabolites, _, pairs = small
    known = by_four(genes, metabolites)
    kin = metabolites.columns[[0, 3]]
    others = known[~known["metabolite_id"].isin(kin)]

    def scores(first, second):
        both = zip(kin, (first, second), strict=True)
        own = [pd.DataFrame({"gene_id": genes.columns[g], "metabolite_id": name}) for name, g in both]
        result = refined(genes, metabolites, pairs, pd.concat([others, *own]), hold_out=hold_out)
        return result.scores.to_frame()

    one, other = scores([0, 1], [0, 1, *extra]), scores([40, 41], [40, 41, *extra])
    assert one[kin].to_numpy().tobytes() == other[kin].to_numpy().tobytes()
    assert not np.allclose(one, other, atol=1e-9)


def test_known_pairs_shape_nothing_but_the_readout(small):
    one, other = result_of(small), result_of(small, known=True)
    assert not one.learnt
    assert other.learnt
    for name in ("network_scores", "rewired", "replication"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    unused = result_of(small, known=True, use_known=False)
    assert not unused.learnt
    assert same(unused.scores, one.scores)


def test_pairs_that_are_no_evidence_are_not_learnt_from(small):
    genes, metabolites, known, pairs = small
    result = refined(genes, metabolites, pairs, known.assign(tier="transport"))
    assert not result.learnt
    assert result.scores is result.network_scores


def test_listed_pairs_count_less_than_evidence_and_more_than_nothing(small):
    genes, metabolites, _, pairs = small
    known = by_four(genes, metabolites)
    transport = known.assign(tier=np.where(np.arange(len(known)) % 4 == 1, "transport", "enzyme"))
    kinds = known, transport, known[transport["tier"] == "enzyme"]
    one, other, fewer = (refined(genes, metabolites, pairs, kind).scores for kind in kinds)
    assert not np.allclose(one, other, atol=1e-9)
    assert not np.allclose(other, fewer, atol=1e-9)


def test_known_pairs_of_one_metabolite_teach_nobody(small):
    genes, metabolites, known, pairs = small
    lonely = known[known["metabolite_id"] == known["metabolite_id"].iloc[0]]
    result = refined(genes, metabolites, pairs, lonely)
    assert not result.learnt
    assert result.scores is result.network_scores


# What explains a score


def signed_share(result, gene, metabolite):
    """What the contributions of either end add up to."""
    table = result.explain(gene, metabolite)
    assert table.columns.tolist() == ["end", "neighbour", "kind", "rho", "weight", "contribution"]
    assert table["contribution"].abs().is_monotonic_decreasing
    sums = table.groupby("end")["contribution"].sum()
    assert set(sums.index) == {gene, metabolite}
    assert sums[gene] == pytest.approx(sums[metabolite], abs=1e-4)
    return abs(sums[gene]), table


@pytest.mark.parametrize(("world", "shares"), [("links", (1, _LESSER)), ("curves", (_LESSER, 1))])
def test_contributions_add_up_to_the_score_where_links_or_curves_dominate(small, world, shares):
    result = result_of(small, world=world)
    scores = result.network_scores.to_frame()
    for gene in scores.index[:8]:
        for metabolite in scores.columns[:3]:
            total, table = signed_share(result, gene, metabolite)
            score = scores.loc[gene, metabolite]
            assert min(abs(total * share - score) for share in shares) < 1e-5
            kinds = np.where(table["end"] == gene, "gene", "metabolite")
            assert (table["kind"] == kinds).all()


def agreement(result, ends, without):
    """Return how much both nodes look like their neighbourhoods."""
    network, nodes = result._network.network, result._network.nodes
    with torch.no_grad():
        z = network(nodes.x, nodes.edges, nodes.rho, without=without)[1][list(ends)]
    return float(torch.cosine_similarity(z, nodes.x[list(ends)]).abs().prod() ** 0.5)


def test_contributions_add_up_to_the_score_of_an_association_where_modules_dominate(small):
    """It is explained by the network that scored it, from which it was held out."""
    result = result_of(small)
    nodes, fold = result._network.nodes, result._network.fold
    for edge in range(0, len(fold), 7):
        ends = nodes.associated[:, edge].tolist()
        place = ends[0], ends[1] - nodes.n_genes
        gene, metabolite = (axis[i] for axis, i in zip(result.scores.names, place, strict=True))
        total, table = signed_share(result, gene, metabolite)
        without = pair_keys(nodes.associated[:, torch.as_tensor(fold == fold[edge])], len(nodes.x))
        score = float(result.network_scores.at(*place))
        assert total * agreement(result, ends, without) == pytest.approx(score, abs=1e-5)
        assert not ((table["end"] == gene) & (table["neighbour"] == metabolite)).any()
        assert not ((table["end"] == metabolite) & (table["neighbour"] == gene)).any()


def test_contributions_add_up_to_every_score_where_nothing_is_associated(small):
    result = refined(*small[:2])
    for g in range(0, 60, 9):
        for m in range(0, 14, 3):
            total, _ = signed_share(result, result.scores.names[0][g], result.scores.names[1][m])
            found = total * agreement(result, (g, 60 + m), None)
            assert found == pytest.approx(float(result.network_scores.at(g, m)), abs=1e-5)


def test_explained_correlations_are_those_of_the_tables(small):
    genes, metabolites, _, _ = small
    result = result_of(small)
    gene, metabolite = result.scores.names[0][4], result.scores.names[1][2]
    rho = pd.concat([genes, metabolites], axis=1).corr("spearman")
    for row in result.explain(gene, metabolite).itertuples():
        assert row.rho == pytest.approx(rho.loc[row.neighbour, row.end], abs=1e-5)
        assert row.kind == ("gene" if row.neighbour in genes.columns else "metabolite")


def test_unknown_pair_cannot_be_explained(small):
    with pytest.raises(StudyError, match="unknown nobody"):
        result_of(small).explain("nobody", small[1].columns[0])


# Borders


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "transformer"}, "refine_model: found 'transformer'; it must be one of gcn, gat"),
        ({"world": "flat"}, "it must be one of modules, links, curves, none"),
        ({"world": ""}, "world: found ''; it must be one of"),
        ({"hold_out": "pair"}, "it must be one of metabolite, family"),
        ({"n_folds": 1}, "n_folds: found 1"),
    ],
)
def test_unknown_options_are_refused(small, options, message):
    with pytest.raises(ParameterError, match=message):
        result_of(small, **options)


def test_graph_of_other_tables_is_refused(small):
    genes, metabolites, _, pairs = small
    graph = build_graph(pairs, genes, metabolites)
    with pytest.raises(StudyError, match="Build the graph from these tables"):
        refine_function(graph, genes, metabolites[metabolites.columns[::-1]])


def test_world_of_nothing_falls_back_to_the_plain_correlation(small):
    genes, metabolites, known, pairs = small
    for world in ("none", World("none", pd.DataFrame())):
        result = refined(genes, metabolites, pairs, known, world)
        assert (result.fallback, result.learnt) == (True, False)
        pd.testing.assert_frame_equal(result.scores.to_frame(), spearman_matrix(genes, metabolites).abs())
        with pytest.raises(ParameterError, match="a ranking without a network"):
            result.explain(genes.columns[0], metabolites.columns[0])


@pytest.mark.parametrize("world", [*NETWORK_WORLDS, "none", None])
@pytest.mark.parametrize(
    ("n_samples", "sizes", "constant"),
    [
        (3, (5, 2), False),
        (4, (5, 2), False),
        (12, (1, 1), False),
        (12, (1, 6), False),
        (12, (9, 1), False),
        (9, (5, 2), True),
    ],
)
def test_small_or_constant_study_has_finite_scores_and_no_warning(world, n_samples, sizes, constant):
    rng = np.random.default_rng(0)
    genes, metabolites = (pd.DataFrame(rng.normal(size=(n_samples, k))) for k in sizes)
    genes, metabolites = genes.add_prefix("g") * (not constant), metabolites.add_prefix("m")
    pairs = pd.DataFrame({"gene": ["g0"], "metabolite": ["m0"], "rho": [-0.8]})
    known = pd.DataFrame({"gene_id": ["g0"], "metabolite_id": ["m0"]})
    for model in ("gcn", "gat"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = refined(genes, metabolites, pairs, known, world, model=model)
        for table in (result.scores, result.network_scores, result.rewired, result.replication):
            assert np.isfinite(np.asarray(table)).all()
        if not result.fallback:
            assert np.isfinite(result.explain("g0", "m0")["contribution"]).all()


def test_two_samples_are_refused():
    genes, metabolites = pd.DataFrame({"g": [1.0, 2.0]}), pd.DataFrame({"m": [1.0, 2.0]})
    with pytest.raises(StudyError, match="takes at least 3"):
        refined(genes, metabolites)


def test_graph_of_all_pairs_is_refined():
    rng = np.random.default_rng(0)
    genes, metabolites = (pd.DataFrame(rng.normal(size=(10, 8))).add_prefix(p) for p in "gm")
    pairs = spearman_matrix(genes, metabolites).rename_axis("gene").reset_index()
    result = refined(genes, metabolites, pairs.melt("gene", var_name="metabolite", value_name="rho"))
    assert result.n_associations == 64
    assert np.isfinite(np.asarray(result.scores)).all()


# Planted truth


def compared(design, seeds, world, *, known=False, **options):
    """Return average precisions: `raw`, `network`, `rewired` and `scores`, one row per seed."""
    rows = []
    for seed in seeds:
        genes, metabolites, pairs = preprocessed(design, seed, (21, 800, 80), **options)
        result = refined(genes, metabolites, known=pairs if known else None, world=world)
        tables = (result.profiles.scores(), result.network_scores, result.rewired, result.scores)
        rows.append([precision(table, pairs) for table in tables])
    return pd.DataFrame(rows, columns=["raw", "network", "rewired", "scores"])


def test_modules_are_ranked_better_than_by_correlation_or_a_rewired_graph():
    found = compared("modules", range(4), "modules", n_modules=6, strength=0.7)
    assert (found["network"] > 1.3 * found["raw"]).all()
    assert (found["network"] > 3 * found["rewired"]).all()


def test_links_are_ranked_better_than_by_correlation_or_a_turned_filter():
    mean = compared("links", range(5), "links").mean()
    assert mean["network"] > 1.2 * mean["raw"]
    assert mean["network"] > 1.2 * mean["rewired"]


def test_curves_are_found_where_correlation_is_blind():
    mean = compared("nonlinear", range(4), "curves").mean()
    assert mean["network"] > 5 * mean["raw"]


@pytest.mark.slow
def test_known_pairs_of_other_metabolites_help_where_modules_dominate():
    mean = compared("modules", range(3), "modules", known=True, n_modules=6, strength=0.7).mean()
    assert mean["scores"] > mean["network"] + 0.02


def test_scores_of_half_the_samples_foretell_the_other_half_where_modules_dominate():
    found = []
    for seed in range(3):
        genes, metabolites, _ = preprocessed(seed=seed, size=(40, 200, 40), n_modules=4, strength=0.8)
        found.append(refined(genes, metabolites).replication.mean())
    mean = pd.DataFrame(found).mean()
    assert mean["network"] > mean["Spearman"] > 0.1
    assert mean["network"] > 2 * mean["rewired"]


def test_unrelated_tables_gain_nothing_from_the_graph():
    """Alignment shuffled: every network ranks the once planted pairs by chance, and replicates nothing."""
    lift, halves = [], []
    for seed in range(4):
        genes, metabolites, known = preprocessed(seed=seed, size=(21, 200, 40), strength=0.9, n_modules=8)
        order = np.random.default_rng(seed).permutation(len(genes))
        metabolites = metabolites.iloc[order].set_axis(metabolites.index)
        for world in NETWORK_WORLDS:
            result = refined(genes, metabolites, world=world)
            chance = truth_of(result.scores, known).mean()
            lift.append(precision(result.scores, known) / chance)
            halves.extend(result.replication["network"].tolist())
    assert np.mean(lift) < 1.6
    assert abs(np.mean(halves)) < 0.05


def test_null_study_falls_back_and_says_so():
    results = []
    for seed in range(8):
        genes, metabolites, _ = preprocessed("null", seed, (21, 200, 40))
        results.append(refined(genes, metabolites, world=None))
    assert sum(result.fallback for result in results) >= 7
    for result in results:
        if result.fallback:
            assert result.world.name == "none"
            np.testing.assert_array_equal(result.scores, result.profiles.scores())


# The table


def fallback(X_genes, X_metabolites):
    """Return a refinement that is the correlation, and the correlation as a table."""
    profiles = Profiles.of(X_genes, X_metabolites)
    scores = profiles.scores()
    result = Refinement(
        scores=scores,
        profiles=profiles,
        world=World("none"),
        model="gcn",
        fallback=True,
        network_scores=scores,
        rewired=scores,
        n_associations=10,
    )
    return result, profiles.rho()


def test_ranked_table_lists_metabolite_by_metabolite_best_first():
    genes = pd.DataFrame({"a": [3, 2, 6, 5, 1, 4], "b": [6, 4, 2, 5, 3, 1], "c": [1, 5, 3, 2, 6, 4]})
    result, rho = fallback(genes, pd.DataFrame({"m": [1, 2, 3, 4, 5, 6], "k": [6, 1, 4, 5, 3, 2]}))
    np.testing.assert_allclose(35 * rho, [[1, 13], [-25, 21], [17, -29]])
    table = ranked_table(result, 4)
    assert table["gene"].tolist() == ["b", "c", "a", "c", "b", "a"]
    assert table["metabolite"].tolist() == ["m"] * 3 + ["k"] * 3
    assert table["rank"].tolist() == [1, 2, 3] * 2
    np.testing.assert_allclose(35 * table["rho"], [-25, 17, 1, -29, 21, 13])
    np.testing.assert_allclose(table["score"], table["rho"].abs())
    np.testing.assert_allclose(table["q"], ol.benjamini_hochberg(spearman_p(table["rho"], 6)))


def test_ranked_table_is_cut_to_the_best_genes_when_pairs_abound():
    rng = np.random.default_rng(0)
    result, _ = fallback(*(pd.DataFrame(rng.normal(size=(12, n))) for n in (30, 4)))
    whole = ranked_table(result, 10)
    cut = ranked_table(result, 10, max_pairs=100, n_kept=7)
    assert (len(whole), len(cut)) == (120, 28)
    expected = whole[whole["rank"] <= 7].reset_index(drop=True)
    pd.testing.assert_frame_equal(cut.drop(columns="q"), expected.drop(columns="q"))
    assert (cut["q"] >= expected["q"] * (1 - 1e-12)).all()  # of pairs cut away no smaller q is handed on


@given(
    st.integers(0, 10_000),
    st.integers(5, 9),
    st.tuples(st.integers(1, 12), st.integers(1, 6)),
    st.sampled_from([1, 13, 1_000_000]),
)
def test_q_of_the_table_is_that_of_all_pairs(seed, n_samples, sizes, n_pairs):
    """Correlations of so few samples tie. Where pairs are cut away, q is no smaller than of all pairs."""
    rng = np.random.default_rng(seed)
    result, rho = fallback(*(pd.DataFrame(rng.normal(size=(n_samples, n))) for n in sizes))
    with blocks_of(n_pairs):
        whole = ranked_table(result, n_samples - 2)
        cut = ranked_table(result, n_samples - 2, max_pairs=0, n_kept=2)
    size, p = np.abs(rho.to_numpy()), spearman_p(rho.to_numpy(), n_samples)
    q = ol.benjamini_hochberg(p.ravel()).reshape(p.shape)
    alone = p * p.size / (size[..., None, None] <= size + 1e-9).sum(axis=(2, 3))
    for table in (whole, cut):
        places = table["gene"].to_numpy(dtype=int), table["metabolite"].to_numpy(dtype=int)
        np.testing.assert_allclose(table["rho"], rho.to_numpy()[places], atol=1e-12)
        assert (table["q"] >= q[places] * (1 - 1e-9)).all()
        assert (table["q"] <= alone[places] * (1 + 1e-9)).all()
        assert table.sort_values("rho", key=np.abs, ascending=False)["q"].round(12).is_monotonic_increasing
    np.testing.assert_allclose(
        whole["q"], q[whole["gene"].astype(int), whole["metabolite"].astype(int)], rtol=1e-9
    )
    assert len(cut) == min(2, sizes[0]) * sizes[1]
