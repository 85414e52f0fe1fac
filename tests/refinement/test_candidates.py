from __future__ import annotations

from itertools import product
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import omics_lib as ol
from omics_lib import spearman_matrix
from omics_lib.errors import ParameterError, StudyError
from omics_lib.narrate import candidates as sentence
from omics_lib.refinement import rank_candidates, robust_rank_aggregation
from omics_lib.refinement._candidates import FIXED_WEIGHTS

NAN = float("nan")
REFINED = pd.DataFrame(
    {
        "gene": ["a", "b", "c", "a", "b"],
        "metabolite": ["glucose", "glucose", "glucose", "Lactate", "Lactate"],
        "rho": [-0.9, 0.5, 0.2, 0.1, 0.3],
        "score": [0.8, 0.1, 0.3, 0.5, 0.4],
    }
)
IMPORTANCE = pd.Series({"a": 3.0, "b": 2.0, "c": 1.0, "elsewhere": 9.0})
FAMILY = pd.DataFrame({"gene_id": ["b", "a", "b"], "bitscore": [50.0, 40.0, 10.0]})


def by_gene(*evidence, target="glucose", refined=REFINED, **options):
    return rank_candidates(target, refined, *evidence, **options).set_index("gene")


def random_case(n_genes=40, seed=0):
    rng = np.random.default_rng(seed)
    genes = [f"g{i}" for i in range(n_genes)]
    refined = pd.DataFrame({"gene": genes, "metabolite": "m", "rho": rng.uniform(-1, 1, n_genes).round(2)})
    refined["score"] = rng.random(n_genes).round(2)
    importance = pd.Series(rng.random(n_genes), genes)
    family = pd.DataFrame({"gene_id": genes[:9], "evalue": 10.0 ** -rng.integers(1, 99, 9)})
    return refined, importance, family


# Worked by hand


def test_p_of_three_genes_is_the_one_worked_by_hand():
    # a is first of three by correlation and importance: scaled ranks 1/3, 1/3. Beta scores 1 - (2/3)² and
    # (1/3)²; the smaller is 1/9. Two uniform numbers do as well if one is below 1 - √(8/9) or both below 1/3.
    least = 1 - np.sqrt(8 / 9)
    expected = 1 - ((1 - least) ** 2 - (1 / 3 - least) ** 2)
    table = by_gene(IMPORTANCE)
    assert table.loc["a", "p_independent"] == pytest.approx(expected)
    # b is second twice: (2/3)² is the smaller; c last twice: p = 1.
    least = 1 - np.sqrt(5 / 9)
    expected = 1 - ((1 - least) ** 2 - (2 / 3 - least) ** 2)
    assert table.loc["b", "p_independent"] == pytest.approx(expected)
    assert table.loc["c", "p_independent"] == pytest.approx(1)


def test_each_line_stands_beside_the_total():
    table = by_gene(IMPORTANCE, FAMILY)
    assert table["rank"].to_dict() == {"a": 1, "b": 2, "c": 3}
    assert table.loc["a", ["rho", "importance", "score", "family"]].tolist() == [-0.9, 3, 0.8, 40]
    ranks = table[["rho_rank", "importance_rank", "score_rank", "family_rank"]]
    assert ranks.loc["a"].tolist() == [1, 1, 1, 2]
    assert ranks.loc["b"].tolist() == [2, 2, 3, 1]
    assert ranks.loc["c"].tolist() == [3, 3, 2, pd.NA]
    assert table["n_lines"].tolist() == [4, 4, 3]
    np.testing.assert_array_equal(table["q"], ol.benjamini_hochberg(table["p"]))


def test_fixed_weights_give_the_mean_worked_by_hand():
    table = by_gene(IMPORTANCE, FAMILY, weights=FIXED_WEIGHTS)
    assert table.loc["a", "weighted_rank"] == pytest.approx((0.4 + 0.3 + 0.2) / 3 + 0.1 * 2 / 2)
    assert table.loc["b", "weighted_rank"] == pytest.approx((0.4 * 2 + 0.3 * 2 + 0.2 * 3) / 3 + 0.1 / 2)
    # c was not tested by the family search: the other weights are scaled to sum to 1.
    assert table.loc["c", "weighted_rank"] == pytest.approx((0.4 * 3 + 0.3 * 3 + 0.2 * 2) / 3 / 0.9)
    assert "p" not in table and "q" not in table


def test_weights_are_scaled_to_the_lines_at_hand():
    table = by_gene(weights=FIXED_WEIGHTS)
    assert table.attrs["weights"] == pytest.approx({"rho": 2 / 3, "score": 1 / 3})
    assert table.loc["b", "weighted_rank"] == pytest.approx((2 / 3 * 2 + 1 / 3 * 3) / 3)


# Robust rank aggregation against simulation and against its paper


@pytest.mark.parametrize("k", [1, 2, 3, 4, 6])
def test_p_matches_brute_force_simulation(k):
    rng = np.random.default_rng(k)
    j = np.arange(1, k + 1)
    draws = np.sort(rng.random((200_000, k)), axis=1)
    null = np.sort(stats.beta.cdf(draws, j, k - j + 1).min(axis=1))
    some = rng.random((30, k)) ** rng.integers(1, 4, size=(30, 1))
    score = stats.beta.cdf(np.sort(some, axis=1), j, k - j + 1).min(axis=1)
    simulated = np.searchsorted(null, score, side="right") / len(null)
    np.testing.assert_allclose(robust_rank_aggregation(some), simulated, atol=0.006)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_p_lies_between_the_rho_score_and_the_bound_of_the_paper(k):
    ranks = np.random.default_rng(0).random((500, k)) ** 4
    j = np.arange(1, k + 1)
    score = stats.beta.cdf(np.sort(ranks, axis=1), j, k - j + 1).min(axis=1)
    p = robust_rank_aggregation(ranks)
    assert (p >= score * (1 - 1e-9)).all()
    assert (p <= np.minimum(k * score, 1) * (1 + 1e-9)).all()


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_p_equals_the_recursion_of_stuart(k):
    ranks = np.random.default_rng(0).random((50, k)) ** 2
    j = np.arange(1, k + 1)
    score = stats.beta.cdf(np.sort(ranks, axis=1), j, k - j + 1).min(axis=1)
    # None of the limits is reached if the numbers, counted from 1 downwards, all lie below these.
    limits = 1 - stats.beta.ppf(score[:, None], j, k - j + 1)[:, ::-1]
    volume = [np.ones(50)]
    for n in range(1, k + 1):
        terms = [
            (-1) ** (i - 1) * volume[n - i] * limits[:, k - n] ** i / factorial(i) for i in range(1, n + 1)
        ]
        volume.append(np.sum(terms, axis=0))
    np.testing.assert_allclose(robust_rank_aggregation(ranks), 1 - factorial(k) * volume[k], atol=1e-12)


def test_far_tail_keeps_its_digits():
    # Limits this rare are hardly ever reached two at a time: p is four times the rho score, the bound.
    x = np.array([1e-3, 1e-6])
    p = robust_rank_aggregation(np.repeat(x[:, None], 4, axis=1))
    np.testing.assert_allclose(p, 4 * x**4, rtol=0.02)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_p_is_uniform_under_independent_random_ranks(k):
    rng = np.random.default_rng(0)
    n = 4000
    p = robust_rank_aggregation(np.stack([rng.permutation(n) + 1 for _ in range(k)], axis=1) / n)
    assert stats.kstest(p, "uniform").statistic < 0.03


@pytest.mark.parametrize("n_genes", [3, 5])
def test_p_is_valid_for_few_genes_in_every_order(n_genes):
    # All orders of two lines, against a third line of two genes: P(p ≤ x) ≤ x at every x.
    ranks = np.array(list(product(range(1, n_genes + 1), range(1, n_genes + 1), [1, 2])))
    p = robust_rank_aggregation(ranks / [n_genes, n_genes, 2])
    for x in np.unique(p):
        assert (p <= x).mean() <= x + 1e-12


def test_lines_that_did_not_test_a_gene_leave_it_as_it_was():
    ranks = np.random.default_rng(0).random((50, 2))
    wider = np.column_stack([ranks[:, 0], np.full(50, NAN), ranks[:, 1]])
    np.testing.assert_array_equal(robust_rank_aggregation(wider), robust_rank_aggregation(ranks))
    assert robust_rank_aggregation([[NAN, NAN]]).tolist() == [1]
    assert robust_rank_aggregation(np.empty((3, 0))).tolist() == [1, 1, 1]


@pytest.mark.parametrize("ranks", [[0.5], [[0.0, 1.0]], [[1.5, 0.2]]])
def test_what_is_no_scaled_rank_is_refused(ranks):
    with pytest.raises(ParameterError, match="ranks over the number of genes"):
        robust_rank_aggregation(ranks)


# Invariants


@pytest.mark.parametrize("options", [{}, {"weights": FIXED_WEIGHTS}, {"family_absent": "no_hit"}])
def test_order_of_rows_does_not_matter(options):
    refined, importance, family = random_case()
    one = rank_candidates("m", refined, importance, family, **options)
    other = rank_candidates("m", refined[::-1], importance[::-1], family[::-1], **options)
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@given(
    st.lists(
        st.tuples(*[st.one_of(st.none(), st.integers(-50, 50))] * 2, st.integers(0, 50)),
        min_size=2,
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
@pytest.mark.slow
def test_any_table_gives_p_values_or_one_clear_error(rows):
    table = pd.DataFrame(rows, columns=["importance", "rho", "score"], dtype=float)
    refined = table[["rho", "score"]].assign(rho=table["rho"] / 50, metabolite="m", gene=range(len(table)))
    try:
        found = rank_candidates("m", refined, table["importance"])
    except StudyError:
        return
    assert sorted(found["gene"]) == list(range(len(table)))
    assert found[["p", "q", "p_independent", "q_independent"]].stack().between(0, 1).all()
    assert (found["q"] >= found["p"]).all() and found["p"].is_monotonic_increasing
    assert found["rank"].tolist() == found["p"].rank(method="max").tolist()
    # Monotone changes of every line change nothing but what is shown.
    changed = refined.assign(rho=refined["rho"] ** 3, score=np.exp(refined["score"] / 10))
    other = rank_candidates("m", changed, 2 * table["importance"] ** 3 - 7)
    ranks = [name for name in found if name not in ("rho", "score", "importance")]
    pd.testing.assert_frame_equal(found[ranks], other[ranks], check_exact=True)
    assert found["gene"].iloc[0] in set(refined["gene"]) and "comes first" in sentence(found)


def test_sign_of_the_correlation_does_not_matter():
    one, other = by_gene(), by_gene(refined=REFINED.assign(rho=-REFINED["rho"]))
    pd.testing.assert_series_equal(one["p"], other["p"])


def test_ties_share_the_worst_of_their_ranks():
    refined = REFINED.assign(rho=[0.5, -0.5, 0.1, 0, 0])
    assert by_gene(refined=refined).loc[["a", "b", "c"], "rho_rank"].tolist() == [2, 2, 3]


# The family table


@pytest.mark.parametrize(
    ("column", "values"), [("evalue", [1e-30, 1e-20, 1.0]), ("score", [50, 40, 10]), ("bitscore", [5, 4, 1])]
)
def test_best_hit_of_a_family_member_counts_whatever_scores_it(column, values):
    table = by_gene(None, FAMILY[["gene_id"]].assign(**{column: values}))
    assert table.loc["b", "family"] == values[0]
    assert table.loc[["b", "a", "c"], "family_rank"].tolist() == [1, 2, pd.NA]


def test_gene_without_a_hit_is_untested_or_last_as_asked():
    untested, searched = by_gene(None, FAMILY), by_gene(None, FAMILY, family_absent="no_hit")
    assert untested.loc["c", "n_lines"] == 2
    assert untested.loc["c", "p"] == by_gene().loc["c", "p"]
    assert searched.loc["c", ["n_lines", "family_rank"]].tolist() == [3, 3]
    assert np.isnan(searched.loc["c", "family"])
    assert searched.loc["b", "p"] < untested.loc["b", "p"]


def test_family_of_one_says_nothing_unless_all_were_searched():
    one = FAMILY[:1]
    untested, searched = by_gene(None, one), by_gene(None, one, family_absent="no_hit")
    pd.testing.assert_series_equal(untested["p"], by_gene()["p"])
    assert untested.attrs["left_out"] == {"family": "it tells no two genes apart"}
    assert searched.loc["b", "p"] < untested.loc["b", "p"]


def test_family_members_that_are_no_candidates_are_counted():
    more = pd.concat([FAMILY, pd.DataFrame({"gene_id": ["x", "y"], "bitscore": [1.0, 2.0]})])
    table = rank_candidates("glucose", REFINED, None, more)
    assert table.attrs["n_outside"] == 2
    assert "2 family members are not among the candidates" in sentence(table)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("chosen_from", [None, 1, 2, 120])
def test_metabolite_chosen_as_the_best_pays_for_the_choice(seed, chosen_from):
    refined, importance, family = random_case(seed=seed)
    table = rank_candidates("m", refined, importance, family)
    table["p_independent"] *= 10.0**-seed
    text = sentence(table, 0.05, chosen_from)
    chosen = chosen_from is not None and chosen_from > 1
    assert ("false discovery rate" in text) is not chosen
    assert ("chosen as the one with the best score among" in text) is chosen
    if chosen:
        n = int((table["p_independent"] <= 0.05 / (len(table) * chosen_from)).sum())
        assert f"{n or 'no'} gene{'s' * (n != 1)} stand{'s' * (n == 1)} out" in text
    fixed = rank_candidates("m", refined, weights=FIXED_WEIGHTS)
    assert "Bonferroni" not in sentence(fixed, 0.05, chosen_from)


# What counts and what does not


def test_fallback_score_does_not_count_twice():
    refined = REFINED.assign(score=REFINED["rho"].abs() + 1e-16)
    table = rank_candidates("glucose", refined, IMPORTANCE)
    assert table.attrs["lines"] == ["rho", "importance"]
    assert table["p"].tolist() == table["p_independent"].tolist()
    assert "refined score does not count: it ranks the genes as the correlation does" in sentence(table)


def test_one_line_alone_gives_its_scaled_rank():
    table = rank_candidates("glucose", REFINED.assign(score=0.0))
    assert table["p"].tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert "says nothing more" in sentence(table)


def test_missing_values_are_untested_and_a_gene_without_any_is_last():
    refined = REFINED.assign(rho=[-0.9, 0.5, NAN, 0, 0], score=[0.1, 0.2, NAN, 0, 0])
    table = by_gene(refined=refined)
    assert table.loc["c", ["p", "rank", "n_lines"]].tolist() == [1, 3, 0]
    assert table.loc["a", "rho_rank"] == 1
    assert by_gene(refined=refined, weights=FIXED_WEIGHTS).loc["c", "weighted_rank"] == 1


def test_independent_lines_are_those_declared():
    refined, importance, family = random_case()
    table = rank_candidates("m", refined, importance, family, independent=("score", "family"))
    ranks = table[["score_rank", "family_rank"]].astype(float).to_numpy() / [40, 9]
    np.testing.assert_array_equal(table["p_independent"], robust_rank_aggregation(ranks))


# Errors


def test_unknown_target_is_answered_with_the_nearest_names():
    with pytest.raises(
        ParameterError, match=r"no metabolite 'lactat' among the 2 .* the nearest names are Lactate"
    ):
        rank_candidates("lactat", REFINED)
    with pytest.raises(ParameterError, match="no name is anything like it"):
        rank_candidates("xyz", REFINED)


@pytest.mark.parametrize(
    ("evidence", "options", "error", "message"),
    [
        ((IMPORTANCE.to_frame("gradient"),), {}, ParameterError, "Choose one column of `feature_importance`"),
        ((IMPORTANCE.rename({"b": "a"}),), {}, StudyError, r"genes listed more than once \(a\)"),
        ((IMPORTANCE.add_prefix("ENSG"),), {}, StudyError, "none of the 3 candidate genes"),
        ((IMPORTANCE.replace(9, np.inf),), {}, StudyError, "importance: 1 missing or infinite"),
        ((IMPORTANCE.astype(str),), {}, StudyError, "importance: values of type object"),
        ((None, FAMILY.rename(columns={"bitscore": "bits"})), {}, StudyError, "one must be bitscore"),
        ((None, FAMILY[["bitscore"]]), {}, StudyError, "no column gene_id"),
        ((None, FAMILY[:0]), {}, StudyError, "family: none of the 3 candidate genes"),
        ((None, FAMILY.assign(bitscore="x")), {}, StudyError, "family.bitscore: values of type object"),
        ((), {"family_absent": "worst"}, ParameterError, "one of untested, no_hit"),
        ((), {"independent": "rho"}, ParameterError, "some of rho, importance, score, family"),
        ((), {"weights": (0.5, 0.5)}, ParameterError, "four numbers"),
        ((), {"weights": (0.5, 0.5, -1, 0)}, ParameterError, "four numbers"),
        ((), {"weights": (0, 1, 0, 1)}, ParameterError, "not 0 for all that are there"),
        ((), {"weights": "abcd"}, ParameterError, "four numbers"),
        ((), {"weights": {"rho": 1}}, ParameterError, "four numbers"),
    ],
)
def test_evidence_that_cannot_be_used_is_refused(evidence, options, error, message):
    with pytest.raises(error, match=message):
        rank_candidates("glucose", REFINED, *evidence, **options)


@pytest.mark.parametrize(
    ("refined", "message"),
    [
        (REFINED.drop(columns="score"), "no column score"),
        (
            pd.concat([REFINED, REFINED[:1]]),
            r"refined, metabolite glucose: genes listed more than once \(a\)",
        ),
        (REFINED[:1], "no line of evidence tells its 1 listed genes apart"),
        (REFINED.assign(rho=0.0, score=0.0), "no line of evidence"),
        (REFINED.assign(rho=NAN, score=NAN), "no line of evidence"),
        (REFINED.assign(rho=np.inf), "refined.rho: 3 missing or infinite"),
    ],
)
def test_refined_table_that_cannot_be_used_is_refused(refined, message):
    with pytest.raises(StudyError, match=message):
        rank_candidates("glucose", refined)


def test_empty_refined_table_is_refused():
    with pytest.raises(ParameterError, match="no metabolite 'glucose' among the 0 of `refined`"):
        rank_candidates("glucose", REFINED[:0])


# Planted truth, and nothing planted


def simulated(design, seed):
    """Return the correlations and a score made from them, as a refinement's is, and the study."""
    study = ol.simulate_study(21, 300, 20, design=design, random_state=seed)
    X_genes = np.log2(study["transcriptomics"].to_df() + 1)
    X_metabolites = study["metabolomics"].to_df()
    rho = spearman_matrix(X_genes, X_metabolites).rename_axis("gene")
    table = rho.melt(ignore_index=False, var_name="metabolite", value_name="rho")
    noise = np.random.default_rng(seed).uniform(0.5, 1, len(table))
    return table.reset_index().assign(score=table["rho"].abs().to_numpy() * noise), X_genes, study


def test_planted_gene_is_found_and_family_hits_help_more_than_noise_costs():
    reciprocal = []
    for seed in range(3):
        refined, X_genes, study = simulated("links", seed)
        rng = np.random.default_rng(seed)
        noise = pd.Series(rng.random(X_genes.shape[1]), X_genes.columns)
        for gene, target in study.uns["known_pairs"][["gene_id", "metabolite_id"]].itertuples(index=False):
            members = [gene, *rng.choice(X_genes.columns.drop(gene), 9, replace=False)]
            family = pd.DataFrame({"gene_id": members, "bitscore": rng.normal(100, 20, 10)})
            alone = by_gene(noise, target=target, refined=refined).loc[gene]
            helped = by_gene(noise, family, target=target, refined=refined, family_absent="no_hit").loc[gene]
            reciprocal.append((1 / alone["rho_rank"], 1 / alone["rank"], 1 / helped["rank"]))
    by_rho, with_noise, with_family = np.mean(reciprocal, axis=0)
    chance = np.mean(1 / np.arange(1, 301))
    assert with_family > by_rho > with_noise > 5 * chance


def test_independent_p_holds_on_a_null_study_where_p_of_all_lines_does_not():
    refined, X_genes, _ = simulated("null", 1)
    importance = pd.Series(np.random.default_rng(1).random(X_genes.shape[1]), X_genes.columns)
    tables = [rank_candidates(target, refined, importance) for target in refined["metabolite"].unique()]
    everything = pd.concat([table.assign(n=i) for i, table in enumerate(tables)])
    assert (everything["p_independent"] <= 0.05).mean() == pytest.approx(0.05, abs=0.01)
    assert (everything["p"] <= 0.05).mean() > 0.08
    found = everything.groupby("n")[["q", "q_independent"]].min() <= 0.05
    assert found["q"].mean() > 0.5 > 0.2 > found["q_independent"].mean()


# The sentence


def test_sentence_names_the_first_gene_and_trusts_the_independent_lines():
    text = sentence(rank_candidates("glucose", REFINED, IMPORTANCE, FAMILY))
    assert "Of 3 candidate genes for glucose, **a** comes first: place 1 by correlation (-0.90)" in text
    assert "By correlation, importance and family, no genes stand out" in text
    assert "All lines together" not in text


def test_sentence_warns_where_related_lines_find_more():
    refined, _, _ = simulated("null", 1)
    targets = refined["metabolite"].unique()
    importance = pd.Series(np.random.default_rng(1).random(300), refined["gene"].unique())
    texts = [sentence(rank_candidates(target, refined, importance)) for target in targets]
    assert sum("no genes stand out" in text and "p-values too small" in text for text in texts) > 10


def test_sentence_states_the_weights_and_promises_no_p():
    text = sentence(rank_candidates("glucose", REFINED, IMPORTANCE, weights=FIXED_WEIGHTS))
    assert "0.44 for correlation, 0.33 for importance and 0.22 for refined score" in text
    assert "no p-value" in text


def test_sentence_says_that_related_lines_promise_nothing():
    assert "read the order, not the p" in sentence(rank_candidates("glucose", REFINED))
