"""Columns of a table as ranks, as residuals and as vectors of length 1; samples in a shuffled order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .._joined import Array, finite_numbers, group_labels
from ..errors import one_of
from ._design import orthonormal_basis


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
    one_of("method", method, ("spearman", "pearson"))
    X = finite_numbers(X)
    result = np.empty_like(X, order="C")
    for part in _chunks(X):
        if method == "spearman":
            result[:, part] = pd.DataFrame(X[:, part]).rank()  # three times as fast as scipy's
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


def unit_profiles(values: Array, basis: Array) -> Array:
    """Residualise columns (n_samples, n_features) and scale them to length 1; 0 where nothing is left."""
    profiles = np.empty(values.shape, order="F")  # a feature after the other, as streams of pairs want them
    for part in _chunks(values):
        profiles[:, part] = unit_columns(residualise(values[:, part], basis))
    return profiles


def rank_profiles(table: Any) -> Array:
    """Return unit profiles of one table's ranks, nothing regressed out."""
    return unit_profiles(rank_or_values(table, "spearman"), orthonormal_basis(np.empty((len(table), 0))))


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
