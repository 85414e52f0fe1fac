from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from omics_lib import narrate

SIZES = (21, 50, 100)


def axes(alone, same, shuffled):
    columns = {"no cohort": alone, "same world": same, "names shuffled": shuffled}
    rows = [(n, name, 8, r2) for name, values in columns.items() for n, r2 in zip(SIZES, values, strict=True)]
    return pd.DataFrame(rows, columns=["samples", "cohort", "n_latent", "r2"])


def pairs(alone, same, shuffled, false=0.04):
    columns = {"no cohort": alone, "same world": same, "names shuffled": shuffled}
    rows = [
        (n, name, p, false) for name, values in columns.items() for n, p in zip(SIZES, values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["samples", "cohort", "power", "false"])


def ranks(both):
    return pd.DataFrame(
        [(n, name, mrr) for n in SIZES for name, mrr in (("cohort alone", 0.5), ("study alone", 0.1))]
        + [(n, "study and cohort", mrr) for n, mrr in zip(SIZES, both, strict=True)],
        columns=["samples", "ranking", "mrr"],
    )


ALONE, SAME = (0.1, 0.15, 0.2), (0.18, 0.2, 0.21)


@pytest.mark.parametrize(
    ("same", "shuffled", "said"),
    [
        (SAME, ALONE, "would take **about 80 samples**"),
        ((0.3, 0.3, 0.3), ALONE, "**more than 100 samples**"),
        (ALONE, ALONE, "It lends 21 samples nothing here"),
        (SAME, ALONE, "cost at most 0:"),
        (SAME, (0.09, 0.15, 0.2), "**“names shuffled” cost up to 0.010**, more than the 0.005"),
    ],
)
def test_axes_are_told_by_their_outcome(same, shuffled, said):
    assert said in narrate.lent_axes(axes(ALONE, same, shuffled))


def test_worth_is_interpolated_between_sizes():
    assert narrate.worth_in_samples(axes(ALONE, SAME, ALONE), (8,)).iloc[0, 0] == "80"


@pytest.mark.parametrize(
    ("same", "said"),
    [
        ((0.1, 0.6, 0.9), "help most with 50 samples: 60% of all true pairs in place of 20%"),
        ((0.0, 0.2, 0.9), "find no more than equal ones"),
        ((0.1, 0.6, 0.9), "costs power, at most 10% of the true pairs (50 samples)"),
    ],
)
def test_weights_are_told_by_their_outcome(same, said):
    assert said in narrate.lent_pairs(pairs((0.0, 0.2, 0.9), same, (0.0, 0.1, 0.9)), 0.05)


@pytest.mark.parametrize(
    ("both", "said"),
    [
        ((0.5, 0.5, 0.5), "the study adds nothing to it"),
        ((0.5, 0.5, 0.7), "adds to it with 100 samples, at most 0.20"),
    ],
)
def test_ranks_say_what_the_study_added(both, said):
    assert said in narrate.lent_rankings(ranks(both))
    shown = narrate.cohort_shown(
        axes(ALONE, SAME, ALONE), pairs((0, 0.2, 0.9), (0, 0.6, 0.9), (0, 0, 0)), ranks(both)
    )
    assert ("adds nothing to" in shown) == (both[-1] == 0.5)


def cell_lines(worst):
    rows = [("matched", "PCA, cohort"), ("matched", "autoencoder, cohort"), ("shuffled", "PCA, cohort")]
    table = pd.DataFrame(rows, columns=["design", "model"])
    return table.assign(comparable=True, n_latent=8, r2=[0.2, 0.22, 0.1], alone=[0.1, 0.11, 0.1], worst=worst)


def test_cell_lines_say_whether_a_draw_lost_more_than_was_aimed_at():
    assert "0.100 alone and 0.200 with the cohort (2.0 times)" in narrate.cell_lines_axes(cell_lines(-0.001))
    assert "In no draw, with no cohort, is more than 0.001 lost" in narrate.cell_lines_axes(
        cell_lines(-0.001)
    )
    assert "In the worst draw 0.0200 is lost" in narrate.cell_lines_axes(cell_lines(-0.02))


def test_pairs_of_cell_lines_are_counted_and_errors_held_against_the_level():
    rows = [
        ("nothing", 50, d, "exact", w, n, s)
        for d in (0, 1)
        for w, n, s in (("none", 10, 0.5), ("cohort", 40, 0.8))
    ]
    rows += [("tissue", 50, 0, "exact", w, 0, np.nan) for w in ("none", "cohort")]
    names = ["regressed_out", "samples", "draw", "null", "weights", "declared", "replicated"]
    said = narrate.cell_lines_pairs(pd.DataFrame(rows, columns=names))
    assert (
        "10 become 40, 4 times as many (replicated 0.50 and 0.80)" in said
        and "0 become 0 (replicated –" in said
    )
    errors = {"regressed_out": "tissue", "samples": 21, "weights": "cohort", "permutations": 200, "any": 0.09}
    assert "No interval excludes" in narrate.cell_lines_errors(
        pd.DataFrame([errors | {"any_low": 0.04}]), 0.05
    )
    assert "Of 1 interval 1 lies above" in narrate.cell_lines_errors(
        pd.DataFrame([errors | {"any_low": 0.06}]), 0.05
    )


def test_verdicts_and_rankings_of_cell_lines_are_told_by_their_outcome():
    means = pd.DataFrame({"design": ["matched", "shuffled"], "right": [1.0, 0.9]})
    assert "Less than the 95%" in narrate.cell_lines_use(means)
    assert "what was aimed at" in narrate.cell_lines_use(means.assign(right=1.0))
    told = ranks((0.5, 0.5, 0.5)).rename(columns={"ranking": "method"})
    assert "add next to nothing" in narrate.cell_lines_rankings(told)


def test_price_of_wrong_cohorts_is_told_by_where_it_is_largest():
    lost = pd.DataFrame({"names shuffled": [np.nan, 0.5, 0.0]}, index=[21, 50, 200])
    said = narrate.price_of_wrong_cohorts(lost)
    assert "Most is lost with 50 samples, 50%" in said and "least with 200, 0%" in said
    assert "nothing to lose" in narrate.price_of_wrong_cohorts(lost * np.nan)


def test_verdicts_on_two_cohorts_of_no_use_are_told_apart():
    names = ("same world", "names shuffled", "another world")
    agreement = pd.DataFrame({"samples": 21, "cohort": names, "r": 0.1, "p": [0.01, 0.6, 0.01]})
    r2 = pd.DataFrame({"samples": 21, "cohort": names, "n_latent": 8, "share": [0.5, 0.0, 0.25]})
    said = narrate.lent_use(r2, agreement)
    assert said == (
        "Of 1 study, 1 says that the cohort of their own world is of use; none says so of “names shuffled” "
        "and 1 says so of “another world”. **1 verdict is wrong.**"
    )
