"""Turn the text cells of `samples.csv` and `known_pairs.csv` into typed columns.

Between the reading of the files and the study: numbers where every cell is one,
text otherwise, and nothing missing that is not said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ._tables import MISSING, check_names, parse_number
from .errors import ParameterError, StudyError, first_few
from .schema import validate_table

_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
_PAIR_COLUMNS = ("gene_id", "metabolite_id", "tier", "currency", "source")


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Write every cell as text, a missing one as an empty cell."""
    cells = {
        str(name): ["" if pd.isna(cell) else str(cell) for cell in frame[name]] for name in frame.columns
    }
    return pd.DataFrame(cells, index=frame.index, dtype=object)


def index_samples(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Check the names in a table of samples and put `sample_id` into its index.

    Parameters
    ----------
    frame : DataFrame
        Text cells as read, `sample_id` first.
    where : str
        File name, for errors.

    Returns
    -------
    DataFrame
        Text cells, the index named `sample_id`.

    Raises
    ------
    StudyError
        If `sample_id` is not the first column, an id stands twice, or a name cannot be stored.
    """
    if frame.columns[0] != "sample_id":
        first = frame.columns[0]
        raise StudyError(
            where, f"the first column is `{first}`", "it must be `sample_id`", "Rename or move it."
        )
    check_names(where, list(frame["sample_id"]), "row", "column `sample_id`")
    unfit = [name for name in frame.columns if "/" in name or name == "_index"]
    if unfit:
        expected = "a column name must have no `/` and must not be `_index` (.h5mu cannot hold it)"
        raise StudyError(where, f"column name {first_few(unfit)}", expected, "Rename the column.")
    return frame.set_index("sample_id")


def type_metadata(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Give each metadata column its type.

    Parameters
    ----------
    frame : DataFrame
        Text cells, indexed by `sample_id`.
    where : str
        File name, for notes and errors.

    Returns
    -------
    frame : DataFrame
        Columns are int64, float64 (missing: NaN) or text (missing: the level "missing").
    notes : list of str
        A sentence for each column with missing values.
    """
    columns: dict[str, Any] = {}
    notes = []
    for name in frame.columns:
        cells = list(frame[name])
        n_missing = sum(_blank(cell) for cell in cells)
        columns[name] = _numeric(where, name, cells) if n_missing < len(cells) else None
        if columns[name] is None:
            columns[name] = np.array(["missing" if _blank(cell) else cell for cell in cells], dtype=object)
            kept = 'set to the level "missing"'
        else:
            kept = "left missing"
        if n_missing:
            notes.append(f"{where}: {n_missing} missing values of {name} {kept}.")
    return pd.DataFrame(columns, index=frame.index), notes


def check_columns(samples: pd.DataFrame, parameters: Mapping[str, Any], where: str) -> None:
    """Raise a ParameterError if a parameter names a column that the samples do not have."""
    asked = {
        "covariates": list(parameters["covariates"]),
        "groups": [parameters["groups"]],
        "colour_by": [parameters["colour_by"]],
    }
    for name, columns in asked.items():
        unknown = [column for column in columns if column is not None and column not in samples.columns]
        if unknown:
            listed = ", ".join(samples.columns) or "none"
            raise ParameterError(
                where,
                f"parameter `{name}` names {first_few(unknown)}, which is no column",
                f"the columns are: {listed}",
                f"Correct `{name}`, or add the column.",
            )


def type_pairs(
    frame: pd.DataFrame, genes: Sequence[str], metabolites: Sequence[str], where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Check known pairs and give their columns types.

    Parameters
    ----------
    frame : DataFrame
        Text cells as read.
    genes, metabolites : sequence of str
        The features as read, constant ones included.
    where : str
        File name, for notes and errors.

    Returns
    -------
    pairs : DataFrame
        `gene_id`, `metabolite_id`, and where given `tier`, `currency` (boolean), `source`.
    notes : list of str
        A sentence for each thing handled.

    Raises
    ------
    StudyError
        If a column is missing, an id is unknown, or `currency` is neither true nor false.
    """
    if "currency" in frame:
        frame = frame.assign(currency=_booleans(where, list(frame["currency"])))
    validate_table(frame, "known_pairs")
    for column, known, table in (
        ("gene_id", set(genes), "transcriptomics"),
        ("metabolite_id", set(metabolites), "metabolomics"),
    ):
        unknown = [name for name in dict.fromkeys(frame[column]) if name not in known]
        if unknown:
            found = f"{len(unknown)} unknown ids: {first_few(unknown)}"
            expected = f"every {column} must be a feature of {table}"
            raise StudyError(
                f"{where}, column {column}", found, expected, "Correct the ids or delete their rows."
            )
    notes = []
    extra = [name for name in frame.columns if name not in _PAIR_COLUMNS]
    if extra:
        notes.append(f"{where}: columns not used: {first_few(extra)}.")
    pairs = frame[[name for name in _PAIR_COLUMNS if name in frame.columns]].copy()
    for name in {"tier", "source"} & set(pairs.columns):
        pairs[name] = ["" if _blank(cell) else cell for cell in pairs[name]]
    again = pairs.duplicated(["gene_id", "metabolite_id"])
    if again.any():
        first = pairs[again].iloc[0]
        notes.append(
            f"{where}: {int(again.sum())} duplicate pairs dropped "
            f"(first: {first.gene_id}, {first.metabolite_id})."
        )
    return pairs[~again].reset_index(drop=True), notes


def _blank(cell: str) -> bool:
    return cell.strip().casefold() in MISSING


def _numeric(where: str, name: str, cells: list[str]) -> np.ndarray | None:
    """Convert a column to numbers, or return None if one of its cells is text."""
    try:
        values = np.array([parse_number(cell) for cell in cells])
    except ValueError:
        return None
    if np.isinf(values).any():
        place = f"{where}, column {name}"
        raise StudyError(
            place, "infinite values", "numbers must be finite", "Leave the cells blank if missing."
        )
    whole = bool(np.isfinite(values).all()) and bool((values == np.round(values)).all())
    return values.astype(np.int64) if whole and bool((np.abs(values) < 2**53).all()) else values


def _booleans(where: str, cells: list[str]) -> pd.Series:
    """Convert to bool, or to pandas' nullable boolean where a cell is blank."""
    values: list[bool | None] = []
    for line, cell in enumerate(cells, 2):
        word = cell.strip().casefold()
        if word not in _TRUE | _FALSE and not _blank(cell):
            place = f"{where}, line {line}, column currency"
            raise StudyError(place, f'"{cell}"', "it must be true, false or blank", "Correct the cell.")
        values.append(None if _blank(cell) else word in _TRUE)
    return pd.Series(values, dtype="boolean" if None in values else "bool")
