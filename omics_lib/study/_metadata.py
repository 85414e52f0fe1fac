"""Turn the text cells of `samples.csv` into typed columns.

Between the reading of the files and the study: numbers where every cell is one,
text otherwise, and nothing missing that is not said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..errors import Gathered, ParameterError, StudyError, first_few
from ..tables import MISSING, check_names, parse_number, row_number_column, row_numbers
from ._covariates import used_columns

# Cells that are missing in any column, and those that are missing among numbers; `-` may be a level.
_NO_VALUE = MISSING | {"#n/a", "#na", "<na>", "n.a.", "#null!", "#value!", "#div/0!", "#ref!"}
_NO_NUMBER = {"-", "--", "–", "—", ".", "?", "nd", "n.d.", "none", "unknown", "missing"}
_NO_NUMBER |= {"not available", "not measured"}
_DECIMAL_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+([eE][-+]?\d+)?")
_WITH_UNIT = re.compile(r"[-+]?\d+(?:[.,]\d+)?\s*(?:%|°?[^\W\d_]{1,6}(?:/[^\W\d_]{1,6})?\.?)")


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
        if "sample_id" in frame and row_numbers(list(frame[first])):
            raise row_number_column(where, first)
        found = f"the first column is `{first}`"
        raise StudyError(where, found, "it must be `sample_id`", "Rename or move it.")
    check_names(where, list(frame["sample_id"]), "row", "column `sample_id`")
    unfit = [name for name in frame.columns if "/" in name or name == "_index"]
    if unfit:
        expected = "a column name must have no `/` and must not be `_index` (.h5mu cannot hold it)"
        raise StudyError(where, f"column name {first_few(unfit)}", expected, "Rename the column.")
    return frame.set_index("sample_id")


def type_metadata(
    frame: pd.DataFrame, parameters: Mapping[str, Any], where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Give each metadata column its type.

    Parameters
    ----------
    frame : DataFrame
        Text cells, indexed by `sample_id`.
    parameters : mapping
        `categorical`: columns whose numbers are names of levels; `numeric`: columns that must be numbers;
        the parameters that use a column (`covariates`, `groups`, `colour_by`), for which doubts are errors.
    where : str
        File name, for notes and errors.

    Returns
    -------
    frame : DataFrame
        Columns are int64, float64 (missing: NaN) or text (missing: the level "missing").
    notes : list of str
        A sentence for each column with missing values, or with numbers that are not read as such.

    Raises
    ------
    StudyError
        If a column that is used is text because of a few of its cells.
    """
    firm = [*used_columns(parameters), *parameters["numeric"]]
    columns: dict[str, Any] = {}
    notes: list[str] = []
    problems = Gathered()
    for name in frame.columns:
        with problems:
            columns[name], said = _typed_column(frame[name], parameters, where, name in firm)
            notes += said
    problems.tell()
    return pd.DataFrame(columns, index=frame.index), notes


def _typed_column(
    column: pd.Series, parameters: Mapping[str, Any], where: str, firm: bool
) -> tuple[np.ndarray, list[str]]:
    name, cells, notes = str(column.name), [str(cell) for cell in column], []
    blank = [_blank(cell) for cell in cells]
    categorical = name in parameters["categorical"]
    blank = blank if categorical else _no_numbers(cells, blank)
    numbers = [None if gone else _number(cell) for cell, gone in zip(cells, blank, strict=True)]
    is_number = not all(blank) and all(
        gone or number is not None for number, gone in zip(numbers, blank, strict=True)
    )
    if is_number and not categorical:
        values, kept = _typed(where, name, numbers), "left missing"
    else:
        if not is_number and not categorical:
            doubts = _doubts(column.index, cells, numbers, blank)
            notes += _refuse_or_say(doubts, where, name, firm)
            _refuse_text(where, name, name in parameters["numeric"])
        values = _levels(cells, blank, numbers if is_number else None)
        kept = 'set to the level "missing"'
    if any(blank):
        notes.append(f"{where}: {sum(blank)} missing values of {name} {kept}.")
    return values, notes


def _refuse_text(where: str, name: str, numeric: bool) -> None:
    if numeric:
        found = "`numeric` names it, and its cells are text"
        remedy = "Correct the cells, or take it out of `numeric`."
        raise ParameterError(where, found, "they must be numbers", remedy, column=name)


def _no_numbers(cells: list[str], blank: list[bool]) -> list[bool]:
    """Take `-`, `?` and their like for missing where everything else in the column is a number."""
    rest = [cell for cell, gone in zip(cells, blank, strict=True) if not gone and _number(cell) is None]
    n_numbers = len(cells) - sum(blank) - len(rest)
    if n_numbers > len(rest) and all(cell.strip().casefold() in _NO_NUMBER for cell in rest):
        return [gone or _number(cell) is None for cell, gone in zip(cells, blank, strict=True)]
    return blank


def _doubts(
    ids: pd.Index, cells: list[str], numbers: list[float | None], blank: list[bool]
) -> tuple[str, str, str] | None:
    """Say why a column of text may be meant as numbers: what was found, expected, the remedy."""
    rest = [i for i, number in enumerate(numbers) if number is None and not blank[i]]
    n_given = len(cells) - sum(blank)
    first = f'{ids[rest[0]]}: "{cells[rest[0]]}"' if rest else ""
    if rest and all(_DECIMAL_COMMA.fullmatch(cells[i].strip()) for i in rest):
        found = f"{len(rest)} numbers with a decimal comma ({first})"
        remedy = "Give --set decimal=',', or write them with a point."
        return found, "numbers must have a decimal point", remedy
    with_unit = [_WITH_UNIT.fullmatch(cells[i].strip()) for i in rest]
    if rest and all(with_unit) and 2 * len({cells[i].strip() for i in rest}) > n_given > 3:
        found = f"{len(rest)} numbers with a unit ({first})"
        return found, "numbers must be plain", "Put the unit into the name of the column."
    if 2 * len(rest) < n_given and len({number for number in numbers if number is not None}) > 2:
        found = f"{n_given - len(rest)} numbers and {len(rest)} cells of text ({first})"
        remedy = "Correct the cells, or leave them blank if missing."
        return found, "a column must hold numbers or levels", remedy
    return None


def _refuse_or_say(doubts: tuple[str, str, str] | None, where: str, name: str, firm: bool) -> list[str]:
    if doubts is None:
        return []
    found, expected, remedy = doubts
    if firm:
        remedy += f" If they are levels: --set 'categorical=[{name}]'."
        raise StudyError(where, found, expected, remedy, column=name)
    return [f"{where}, column {name}: {found}: read as text; not used."]


def _levels(cells: list[str], blank: list[bool], numbers: list[float | None] | None) -> np.ndarray:
    """Return levels as text: 1.0 and 1 are one level."""
    if numbers is not None:
        cells = ["" if n is None else f"{int(n)}" if n == round(n) else repr(n) for n in numbers]
    levels = ["missing" if gone else cell for cell, gone in zip(cells, blank, strict=True)]
    return np.array(levels, dtype=object)


def check_columns(columns: Collection[str], parameters: Mapping[str, Any], where: str) -> None:
    """Raise a ParameterError if a parameter names a column that the samples do not have."""
    there = [str(column) for column in columns]
    problems = Gathered()
    for name in ("covariates", "groups", "colour_by", "categorical", "numeric"):
        named = [parameters[name]] if name in ("groups", "colour_by") else parameters[name]
        unknown = [column for column in named if column is not None and column not in there]
        if unknown:
            found = f"parameter `{name}` names {first_few(unknown)}, which is no column"
            expected = f"the columns are: {', '.join(there) or 'none'}"
            problems.add(ParameterError(where, found, expected, f"Correct `{name}`, or add the column."))
    both = set(parameters["categorical"]).intersection(parameters["numeric"])
    if both:
        found = f"{first_few(sorted(both))} in `categorical` and in `numeric`"
        problems.add(ParameterError(where, found, "it is one of them", "Choose one."))
    problems.tell()


def _blank(cell: str) -> bool:
    return cell.strip().casefold() in _NO_VALUE


def _number(cell: str) -> float | None:
    try:
        return parse_number(cell)
    except ValueError:
        return None


def _typed(where: str, name: str, numbers: list[float | None]) -> np.ndarray:
    values = np.array([np.nan if number is None else number for number in numbers])
    if np.isinf(values).any():
        remedy = "Leave the cells blank if missing."
        raise StudyError(where, "infinite values", "numbers must be finite", remedy, column=name)
    whole = bool(np.isfinite(values).all()) and bool((values == np.round(values)).all())
    return values.astype(np.int64) if whole and bool((np.abs(values) < 2**53).all()) else values
