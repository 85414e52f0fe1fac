"""From tables to unit profiles, on which every correlation is one matrix product.

A profile is a column of ranks, centred, with covariates regressed out, scaled
to length 1: the correlation of two features is the inner product of their
profiles. Used by `association`, `graph` and `evaluate`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from .errors import ParameterError

Array = NDArray[np.float64]


def design_matrix(covariates: pd.DataFrame | None, n_samples: int) -> Array:
    """Code covariates as columns: (n_samples, c), without the constant.

    Numbers stay one column; a missing number becomes the mean and sets an
    indicator column. Everything else becomes one column per level but the
    first, missing values being a level of their own.
    """
    if covariates is None or covariates.shape[1] == 0:
        return np.zeros((n_samples, 0))
    columns = []
    for name in covariates:
        values = covariates[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            missing = values.isna().to_numpy()
            columns.append(values.fillna(values.mean()).to_numpy(dtype=float)[:, None])
            if missing.any():
                columns.append(missing.astype(float)[:, None])
        else:
            levels = values.astype(object).where(values.notna(), "missing").astype(str)
            columns.append(pd.get_dummies(levels, drop_first=True).to_numpy(dtype=float))
    return np.hstack(columns)


def orthonormal_basis(design: Array, remove_factors: int = 0) -> Array:
    """Return an orthonormal basis (n_samples, 1 + c) of the constant and the design's columns.

    `remove_factors` columns more must leave something to correlate.
    """
    n_samples = design.shape[0]
    spread = np.where(design.std(axis=0) > 0, design.std(axis=0), 1)
    full = np.hstack([np.ones((n_samples, 1)), (design - design.mean(axis=0)) / spread])
    left, size, _ = np.linalg.svd(full, full_matrices=False)
    basis = left[:, size > 1e-10 * size[0]]
    n_columns = basis.shape[1] + remove_factors
    if n_samples - n_columns < 2:
        raise ParameterError(
            "covariates and remove_factors",
            f"{n_columns - 1} columns (levels and factors counted) for {n_samples} samples",
            f"at most {max(n_samples - 3, 0)} leave anything to correlate",
            "Use fewer covariates, or merge rare levels.",
        )
    return basis


def residualise(values: Array, basis: Array) -> Array:
    """Remove the part of each column (n_samples, …) that lies in the span of `basis`."""
    return values - basis @ (basis.T @ values)


def unit_columns(values: Array) -> Array:
    """Scale columns to length 1; columns that are 0 up to rounding become exactly 0."""
    length = np.linalg.norm(values, axis=0)
    alive = length > 1e-9 * np.sqrt(len(values))
    return np.where(alive, values / np.where(alive, length, 1), 0.0)


def rank_or_values(X: ArrayLike, method: str) -> Array:
    """Return average ranks (`spearman`) or z-scores (`pearson`) of the columns of `X`."""
    X = np.asarray(X, dtype=np.float64)
    if method == "spearman":
        return rankdata(X, axis=0)
    if method == "pearson":
        spread = X.std(axis=0)
        return (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1)
    raise ParameterError("method", f"found {method!r}", "it must be one of spearman, pearson", "Choose one.")


def leading_factors(residuals: Array, n_factors: int) -> Array:
    """Return the first principal components (n_samples, n_factors) of unit profiles."""
    left, _, _ = np.linalg.svd(unit_columns(residuals), full_matrices=False)
    return left[:, :n_factors]


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
    genes, metabolites = residualise(genes, basis), residualise(metabolites, basis)
    if remove_factors:
        factors = leading_factors(metabolites, remove_factors)
        basis = orthonormal_basis(np.hstack([basis[:, 1:], factors]) if basis.shape[1] > 1 else factors)
        genes, metabolites = residualise(genes, basis), residualise(metabolites, basis)
    return unit_columns(genes), unit_columns(metabolites), len(genes) - 1 - basis.shape[1]


def shuffled(n_samples: int, groups: ArrayLike | None, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw a permutation of the samples, within `groups` where given."""
    if groups is None:
        return rng.permutation(n_samples)
    order = np.arange(n_samples)
    codes = pd.factorize(np.asarray(groups, dtype=object), use_na_sentinel=False)[0]
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        order[members] = rng.permutation(members)
    return order
