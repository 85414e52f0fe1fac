"""Which metadata columns are classes that a network can learn, and folds that share them out evenly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import whole_number


@dataclass(frozen=True)
class SampleHeads:
    """What `sample_heads` found.

    Attributes
    ----------
    labels : DataFrame of shape (n_samples, n_heads)
        Classes as text; `None` where a sample's level is too rare to be one.
    columns : DataFrame
        One row for each metadata column: `column`, `head` (whether it becomes
        one), `n_classes`, `n_samples` (with a class), `why`.
    """

    labels: pd.DataFrame
    columns: pd.DataFrame


def sample_heads(samples: pd.DataFrame, *, min_samples: int = 3) -> SampleHeads:
    """Choose the metadata columns that become class heads.

    Parameters
    ----------
    samples : DataFrame of shape (n_samples, n_columns)
        Metadata. A missing value is the level "missing".
    min_samples : int
        Samples that a level needs to be a class: with three, two or more are
        left to learn from when a fold holds out its share.

    Returns
    -------
    SampleHeads

    Notes
    -----
    A column becomes a head if at least two of its levels are classes and most
    of its samples belong to them; samples of rarer levels keep no label. Left
    out are columns with one value, or with another value for every sample,
    numbers (unless whole, with at least `min_samples` samples for every one of
    them), and columns that split the samples as an earlier one does.

    Examples
    --------
    >>> samples = pd.DataFrame({"diet": list("aaabbb"), "age": [1.5, 2, 3, 4, 5, 6]})
    >>> sample_heads(samples).columns[["column", "head", "why"]].values.tolist()
    [['diet', True, ''], ['age', False, 'numbers, not classes']]
    """
    min_samples = whole_number("min_samples", min_samples, 2)
    labels: dict[Any, pd.Series] = {}
    rows = []
    for name in samples.columns:
        levels = _levels(samples[name])
        counts = levels.value_counts()
        kept = levels.where(levels.map(counts) >= min_samples, None)
        why = _why_not(samples[name], counts, min_samples) or _twin(kept, labels)
        if not why:
            labels[name] = kept
        rows.append((name, not why, kept.nunique(), int(kept.notna().sum()), why))
    table = pd.DataFrame(rows, columns=["column", "head", "n_classes", "n_samples", "why"])
    return SampleHeads(pd.DataFrame(labels, index=samples.index), table)


def _levels(values: pd.Series) -> pd.Series:
    """Write a column as text levels; whole numbers without a decimal point."""
    whole = _is_number(values) and _whole(values)
    text = ["missing" if pd.isna(value) else str(int(value) if whole else value) for value in values]
    return pd.Series(text, values.index, dtype=object)


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _whole(values: pd.Series) -> bool:
    numbers = values.dropna().to_numpy(dtype=float)
    return bool(np.isfinite(numbers).all() and (numbers == np.round(numbers)).all())


def _why_not(values: pd.Series, counts: pd.Series, min_samples: int) -> str:
    """Say why a column is no head, or return nothing."""
    common = counts[counts >= min_samples]
    if len(counts) < 2:
        return "all samples have the same value"
    if _is_number(values) and not (_whole(values) and len(common) == len(counts)):
        return "numbers, not classes"
    if len(counts) == len(values):
        return "every sample has a value of its own"
    if len(common) < 2 or 2 * common.sum() <= len(values):
        return f"too few samples for each value (a class needs {min_samples})"
    return ""


def _twin(levels: pd.Series, earlier: dict[Any, pd.Series]) -> str:
    """Say which earlier column splits the samples alike, or return nothing."""
    codes = pd.factorize(levels)[0]
    same = [name for name, other in earlier.items() if np.array_equal(pd.factorize(other)[0], codes)]
    return f"splits the samples as {same[0]} does" if same else ""


def stratified_folds(labels: pd.DataFrame, n_folds: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Share the samples out so that every class of every head is spread over the folds.

    Parameters
    ----------
    labels : DataFrame of shape (n_samples, n_heads)
        Classes; missing where a sample has none.
    n_folds : int
    rng : Generator

    Returns
    -------
    ndarray of shape (n_samples,)
        Fold of each sample, from 0.

    References
    ----------
    Sechidis, Tsoumakas and Vlahavas (2011), On the stratification of
    multi-label data, doi:10.1007/978-3-642-23808-6_10.
    """
    n = len(labels)
    member = np.hstack(
        [pd.get_dummies(labels[name]).to_numpy(dtype=float) for name in labels] or [np.ones((n, 1))]
    )
    wanted = np.repeat(member.sum(axis=0)[:, None] / n_folds, n_folds, axis=1)  # (n_classes, n_folds)
    room = np.full(n_folds, n / n_folds)
    fold = np.full(n, -1)
    order = rng.permutation(n)
    while (waiting := order[fold[order] < 0]).size:
        left = member[waiting].sum(axis=0)
        rarest = int(np.argmin(np.where(left > 0, left, np.inf))) if left.any() else None
        chosen = waiting if rarest is None else waiting[member[waiting, rarest] > 0]
        for i in chosen:
            need = room if rarest is None else wanted[rarest]
            # The fold that lacks most of this class, then the emptiest, then by lot.
            fold[i] = np.lexsort((rng.random(n_folds), -room.round(9), -need.round(9)))[0]
            wanted[member[i] > 0, fold[i]] -= 1
            room[fold[i]] -= 1
    return fold
