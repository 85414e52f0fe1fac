"""From tables to unit profiles, on which every correlation is one matrix product.

A profile is a column of ranks, centred, with covariates regressed out, scaled
to length 1: the correlation of two features is the inner product of their
profiles. Used by `association`, `graph` and `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from ._aligned import aligned_tables, design_matrix, finite_numbers, group_labels, matched
from .errors import ParameterError, StudyError

Array = NDArray[np.float64]


def orthonormal_basis(design: Array, remove_factors: int = 0, *, check: bool = True) -> Array:
    """Return an orthonormal basis (n_samples, 1 + c) of the constant and the design's columns.

    `remove_factors` columns more must leave something to correlate, unless `check` is off.
    """
    n_samples = design.shape[0]
    spread = np.where(design.std(axis=0) > 0, design.std(axis=0), 1)
    full = np.hstack([np.ones((n_samples, 1)), (design - design.mean(axis=0)) / spread])
    left, size, _ = np.linalg.svd(full, full_matrices=False)
    basis = left[:, size > 1e-10 * size[0]]
    if check:
        _leave_something(n_samples, basis.shape[1] + remove_factors)
    return basis


def _leave_something(n_samples: int, n_columns: int) -> None:
    """Raise an error if `n_columns`, the constant included, leave nothing to correlate."""
    if n_samples < 3:
        raise StudyError(
            "samples", f"found {n_samples}", "a correlation takes at least 3", "Bring more samples."
        )
    if n_samples - n_columns < 2:
        raise ParameterError(
            "covariates and remove_factors",
            f"{n_columns - 1} columns (levels and factors counted) for {n_samples} samples",
            f"at most {max(n_samples - 3, 0)} leave anything to correlate",
            "Use fewer covariates, or merge rare levels.",
        )


def residualise(values: Array, basis: Array) -> Array:
    """Remove the part of each column (n_samples, …) that lies in the span of `basis`."""
    return values - basis @ (basis.T @ values)


def unit_columns(values: Array) -> Array:
    """Scale columns to length 1; columns that are 0 up to rounding become exactly 0."""
    length = np.linalg.norm(values, axis=0)
    alive = length > 1e-9 * np.sqrt(len(values))
    return np.where(alive, values / np.where(alive, length, 1), 0.0)


def rank_or_values(X: Any, method: str) -> Array:
    """Return average ranks (`spearman`) or z-scores (`pearson`) of the columns of a table or array."""
    if method not in ("spearman", "pearson"):
        raise ParameterError(
            "method", f"found {method!r}", "it must be one of spearman, pearson", "Choose one."
        )
    X = finite_numbers(X)
    result = np.empty_like(X, order="C")
    for part in _chunks(X):
        if method == "spearman":
            result[:, part] = rankdata(X[:, part], axis=0)
        else:
            spread = X[:, part].std(axis=0)
            result[:, part] = (X[:, part] - X[:, part].mean(axis=0)) / np.where(spread > 0, spread, 1)
    return result


def _chunks(values: Array, n_values: int = 4_000_000) -> Iterator[slice]:
    """Cut columns into chunks of few values, so that what is computed on the way stays small."""
    step = max(1, n_values // max(1, len(values)))
    for start in range(0, values.shape[1], step):
        yield slice(start, start + step)


def leading_factors(residuals: Array, n_factors: int) -> Array:
    """Return the first principal components (n_samples, ≤ n_factors) of unit profiles."""
    left, size, _ = np.linalg.svd(unit_columns(residuals), full_matrices=False)
    return left[:, :n_factors][:, size[:n_factors] > 1e-10 * max(size[0], 1e-300)]


def with_factors(metabolites: Array, basis: Array, n_factors: int) -> Array:
    """Add the first principal components of the metabolites' residuals to the basis."""
    if not n_factors:
        return basis
    # Factors of residuals are orthogonal to what was removed already, so the basis grows by them.
    grown = np.hstack([basis, leading_factors(residualise(metabolites, basis), n_factors)])
    _leave_something(len(metabolites), grown.shape[1])
    return grown


def residual_inputs(
    X_genes: Any, X_metabolites: Any, covariates: Any, remove_factors: int, method: str = "spearman"
) -> tuple[pd.DataFrame, pd.DataFrame, Array, Array, Array]:
    """Return both tables aligned, their ranks or z-scores, and the basis of all that is to be removed."""
    genes, metabolites = aligned_tables(X_genes, X_metabolites, ("gene", "metabolite"))
    X, Y = rank_or_values(genes, method), rank_or_values(metabolites, method)
    held = orthonormal_basis(design_matrix(matched(covariates, X_genes), len(X)), remove_factors)
    return genes, metabolites, X, Y, with_factors(Y, held, remove_factors)


def unit_profiles(values: Array, basis: Array) -> Array:
    """Residualise columns (n_samples, n_features) and scale them to length 1; 0 where nothing is left."""
    profiles = np.empty(values.shape, order="F")  # a feature after the other, as streams of pairs want them
    for part in _chunks(values):
        profiles[:, part] = unit_columns(residualise(values[:, part], basis))
    return profiles


def profile_pair(
    genes: Array, metabolites: Array, basis: Array, remove_factors: int = 0
) -> tuple[Array, Array, int]:
    """Residualise both sides, remove shared factors if asked, and scale to unit profiles.

    Parameters
    ----------
    genes, metabolites : array of shape (n_samples, n_features)
        Ranks or z-scores of the same samples.
    basis : array of shape (n_samples, 1 + c)
        From `orthonormal_basis`.
    remove_factors : int
        Number of principal components of the metabolites to remove from both.

    Returns
    -------
    genes, metabolites : array
        Unit profiles; 0 where nothing was left.
    degrees_of_freedom : int
        n_samples − 2 − covariate columns − factors.
    """
    basis = with_factors(metabolites, basis, remove_factors)
    return unit_profiles(genes, basis), unit_profiles(metabolites, basis), len(genes) - 1 - basis.shape[1]


def shuffled(n_samples: int, groups: Any, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw a permutation of the samples, within `groups` where given; missing labels are a group."""
    if groups is None:
        return rng.permutation(n_samples)
    order = np.arange(n_samples)
    codes = pd.factorize(group_labels(groups, n_samples), use_na_sentinel=False)[0]
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        order[members] = rng.permutation(members)
    return order


def permuted_alignments(
    Y: Array, basis: Array, groups: Any, n: int, random_state: int | None
) -> Iterator[Array]:
    """Yield the second side's residuals with its samples permuted.

    With covariates the residuals are permuted and residualised again later
    (Freedman and Lane 1983, doi:10.1080/07350015.1983.10509354).
    """
    rng = np.random.default_rng(random_state)
    residuals = residualise(Y, basis)
    for _ in range(n):
        yield residuals[shuffled(len(Y), groups, rng)]
