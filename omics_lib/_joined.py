"""Tables, covariates and groups as they come in: of the same samples, in one order, as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import ParameterError, StudyError, first_few

Array = NDArray[np.float64]


def matched(rows: Any, like: Any) -> Any:
    """Bring `rows` into the order of the table `like` where both have sample ids; else leave them.

    Raises
    ------
    StudyError
        If an id stands in one of them only, or twice.
    """
    if not (isinstance(like, pd.DataFrame) and isinstance(rows, (pd.DataFrame, pd.Series))):
        return rows
    for found, what in (
        (like.index[like.index.duplicated()].unique(), "more than once in a table"),
        (rows.index[rows.index.duplicated()].unique(), "more than once in a table"),
        (like.index.symmetric_difference(rows.index, sort=False), "in one table only"),
    ):
        if len(found):
            raise StudyError(
                "samples",
                f"{len(found)} {'sample' if len(found) == 1 else 'samples'} {what} ({first_few(found)})",
                "all tables must hold the same samples, each once",
                "Join them by sample id first.",
            )
    return rows.loc[like.index]


def same_length(rows: Any, n_samples: int, what: str = "tables") -> None:
    """Raise a `StudyError` unless `rows` has one row for each sample."""
    if len(rows) != n_samples:
        found = f"{n_samples} rows against {len(rows)}"
        raise StudyError(what, found, "there must be one for each sample", "Join them by sample id first.")


def aligned_tables(
    X_genes: Any, X_metabolites: Any, names: tuple[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables as DataFrames with their samples in the order of the first."""
    left, right = _frame(X_genes, names[0]), _frame(matched(X_metabolites, X_genes), names[1])
    same_length(right, len(left))
    return left, right


def _frame(X: Any, prefix: str) -> pd.DataFrame:
    if not isinstance(X, pd.DataFrame):
        X = np.asarray(X)
        if X.ndim != 2:
            found = f"{X.ndim} dimensions"
            remedy = "Give a table, with one column for a single feature."
            raise StudyError(f"the {prefix} table", found, "it must be samples × features", remedy)
        X = pd.DataFrame(X, columns=[f"{prefix}_{i + 1}" for i in range(X.shape[1])])
    if 0 in X.shape:
        found = f"{X.shape[0]} rows and {X.shape[1]} columns"
        raise StudyError(f"the {prefix} table", found, "it must hold values", "Check it.")
    return X


def finite_numbers(X: Any) -> Array:
    """Return a table or array in double precision; anything but finite numbers raises a `StudyError`."""
    if isinstance(X, pd.DataFrame):
        numeric = np.array([_is_number(kind) for kind in X.dtypes])
        if not numeric.all():
            found = f"columns that are no numbers ({first_few(X.columns[~numeric])})"
            expected = "every value must be a number"
            raise StudyError("table", found, expected, "Leave them out, or convert them first.")
        X = X.to_numpy(dtype=np.float64, na_value=np.nan)
    X = np.asarray(X)
    if not _is_number(X.dtype):
        found = f"values of type {X.dtype}"
        raise StudyError("table", found, "every value must be a number", "Convert them.")
    X = X.astype(np.float64, copy=False)
    n_bad = sum(int((~np.isfinite(row)).sum()) for row in X)
    if n_bad:
        found = f"{n_bad:,} missing or infinite values"
        raise StudyError("table", found, "every value must be a number", "Preprocess the table first.")
    return X


def _is_number(kind: Any) -> bool:
    numeric = pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind)
    return numeric and not pd.api.types.is_complex_dtype(kind)


def group_labels(groups: Any, n_samples: int) -> NDArray[Any]:
    """Return one label a sample."""
    labels = np.asarray(groups, dtype=object)
    if labels.ndim != 1:
        found = f"{labels.ndim} dimensions"
        raise ParameterError("groups", found, "there must be one label a sample", "Give one column.")
    same_length(labels, n_samples, "groups")
    return labels
