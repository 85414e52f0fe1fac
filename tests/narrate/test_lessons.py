"""What closes chapters 4 to 7 and the pages on claims, and reads the solutions: chosen by the outcome."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from narrate_helpers import found, reads

from omics_lib import narrate

NULL = [(0.5, 0), (0.6, 1)]


@pytest.mark.parametrize(
    ("n_significant", "n_family", "n_latent", "expected"),
    [
        (0, 0, 0, "**no pair can be told from chance by its correlation**"),
        (1, 0, 0, "Whether that one pair is the link"),
        (0, 1, 0, "none enters a list at a false discovery rate of 0.05, 1 stands out by itself"),
        (912, 12, 6045, "12 stand out by themselves, and 6,045 come out"),
    ],
)  # fmt: skip
def test_chapter_4_sums_up_what_was_found_by_either_way(n_significant, n_family, n_latent, expected):
    direct = found(n_tests=96_000, n_significant=n_significant, n_family=n_family, null=NULL)
    text = reads(narrate.associations_shown(direct, SimpleNamespace(n_found=n_latent), 0.05))
    assert expected in text
    assert ("Something ties the two tables together" in text) == bool(n_significant + n_family + n_latent)


def test_chapter_4_does_not_say_of_pairs_what_no_permutation_asked():
    text = reads(narrate.associations_shown(found(0.9), SimpleNamespace(n_found=0), 0.05))
    assert "was not asked (no permutations)" in text
    nothing = narrate.associations_shown(found(n_tests=0), SimpleNamespace(n_found=0), 0.05)
    assert reads(nothing).startswith("Nothing varies")


@pytest.mark.parametrize(("n", "expected"), [(5, "**That is no more than chance gives**"), (10, "about 50%")])
def test_an_unadjusted_list_is_held_against_what_chance_gives(n, expected):
    assert expected in reads(narrate.unadjusted(100, n, 0.05))


@pytest.mark.parametrize(
    ("strongest", "expected"),
    [
        (0.8, "passes with the samples that there are"),
        (0.5, "would pass with 80"),
        (0.1, "none of these bars"),
    ],
)
def test_strongest_pair_is_held_against_bars_of_more_samples(strongest, expected):
    assert expected in reads(narrate.bars_by_samples({40: 0.7, 80: 0.5, 160: 0.35}, strongest))
    assert "with 6 samples not even 1" in narrate.bars_by_samples({6: 2.0, 12: 0.9}, strongest)


def test_a_shuffle_that_gives_a_list_is_said_to_do_so():
    quiet = reads(narrate.misaligned(found(), found(0.9, 0.8), 0.05))
    assert "no pairs are significant" in quiet and "gives 2;" in quiet and "anecdote" in quiet
    assert "**A shuffle can give a list**" in reads(narrate.misaligned(found(0.9), found(), 0.05))


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ([False, False], "Not one of the three finds"), ([True, True], "all three find it"),
        ([False, True], "found with b, and missed with a"),
    ],
)  # fmt: skip
def test_ways_that_find_the_link_are_named(hits, expected):
    assert expected in reads(narrate.link_in_batches(pd.Series(hits, ["a", "b"])))


def refined(world="modules", *, fallback=False, halves=()):
    replication = pd.DataFrame(list(halves), columns=["network", "rewired", "Spearman"], dtype=float)
    return SimpleNamespace(
        fallback=fallback, world=SimpleNamespace(name=world), name="GCN", replication=replication
    )


def evaluated(network, plain, rival=0.0, low=np.nan, high=np.nan):
    values = {"Spearman": plain, "MOFA2": rival, "GCN": network}
    rows = [("average_precision", method, value) for method, value in values.items()]
    rows += [(f"average_precision_over_plain_{end}", "GCN", v) for end, v in (("low", low), ("high", high))]
    table = pd.DataFrame(rows, columns=["metric", "method", "value"])
    return table.assign(truth="known_pairs", knowledge="tables")


NO_TRUTH = pd.DataFrame(columns=["metric", "method", "value", "truth", "knowledge"])


@pytest.mark.parametrize(
    ("result", "table", "expected"),
    [
        (refined(fallback=True), NO_TRUTH, "**the ranking is the plain correlation**"),
        (refined("links"), NO_TRUTH, "this run cannot say"),
        (refined(halves=[(0.3, 0.1, 0.2), (0.1, 0.1, 0.2)]), NO_TRUTH, "in 1 of 2 splits"),
        (refined(), evaluated(0.8, 0.5, low=0.1, high=0.4), "refining was better than doing nothing"),
        (refined(), evaluated(0.3, 0.5, low=-0.4, high=-0.1), "refining was worse than doing nothing"),
        (refined(), evaluated(0.5, 0.5, low=-0.1, high=0.1), "cannot tell the two apart"),
        (refined(), evaluated(0.5, 0.4, rival=0.9), "the best rival from the two tables alone, MOFA2"),
        (refined(), evaluated(1.0, 1.0, rival=1.0), "tell no ranking from another"),
    ],
)
def test_chapter_5_sums_up_what_refining_did(result, table, expected):
    assert expected in reads(narrate.refinement_shown(result, table))


@pytest.mark.parametrize(
    ("kept", "fallback", "expected"),
    [
        ([10, 10], True, "*is* the correlation"), ([10, 9], False, "hardly touches the top"),
        ([0, 3], False, "keeps 1.5 in the mean; 1 metabolite of 2 keeps none"),
    ],
)  # fmt: skip
def test_top_genes_that_are_kept_are_counted(kept, fallback, expected):
    assert expected in reads(narrate.top_kept(kept, 10, fallback=fallback))


def test_a_batch_is_said_to_pass_for_a_world_only_where_it_does():
    none = SimpleNamespace(name="none")
    links = SimpleNamespace(name="links", statistics=pd.DataFrame({"z": {"total": 12.04}}))
    seen = reads(narrate.worlds_of_a_batch({"a": links, "b": none}))
    assert "With a the statistics see *links* (`total` at 12.0), and no world with b" in seen
    assert "too weak to pass for one" in reads(narrate.worlds_of_a_batch({"a": none, "b": none}))


@pytest.mark.parametrize(
    ("without", "expected"),
    [(0.8, "carry next to nothing"), (0.6, "carry 67% of the gain"), (0.9, "carry next to nothing")],
)
def test_edges_between_tables_are_given_their_part_of_the_gain(without, expected):
    assert expected in reads(narrate.edges_between(0.8, without, 0.5, 18))
    assert "gained nothing" in reads(narrate.edges_between(0.4, without, 0.5, 18))


def test_dice_are_read_beside_the_share_of_true_pairs():
    text = reads(narrate.dice({"modules": (0.042, 0.04), "links": (0.0007, 0.0006)}))
    assert "0.0420 on *modules*, where 4% of all pairs are true" in text


def looks(*p):
    table = pd.DataFrame({"p": p, "value": 0.5, "chance": 0.4, "table": [f"t{i}" for i in range(len(p))]})
    return table.assign(where="latents", column="batch")


@pytest.mark.parametrize(
    ("neighbours", "expected"),
    [
        (looks(), "No column of the metadata"), (looks(0.04, 0.9), "**In neither table"),
        (looks(0.001, 0.9), "in the t0 latents share"),
    ],
)  # fmt: skip
def test_chapter_6_sums_up_what_may_be_read(neighbours, expected):
    pairs = pd.DataFrame({"q": [0.01, 0.9]})
    text = reads(narrate.figures_shown(neighbours, pairs, "group", 0.05))
    assert expected in text and "latent correlations, 1 is significant" in text
    assert "none is significant" in narrate.figures_shown(neighbours, pairs[1:], "group", 0.05)


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        ((), "no further column"), ((0.001, 0.9), "`batch` in t0 (p = 0.001) does"),
        ((0.03, 0.9), "1 look lies below 0.05"), ((0.5, 0.9), "nor does any lie below 0.05"),
    ],
)  # fmt: skip
def test_every_look_at_a_column_is_paid_for(p, expected):
    assert expected in reads(narrate.every_column(looks(*p)))


def test_axes_and_seeds_and_orders_are_read_by_their_numbers():
    assert "nearly all there is" in reads(narrate.axes_needed({"a": 2}, {"a": 9}, 0.8))
    assert "It takes 5 of 9 axes" in reads(narrate.axes_needed({"a": 5}, {"a": 9}, 0.8))
    assert "No latent varies" in reads(narrate.axes_needed({"a": 0}, {"a": 0}, 0.8))
    same = pd.DataFrame({"PCA": [1.0, 1.0], "UMAP": [0.31, 0.5]})
    assert "in UMAP for 31% of the samples at the least, and in PCA for all" in narrate.other_seed(same)
    assert "Every sample has the same nearest" in reads(narrate.other_seed(same[["PCA"]]))
    assert "Nothing but the order" in reads(narrate.sorted_noise({"as numbered": 0.0, "sorted": 0.3}))
    assert "made no blocks" in reads(narrate.sorted_noise({"as numbered": 0.3, "sorted": 0.3}))


def audited(*n_found, skipped=0):
    files = [f"f{i}.csv" for i in range(len(n_found))]
    table = pd.DataFrame({"file": files, "n_found": n_found, "n_bytes": 100})
    table.attrs["n_not_searched"] = skipped
    return table


def test_chapter_7_sums_up_what_was_searched_and_promises_no_more():
    text = reads(narrate.release_shown(audited(0, 0), 36, 5))
    assert "2 files were made" in text and "no sample's name stands in them" in text and "not a proof" in text
    assert "none of the 30 names" in narrate.release_shown(audited(0, skipped=6), 36, 5)
    assert "Names stand in `f1.csv` (36)" in reads(narrate.names_in_the_house(audited(0, 36), 36))
    assert "36 of 36 names could not" in reads(narrate.names_in_the_house(audited(0, skipped=36), 36))


def test_a_rebuilt_person_is_held_against_a_guess():
    close = reads(narrate.two_means({6: 1e-5, 1: 0.4}, 1.0))
    assert "give a whole person away" in close and "worse, not impossible" in close
    assert "no single value can be read off" in reads(narrate.two_means({6: 1e-5, 1: 1.4}, 1.0))
    told = reads(narrate.rebuilt_from_model({17: 0.7, 35: 1.0}, 35, 800))
    assert "0.70 from 17 and 1.00 from 35" in told and "35 values are enough" in told
    assert "was not rebuilt" in reads(narrate.rebuilt_from_model({17: 0.7}, 35, 800))
    assert "5 numbers by default, 716" in reads(narrate.told_with_numbers({"a": 5, "b": 716}))


def test_page_on_the_row_space_sums_up_what_it_trained():
    scores = pd.DataFrame({"table": "genes", "model": ["PCA", "Adam"], "r2": [0.1, 0.3]})
    apart = pd.Series({"gradient descent": 1e-15})
    text = reads(narrate.row_space_shown(apart, {"counted": 545}, 16, scores))
    assert "545 weights" in text and "*is* training all of them" in text and "ahead of PCA for genes" in text
    level = scores.assign(r2=0.1)
    assert "no way of training was ahead" in narrate.row_space_shown(apart, {"a": 1}, 16, level)
    assert "came 0.5 apart" in narrate.row_space_shown(apart * 0 + 0.5, {"a": 1}, 16, level)
    assert "adds none" in reads(narrate.samples_span(35, 35, 36))
    assert "adds 1 direction" in narrate.samples_span(34, 35, 36)
    assert "from the same start" in reads(narrate.outside_start(1e-16, 0.02))
    assert "made no difference" in reads(narrate.outside_start(1e-16, 1e-16))


def test_page_on_parameters_sums_up_what_fits():
    index = pd.MultiIndex.from_product([["transcriptomics"], ["described", "counted"]])
    assert "of the genes (`counted`)" in reads(
        narrate.parameter_counts_shown(pd.Series([4.0, 1.0], index), 4)
    )
    assert "none of the presets" in narrate.parameter_counts_shown(pd.Series([4.0, 2.0], index), 4)
    assert "to the last weight" in reads(narrate.by_hand(10, 10))
    assert "forgotten something" in reads(narrate.by_hand(10, 11))
    assert "All of them begin with 2,048" in reads(
        narrate.widths_that_fit([(2048, 1), (2048, 2)], 680, "545 million")
    )
    assert "nearly name its network" in reads(narrate.widths_that_fit([(2, 1)], 680, "545 million"))


def summary(p, better=5, worse=5, p_difference=1.0, accuracy=0.5):
    rows = pd.DataFrame({"model": ["graph attention", "no graph", "logistic regression", "majority"]})
    rows = rows.assign(head="batch", p=[p, p, p, 1.0], better=better, worse=worse, p_difference=p_difference)
    return rows.assign(balanced_accuracy=accuracy)


def test_page_on_the_graph_of_samples_sums_up_what_is_told():
    assert "has no column" in reads(narrate.sample_graph_shown(summary(0.5)[:0]))
    assert "tells the column" in reads(narrate.sample_graph_shown(summary(0.5)))
    assert "the latents tell `batch`" in reads(narrate.sample_graph_shown(summary(0.001)))
    lost = reads(narrate.sample_graph_shown(summary(0.001, 1, 15, 0.001)))
    assert "better in 0 and worse in 1 of 1" in lost
    assert "8 of 12" in reads(narrate.right_by_luck({"group": 8}, {"group": 12}, {"group": 1 / 3}))
    assert "more than there are samples" in narrate.right_by_luck({"a": 5}, {"a": 4}, {"a": 0.9})
    assert "nothing to guess" in reads(narrate.right_by_luck({}, {}, {}))


@pytest.mark.parametrize(
    ("accuracy", "expected"), [(0.2, "run together"), (0.5, "little difference"), (0.8, "help, by 30 points")]
)
def test_more_neighbours_are_held_against_few(accuracy, expected):
    assert expected in reads(narrate.more_neighbours(summary(0.5, accuracy=accuracy), 9, summary(0.5)))
    assert "nothing to try" in narrate.more_neighbours(summary(0.5)[:0], 9, summary(0.5)[:0])
