"""What cohorts lend in an experiment: its tables, and the part on axes, which all experiments share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from ..autoencoder import CohortAxes, held_out_axes
from ..correlation import Profiles
from ._alignment import alignment

NONE = "no cohort"
WIDTHS = (2, 4, 8, 16)
_N_PERMUTATIONS = 99


@dataclass(frozen=True)
class Lent:
    """What cohorts lent to studies of several sizes; made by `lent_in_a_small_world` or `lent_to_cell_lines`.

    Attributes
    ----------
    r2 : DataFrame
        `samples`, `cohort`, `n_latent`, `r2` (of genes, held out), `share` that the cohort got.
    pairs : DataFrame
        `samples`, `cohort`, `declared`; where the truth is known, `false` (share of those that are
        independent) and `power` (share of all dependent pairs that is declared); where samples were kept to
        judge, `replicated` (share of those that these have with the same sign, p ≤ .05; missing where
        nothing is declared).
    rankings : DataFrame
        `samples`, `ranking`, `mrr`: of planted links, or of what stands first in the samples kept.
    agreement : DataFrame
        `samples`, `cohort`, `r`, `p`: whether the associations of study and cohort agree (`alignment`).

    Notes
    -----
    Where samples were drawn several times, each table has a row a `draw`.
    """

    r2: pd.DataFrame
    pairs: pd.DataFrame
    rankings: pd.DataFrame
    agreement: pd.DataFrame


def lent_axes(
    preprocess: Pipeline,
    study: pd.DataFrame,
    held_out: pd.DataFrame,
    axes: Mapping[str, CohortAxes],
) -> pd.DataFrame:
    """Fit PCA to a study's genes without a cohort and with each, and copy samples that nobody has seen."""
    steps, rows = clone(preprocess).fit(study), []
    Z, Z_test = (steps.transform(table) for table in (study, held_out))
    for name, lent in {NONE: None, **axes}.items():
        aligned = None if lent is None else lent.in_units_of(steps)
        shares, r2 = held_out_axes(Z, Z_test, aligned, WIDTHS)
        rows += [(name, *each) for each in zip(WIDTHS, r2, shares, strict=True)]
    return pd.DataFrame(rows, columns=["cohort", "n_latent", "r2", "share"])


def lent_agreement(
    study: Profiles, lenders: Mapping[str, Profiles], random_state: int | None = None
) -> pd.DataFrame:
    """Ask whether the associations of a study agree with those of each cohort."""
    rows = []
    for name, lender in lenders.items():
        found = alignment(study, lender, n_permutations=_N_PERMUTATIONS, random_state=random_state)
        rows.append((name, *found))
    return pd.DataFrame(rows, columns=["cohort", "r", "p"])
