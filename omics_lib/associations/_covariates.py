"""What is significant with each column of the metadata regressed out as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..correlation import design_matrix, in_words, orthonormal_basis
from ..errors import ParameterError, first_few, whole_number
from ._associate import associate


def compare_covariates(
    X_genes,
    X_metabolites,
    samples: pd.DataFrame,
    *,
    covariates: Sequence[str] = (),
    remove_factors: int = 0,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Count what is significant with each column of the metadata regressed out as well.

    Parameters
    ----------
    X_genes, X_metabolites, remove_factors, alpha
        As in `associate`.
    samples : DataFrame of n_samples rows
        Metadata; joined by its index to the DataFrame `X_genes`.
    covariates : sequence of str
        Columns regressed out in every row.

    Returns
    -------
    DataFrame
        `regressed_out` (all of it, as in `genotype + diet + 2 factors`, or
        `nothing`; the first row is the run's own, each other one adds a column),
        `degrees_of_freedom`, `n_significant`, `strongest` (|rho|). Columns that
        do not vary, or that leave fewer than half of the degrees of freedom,
        are passed over.
    """
    whole_number("remove_factors", remove_factors)
    covariates = [covariates] if isinstance(covariates, str) else list(covariates)
    unknown = [column for column in covariates if column not in samples]
    if unknown:
        raise ParameterError(
            "covariates", f"no column {first_few(unknown)}", "each must be one of the metadata", "Correct it."
        )
    names: list[list[Any]] = [[]] + [[column] for column in samples if column not in covariates]
    rows, first = [], 0
    for more in names:
        held = samples[[*covariates, *more]]
        df = _degrees_of_freedom(held) - remove_factors
        first = first or df
        if more and (df < max(2, first / 2) or df == first):
            continue
        found = associate(
            X_genes, X_metabolites, covariates=held, remove_factors=remove_factors, alpha=alpha, max_pairs=1
        )
        numbers = found.degrees_of_freedom, found.n_significant, abs(found.strongest["rho"])
        rows.append((in_words(held, remove_factors), *numbers))
    columns = ["regressed_out", "degrees_of_freedom", "n_significant", "strongest"]
    return pd.DataFrame(rows, columns=columns)


def columns_to_hold(samples: pd.DataFrame, first: Sequence[str] = (), most: int = 2) -> list[str]:
    """Choose columns of the metadata that can be regressed out together.

    Parameters
    ----------
    samples : DataFrame
        Metadata.
    first : sequence of str
        Columns that come first, as far as they are there.
    most : int
        How many.

    Returns
    -------
    list of str
        Columns that vary, each beside those before it, and leave half of the degrees of freedom.
    """
    chosen: list[str] = []
    everything = _degrees_of_freedom(samples[[]])
    for column in dict.fromkeys([*(name for name in first if name in samples), *samples]):
        before, after = (_degrees_of_freedom(samples[held]) for held in (chosen, [*chosen, column]))
        if len(chosen) < most and max(2, everything / 2) <= after < before:
            chosen.append(column)
    return chosen


def _degrees_of_freedom(held: pd.DataFrame) -> int:
    n_columns = orthonormal_basis(design_matrix(held, len(held)), check=False).shape[1] - 1
    return len(held) - 2 - n_columns
