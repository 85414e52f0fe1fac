"""Every sentence is read on a usual, an empty and a single-item result."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrate_helpers import found, pairs_table, reads

import omics_lib as ol
from omics_lib import narrate
from omics_lib._words import share
from omics_lib.associations import DecodedPairs


@pytest.fixture(scope="module")
def mdata():
    return ol.simulate_study(12, 20, 6, random_state=0)


# Chapters 1 and 2


def test_study_says_its_size_and_that_nothing_was_handled(mdata):
    text = reads(narrate.study(mdata))
    assert "**12 samples**, 20 genes and 6 metabolites: 120 gene–metabolite pairs" in text
    assert "10 for every sample. Nothing had to be handled on the way in." in text


def test_study_lists_what_was_handled(mdata):
    copy = mdata.copy()
    copy.uns["notes"] = ["transcriptomics.csv: turned."]
    assert reads(narrate.study(copy)).endswith("Handled on the way in:\n\n- transcriptomics.csv: turned.")


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "No value is missing in either table."),
        (1, "1 value of 1,000 (0.1%) is missing, to be imputed"),
        (20, "20 values of 1,000 (2%) are missing, to be imputed"),
    ],
)
def test_missing_values_are_counted(n, expected):
    table = pd.DataFrame({"missing": [n, 0], "values": [600, 400]})
    assert reads(narrate.missing(table)).startswith(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([100.0, 120.0], "The largest total is 1.2 times the smallest: the samples are of about one size."),
        ([100.0, 170.0], "The largest total is 1.7 times the smallest. Whatever was diluted"),
        ([0.0, 120.0], "The total ranges from 0 to 120 over the samples."),
        ([-3.5, 2.0], "The total ranges from -3.5 to 2 over the samples."),
    ],
)
def test_totals_are_compared_where_a_ratio_means_something(values, expected):
    assert reads(narrate.totals(pd.Series(values), "total")).startswith(expected)


def test_library_sizes_apart_point_to_what_follows():
    assert "1.7 times the smallest. Genes may follow it" in reads(
        narrate.totals(pd.Series([100.0, 170.0]), "library size")
    )


def test_known_pairs_are_counted_or_missed():
    assert "brings no known pairs" in reads(narrate.known_pairs(None))
    pairs = pd.DataFrame({"gene_id": ["a", "a"], "metabolite_id": ["m", "k"]})
    assert "2 known pairs, of 1 gene and 2 metabolites:" in reads(narrate.known_pairs(pairs))
    assert "1 known pair, of 1 gene and 1 metabolite:" in reads(narrate.known_pairs(pairs.head(1)))


def test_filters_say_what_they_kept(mdata):
    copy = mdata.copy()
    for name in ("transcriptomics", "metabolomics"):
        copy[name].var["kept"] = np.arange(copy[name].n_vars) != 0
    assert reads(narrate.filtered(copy)) == "The filters kept 19 of 20 genes and 5 of 6 metabolites."


def test_leak_is_called_one_only_where_it_shows():
    assert "promise that no new sample will keep" in reads(narrate.leak(1.4, 1.1))
    assert "does not show" in reads(narrate.leak(1.0, 1.1))


# Chapter 3


def scores(ours, theirs):
    rows = [(i, "autoencoder", r2) for i, r2 in enumerate(ours)] + [
        (i, "PCA", r2) for i, r2 in enumerate(theirs)
    ]
    return pd.DataFrame(rows, columns=["fold", "model", "r2"])


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([0.5, 0.6], [0.4, 0.5], "The autoencoder is ahead in every fold."),
        (
            [0.5, 0.9, 0.4],
            [0.6, 0.5, 0.3],
            "ahead on average: ahead in 2 of 3 folds and behind in 1, by more than 0.005.",
        ),
        (
            [0.3, 0.2],
            [0.4, 0.5],
            "**PCA does no worse on average**, and the autoencoder is ahead in 0 of 2 folds and behind in 2,",
        ),
        ([0.3, 0.2, 0.3], [0.2, 0.9, 0.2], "is ahead in 2 of 3 folds and behind in 1,"),
        ([0.4, 0.401], [0.4, 0.4], "**The two are level in every fold:** for reconstruction alone, use PCA."),
        ([-0.4, -0.2], [-0.5, -0.9], "predicts no better than the training mean."),
    ],
)
def test_cross_validation_names_the_better_one(ours, theirs, expected):
    assert expected in reads(narrate.cross_validation(scores(ours, theirs)))


@pytest.mark.parametrize("epochs", [[0, 0], [0, 3]])
@pytest.mark.parametrize("starts_at_pca", [True, False])
def test_an_autoencoder_that_never_left_pca_is_said_to_be_pca(epochs, starts_at_pca):
    table = scores([0.4, 0.3], [0.4, 0.3]).assign(n_epochs=[*epochs, None, None])
    text = reads(narrate.cross_validation(table, starts_at_pca=starts_at_pca))
    assert ("They are one model" in text) is (starts_at_pca and not any(epochs))
    table = sizes({2: 0.1, 4: 0.0}).assign(n_epochs=0)
    text = reads(narrate.latent_sizes(table, starts_at_pca=starts_at_pca))
    assert ("With 4 they are one model" in text) is starts_at_pca


def test_training_reads_the_lowest_loss_of_each_fold():
    history = pd.DataFrame(
        {
            "fold": [1, 1, 2, 2],
            "epoch": [1, 2, 1, 2],
            "train_loss": 1.0,
            "validation_loss": [0.9, 0.8, 0.7, 0.75],
        }
    )
    text = reads(narrate.training(history, pd.Series([1, 2]), [2, 3]))
    assert "between epoch 1 and epoch 2, and over the folds it was from 0.70 to 0.80" in text
    assert "on 2 or 3 samples only" in text
    assert text.endswith("In every fold training left the start.")
    assert "met at epoch 2, and" in reads(narrate.training(history.head(2), pd.Series([2]), [1]))
    assert "In 1 of 2 folds training did not save enough" in narrate.training(history, pd.Series([0, 2]), [2])
    copied = history.assign(validation_loss=[4e-15, 3e-15, 2e-15, 1e-15])
    assert "over the folds it was 0 to rounding." in reads(narrate.training(copied, pd.Series([0, 0]), [2]))
    assert "so the start is the model" in narrate.training(history, pd.Series([0, 0]), [2])


def sizes(gaps):
    """Three folds of PCA at 0.5, the autoencoder ahead by a gap, a ceiling of 0.8."""
    rows = [
        (k, fold, model, r2)
        for k, gap in gaps.items()
        for fold, noise in enumerate((-0.01, 0.0, 0.01))
        for model, r2 in (("autoencoder", 0.5 + gap + noise), ("PCA", 0.5))
    ]
    rows += [(max(gaps), fold, "ceiling", 0.8) for fold in range(3)]
    return pd.DataFrame(rows, columns=["n_latent", "fold", "model", "r2"])


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ({2: 0.1, 4: 0.2, 8: 0.0}, "earns its place with 2 and 4 latents**, where it is ahead"),
        (
            {2: 0.1, 4: 0.2, 8: 0.0},
            "most with 4, where it explains 0.700 against 0.500. The two are level with 8, the gap being",
        ),
        (
            {2: 0.0, 4: -0.1},
            "level with 2, the gap being no larger than it varies from fold to fold, and behind with 4. **So",
        ),
        (
            {2: -0.1},
            "The autoencoder is behind with 2. **So nothing speaks for the autoencoder here: use PCA.**",
        ),
        ({2: 0.1}, "components by more than this lead varies from fold to fold; most with 2"),
    ],
)
def test_latent_sizes_say_where_the_autoencoder_is_ahead(gaps, expected):
    text = reads(narrate.latent_sizes(sizes(gaps)))
    assert expected in text
    assert text.startswith("Full-rank PCA, the ceiling, explains 0.800 of")


@pytest.mark.parametrize(
    ("value", "chance", "expected"),
    [
        ([0.98, 0.97], [0.2, 0.2], "hardly depends on which of them trained."),
        ([0.99, 0.75], [0.1, 0.1], "but some folds agree less."),
        ([0.9, 0.88], [0.5, 0.5], "Of what lies beyond chance they share 78%"),
        ([0.7, 0.72], [0.6, 0.6], "more than chance and far from all"),
        ([0.7, 0.5], [0.6, 0.6], "no more than chance: read nothing into these latents.**"),
        ([1.0, 1.0], [1.0, 1.0], "no more than chance"),
    ],
)
def test_agreement_is_read_beside_chance(value, chance, expected):
    table = pd.DataFrame({"model": "autoencoder", "procrustes": value, "chance": chance})
    assert expected in reads(narrate.agreement(table))


@pytest.mark.parametrize(
    ("reconstruction", "gradient", "expected"),
    [
        ([0.1, 0.5, 0.9], [1, 2, 3], "R² ranges from 0.10 to 0.90 over the features. The gradient"),
        ([1.0, 1.0, 0.999], [1, 2, 3], "every feature is copied in full"),
        ([0.1, 0.5, 0.9], [1, 2, 3], "with a correlation of 1.00: they mostly agree."),
        ([0.1, 0.5, 0.9], [3, 2, 1], "they answer different questions."),
        ([0.1, 0.5, 0.9], [1, 1, 1], "the other two cannot be compared."),
    ],
)
def test_importance_compares_its_readings(reconstruction, gradient, expected):
    table = pd.DataFrame(
        {"reconstruction": reconstruction, "gradient": gradient, "latent_correlation": [0.1, 0.2, 0.3]}
    )
    assert expected in reads(narrate.importance(table))


def test_page_on_the_row_space_reads_its_tables():
    index = pd.MultiIndex.from_product([["counted"], ["all features", "row space"]])
    text = reads(narrate.row_space_sizes(pd.DataFrame({"GB with Adam": [8.7, 0.04]}, index=index)))
    assert "`counted`: 8.7 GB over all features, 0.04 GB in the row space" in text
    text = reads(narrate.exactness(pd.Series({"gradient descent": 3e-16, "Adam": 0.21}), 150))
    assert "150 epochs of gradient descent the two losses have never been further apart than 3e-16" in text
    text = reads(narrate.exactness(pd.Series({"gradient descent": 0.3, "Adam": 0.21}), 150))
    assert "came 0.3 apart, **which is more than rounding**" in text and "different path" not in text
    text = reads(narrate.full_size({"counted": 543_593_441, "described": 2_182_008_161}, 0.26))
    assert text.startswith("544 million weights (`counted`) and 2,182 million weights (`described`)")
    scores = pd.DataFrame(
        {
            "table": ["a"] * 3 + ["b"] * 3 + ["c"] * 3,
            "model": ["default", "dense Adam", "PCA"] * 3,
            "r2": [0.5, 0.2, 0.3, 0.3, 0.1, 0.3, 0.1, 0.2, 0.4],
        }
    )
    text = reads(narrate.ways_of_training(scores, 4))
    best = "does best of the networks"
    assert f"for a *default* {best} (0.500), ahead of PCA (0.300), and *dense Adam* worst (0.200)" in text
    assert f"for b *default* {best} (0.300), level with PCA (0.300)" in text
    assert f"for c *dense Adam* {best} (0.200), behind PCA (0.400), and *default* worst (0.100)" in text


def test_parameters_are_told_with_and_without_a_row_space():
    assert "span 20 dimensions around their mean, so training happens in 20 coordinates" in reads(
        narrate.parameters_counted(2_182_008_161, 21, 20)
    )
    assert "**the final model is PCA**" in reads(narrate.parameters_counted(9, 21, 20, is_pca=True))
    text = reads(narrate.parameters_counted(1, 1, 1))
    assert "1 sample to learn them from. The samples span 1 dimension" in text
    assert "no more features than samples" in reads(narrate.parameters_counted(5, 21, None))


@pytest.mark.parametrize(
    ("shape", "n_dead", "expected"),
    [
        ((21, 64), 0, "64 latents for 21 samples, all of which vary. With more latents than samples"),
        ((21, 64), 1, "64 latents for 21 samples; 1 of them never varies. Samples that span"),
        ((21, 21), 21, "21 latents for 21 samples; 21 of them never vary."),
        ((21, 1), 0, "1 latent for 21 samples, all of which vary."),
    ],
)
def test_latents_are_counted(shape, n_dead, expected):
    assert reads(narrate.latents(pd.DataFrame(np.zeros(shape)), n_dead)).startswith(expected)


# Chapter 4


def nulls(*rows):
    return pd.DataFrame(rows, columns=["max_abs_rho", "n_significant"])


def test_latent_pairs_are_read_beside_their_null():
    pairs = pairs_table(0.9, -0.8, q=0.01)
    text = reads(narrate.latent_pairs(pairs, nulls((0.9, 1), (0.5, 0), (0.6, 0)), 0.05))
    assert "Of 2 pairs of latents, 2 are significant" in text
    assert "with probability p = 0.5 (3 permutations)" in text  # a tie of ranks counts as reached
    assert "in 33% of the permutations" in text


def test_latent_pairs_that_are_none_or_single_or_dead_read_true():
    null = nulls((0.5, 0))
    assert "Of 1 pair of latents, 1 is significant" in reads(
        narrate.latent_pairs(pairs_table(0.9), null, 0.05)
    )
    text = reads(narrate.latent_pairs(pairs_table(0.3, q=0.6), null, 0.05))
    assert "Of 1 pair of latents, none are significant" in text
    assert "(1 permutation). At least one pair comes out significant in 0% of" in text
    assert "no pair to correlate" in reads(narrate.latent_pairs(pairs_table(), null, 0.05))
    assert "No permutations" in reads(narrate.latent_pairs(pairs_table(0.9), null.iloc[:0], 0.05))


def test_associations_are_counted_with_their_share():
    text = reads(narrate.associations(found(0.9, -0.8), 0.05))
    assert text.startswith(
        "All 100 pairs were tested, with 19 degrees of freedom and p-values from the null distribution of "
        "Spearman's rho. **2 pairs** (2%) are significant"
    )
    assert text.endswith("the weakest of them at |rho| = 0.80.")


def test_associations_that_are_none_or_single_or_cut_read_true():
    text = reads(narrate.associations(found(), 0.05))
    assert "**None is significant** at a false discovery rate of 0.05." in text
    text = reads(narrate.associations(found(0.9, n_tests=1, degrees_of_freedom=1), 0.05))
    assert text.startswith("1 pair was tested, with 1 degree of freedom and p-values")
    assert ". **1 pair** (100%) is significant" in text
    within = found(0.9, null_kind="permutation")
    assert "100 pairs were tested, with p-values from permutations within" in reads(
        narrate.associations(within, 0.05)
    )
    cut = found(0.9, n_significant=7)
    assert "The table keeps the strongest 1." in reads(narrate.associations(cut, 0.05))
    nothing = found(n_tests=0, dropped={"genes": ["a"], "metabolites": []})
    assert reads(narrate.associations(nothing, 0.05)).startswith("No pair could be tested")


@pytest.mark.parametrize(("names", "expected"), [(["a"], "1 feature did"), (["a", "b"], "2 features did")])
def test_features_that_did_not_vary_are_counted(names, expected):
    text = reads(narrate.associations(found(0.9, dropped={"genes": names, "metabolites": []}), 0.05))
    assert f"{expected} not vary and took no part." in text


@pytest.mark.parametrize(
    ("n", "of", "expected"),
    [
        (0, 10, "0%"),
        (1, 10**9, "less than 0.01%"),
        (3, 1000, "0.3%"),
        (999, 1000, "more than 99%"),
        (10, 10, "100%"),
        (0, 0, "0%"),
    ],
)
def test_shares_are_never_rounded_to_none_or_all(n, of, expected):
    assert share(n, of) == expected


def test_pair_is_named():
    assert "g0 and m0, rho = -0.90." in reads(narrate.pair(found(-0.9).strongest))
    assert "there is no strongest pair" in reads(narrate.pair(found(0.0).strongest))


def decoded(n_latent_pairs, *rho):
    pairs = pairs_table(*rho).rename(columns={"q": "p_family"})
    return DecodedPairs(pairs, len(rho), n_latent_pairs, nulls(*[(0.5, 0)] * 19))


@pytest.mark.parametrize(
    ("result", "both", "expected"),
    [
        (decoded(0), 0, "No pair of latents is significant, so there is nothing to decode."),
        (decoded(1), 0, "1 latent pair was decoded, but no gene–metabolite pair"),
        (decoded(3), 0, "3 latent pairs were decoded, but no gene–metabolite pair"),
        (decoded(1, 0.9), 1, "1 latent pair decodes into 1 gene–metabolite pair with `p_family` up to 0.05."),
        (decoded(2, 0.9, 0.8), 0, "2 latent pairs decode into 2 gene–metabolite pairs with"),
    ],
)
def test_decoded_pairs_are_counted(result, both, expected):
    text = reads(narrate.decoded(result, 5, both, 0.05))
    assert text.startswith(expected)
    assert ("no false discovery rate" in text) == (len(result.pairs) > 0)


def test_planted_pairs_are_counted_where_all_truth_is_known():
    pairs = pd.DataFrame({"gene_id": ["g0", "g9"], "metabolite_id": ["m0", "m9"], "source": "simulated"})
    table = pairs_table(0.9, 0.8).assign(source="direct")
    text = reads(narrate.planted(table, pairs, 0.05))
    assert "50% of the 2 found by the direct route and none by the latent route, which found nothing;" in text
    assert "; 50% of all 2 planted pairs are among them." in text
    assert "Of the direct route's, 50% are not planted, more than the rate of 0.05" in text
    latent = reads(narrate.planted(table.assign(source="latent"), pairs, 0.05))
    assert "50% are not planted although each has a `p_family` of at most 0.05" in latent
    right = reads(narrate.planted(table.head(1), pairs, 0.05))
    assert right.endswith("; 50% of all 2 planted pairs are among them.")
    assert "none was found" in reads(narrate.planted(table.iloc[:0], pairs, 0.05))
    assert (
        narrate.planted(table, None, 0.05) == narrate.planted(table, pairs.assign(source="KEGG"), 0.05) == ""
    )


def test_latents_are_said_to_overlap_only_where_they_do():
    Z = pd.DataFrame(np.linalg.qr(np.random.default_rng(0).normal(size=(12, 4)))[0]).assign(dead=0.0)
    Z -= Z.mean()
    Z.iloc[:, :4] = np.linalg.qr(Z.iloc[:, :4])[0]
    assert "are uncorrelated, as principal components are" in reads(narrate.overlap(Z, Z))
    text = reads(narrate.overlap(Z, Z.assign(twin=Z[0] + Z[1])))
    assert "up to 0.00 for the genes and 0.71 for the metabolites" in text
    assert "uncorrelated" in narrate.overlap(Z[["dead"]], Z[[0]])


@pytest.mark.parametrize(("freedom", "exact"), [(1, True), (20, True), (21, False), (34, False)])
def test_null_is_called_exact_only_where_it_is_counted(freedom, exact):
    text = narrate.null_distribution(freedom)
    assert ("saddlepoint" in text) == (not exact)
    assert (f"for {freedom + 2} samples is known exactly" in text) == exact


# Chapters 5 to 7


def audit(*passed, n_not_searched=0):
    table = pd.DataFrame({"passed": pd.Series(passed, dtype=bool)})
    table["n_found"] = (~table["passed"]).astype(int)
    table.attrs["n_not_searched"] = n_not_searched
    return table


@pytest.mark.parametrize(
    ("table", "n", "expected"),
    [
        (audit(True, True), 21, "2 files were searched for 21 sample names; no files hold any of them."),
        (audit(True), 1, "1 file was searched for 1 sample name; no files hold any of them."),
        (audit(True, False), 2, "2 files were searched for 2 sample names; 1 file holds any of them."),
        (audit(), 2, "No files were searched for 2 sample names; no files hold any of them."),
        (
            audit(True, n_not_searched=1),
            1,
            "1 file was searched for no sample names; no files hold any of them. "
            "1 sample name could not be searched for",
        ),
    ],
)
def test_audit_is_counted(table, n, expected):
    assert reads(narrate.audit(table, n)).startswith(expected)


@pytest.mark.slow
def test_sentences_about_a_real_result_read_true(mdata):
    data = ol.preprocess_study(
        mdata, {"transcriptomics": ol.preprocessor("counts"), "metabolomics": ol.preprocessor("abundance")}
    )
    genes, metabolites = (ol.preprocessed_table(data, name) for name in ("transcriptomics", "metabolomics"))
    for left, right in (
        (genes, metabolites),
        (genes * 0, metabolites),
        (genes.iloc[:, :1], metabolites.iloc[:, :1]),
    ):
        result = ol.associate(left, right, n_permutations=3, random_state=0)
        reads(narrate.associations(result, 0.05))
        reads(narrate.association_null(result, 0.05))
        reads(narrate.pair(result.strongest))
        pairs = ol.correlate_latents(left, right)
        spread = ol.decode_latent_pairs(left, right, left, right, n_permutations=3, random_state=0)
        reads(narrate.latent_pairs(pairs, spread.null, 0.05))
        reads(narrate.decoded(spread, result.n_significant, 0, 0.05))
        refined = ol.refine(ol.build_graph(result.pairs, left, right), left, right, random_state=0)
        reads(narrate.refinement(refined))


def test_tail_says_how_far_off_students_t_is():
    text = reads(narrate.tail(ol.compare_nulls(19), 922_260_420, 0.05))
    assert "times too small" in text
    assert "Among 922,260,420 pairs one alone would have to reach p = 5e-11" in text
    assert "reach no small p-value" in reads(narrate.tail(ol.compare_nulls(1), 10, 0.05))
    assert "gives the same p" in reads(narrate.tail(ol.compare_nulls(98, [0.1]), 1, 0.05))


@given(st.floats(1.05, 1e9))
def test_how_often_t_promises_too_much_is_never_in_powers_of_ten(ratio):
    table = pd.DataFrame({"abs_rho": [0.9], "exact": [1e-6], "t": [1e-6 / ratio], "ratio": [ratio]})
    said = re.search(r"a p ([\d,.]+) times too small", reads(narrate.tail(table, 100, 0.05)))
    assert said and float(said[1].replace(",", "")) == pytest.approx(ratio, rel=0.06)


def test_limits_say_what_multiplicity_costs():
    text = reads(narrate.limits(ol.bonferroni_limits(922_260_420, 19), 922_260_420, 19, 0.05))
    assert text.startswith("With 19 degrees of freedom (")
    assert "and 922,260,420 pairs, a pair" in text
    assert (
        "from |rho| = 0.964 upwards. Student's t would be content with 0.949, which chance reaches 11 t"
        in text
    )
    text = reads(narrate.limits(ol.bonferroni_limits(1000, 3), 1000, 3, 0.05))
    assert "not even a perfect correlation" in text
    assert "no different here" in reads(narrate.limits(ol.bonferroni_limits(1, 198), 1, 198, 0.05))


def test_confounded_study_is_told_with_its_numbers():
    counts = pd.Series({"the batch ignored": 30, "the batch regressed out": 0, "permutations": 1})
    text = reads(narrate.confounded_study(counts, 100, found(null=[(0.9, 0)])))
    assert "With the batch ignored, 30 pairs of 100 (30%)" in text
    assert "with the batch regressed out, none; with permutations, 1." in text


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (3, "With `batch` regressed out, 3 are left"),
        (1, "1 is left"),
        (10, "takes any away (`batch` leaves 10)"),
    ],
)
def test_own_groups_are_compared(after, expected):
    table = pd.DataFrame({"regressed_out": ["nothing", "age", "batch"], "n_significant": [10, 10, after]})
    if after == 10:
        table.loc[1, "n_significant"] = 11
    assert expected in reads(narrate.own_groups(table))
    assert "no further column that could be regressed out." in reads(narrate.own_groups(table.head(1)))
    held = table.assign(regressed_out=["diet", "diet + age", "diet + batch"])
    text = reads(narrate.own_groups(held))
    assert text.startswith("With `diet` regressed out, as in this run, 10 pairs are significant.")
    assert "`diet + batch`" in text
    assert "beside `diet`, which this run regresses out." in reads(narrate.own_groups(held.head(1)))


def test_tables_hold_no_noise():
    frame = pd.DataFrame(
        {"mean": [1e-8, -0.4], "loss": [4e-15, 2.0], "p": [4.979492e-15, 0.000999], "r2": [np.nan, 0.12345]}
    ).assign(n=[1234, 2], kept=[True, False], name=["x", None], big=[24782.0, 77.818])
    shown = narrate.table(frame)
    assert shown.T.to_numpy().tolist() == [
        ["0", "-0.400"], ["0", "2.000"], ["5e-15", "0.001"], ["–", "0.123"], ["1,234", "2"], ["yes", "no"],
        ["x", "–"], ["24,782", "77.82"],
    ]  # fmt: skip
    assert narrate.table(frame.iloc[:0]) is None


@given(
    st.lists(st.one_of(st.floats(), st.none(), st.booleans(), st.integers()), min_size=1, max_size=5),
    st.sampled_from(["p", "r2", ("a", "q")]),
)
def test_no_cell_of_a_table_is_code_or_noise(values, name):
    shown = narrate.table(pd.DataFrame({0: pd.Series(values, dtype=object)}).set_axis([name], axis=1))
    for cell in shown.iloc[:, 0]:
        assert not re.search(r"nan|inf|None|NA|True|False|^-0(\.0*)?$|\d\.\d{3,}e|\.\d*0{12}", cell), cell


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([0, 0, 0], "Nor are any with a further column of the metadata regressed out."),
        ([0, 2, 0], "With `age` regressed out, 2 pairs are: those groups may hide"),
    ],
)
def test_own_groups_take_nothing_away_where_nothing_was_found(found, expected):
    table = pd.DataFrame({"regressed_out": ["nothing", "age", "batch"], "n_significant": found})
    text = reads(narrate.own_groups(table))
    assert text.startswith("As it stands, no pairs are significant.")
    assert expected in text
    assert "what was found" not in text


def test_groups_are_named_where_a_number_heeds_them_and_where_it_does_not():
    table = pd.DataFrame({"regressed_out": ["nothing", "batch"], "n_significant": [912, 300]})
    assert "does not heed `groups`" in reads(narrate.own_groups(table, groups=True))
    assert "`groups`" not in reads(narrate.own_groups(table))
    within = found(0.9, null=[(0.5, 0)] * 99, null_kind="permutation", n_family=1)
    assert "permuted (within the groups, 99 times)" in reads(narrate.association_null(within, 0.05))
    assert "independent within the groups, even one pair" in reads(narrate.association_null(within, 0.05))
    assert "within the groups" not in reads(narrate.association_null(found(0.9, null=[(0.5, 0)]), 0.05))


@pytest.mark.parametrize("n_permutations", [0, 1, 18])
def test_decoded_pairs_are_not_said_to_be_chance_where_too_few_permutations_ask(n_permutations):
    few = DecodedPairs(
        pairs_table().rename(columns={"q": "p_family"}), 0, 3, nulls(*[(0.5, 0)] * n_permutations)
    )
    text = reads(narrate.decoded(few, 0, 0, 0.05))
    assert "permutation" in text
    assert "can stand out at a level of 0.05" in text
    assert "permuted samples decode to" not in text


@given(st.integers(1, 400), st.data())
def test_a_share_in_a_sentence_is_the_one_in_the_table(n, data):
    k = data.draw(st.integers(0, n))
    shown = narrate.table(pd.DataFrame({"value": [k / n, 1.0]}), digits=2).iloc[0, 0]
    said = share(k, n)
    if 0.01 <= k / n <= 0.99:
        assert f"{float(shown) * 100:.0f}%" == said


@pytest.mark.parametrize("r2", [0.9999, 1.0])
def test_a_perfect_copy_is_said_to_prove_nothing(r2):
    rows = [(fold, model, r2, 0) for fold in (1, 2) for model in ("autoencoder", "PCA")]
    scores = pd.DataFrame(rows, columns=["fold", "model", "r2", "n_epochs"])
    assert "a perfect score says nothing about the model" in reads(narrate.cross_validation(scores))
    assert "a perfect score" not in reads(narrate.cross_validation(scores.assign(r2=0.9)))


def test_null_studies_are_counted_by_rule():
    table = pd.DataFrame({"the exact null": [0, 0, 1], "Student's t": [0, 4, 1]})
    text = reads(narrate.null_studies(table, 0.05))
    assert "3 studies were simulated" in text
    assert "declared in 1 of them with the exact null and in 2 of them with Student's t." in text


def test_what_is_regressed_out_is_named_with_what_each_column_is_taken_for():
    columns = pd.DataFrame({"bat_ch": ["a", "b", "a"], "age": [1.0, 2.5, 4.0]})
    text = reads(narrate.regressed_out(columns, 2))
    assert (
        "`bat_ch` (2 levels \\(a, b\\)), `age` (a number, 1 to 4) and 2 principal components of the" in text
    )
    assert reads(narrate.regressed_out(None, 0)).startswith("**This run regresses out nothing**")


def test_table_shows_a_level_that_is_called_none_as_a_name():
    shown = narrate.table(pd.DataFrame({"level": ["None", None, "NaN", "a"], "n": [1, 2, 3, 4]}))
    assert shown["level"].tolist() == ["“None”", "–", "“NaN”", "a"]
