from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from omics_lib import CohortUse, Ranking, compare_rankings, narrate


def use(share: float, p: float) -> CohortUse:
    gains = pd.DataFrame({"share": [0.0, 0.5], "r2": [0.1, 0.14], "gain": [0.0, 0.04]})
    return CohortUse(gains, share, 0.123, p, "metabolites", 21, 200)


@pytest.mark.parametrize(
    ("share", "p", "expected"),
    [
        (0.5, 0.005, "of use here"),
        (0.5, 0.4, "the second speaks against the cohort, so it is left out"),
        (0.0, 0.005, "its axes do not help here"),
        (0.0, 0.4, "neither speaks for the cohort"),
    ],
)
def test_cohort_is_used_where_both_answers_are_yes(share, p, expected):
    said = narrate.cohort_use(use(share, p), "cc`le")
    assert expected in said
    assert ("Warning" in said) == (expected != "of use here")
    assert ("R² of 0.14" in said) == (share > 0)
    assert ("no better than under names" in said) == (p > 0.01)


def ranked(study: float, cohort: float, both: float, ends: tuple[float, float]) -> pd.DataFrame:
    rows = [("study alone", "mrr", study), ("cohort alone", "mrr", cohort), ("study and cohort", "mrr", both)]
    rows += [
        ("study and cohort", f"mrr_over_plain_{s}", end) for s, end in zip(("low", "high"), ends, strict=True)
    ]
    return pd.DataFrame(rows, columns=["method", "metric", "value"])


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((0.01, 0.03), "The study adds to what the cohort knew"),
        ((-0.03, -0.01), "takes away from what the cohort knew"),
        ((-0.01, 0.02), "is not shown"),
        ((np.nan, np.nan), "With so few metabolites"),
    ],
)
def test_what_the_study_added_follows_the_interval(ends, expected):
    said = narrate.study_added(ranked(0.02, 0.18, 0.19, ends))
    assert expected in said
    assert "**0.180 by the cohort alone**" in said


def test_without_known_pairs_nothing_is_said_of_what_the_study_added():
    scores = pd.DataFrame(np.eye(3), list("abc"), list("xyz"))
    names = ("cohort alone", "study and cohort", "study alone")
    table = compare_rankings({name: Ranking(scores, "network") for name in names}, None)
    assert "no known pairs" in narrate.study_added(table)


def test_cohort_that_the_study_is_better_off_without_is_said_to_mislead():
    table = ranked(0.3, 0.02, 0.1, (0.05, 0.1))
    table.loc[len(table)] = "study and cohort", "mrr_behind_best_low", 0.1
    assert "The cohort misleads here" in narrate.study_added(table)
    assert "The study adds" not in narrate.study_added(table)


def test_agreement_without_metabolites_is_of_correlations_between_genes():
    assert "correlations between genes agree" in narrate.cohort_use(
        replace(use(0.5, 0.4), associations="genes"), "c"
    )
