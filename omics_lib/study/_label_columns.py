"""Columns of a table that describe the samples: class labels, batches, the order of injection."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ..errors import StudyError, first_few
from ..tables import Table, is_unnamed

_FAR = 50
# What no gene and no metabolite is called, and tables of samples often have.
_SAMPLE_WORDS = {
    "sampleid": "the ids", "sample": "the ids", "samplename": "the ids",
    **dict.fromkeys(("total", "sum", "tic", "rowsum", "totalcounts", "librarysize", "libsize"), "a sum"),
    **dict.fromkeys(
        ("label", "class", "group", "condition", "treatment", "batch", "phenotype", "diagnosis", "genotype",
         "age", "sex", "gender", "bmi", "replicate", "timepoint", "runorder", "injectionorder",
         "acquisitionorder", "injection", "cluster"),
        "what samples are described by",
    ),
}  # fmt: skip


def refuse_labels(table: Table, samples: pd.DataFrame, kind: str, things: str, where: str) -> list[str]:
    """Refuse columns that describe the samples; say which are only called like a column of `samples.csv`.

    Parameters
    ----------
    table : Table
        Rows are the samples of `samples`, in the same order.
    samples : DataFrame
        Typed metadata.
    kind : str
        Kind of values; levels are looked for among `abundance` and `log` only, since a gene may well have
        two or three different counts.
    things, where : str
        What the features are called, and the file.

    Returns
    -------
    list of str
        Features that share a name with a column of `samples.csv`, and no more than that.

    Raises
    ------
    StudyError
        If there are such columns.
    """
    called = {_key(str(name)): str(name) for name in samples.columns}
    found, alike, words = {}, [], {}
    for j, column in enumerate(table.columns):
        key = _key(column)
        name = called.get(key)
        if name is not None and _same(table.values[:, j], samples[name]):
            found[column] = f"{column} (as in samples.csv)"
        elif key in _SAMPLE_WORDS:
            words[column] = f"{column} ({_SAMPLE_WORDS[key]})"
        elif name is not None:
            alike.append(column)
        elif is_unnamed(column) and _running(np.sort(table.values[:, j])):
            found[column] = f"{column} (row numbers)"
    for column, what in _by_values(table, kind).items():
        found.setdefault(column, f"{column} ({what})")
    for column in _sums(table):
        found.setdefault(column, f"{column} (the sum of the others)")
    found = words | found
    if found:
        one = len(found) == 1
        raise StudyError(
            where,
            f"{len(found)} {'column that seems to' if one else 'columns that seem to'} describe the samples: "
            f"{first_few(found.values())}",
            f"every column must be one of the {things}",
            f"Delete {'it' if one else 'them'} from {where}; what describes samples goes into samples.csv.",
        )
    if not alike:
        return []
    return [f"{where}: {first_few(alike)} also stand in samples.csv, with other values; kept."]


def _key(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _same(values: np.ndarray, metadata: pd.Series) -> bool:
    """Say whether a column is the metadata column, or a coding of such a one."""
    there = ~np.isnan(values)
    n_levels = len(np.unique(values[there]))
    if n_levels < 2:
        return False  # a constant, which is dropped
    coded = n_levels <= max(3, metadata.nunique()) and 2 * n_levels <= len(values) and _whole(values[there])
    coded = coded and int(pd.Series(values).groupby(metadata.to_numpy()).nunique().max()) == 1
    if not pd.api.types.is_numeric_dtype(metadata):
        return coded
    numbers = metadata.to_numpy(dtype=float)
    both = there & ~np.isnan(numbers)
    same_order = both.any() and pd.Series(values[both]).rank().equals(pd.Series(numbers[both]).rank())
    return bool(same_order or coded)


def _sums(table: Table) -> list[str]:
    """Find a column that is the sum of all others in every sample."""
    values = np.nan_to_num(table.values)
    half = (values / 2).sum(axis=1, keepdims=True)
    if len(table.columns) < 4 or not (half > 0).all() or np.isinf(half).any():
        return []
    same = np.isclose(values, half, rtol=1e-6, atol=0).all(axis=0)
    return [table.columns[j] for j in np.flatnonzero(same)]


def _whole(values: np.ndarray) -> bool:
    return bool((values == np.round(values)).all())


def _by_values(table: Table, kind: str) -> dict[str, str]:
    """Find levels and running numbers among values that are no whole numbers, or far larger ones."""
    if kind == "counts" or len(table.columns) < 3:
        return {}
    whole = np.array([_whole(column[~np.isnan(column)]) for column in table.values.T])
    if whole.mean() > 0.5:  # peak areas without decimals: only what is tiny beside them
        largest = np.nanmax(np.abs(table.values), axis=0, initial=0)
        whole &= largest * _FAR < np.median(largest)
    found = {}
    for j in np.flatnonzero(whole):
        what = _running(table.values[:, j]) or _levels(table.values[:, j])
        if what:
            found[int(j)] = what
    if kind == "log":  # log2(count + 1) of a rare gene is 0 or 1: labels stand at the edge of a table
        found = {j: what for j, what in found.items() if _at_edge(j, found, len(table.columns))}
    return {table.columns[j]: what for j, what in found.items()}


def _at_edge(j: int, found: dict[int, str], n_columns: int) -> bool:
    return all(i in found for i in range(j)) or all(i in found for i in range(j, n_columns))


def _running(values: np.ndarray) -> str:
    if len(values) < 6 or np.isnan(values).any():
        return ""
    ordered = np.sort(values)
    running = ordered[0] in (0, 1) and bool((np.diff(ordered) == 1).all())
    return f"{ordered[0]:g} to {ordered[-1]:g}, each once" if running else ""


def _levels(values: np.ndarray) -> str:
    """Describe two to six levels, each more than once; a feature that is mostly zero has none."""
    if np.isnan(values).any():
        return ""
    levels, counts = np.unique(values, return_counts=True)
    mostly_zero = bool((values == 0).mean() > 0.5) and levels[-1] > 3
    most = min(6, max(3, len(values) // 4))
    if not 2 <= len(levels) <= most or counts.min() < 2 or levels[0] < -1 or mostly_zero:
        return ""
    return f"{len(levels)} levels: {', '.join(f'{level:g}' for level in levels)}"
