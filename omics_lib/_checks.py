"""Make the tables of a study fit each other, and check their values.

What can be handled is handled and said, each in one sentence; what cannot is a
`StudyError`. Samples are joined by id, never by position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._tables import Table
from .errors import ParameterError, StudyError, first_few

_WORDS = {"transcriptomics": "gene", "metabolomics": "metabolite"}


def word(modality: str) -> str:
    """Call a feature of a modality by its name."""
    return _WORDS.get(modality, "feature")


def turn_table(table: Table, samples: Sequence[str], where: str) -> tuple[Table, list[str]]:
    """Turn a table whose header holds the sample ids.

    Parameters
    ----------
    table : Table
        As read.
    samples : sequence of str
        The ids in `samples.csv`.
    where : str
        File name, for the note.

    Returns
    -------
    table : Table
        Rows are samples.
    notes : list of str
        Says it, if the table was turned.

    Raises
    ------
    StudyError
        If as many sample ids stand in the header as in the first column.

    Examples
    --------
    >>> turned, notes = turn_table(Table(["g"], ["S1", "S2"], np.ones((1, 2))), ["S1", "S2"], "t.csv")
    >>> turned.rows, notes
    (['S1', 'S2'], ['t.csv: turned, samples were in columns.'])
    """
    ids = set(samples)
    in_rows, in_columns = len(ids.intersection(table.rows)), len(ids.intersection(table.columns))
    if in_rows and in_rows == in_columns:
        raise StudyError(
            where,
            f"{in_rows} sample ids in the first column and as many in the header",
            "samples must be told from features by their names",
            "Rename the samples, or the features that are called like them.",
        )
    if in_columns < in_rows or not in_columns:
        return table, []
    turned = Table(table.columns, table.rows, np.ascontiguousarray(table.values.T))
    return turned, [f"{where}: turned, samples were in columns."]


def common_samples(ids: Mapping[str, Sequence[str]], samples_file: str) -> tuple[list[str], list[str]]:
    """Find the samples that all tables have.

    Parameters
    ----------
    ids : mapping
        File name to sample ids.
    samples_file : str
        The key whose order counts.

    Returns
    -------
    common : list of str
        In the order of `samples_file`.
    notes : list of str
        A sentence for each file of which samples were left out.

    Raises
    ------
    StudyError
        If fewer than half of the smallest table are in common.
    """
    sets = {where: set(listed) for where, listed in ids.items()}
    everywhere = set.intersection(*sets.values())
    common = [sample for sample in ids[samples_file] if sample in everywhere]
    if not common or 2 * len(common) < min(len(listed) for listed in sets.values()):
        found = "no sample in common" if not common else f"only {len(common)} samples in common"
        sides = "; ".join(f"{where} has {first_few(listed)}" for where, listed in ids.items())
        expected = "at least half of the smallest table must have the same sample ids"
        raise StudyError(
            " and ".join(ids), f"{found} ({sides})", expected, "Write the ids alike in every file."
        )
    notes = []
    for where, listed in ids.items():
        alone = [sample for sample in listed if sample not in everywhere]
        if alone:
            left_out = f"{len(alone)} of {len(listed)} samples left out, another table lacks them"
            notes.append(f"{where}: {left_out} ({first_few(alone)}).")
    return common, notes


def select_samples(table: Table, samples: Sequence[str]) -> Table:
    """Put the rows of a table into the order of `samples`."""
    at = {row: i for i, row in enumerate(table.rows)}
    return table._replace(rows=list(samples), values=table.values[[at[sample] for sample in samples]])


def check_values(table: Table, kind: str, modality: str, where: str) -> None:
    """Check values by kind: `counts`, `abundance`, `log` or `clr`.

    Parameters
    ----------
    table : Table
        Rows are samples.
    kind : str
        `counts`: not negative and complete; `abundance`, `clr`: not negative; `log`: anything finite.
    modality, where : str
        Name and file, for errors.

    Raises
    ------
    StudyError
        If a value does not fit the kind.
    """
    things = "counts" if kind == "counts" else "values"
    negative = table.values < 0
    if kind != "log" and negative.any():
        found = f"{int(negative.sum())} negative {things} (first: {_first(table, negative, modality, True)})"
        remedy = f"If the values are already on a log scale, set `{modality}_kind: log`."
        raise StudyError(where, found, f"{things} must be ≥ 0", remedy)
    missing = np.isnan(table.values)
    if kind == "counts" and missing.any():
        found = f"{int(missing.sum())} missing counts (first: {_first(table, missing, modality, False)})"
        remedy = f"Write 0 where nothing was counted, or leave the {word(modality)} out."
        raise StudyError(where, found, "counts must be complete", remedy)


def note_missing(table: Table, modality: str, where: str) -> list[str]:
    """Say how many values are missing; preprocessing fills them in."""
    missing = np.isnan(table.values)
    if not missing.any():
        return []
    features = f"{int(missing.any(axis=0).sum())} {word(modality)}s"
    return [f"{where}: {int(missing.sum())} missing values in {features}, filled in preprocessing."]


def drop_constant(table: Table, modality: str, where: str) -> tuple[Table, list[str]]:
    """Drop features with one value only, or none; raise a StudyError if nothing is left.

    Returns
    -------
    table : Table
        Without the constant features.
    notes : list of str
        Says how many were dropped.
    """
    keep = np.fmin.reduce(table.values, axis=0) < np.fmax.reduce(table.values, axis=0)
    if keep.all():
        return table, []
    if not keep.any():
        found = f"every {word(modality)} has the same value in all samples"
        raise StudyError(where, found, "values must vary", "Check that the right table was exported.")
    dropped = [table.columns[j] for j in np.flatnonzero(~keep)]
    columns = [table.columns[j] for j in np.flatnonzero(keep)]
    note = f"{where}: {len(dropped)} constant {word(modality)}s dropped (first: {dropped[0]})."
    return table._replace(columns=columns, values=table.values[:, keep]), [note]


def note_case(table: Table, modality: str, where: str) -> list[str]:
    """Say which names differ only by case; they are kept."""
    seen: dict[str, str] = {}
    alike = []
    for name in table.columns:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            alike.append(f"{other} and {name}")
    if not alike:
        return []
    return [f"{where}: {len(alike)} {word(modality)} names differ only by case, kept ({first_few(alike)})."]


def check_parameters(parameters: Mapping[str, Any], modalities: Sequence[str], n_samples: int) -> None:
    """Raise if a kind is set for a modality that is not there, or the folds need more samples."""
    kinds = [name for name in parameters if name.endswith("_kind")]
    unknown = [name for name in kinds if name.removesuffix("_kind") not in modalities]
    if unknown:
        expected = f"the study has {', '.join(modalities)}"
        raise ParameterError("parameters", f"`{unknown[0]}` is set", expected, "Remove it, or add the table.")
    n_folds = parameters["n_folds"]
    if n_samples < 2 * n_folds:
        found = f"fewer samples than folds need: {n_samples} samples, n_folds is {n_folds}"
        remedy = f"Set `n_folds` to {n_samples // 2} or less." if n_samples >= 4 else "Add samples."
        raise StudyError("samples", found, f"there must be at least {2 * n_folds} samples", remedy)


def _first(table: Table, mask: np.ndarray, modality: str, with_value: bool) -> str:
    i, j = (int(k) for k in np.unravel_index(int(mask.argmax()), mask.shape))
    place = f"sample {table.rows[i]}, {word(modality)} {table.columns[j]}"
    return f"{place}, {table.values[i, j]}" if with_value else place
