"""Strict reading of one table file.

The first step of reading a study. Nothing is guessed and nothing renamed: a table
comes out whole, or one `StudyError` says where it is wrong. The CSV reader of the
standard library does the splitting, because the faster ones rename duplicated
names; numbers are converted a row at a time, and only a row that fails is looked
at cell by cell.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ._annotation_columns import blank_annotation
from ._delimited import (
    EXPORT,
    SUFFIXES,
    TEXT_SUFFIXES,
    csv_header,
    csv_rows,
    empty,
    full_row,
    header_only,
    split_suffix,
)
from ._row_numbers import UNNAMED, row_number_column, row_numbers
from .errors import StudyError, first_few

MISSING = frozenset({"", "na", "nan", "n/a", "null"})


class Table(NamedTuple):
    """A table of numbers: `values` is float64 of shape (rows, columns), blank cells are NaN."""

    rows: list[str]
    columns: list[str]
    values: np.ndarray
    label: str = "sample_id"


def read_table(path: Path) -> Table:
    """Read a table of numbers whose first column and header hold names.

    Parameters
    ----------
    path : Path
        A `.csv`, `.tsv` (either may end in `.gz`), `.parquet` or `.h5ad` file.

    Returns
    -------
    Table
        As it stands in the file; nothing is turned.

    Raises
    ------
    StudyError
        The file cannot be read whole, a name is empty or stands twice, or a cell is no finite number.
    """
    suffix = split_suffix(path)[1]
    if not path.is_file():
        raise StudyError(path.name, "no such file", "it must be a table", "Check the path.")
    if path.stat().st_size == 0:
        raise empty(path)
    if suffix in TEXT_SUFFIXES:
        return _read_csv(path)
    from ._binary_tables import read_h5ad, read_parquet

    if suffix == ".parquet":
        return read_parquet(path)
    if suffix == ".h5ad":
        return read_h5ad(path)
    raise StudyError(path.name, "unknown kind of file", f"it must end in {', '.join(SUFFIXES)}", EXPORT)


def read_text_table(path: Path) -> pd.DataFrame:
    """Read a CSV or TSV file of metadata as text, every cell as it stands.

    Parameters
    ----------
    path : Path
        A `.csv` or `.tsv` file, either may end in `.gz`.

    Returns
    -------
    DataFrame
        All columns are str.

    Raises
    ------
    StudyError
        The file cannot be read whole, or a column name is empty or stands twice.
    """
    if path.stat().st_size == 0:
        raise empty(path)
    with closing(csv_rows(path)) as lines:
        header = csv_header(path, lines)
        cells = [full_row(path, line, row, len(header)) for line, row in lines]
    if header[0].strip().casefold() in UNNAMED and row_numbers([row[0] for row in cells]) and len(header) > 1:
        raise row_number_column(path.name, header[0], header[1])
    check_names(path.name, header, "column", "header")
    if not cells:
        raise header_only(path)
    return pd.DataFrame(cells, columns=pd.Index(header, dtype=object), dtype=object)


def make_table(
    where: str, rows: Sequence[str], columns: Sequence[str], values: np.ndarray, label: str
) -> Table:
    """Put a table together; raise a StudyError if its names or numbers are not fit."""
    table = Table([str(row) for row in rows], [str(column) for column in columns], values, label)
    check_names(where, table.columns, "column", "header")
    check_names(where, table.rows, "row", "first column")
    infinite = np.isinf(values)
    if infinite.any():
        i, j = (int(k) for k in np.unravel_index(int(infinite.argmax()), values.shape))
        raise StudyError(
            where,
            f"{int(infinite.sum())} infinite values (first: row {table.rows[i]}, column {table.columns[j]}, "
            f"{values[i, j]})",
            "all values must be finite",
            "Leave the cell blank if the value is missing.",
        )
    return table


def check_names(where: str, names: Sequence[str], kind: str, place: str) -> None:
    """Raise a StudyError if a name is empty or stands twice."""
    empty = [i for i, name in enumerate(names, 1) if not name.strip()]
    if empty:
        found = f"{len(empty)} empty names in the {place} (first: {kind} {empty[0]})"
        raise StudyError(where, found, f"every {kind} needs a name", f"Name the {kind}, or delete it.")
    if len(set(names)) == len(names):
        return
    seen: dict[str, list[int]] = {}
    for i, name in enumerate(names, 1):
        seen.setdefault(name, []).append(i)
    twice = {name: at for name, at in seen.items() if len(at) > 1}
    first, at = next(iter(twice.items()))
    found = (
        f"{len(twice)} duplicate names in the {place}: {first_few(twice)} ({first}: {kind}s {first_few(at)})"
    )
    raise StudyError(where, found, f"every {kind} needs a name of its own", f"Rename or merge the {kind}s.")


def parse_number(text: str) -> float:
    """Convert a cell: a decimal number, or NaN for a blank one; raise ValueError for anything else.

    Examples
    --------
    >>> parse_number("1e3"), parse_number("NA")
    (1000.0, nan)
    """
    text = text.strip()
    if text.casefold() in MISSING:
        return float("nan")
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return float(text)


def is_number(text: str) -> bool:
    """Say whether a cell is a number or blank."""
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def text_cell(where: str, text: str, row: str, column: str) -> StudyError:
    """Make the error for text in a number column."""
    shown = text if len(text) <= 40 else text[:37] + "..."
    return StudyError(
        f"{where}, row {row}, column {column}",
        f'text "{shown}"',
        "it must be a number with a decimal point",
        "Correct the cell, or leave it blank if the value is missing.",
    )


def _read_csv(path: Path) -> Table:
    rows: list[str] = []
    values = array("d")
    with closing(csv_rows(path)) as lines:
        header = csv_header(path, lines)
        label, *columns = header
        if not columns:
            raise StudyError(path.name, "a single column", "it must have names and numbers", EXPORT)
        for line, row in blank_annotation(header, lines):
            if (
                not rows
                and label.strip().casefold() in UNNAMED
                and row[0] in ("0", "1")
                and not is_number(row[1])
            ):
                raise row_number_column(path.name, label, columns[0])
            rows.append(full_row(path, line, row, len(header))[0])
            values.extend(_numbers(path, line, row, columns))
    if not rows:
        raise header_only(path)
    return make_table(path.name, rows, columns, np.array(values).reshape(len(rows), len(columns)), label)


def _numbers(path: Path, line: int, row: list[str], columns: list[str]) -> list[float]:
    cells = row[1:]
    text = "".join(cells)
    try:
        if "_" not in text and text.isascii():
            return list(map(float, cells))
    except ValueError:
        pass
    numbers = []
    for cell, column in zip(cells, columns, strict=True):
        try:
            numbers.append(parse_number(cell))
        except ValueError:
            raise text_cell(path.name, cell, f"{row[0]} (line {line})", column) from None
    return numbers
