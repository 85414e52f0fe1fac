"""Sentences on what a cohort lends a study: whether it is of use, and what the study added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .._escape import md_code
from .._words import count, number

if TYPE_CHECKING:  # torch need not be loaded to say a sentence
    from ..transfer import CohortUse

_METRICS = {"average_precision": "average precision", "mrr": "mean reciprocal rank"}


def cohort_use(use: CohortUse, name: str) -> str:
    """Read whether a cohort is of any use, and what follows.

    Parameters
    ----------
    use : CohortUse
    name : str
        Of the cohort.
    """
    alone = float(use.gains["r2"].iloc[0])
    if use.axes_help:
        said = (
            f"In cross-validation inside the study's {count(use.n_study, 'sample')}, axes of which "
            f"{md_code(name)} ({count(use.n_cohort, 'sample')}) has a share of {number(use.share, 2)} reconstruct held-out "
            f"samples with an R² of {number(alone + use.gain)}, the study's own with {number(alone)}."
        )
    else:
        said = (
            f"In cross-validation inside the study's {count(use.n_study, 'sample')}, no share of {md_code(name)} "
            f"({count(use.n_cohort, 'sample')}) is ahead of the study's own axes (R² {number(alone)}) by more than the "
            "standard error of the difference."
        )
    what = "between genes" if use.associations == "genes" else f"of genes with {use.associations}"
    agree = (
        f"The correlations {what} agree between the two with r = {number(use.r)} "
        f"(p = {number(use.p)} against shuffled names)"
    )
    agree += "." if use.associations_agree else ", no better than under names that mean nothing."
    if use.of_use:
        return f"{said} {agree} **Both say that the cohort is of use here.**"
    if use.axes_help:
        return (
            f"{said} {agree} **Warning: the second speaks against the cohort, so it is left out by default.**"
        )
    if use.associations_agree:
        return f"{said} {agree} **Warning: its axes do not help here, so it is left out by default.**"
    return f"{said} {agree} **Warning: neither speaks for the cohort, so it is left out by default.**"


def study_added(table: pd.DataFrame, metric: str = "mrr") -> str:
    """Read what a study added to a cohort's own ranking of pairs.

    Parameters
    ----------
    table : DataFrame
        `compare_rankings` of what `cohort_rankings` returns, in its order.
    metric : {"mrr", "average_precision"}
    """
    found = table.set_index(["method", "metric"])["value"]
    values = [
        found.get((method, metric), np.nan) for method in ("study alone", "cohort alone", "study and cohort")
    ]
    if np.isnan(values).any():
        return "There are no known pairs of what both sources have, so nothing says what the study added to the cohort."
    alone, cohort, both = map(number, values)
    said = (
        f"The {_METRICS[metric]} of known pairs is {alone} by the study alone, **{cohort} by the cohort alone**, and "
        f"{both} by the evidence of both."
    )
    if found.get(("study and cohort", f"{metric}_behind_best_low"), 0) > 0 and values[0] > values[2]:
        return f"{said} **The cohort misleads here**: the study alone is ahead of both, by more than the choice of metabolites explains."
    ends = [
        found.get(("study and cohort", f"{metric}_over_plain_{side}"), np.nan) for side in ("low", "high")
    ]
    if np.isnan(ends).any():
        return (
            f"{said} With so few metabolites no interval says whether the study added anything to the cohort."
        )
    interval = f"(95% interval over metabolites of the difference: {number(ends[0])} to {number(ends[1])})"
    if ends[0] > 0:
        return f"{said} The study adds to what the cohort knew {interval}."
    if ends[1] < 0:
        return f"{said} **The study takes away from what the cohort knew** {interval}: its own evidence is mostly noise."
    return (
        f"{said} **That the study added anything to the cohort is not shown** {interval}: whoever had the cohort had "
        "this ranking, before a sample of the study was taken."
    )
