from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import average_precision_score

import omics_lib as ol
import omics_lib.evaluation._bootstrap as bootstrap
from omics_lib.errors import ParameterError, StudyError
from omics_lib.evaluation._ranked_pairs import METRICS, Listed, RankedPairs, metrics, permuted_metrics
from omics_lib.pairs import FrameScores

SCORES = pd.DataFrame({"m": [0.9, 0.8, 0.7, 0.1], "k": [0.2, 0.6, 0.4, 0.3]}, index=["a", "b", "c", "d"])
KNOWN = pd.DataFrame({"gene_id": ["b", "c"], "metabolite_id": ["m", "k"]})


def named(scores, truth):
    """Name a table of scores and list its pairs: 1 true, −1 no evidence."""
    table = pd.DataFrame(scores).add_prefix("m").rename(index=lambda i: f"g{i}")
    rows, columns = np.nonzero(truth)
    tier = np.where(truth[rows, columns] == 1, "enzyme", "transport")
    pairs = {"gene_id": table.index[rows], "metabolite_id": table.columns[columns], "tier": tier}
    return table, pd.DataFrame(pairs)


def random_case(seed, n_genes=30, n_metabolites=8, n_true=12, n_left_out=10, decimals=1, gain=0.0):
    """Draw scores with many ties, true pairs and pairs that are no evidence."""
    rng = np.random.default_rng(seed)
    scores, truth = rng.random((n_genes, n_metabolites)), np.zeros((n_genes, n_metabolites), dtype=int)
    chosen = rng.choice(truth.size, n_true + n_left_out, replace=False)
    truth.ravel()[chosen[:n_true]], truth.ravel()[chosen[n_true:]] = 1, -1
    return (scores + gain * (truth == 1)).round(decimals), truth


def ranked_pairs(scores, truth, names=None, own=False):
    """Rank a table's pairs: 1 true, −1 no evidence; `names` (n, n_genes) are the genes in other orders."""
    metabolites, genes = np.nonzero(truth.T)
    listed = Listed(genes, metabolites, truth[genes, metabolites] == 1)
    renamed = [] if names is None else [order[genes] for order in names]
    return RankedPairs.of(FrameScores(pd.DataFrame(scores)), listed, renamed, own=own)


def by_definition(scores, truth, weights=None):
    """Compute each metric slowly: metabolites repeated as often as their weights say."""
    weights = np.ones(scores.shape[1], dtype=int) if weights is None else weights
    columns = np.repeat(np.arange(scores.shape[1]), weights)
    scores, truth = scores[:, columns], truth[:, columns]
    s, y = scores[truth >= 0], truth[truth >= 0]

    def within(k):
        """Expect as many true pairs among the first k when ties are broken at random."""
        border = np.sort(s)[::-1][k - 1]
        above, tied = s > border, s == border
        return y[above].sum() + (k - above.sum()) * y[tied].mean()

    best = []
    for j in np.flatnonzero((truth == 1).any(axis=0)):
        eligible = truth[:, j] >= 0
        best.append(stats.rankdata(-scores[eligible, j])[truth[eligible, j] == 1].min())
    best, top = np.array(best), int(np.ceil(len(s) / 100))
    depths = [min(k, len(s)) for k in (10, 100, 1000)]
    return [
        average_precision_score(y, s),
        *(within(k) / k for k in depths),
        within(top) / top / y.mean(),
        np.mean(1 / best),
        *(np.sum(best <= k) for k in (1, 10, 100)),
    ]


# Values


def test_new_metrics_are_those_worked_by_hand():
    # Eight pairs, the true ones second and fifth: 1% of eight, rounded up, is the first pair alone.
    result = ol.evaluate_ranking(SCORES, KNOWN, n_permutations=0, n_bootstrap=0)
    assert result["precision_at_10"] == result["precision_at_1000"] == 2 / 8
    assert result["enrichment"] == 0
    swapped = ol.evaluate_ranking(SCORES.replace(0.8, 0.95), KNOWN, n_permutations=0, n_bootstrap=0)
    assert swapped["enrichment"] == (1 / 1) / (2 / 8)
    wide = pd.DataFrame({"m": np.arange(40.0, 0, -1)}).rename(index=str)
    known = pd.DataFrame({"gene_id": ["3", "9", "10"], "metabolite_id": "m"})
    assert ol.evaluate_ranking(wide, known, n_permutations=0)["precision_at_10"] == 2 / 10


def test_tie_across_the_border_counts_by_the_share_that_fits():
    # Twenty tied pairs, five of them true: of the first ten, half of the five.
    flat = pd.DataFrame({"m": np.zeros(20)}).rename(index=str)
    known = pd.DataFrame({"gene_id": list("01234"), "metabolite_id": "m"})
    result = ol.evaluate_ranking(flat, known, n_permutations=0)
    assert result["precision_at_10"] == pytest.approx(2.5 / 10)
    assert result["enrichment"] == pytest.approx(1)


@pytest.mark.parametrize("seed", range(8))
def test_metrics_equal_their_definitions_with_ties_and_pairs_left_out(seed):
    scores, truth = random_case(seed, n_genes=60, decimals=1 + seed % 3, gain=0.3)
    found, _ = metrics(ranked_pairs(scores, truth))
    np.testing.assert_allclose(found, by_definition(scores, truth), rtol=1e-12)


# Chance


@pytest.mark.parametrize("seed", range(4))
def test_each_permutation_counts_as_the_genes_in_another_order(seed):
    scores, truth = random_case(seed)
    names = np.array([np.random.default_rng(k).permutation(len(scores)) for k in range(5)])
    null = permuted_metrics(ranked_pairs(scores, truth, names))
    for order, values in zip(names, null, strict=True):
        np.testing.assert_allclose(values, by_definition(scores[order], truth), rtol=1e-12)


def test_chance_and_p_are_those_of_all_permutations_of_the_genes():
    scores, truth = random_case(1, n_genes=5, n_metabolites=3, n_true=4, n_left_out=3)
    table, known = named(scores, truth)
    every = np.array(
        [by_definition(scores[list(names)], truth) for names in itertools.permutations(range(len(scores)))]
    )
    found = ol.evaluate_ranking(table, known, n_permutations=4000, n_bootstrap=0, random_state=0)
    for metric, null in zip(METRICS, every.T, strict=True):
        mean = found["average_precision_permuted" if metric == "average_precision" else f"{metric}_chance"]
        assert mean == pytest.approx(null.mean(), abs=4 * null.std() / 4000**0.5 + 1e-9)
        expected = np.mean(null >= found[metric] * (1 - 1e-9))
        assert found[f"{metric}_p"] == pytest.approx(expected, abs=0.04)


def test_one_permutation_keeps_genes_of_several_metabolites_together():
    """The same gene is true for every metabolite and scores alike: all of them move as one."""
    scores = np.repeat(np.arange(50.0, 0, -1)[:, None], 6, axis=1)
    truth = np.zeros(scores.shape, dtype=int)
    truth[7] = 1
    rng = np.random.default_rng(0)
    names = np.array([rng.permutation(50) for _ in range(200)])
    null = permuted_metrics(ranked_pairs(scores, truth, names))
    hits_at_10 = null[:, METRICS.index("hits_at_10")]
    assert set(hits_at_10) == {0, 6}
    assert hits_at_10.mean() / 6 == pytest.approx(10 / 50, abs=0.1)


@pytest.mark.slow
def test_p_is_not_too_small_where_genes_come_in_modules():
    """Scores and truth both follow modules of genes; neither knows of the other."""
    p = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scores = np.repeat(rng.random((8, 1)), 5, axis=0) + 0.2 * rng.random((40, 6))
        truth = np.zeros(scores.shape, dtype=int)
        truth[rng.choice(40, 3, replace=False)] = 1  # the same genes for every metabolite
        found = ol.evaluate_ranking(
            *named(scores, truth), n_permutations=39, n_bootstrap=0, random_state=seed
        )
        p.append([found[f"{metric}_p"] for metric in METRICS])
    for level in (0.05, 0.1, 0.2, 0.5):
        share = np.mean(np.array(p) <= level, axis=0)
        assert (share <= level + 3 * np.sqrt(level * (1 - level) / 200)).all()


@pytest.mark.slow
def test_p_of_every_metric_is_super_uniform_for_random_scores():
    p = []
    for seed in range(200):
        table, known = named(*random_case(seed, decimals=8))
        found = ol.evaluate_ranking(table, known, n_permutations=39, n_bootstrap=0, random_state=seed)
        p.append([found[f"{metric}_p"] for metric in METRICS])
    p = np.array(p)
    for level in (0.05, 0.1, 0.2, 0.5, 0.8):
        assert (np.mean(p <= level, axis=0) <= level + 3 * np.sqrt(level * (1 - level) / 200)).all()
    for metric in ("average_precision", "mrr"):  # hardly any ties: uniform
        assert stats.kstest(p[:, METRICS.index(metric)], "uniform").pvalue > 0.01


def test_planted_truth_has_the_smallest_p():
    table, known = named(*random_case(0, gain=2.0))
    found = ol.evaluate_ranking(table, known, n_permutations=99, n_bootstrap=0, random_state=0)
    assert found["average_precision"] == found["mrr"] == 1
    assert (found[["average_precision_p", "precision_at_10_p", "enrichment_p", "mrr_p"]] == 1 / 100).all()


# Intervals


@pytest.mark.parametrize("seed", range(4))
def test_draws_are_the_metrics_of_the_repeated_metabolites(seed, monkeypatch):
    scores, truth = random_case(seed, n_genes=150, n_metabolites=9, decimals=1 + seed % 2, gain=0.3)
    monkeypatch.setattr(bootstrap, "_ROWS", 3)
    monkeypatch.setattr(bootstrap, "_DRAWS", 2)
    ranked = ranked_pairs(scores, truth, own=True)
    draws = bootstrap.resampled_metrics(ranked, ranked.best_ranks(0), 5, np.random.default_rng(seed))
    weights = bootstrap.resampled_weights((truth == 1).any(axis=0), 5, np.random.default_rng(seed))
    for draw, w in zip(draws, weights.T.astype(int), strict=True):
        np.testing.assert_allclose(draw, by_definition(scores, truth, w), rtol=1e-12)


def test_draws_keep_the_number_of_metabolites_with_truth():
    has_truth = np.arange(20) < 6
    weights = bootstrap.resampled_weights(has_truth, 50, np.random.default_rng(0))
    assert (weights[has_truth].sum(axis=0) == 6).all()
    assert (weights[~has_truth].sum(axis=0) == 14).all()


@pytest.mark.slow
def test_intervals_cover_the_expected_value():
    def study(seed):
        rng = np.random.default_rng(seed)
        scores, truth = rng.normal(size=(120, 40)), np.zeros((120, 40), dtype=int)
        for j in range(0, 40):
            truth[rng.choice(120, rng.integers(1, 4), replace=False), j] = 1
        return scores + (truth == 1) * 2 * np.abs(rng.normal(size=40)), truth

    shown = ["average_precision", "enrichment", "mrr", "hits_at_10", "precision_at_100"]
    options = {"n_permutations": 0, "random_state": 0}
    expected = pd.DataFrame(
        [ol.evaluate_ranking(*named(*study(1000 + s)), n_bootstrap=0, **options) for s in range(200)]
    ).mean()
    found = pd.DataFrame(
        [ol.evaluate_ranking(*named(*study(s)), n_bootstrap=200, **options) for s in range(60)]
    )
    for metric in shown:
        covers = found[f"{metric}_low"].le(expected[metric]) & found[f"{metric}_high"].ge(expected[metric])
        assert covers.mean() >= 0.85
        assert (found[f"{metric}_low"] > 0.3 * found[metric]).mean() > 0.5  # and they are not endless


def test_intervals_need_a_second_metabolite():
    found = ol.evaluate_ranking(SCORES, KNOWN.head(1), n_permutations=9, random_state=0)
    assert found[[f"{metric}_{side}" for metric in METRICS for side in ("low", "high")]].isna().all()
    assert found[["mrr", "mrr_p"]].notna().all()


# What goes in, and what comes out


def test_every_metric_has_chance_p_and_interval_in_order():
    found = ol.evaluate_ranking(SCORES, KNOWN, n_permutations=9, n_bootstrap=9, random_state=0)
    parts = ("", "_low", "_high", "_chance", "_p")
    assert set(found.index) == {
        "n_metabolites", "n_pairs", "average_precision_permuted",
        *(f"{metric}{part}" for metric in METRICS for part in parts),
    }  # fmt: skip
    assert list(found.index[:3]) == ["n_metabolites", "n_pairs", "average_precision"]
    bare = ol.evaluate_ranking(SCORES, KNOWN, n_permutations=0, n_bootstrap=0)
    assert set(bare.index) == {"n_metabolites", "n_pairs", "average_precision_chance", *METRICS}


def test_same_seed_gives_the_same_and_draws_do_not_touch_permutations():
    options = {"n_permutations": 20, "random_state": 3}
    one, same = (ol.evaluate_ranking(SCORES, KNOWN, n_bootstrap=20, **options) for _ in range(2))
    pd.testing.assert_series_equal(one, same)
    without = ol.evaluate_ranking(SCORES, KNOWN, n_bootstrap=0, **options)
    pd.testing.assert_series_equal(one[without.index], without)


@pytest.mark.parametrize("case", ["all true", "constant"])
def test_rankings_that_cannot_be_good_or_bad_have_p_of_one(case):
    scores, truth = random_case(0)
    scores, truth = (scores, np.ones_like(truth)) if case == "all true" else (scores * 0, truth)
    found = ol.evaluate_ranking(*named(scores, truth), n_permutations=19, n_bootstrap=19, random_state=0)
    for metric in METRICS:
        assert found[f"{metric}_p"] == 1
    assert found["enrichment"] == pytest.approx(1)
    assert found["average_precision"] == pytest.approx(found["average_precision_chance"])
    if case == "all true":
        assert found["average_precision_low"] == found["average_precision_high"] == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_that_are_no_numbers_are_refused(bad):
    with pytest.raises(StudyError, match=r"scores: 1 missing or infinite values; every pair needs a finite"):
        ol.evaluate_ranking(SCORES.replace(0.1, bad), KNOWN)


def test_features_that_stand_twice_and_odd_options_are_refused():
    with pytest.raises(StudyError, match=r"genes that stand there more than once \(a\)"):
        ol.evaluate_ranking(SCORES.rename(index={"d": "a"}), KNOWN)
    for option in ("n_permutations", "n_bootstrap"):
        with pytest.raises(ParameterError, match=option):
            ol.evaluate_ranking(SCORES, KNOWN, **{option: -1})
    with pytest.raises(ParameterError, match="n_permutations: found 'many'"):
        ol.evaluate_ranking(SCORES, KNOWN, n_permutations="many")


def test_metric_table_shows_each_method_with_interval_chance_and_p():
    scores = {"one": SCORES, "MOFA2": None, "two": 1 - SCORES}
    rankings = {name: ol.Ranking(found, "baseline") for name, found in scores.items()}
    table = ol.compare_rankings(rankings, KNOWN, n_permutations=9, n_bootstrap=9, random_state=0)
    shown = ol.metric_table(table, "average_precision").set_index("method")
    assert list(shown.index) == ["one", "MOFA2", "two"]
    assert list(shown.columns) == ["knowledge", "value", "low", "high", "chance", "p"]
    assert shown.loc["MOFA2"].drop("knowledge").isna().all()
    one = ol.evaluate_ranking(SCORES, KNOWN, n_permutations=9, n_bootstrap=9, random_state=0)
    names = ["", "_low", "_high", "_permuted", "_p"]
    assert shown.loc["one"].drop("knowledge").tolist() == [one[f"average_precision{part}"] for part in names]
    quick = ol.compare_rankings(rankings, KNOWN, n_permutations=0, n_bootstrap=0)
    assert ol.metric_table(quick, "mrr")[["low", "high", "chance", "p"]].isna().all(axis=None)
    with pytest.raises(ParameterError, match=r"'MRR'; it must be one of average_precision, "):
        ol.metric_table(quick, "MRR")


def test_rankings_are_compared_by_name_whatever_their_order():
    rankings = {"one": ol.Ranking(SCORES, "correlation"), "two": ol.Ranking(1 - SCORES, "baseline")}
    turned = rankings | {"two": ol.Ranking((1 - SCORES).iloc[::-1, ::-1], "baseline")}
    options = {"n_permutations": 9, "n_bootstrap": 30, "random_state": 0}
    expected = ol.compare_rankings(rankings, KNOWN, **options)
    pd.testing.assert_frame_equal(ol.compare_rankings(turned, KNOWN, **options), expected)


def test_rankings_of_other_features_are_not_compared():
    rankings = {"one": ol.Ranking(SCORES, "correlation"), "two": ol.Ranking(SCORES.iloc[:, 1:], "baseline")}
    with pytest.raises(StudyError, match=r"ranking two: other features than in the first ranking \("):
        ol.compare_rankings(rankings, KNOWN)


def test_scores_without_their_kind_are_refused():
    with pytest.raises(ParameterError, match="rankings: one is a DataFrame; each must be a `Ranking`"):
        ol.compare_rankings({"one": SCORES}, KNOWN)


def test_metric_table_passes_over_other_truths():
    table = ol.compare_rankings({"one": ol.Ranking(SCORES, "correlation")}, KNOWN, n_permutations=0)
    half = table[:1].assign(method="network", truth="other_half", metric="correlation")
    both = pd.concat([table, half], ignore_index=True)
    pd.testing.assert_frame_equal(ol.metric_table(both, "mrr"), ol.metric_table(table, "mrr"))


def test_metric_table_without_rankings_is_empty():
    table = ol.metric_table(ol.compare_rankings({"one": ol.Ranking(SCORES, "correlation")}, None), "mrr")
    assert list(table.columns) == ["knowledge", "method", "value", "low", "high", "chance", "p"]
    assert len(table) == 0
