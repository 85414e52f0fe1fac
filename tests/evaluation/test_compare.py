from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.cross_decomposition import PLSSVD
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score, r2_score
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import omics_lib as ol
from omics_lib.errors import ParameterError, StudyError
from omics_lib.knowledge import listed_pairs

SCORES = pd.DataFrame({"m": [0.9, 0.8, 0.7, 0.1], "k": [0.2, 0.6, 0.4, 0.3]}, index=["a", "b", "c", "d"])


def known(*pairs, **columns):
    return pd.DataFrame(list(pairs), columns=["gene_id", "metabolite_id"]).assign(**columns)


def evaluate(pairs, scores=SCORES, **options):
    return ol.evaluate_ranking(scores, pairs, **{"n_permutations": 0, "n_bootstrap": 0} | options)


# Worked by hand


def test_metrics_of_two_pairs_are_those_worked_by_hand():
    # b is second for m; c is second for k. Over all eight pairs they come second and fifth.
    result = evaluate(known(("b", "m"), ("c", "k")))
    assert result["mrr"] == pytest.approx(1 / 2)
    assert result["average_precision"] == pytest.approx((1 / 2 + 2 / 5) / 2)
    assert result["average_precision_chance"] == pytest.approx(2 / 8)
    assert result[["hits_at_1", "hits_at_10", "hits_at_100"]].tolist() == [0, 2, 2]
    assert result[["n_metabolites", "n_pairs"]].tolist() == [2, 2]


def test_best_gene_of_a_metabolite_counts():
    result = evaluate(known(("d", "m"), ("b", "m"), ("c", "m")))
    assert (result["mrr"], result["n_metabolites"], result["n_pairs"]) == (0.5, 1, 3)


def test_other_tiers_count_neither_as_true_nor_as_false():
    # a is first for m but only a transporter: it is left out, so that b is first.
    result = evaluate(known(("a", "m"), ("b", "m"), ("c", "k"), tier=["transport", "enzyme", None]))
    assert result["mrr"] == pytest.approx((1 + 1 / 2) / 2)
    assert result["average_precision_chance"] == pytest.approx(2 / 7)
    assert result["average_precision"] == pytest.approx((1 + 2 / 4) / 2)


@pytest.mark.parametrize(
    "currency", [[True, None], [True, False], [1.0, np.nan], pd.array([True, None], dtype="boolean")]
)
def test_currency_metabolites_are_no_evidence(currency):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = evaluate(known(("a", "m"), ("b", "k"), currency=currency))
    assert result[["n_metabolites", "n_pairs", "mrr"]].tolist() == [1, 1, 1]


def test_ties_share_the_mean_of_their_ranks():
    flat = SCORES * 0
    assert evaluate(known(("b", "m")), flat)["mrr"] == pytest.approx(1 / 2.5)
    assert evaluate(known(("b", "m"), ("c", "m")), flat)["hits_at_1"] == 0


def test_pair_listed_twice_counts_once():
    once, twice = evaluate(known(("b", "m"))), evaluate(known(("b", "m"), ("b", "m")))
    pd.testing.assert_series_equal(once, twice)
    both = known(("b", "m"), ("b", "m"), tier=["transport", "enzyme"])
    assert [side.tolist() for side in listed_pairs(both, SCORES.index, SCORES.columns)] == [[1], [0], [True]]


def test_pairs_without_any_evidence_leave_nothing_to_score():
    result = evaluate(known(("a", "m"), tier="transport"))
    assert result.to_dict() == {"n_metabolites": 0, "n_pairs": 0}


def test_unknown_feature_is_refused():
    with pytest.raises(StudyError, match=r"1 unknown gene_id \(z\)"):
        evaluate(known(("z", "m")))
    with pytest.raises(StudyError, match=r"2 unknown metabolite_id \(x, y\)"):
        evaluate(known(("a", "y"), ("a", "x")))


# Oracle and invariants


def random_case(seed=0, n_genes=30, n_metabolites=6):
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.random((n_genes, n_metabolites)).round(2)).add_prefix("m")
    scores.index = [f"g{i}" for i in range(n_genes)]
    pairs = [(f"g{rng.integers(n_genes)}", f"m{rng.integers(n_metabolites)}") for _ in range(10)]
    return scores, known(*pairs)


def test_average_precision_equals_scikit_learn_with_ties():
    for seed in range(5):
        scores, pairs = random_case(seed)
        truth = np.zeros(scores.shape)
        for gene, metabolite in pairs.itertuples(index=False):
            truth[scores.index.get_loc(gene), scores.columns.get_loc(metabolite)] = 1
        expected = average_precision_score(truth.ravel(), scores.to_numpy().ravel())
        assert evaluate(pairs, scores)["average_precision"] == pytest.approx(expected)


def test_order_of_features_and_pairs_does_not_matter():
    scores, pairs = random_case()
    one = evaluate(pairs, scores, n_permutations=20, random_state=0)
    other = evaluate(pairs[::-1], scores.iloc[::-1, ::-1])
    same = [name for name in other.index if name in one]
    np.testing.assert_allclose(one[same], other[same])


def test_monotone_change_of_the_scores_changes_nothing():
    scores, pairs = random_case()
    pd.testing.assert_series_equal(evaluate(pairs, np.exp(3 * scores)), evaluate(pairs, scores))


def test_permutation_p_is_never_zero_and_the_seed_counts():
    scores, pairs = random_case()
    for gene, metabolite in pairs.itertuples(index=False):
        scores.loc[gene, metabolite] = 9
    one, same, other = (
        evaluate(pairs, scores, n_permutations=99, random_state=seed)[["mrr_p", "mrr_chance"]].tolist()
        for seed in (0, 0, 1)
    )
    assert one == same != other
    assert one[0] == 1 / 100


def test_worst_and_level_rankings_have_p_of_one():
    scores, pairs = random_case()
    for gene, metabolite in pairs.itertuples(index=False):
        scores.loc[gene, metabolite] = -1
    assert evaluate(pairs, scores, n_permutations=50, random_state=0)["mrr_p"] == 1
    single = pd.DataFrame({"m": [0.3]}, index=["a"])
    assert evaluate(known(("a", "m")), single, n_permutations=50, random_state=0)["mrr_p"] == 1


def test_p_is_uniform_for_random_rankings():
    p = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        scores = pd.DataFrame(rng.random((40, 8))).add_prefix("m").rename(index=lambda i: f"g{i}")
        pairs = known(*[(f"g{rng.integers(40)}", f"m{j}") for j in range(8)])
        p.append(evaluate(pairs, scores, n_permutations=99, random_state=seed)["mrr_p"])
    assert stats.kstest(p, "uniform").pvalue > 0.01


def two_rankings(scores, kind):
    return {"one": ol.Ranking(SCORES, "correlation"), "two": ol.Ranking(scores, kind)}


def test_compare_rankings_lists_method_by_method():
    table = ol.compare_rankings(two_rankings(1 - SCORES, "baseline"), known(("b", "m")), n_permutations=0)
    assert list(table.columns) == ["method", "knowledge", "truth", "metric", "value"]
    values = table.set_index(["method", "metric"])["value"]
    assert (values["one", "mrr"], values["two", "mrr"]) == pytest.approx((1 / 2, 1 / 3))
    assert table["truth"].unique().tolist() == ["known_pairs"]


def test_a_ranking_that_has_learnt_gets_no_chance_and_no_p():
    options = {"n_permutations": 20, "n_bootstrap": 20, "random_state": 0}
    rankings, pairs = two_rankings(SCORES, "learnt"), known(("b", "m"), ("c", "k"))
    table = ol.metric_table(ol.compare_rankings(rankings, pairs, **options), "mrr").set_index("method")
    assert table.loc["one"].notna().all()
    assert table.loc["two", ["chance", "p"]].isna().all()
    assert table.loc["two", ["value", "low", "high"]].equals(table.loc["one", ["value", "low", "high"]])


def test_compare_rankings_without_known_pairs_has_no_rows():
    table = ol.compare_rankings(two_rankings(SCORES, "baseline"), None)
    assert list(table.columns) == ["method", "knowledge", "truth", "metric", "value"]
    assert len(table) == 0


def test_a_ranking_of_no_known_kind_is_refused():
    with pytest.raises(ParameterError, match=r"kind: found 'rival'; it must be one of correlation, baseline"):
        ol.Ranking(SCORES, "rival")


def test_pairs_among_keeps_what_is_still_there():
    pairs = known(("a", "m"), ("gone", "m"), ("b", "gone"))
    assert ol.pairs_among(pairs, SCORES.index, SCORES.columns)["gene_id"].tolist() == ["a"]
    assert ol.pairs_among(pairs.iloc[1:], SCORES.index, SCORES.columns) is None
    assert ol.pairs_among(None, SCORES.index, SCORES.columns) is None


# Reconstruction


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(15, 3)) @ rng.normal(size=(3, 12)) + 0.2 * rng.normal(size=(15, 12))
    return pd.DataFrame(values, [f"S{i:02d}" for i in range(15)]).add_prefix("m")


def test_reconstruction_of_pca_equals_scikit_learn(table):
    pipeline = make_pipeline(ol.preprocessor("log"), PCA(3)).fit(table)
    Z = pipeline[:-1].transform(table)
    restored = pipeline[-1].inverse_transform(pipeline[-1].transform(Z))
    expected = r2_score(Z, restored, multioutput="variance_weighted")
    assert ol.reconstruction_r2(pipeline, table) == pytest.approx(expected)
    assert expected == pytest.approx(pipeline[-1].explained_variance_ratio_.sum())


def test_predicting_the_training_mean_scores_zero(table):
    class Mean(PCA):
        def inverse_transform(self, X):
            return np.zeros((len(X), self.n_features_in_))

    pipeline = make_pipeline(ol.preprocessor("log"), Mean(1)).fit(table[:10])
    assert ol.reconstruction_r2(pipeline, table[10:]) == 0


def test_cross_validation_scores_every_model_on_the_same_folds(table):
    quick = ol.OmicsAutoencoder(hidden=(4,), n_latent=2, max_epochs=3, random_state=0)
    models = {
        "autoencoder": make_pipeline(ol.preprocessor("log"), quick),
        "PCA": make_pipeline(ol.preprocessor("log"), PCA(2)),
    }
    found = ol.cross_validate_reconstruction(models, table, n_folds=4, random_state=0)
    scores, history = found.scores, found.history
    assert scores.groupby("model").size().to_dict() == {"autoencoder": 4, "PCA": 4}
    assert scores.groupby("model")["n_test"].sum().eq(15).all()
    assert scores.loc[scores["model"] == "PCA", "n_epochs"].isna().all()
    assert scores.loc[scores["model"] == "autoencoder", "n_epochs"].between(0, 3).all()
    assert history["fold"].unique().tolist() == [1, 2, 3, 4]
    train, test = next(KFold(4, shuffle=True, random_state=0).split(table))
    by_hand = make_pipeline(ol.preprocessor("log"), PCA(2)).fit(table.iloc[train])
    agreement = found.agreement.query("model == 'PCA'")
    assert list(zip(agreement["fold"], agreement["other"], strict=True)) == [
        (1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4),
    ]  # fmt: skip
    assert agreement["procrustes"].between(agreement["chance"], 1).all()
    first = scores[(scores["model"] == "PCA") & (scores["fold"] == 1)]
    assert first["r2"].item() == pytest.approx(ol.reconstruction_r2(by_hand, table.iloc[test]))


def test_preprocessing_that_models_share_is_fitted_once_a_fold(table):
    fits = []

    class Counted(StandardScaler):
        def fit(self, X, y=None, sample_weight=None):
            fits.append(len(X))
            return super().fit(X)

    shared, own = Counted(), Counted()
    models = {
        "two": make_pipeline(shared, PCA(2)),
        "three": make_pipeline(shared, PCA(3)),
        "its own": make_pipeline(own, PCA(3)),
    }
    together = ol.cross_validate_reconstruction(models, table, n_folds=3, random_state=0)
    assert fits == [10] * 6  # twice in each fold, on the samples that train
    assert list(together.scores["model"]) == ["two"] * 3 + ["three"] * 3 + ["its own"] * 3
    alone = [
        ol.cross_validate_reconstruction({name: model}, table, n_folds=3, random_state=0)
        for name, model in models.items()
    ]
    pd.testing.assert_frame_equal(together.scores, pd.concat([a.scores for a in alone], ignore_index=True))
    pd.testing.assert_frame_equal(
        together.agreement, pd.concat([a.agreement for a in alone], ignore_index=True)
    )


def test_cross_validation_of_models_without_epochs_has_an_empty_history(table):
    models = {"PCA": make_pipeline(ol.preprocessor("log"), PCA(2))}
    history = ol.cross_validate_reconstruction(models, table, n_folds=3, random_state=0).history
    assert list(history.columns) == ["model", "fold", "epoch", "train_loss", "validation_loss"]
    assert len(history) == 0


def test_spearman_matrix_equals_scipy(table):
    other = table.iloc[:, :4] ** 2
    expected = stats.spearmanr(table, other).statistic[:12, 12:]
    np.testing.assert_allclose(ol.spearman_matrix(table, other), expected, atol=1e-12)
    assert ol.spearman_matrix(table, other).columns.equals(other.columns)
    assert not ol.spearman_matrix(table, other * 0).any().any()


# Baselines


def two_tables(n=14, n_genes=30, n_metabolites=9, seed=0):
    rng = np.random.default_rng(seed)
    index = [f"S{i}" for i in range(n)]
    genes = pd.DataFrame(rng.normal(size=(n, n_genes)), index).add_prefix("g")
    metabolites = pd.DataFrame(rng.normal(size=(n, n_metabolites)), index).add_prefix("m")
    metabolites["m0"] += 2 * genes["g0"]
    return genes, metabolites


def test_baselines_that_are_correlations_equal_the_correlation_matrix():
    genes, metabolites = two_tables()
    samples = pd.DataFrame({"batch": list("ab" * 7)}, genes.index)
    found = ol.baseline_rankings(genes, metabolites, covariates=samples, remove_factors=1)
    for name, options in {
        "Spearman": {},
        "Spearman, adjusted": {"covariates": samples, "remove_factors": 1},
        "factors removed": {"covariates": samples, "remove_factors": 3},
    }.items():
        expected = ol.spearman_matrix(genes, metabolites, **options).abs()
        pd.testing.assert_frame_equal(found[name].scores.to_frame(), expected)
        assert found[name].kind == "correlation"
    assert {found[name].kind for name in ("propagation", "propagation between", "PLS")} == {"baseline"}
    assert "Spearman, adjusted" not in ol.baseline_rankings(genes, metabolites)


def test_propagation_is_the_mean_over_neighbours_on_both_sides():
    genes, metabolites = two_tables()
    rho, over = ol.spearman_matrix(genes, metabolites).to_numpy(), []
    for table in (genes, metabolites):
        own = ol.spearman_matrix(table, table).to_numpy()
        weights = np.zeros_like(own)
        for i, row in enumerate(np.abs(own)):
            nearest = np.argsort(-row)[:4]
            weights[i, nearest] = own[i, nearest]
        over.append(weights / np.abs(weights).sum(axis=1, keepdims=True))
    found = ol.baseline_rankings(genes, metabolites, n_neighbors=3)["propagation"].scores
    np.testing.assert_allclose(found, np.abs(over[0] @ rho @ over[1].T), atol=1e-10)


def test_pls_of_all_components_is_the_correlation_and_of_one_its_best_approximation():
    genes, metabolites = two_tables()
    rho = ol.spearman_matrix(genes, metabolites)
    every = ol.baseline_rankings(genes, metabolites, n_components=9)["PLS"].scores
    np.testing.assert_allclose(every, rho.abs(), atol=1e-8)
    left, size, right = np.linalg.svd(rho.to_numpy())
    one = ol.baseline_rankings(genes, metabolites, n_components=1)["PLS"].scores
    np.testing.assert_allclose(one, np.abs(size[0] * np.outer(left[:, 0], right[0])), atol=1e-8)


@pytest.mark.parametrize("sizes", [(30, 9), (9, 30), (5, 4)])
def test_pls_equals_scikit_learn(sizes):
    tables = two_tables(14, *sizes)
    ranks = [(table.rank() - 7.5) / np.linalg.norm(np.arange(14) - 6.5) for table in tables]
    model = PLSSVD(n_components=3, scale=False).fit(*ranks)
    covariance = np.sum((ranks[0] @ model.x_weights_) * (ranks[1] @ model.y_weights_).to_numpy(), axis=0)
    expected = np.abs(model.x_weights_ * covariance.to_numpy() @ model.y_weights_.T)
    found = ol.baseline_rankings(*tables, n_components=3)["PLS"].scores
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_baselines_rank_what_they_are_made_for():
    """Propagation gathers a module; along a single link it blurs."""
    kinds = {"transcriptomics": "counts", "metabolomics": "abundance"}
    scored = {}
    for design in ("modules", "links"):
        study = ol.simulate_study(21, 400, 60, design=design, strength=0.6, random_state=0)
        data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in kinds.items()})
        tables = [ol.preprocessed_table(data, name) for name in kinds]
        table = ol.compare_rankings(ol.baseline_rankings(*tables), study.uns["known_pairs"], n_permutations=0)
        scored[design] = table.query("metric == 'average_precision'").set_index("method")["value"]
    assert scored["modules"]["propagation"] > 1.3 * scored["modules"]["Spearman"]
    assert scored["links"]["propagation"] < 0.7 * scored["links"]["Spearman"]


def test_baselines_join_by_sample_id_and_bear_little():
    genes, metabolites = two_tables()
    one, other = (ol.baseline_rankings(genes, m) for m in (metabolites, metabolites.iloc[::-1]))
    for name in one:
        np.testing.assert_allclose(one[name].scores, other[name].scores, atol=1e-9)
    small = ol.baseline_rankings(genes.iloc[:4, :1], metabolites.iloc[:4, :1] * 0)
    assert not any(np.asarray(ranking.scores).any() for ranking in small.values())
    assert "factors removed" not in ol.baseline_rankings(genes.head(4), metabolites.head(4), n_factors=3)
    with pytest.raises(ParameterError, match="n_neighbors"):
        ol.baseline_rankings(genes, metabolites, n_neighbors=0)
