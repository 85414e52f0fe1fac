"""Whole rows and columns without values: not measured is not missing, so nothing is filled in there.

Imputing a sample that was not measured gives it the same value in every feature, and
everything that tells such samples apart then goes with everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .._words import count
from ..errors import StudyError, first_few
from ..tables import Table

LEAST_SHARE = 0.5
LEAST_BY_CHANCE = 0.05


def drop_unmeasured_samples(table: Table, where: str) -> tuple[Table, list[str]]:
    """Drop the rows in which every cell is empty, as if the table lacked these samples.

    Raises
    ------
    StudyError
        If no row is left.
    """
    measured = ~np.isnan(table.values).all(axis=1)
    if measured.all():
        return table, []
    if not measured.any():
        found = "every cell is empty"
        raise StudyError(where, found, "it must hold numbers", "Check that the right table was exported.")
    gone = [row for row, there in zip(table.rows, measured, strict=True) if not there]
    have = "sample has" if len(gone) == 1 else "samples have"
    what = f"{len(gone)} {have} no value at all: not measured, so left out and nothing filled in"
    rows = [row for row, there in zip(table.rows, measured, strict=True) if there]
    return table._replace(rows=rows, values=table.values[measured]), [f"{where}: {what} ({first_few(gone)})."]


def drop_sparse_features(table: Table, things: str, where: str) -> tuple[Table, list[str]]:
    """Drop the features that were measured in fewer than half of the samples, and say how many.

    Raises
    ------
    StudyError
        If no feature is left.
    """
    n_measured = (~np.isnan(table.values)).sum(axis=0)
    keep = n_measured >= LEAST_SHARE * len(table.rows)
    if keep.all():
        return table, []
    gone = [f"{table.columns[j]} in {n_measured[j]}" for j in np.flatnonzero(~keep)]
    what = f"measured in fewer than half of the {len(table.rows)} samples"
    if not keep.any():
        found = f"every one of its {things} is {what}"
        raise StudyError(where, found, f"{things} must be measured", "Check the export.")
    columns = [table.columns[j] for j in np.flatnonzero(keep)]
    note = f"{where}: {count(len(gone), things[:-1])} left out, {what} ({first_few(gone)})."
    return table._replace(columns=columns, values=table.values[:, keep]), [note]


def sparse_samples(table: Table) -> list[str]:
    """List the samples with fewer than half as many values as the median sample has."""
    n_measured = (~np.isnan(table.values)).sum(axis=1)
    few = n_measured < LEAST_SHARE * np.median(n_measured)
    return [table.rows[i] for i in np.flatnonzero(few)]


def refuse_zero_samples(table: Table, things: str, where: str) -> None:
    """Raise a StudyError if a sample has only zeros: a library that failed, not a sample of zeros.

    Where zeros are so common that chance makes such a sample, nothing has failed.
    """
    zeros = np.nan_to_num(table.values) == 0
    zero = zeros.all(axis=1)
    by_chance = len(zeros) * np.prod(zeros[~zero].mean(axis=0)) if not zero.all() else 0
    if zero.any() and by_chance < LEAST_BY_CHANCE and len(table.columns) > 1:
        named = first_few(table.rows[i] for i in np.flatnonzero(zero))
        raise StudyError(
            where,
            f"{count(int(zero.sum()), 'sample')} with zeros only ({named})",
            f"a sample must have {things} above zero",
            "Its library or injection failed: delete its row (or leave its cells empty), and it is left out "
            "of the study.",
        )


def note_shared_gaps(table: Table, things: str, where: str) -> list[str]:
    """Say which features are missing in exactly the same samples, where chance would not give that.

    A panel that was not run on some samples looks so, and what is filled in sets them apart; so does a
    pathway that some samples lack, so nothing is left out.
    """
    missing = np.isnan(table.values)
    n_missing = missing.sum(axis=0)
    n_with = np.bincount(n_missing)
    sharing: dict[bytes, list[int]] = {}
    for j in np.flatnonzero(n_missing >= 3):
        sharing.setdefault(missing[:, j].tobytes(), []).append(int(j))
    notes = []
    for features in sharing.values():
        gone = missing[:, features[0]]
        n_alike = int(n_with[n_missing[features[0]]])
        ways = math.log(math.comb(len(gone), int(gone.sum())))
        by_chance = math.log(math.comb(n_alike, len(features))) - (len(features) - 1) * ways
        if len(features) >= 3 and by_chance < math.log(0.01):
            samples = first_few(table.rows[i] for i in np.flatnonzero(gone))
            first = table.columns[features[0]]
            notes.append(
                f"{where}: {len(features)} {things} (first: {first}) are missing in exactly the "
                f"same {gone.sum()} samples ({samples}). If they were not measured there, leave out the "
                f"{things} or the samples: what is filled in sets these samples apart."
            )
    return notes


def keep_measured(
    tables: dict[str, Table],
    words: dict[str, str],
    select: Callable[[list[str]], None],
    names: dict[str, str],
) -> list[str]:
    """Drop what was hardly measured from tables of the same samples until nothing is left to drop.

    Parameters
    ----------
    tables : dict of Table
        Changed in place.
    words, names : dict of str
        What to call the features, and the file, of each table.
    select : callable
        Takes the samples that stay and selects them in every table.

    Returns
    -------
    list of str
        A sentence for everything dropped.
    """
    notes: list[str] = []
    left = -1
    while left != len(next(iter(tables.values())).rows):
        left = len(next(iter(tables.values())).rows)
        for name, things in words.items():
            tables[name], said = drop_sparse_features(tables[name], things, names[name])
            gone = set(sparse_samples(tables[name]))
            notes += said
            if gone:
                what = f"{count(len(gone), 'sample')} left out, values in fewer than half as many {things}"
                what += " as the median sample has"
                notes.append(f"{names[name]}: {what} ({first_few(sorted(gone))}).")
                select([row for row in tables[name].rows if row not in gone])
    for name, things in words.items():
        notes += note_shared_gaps(tables[name], things, names[name])
    return notes
