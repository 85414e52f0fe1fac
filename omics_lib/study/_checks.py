"""Check the values of the tables of a study.

What can be handled is handled and said, each in one sentence; what cannot is a
`StudyError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._modalities import feature_word
from ..errors import Gathered, ParameterError, StudyError, first_few
from ..schema import read_schema
from ..tables import Table, refuse_cells

_LARGEST_LOG = 30  # log2 of a thousand million
_LARGEST_READY = 1000


def check_values(table: Table, kind: str, modality: str, where: str) -> list[str]:
    """Check values by kind: `counts`, `abundance`, `log` or `clr`.

    Parameters
    ----------
    table : Table
        Rows are samples.
    kind : str
        `counts`: not negative and complete; `abundance`, `clr`: not negative; `log`: anything finite.
    modality, where : str
        Name and file, for errors.

    Returns
    -------
    list of str
        Says what fits the kind and is unusual for it.

    Raises
    ------
    StudyError
        If the values do not fit the kind.
    """
    problems = unfit_cells(table, kind, modality, where)
    with problems:
        said = _check_scale(table.values, kind, modality, where)
    problems.tell()
    return said


def unfit_cells(table: Table, kind: str, modality: str, where: str, *, raw: bool = False) -> Gathered:
    """Gather the cells that do not fit the kind of a table; `raw`: as it stands in the file."""
    problems = Gathered()
    thing = "count" if kind == "counts" else "value"
    if kind != "log":
        remedy = f"If the values are already on a log scale, set `{modality}_kind: log`."
        with problems:
            refuse_cells(
                where, table, table.values < 0, f"a negative {thing}", f"{thing}s must be ≥ 0", remedy
            )
    with problems:
        largest = read_schema("modality")["additionalProperties"]["maximum"]
        immense = np.isfinite(table.values) & (np.abs(table.values) > largest)
        expected = f"{thing}s must be small enough to be squared, {largest:g} at most"
        refuse_cells(where, table, immense, f"a {thing} of", expected, "Correct it, or leave the cell blank.")
    if kind == "counts":
        missing = np.isnan(table.values)
        if raw:  # samples that were not measured are left out later
            missing &= ~missing.all(axis=0) & ~missing.all(axis=1)[:, None]
        remedy = f"Write 0 where nothing was counted, or leave the {feature_word(modality)} out."
        with problems:
            refuse_cells(where, table, missing, "a missing count", "counts must be complete", remedy)
    return problems


def _check_scale(values: np.ndarray, kind: str, modality: str, where: str) -> list[str]:
    """Hold whole numbers and fractions, and the largest value, against what the kind says."""
    largest = float(np.nanmax(values, initial=0.0))
    fractions = int((np.isfinite(values) & (values != np.round(values))).sum())
    if kind == "counts" and fractions and largest < _LARGEST_LOG:
        found = f"{fractions} of {values.size} values are no whole numbers, and the largest is {largest:.4g}"
        remedy = f"If the values are on a log scale already, set `{modality}_kind: log`."
        raise StudyError(where, found, "counts must be whole numbers, or estimates of such", remedy)
    if kind == "counts" and fractions:
        return [
            f"{where}: {fractions} of {values.size} counts are no whole numbers: taken for estimated counts "
            f"(as of RSEM or Salmon) or scaled ones (TPM, CPM); log2(x + 1) is taken of either."
        ]
    if kind == "log" and largest > _LARGEST_READY and not (values < 0).any():
        found = f"values up to {largest:,.0f}, none negative"
        if not fractions:
            remedy = f"Set `{modality}_kind: counts` for counts, or `abundance` for amounts."
            expected = f"`{modality}_kind` is log, and the logarithm of a count is below {_LARGEST_LOG}"
            raise StudyError(where, f"whole numbers, {found}", expected, remedy)
        return [
            f"{where}: {found}, under `{modality}_kind: log`: not on a log scale? They are only z-scored."
        ]
    return []


def note_missing(table: Table, modality: str, where: str) -> list[str]:
    """Say how many values are missing; preprocessing fills them in."""
    missing = np.isnan(table.values)
    if not missing.any():
        return []
    features = f"{int(missing.any(axis=0).sum())} {feature_word(modality)}s"
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
    if len(table.values) == 1:
        raise StudyError("samples", "found 1 sample", "values must vary over samples", "Add samples.")
    if not keep.any():
        found = f"every {feature_word(modality)} has the same value in all samples"
        raise StudyError(where, found, "values must vary", "Check that the right table was exported.")
    dropped = [table.columns[j] for j in np.flatnonzero(~keep)]
    columns = [table.columns[j] for j in np.flatnonzero(keep)]
    note = f"{where}: {len(dropped)} constant {feature_word(modality)}s dropped (first: {dropped[0]})."
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
    kept = f"{len(alike)} {feature_word(modality)} names differ only by case, kept ({first_few(alike)})"
    return [f"{where}: {kept}."]


def check_kinds(parameters: Mapping[str, Any], modalities: Sequence[str]) -> None:
    """Raise if a kind is set for a modality that is not there."""
    kinds = [name for name in parameters if name.endswith("_kind")]
    unknown = [name for name in kinds if name.removesuffix("_kind") not in modalities]
    if unknown:
        expected = f"the study has {', '.join(modalities)}"
        raise ParameterError("parameters", f"`{unknown[0]}` is set", expected, "Remove it, or add the table.")
