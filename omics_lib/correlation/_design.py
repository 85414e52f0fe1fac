"""Covariates as columns of numbers, and what they leave to correlate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from .._joined import Array, same_length
from ..errors import ParameterError, StudyError


def design_matrix(covariates: Any, n_samples: int) -> Array:
    """Code covariates as columns: (n_samples, c), without the constant.

    Numbers stay one column; a missing number becomes the mean and sets an
    indicator column. Everything else becomes one column per level but the
    first, missing values being a level of their own. (scikit-learn's encoders
    span the same, but `check` shall not load scikit-learn.)
    """
    if isinstance(covariates, pd.Series):
        covariates = covariates.to_frame()
    if covariates is not None and not isinstance(covariates, pd.DataFrame):
        found = f"found {type(covariates).__name__}"
        expected = "it must be a DataFrame with one row a sample"
        raise ParameterError("covariates", found, expected, "Give columns of the metadata.")
    if covariates is None or covariates.shape[1] == 0:
        return np.zeros((n_samples, 0))
    same_length(covariates, n_samples, "covariates")
    columns = []
    for k in range(covariates.shape[1]):
        values = covariates.iloc[:, k]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
            if np.isinf(numbers).any():
                found = "infinite values"
                expected = "they must be finite"
                raise StudyError(f"covariate {covariates.columns[k]}", found, expected, "Correct them.")
            missing = np.isnan(numbers)
            mean = numbers[~missing].mean() if not missing.all() else 0.0
            columns.append(np.where(missing, mean, numbers)[:, None])
            if missing.any():
                columns.append(missing.astype(float)[:, None])
        else:
            levels = values.astype(object).where(values.notna(), "missing").astype(str)
            columns.append(pd.get_dummies(levels, drop_first=True).to_numpy(dtype=float))
    return np.hstack(columns)


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
        require_degrees_of_freedom(n_samples, basis.shape[1] + remove_factors)
    return basis


def require_degrees_of_freedom(n_samples: int, n_columns: int) -> None:
    """Raise an error if `n_columns`, the constant included, leave nothing to correlate."""
    if n_samples < 3:
        found = f"found {n_samples}"
        raise StudyError("samples", found, "a correlation takes at least 3", "Bring more samples.")
    if n_samples - n_columns < 2:
        found = f"{n_columns - 1} columns (levels and factors counted) for {n_samples} samples"
        expected = f"at most {max(n_samples - 3, 0)} leave anything to correlate"
        remedy = "Use fewer covariates, or merge rare levels."
        raise ParameterError("covariates and remove_factors", found, expected, remedy)


def residual_degrees_of_freedom(
    n_samples: int, covariates: pd.DataFrame | None = None, remove_factors: int = 0
) -> int:
    """Return n − 2 − covariate columns − removed factors; fewer than 1 is a `ParameterError`."""
    basis = orthonormal_basis(design_matrix(covariates, n_samples), remove_factors)
    return n_samples - 1 - basis.shape[1] - remove_factors


def in_words(columns: Iterable[object], remove_factors: int) -> str:
    """Say what is regressed out.

    Examples
    --------
    >>> in_words(["genotype", "diet"], 2), in_words([], 0)
    ('genotype + diet + 2 factors', 'nothing')
    """
    factors = [f"{remove_factors} factor{'s' if remove_factors > 1 else ''}"] if remove_factors else []
    return " + ".join([*map(str, columns), *factors]) or "nothing"
