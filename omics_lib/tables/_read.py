"""Strict reading of one table file.

The first step of reading a study. Nothing is guessed and nothing renamed: a table
comes out whole, with a note for each thing that was handled, or one `StudyError` says
where it is wrong. The CSV reader of the standard library does the splitting, because
the faster ones rename duplicated names; numbers are converted a row at a time, and
only a row that fails is looked at cell by cell. What a file is, its first bytes say.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import StudyError
from ._annotation import blank_annotation
from ._binary import read_h5ad, read_parquet
from ._delimited import EXPORT, csv_header, csv_rows
from ._excel import excel_rows
from ._kinds import kind_to_read, split_suffix
from ._numbers import NumberCells
from ._reading import DEFAULT, Reading
from ._row_numbers import is_unnamed, row_number_column
from ._rows import Rows, empty_columns_note
from ._table import Table, check_names, make_table

_FEATURE_COUNTS = ["chr", "start", "end", "strand", "length"]


def read_table(path: Path, reading: Reading = DEFAULT, sheet: str | None = None) -> Table:
    """Read a table of numbers whose first column and header hold names.

    Parameters
    ----------
    path : Path
        A `.csv`, `.tsv` or `.txt` (each may end in `.gz`), `.parquet`, `.h5ad` or `.xlsx` file. Where the
        first bytes say that it is another of these, it is read as what it is.
    reading : Reading
        Spellings of missing, separator, decimal mark and encoding.
    sheet : str, optional
        Which sheet of a workbook; else the one with the table's name, or the only one.

    Returns
    -------
    Table
        As it stands in the file; nothing is turned.

    Raises
    ------
    StudyError
        The file cannot be read whole, names are empty or stand twice, or cells are no finite numbers.
    """
    table = load_table(path, reading, sheet)
    if table.wrong:
        raise table.wrong
    return table


def load_table(path: Path, reading: Reading = DEFAULT, sheet: str | None = None) -> Table:
    """Read a table as `read_table`; where names or cells are not fit, say so in its `wrong`."""
    notes: list[str] = []
    kind = kind_to_read(path, notes)
    if kind == "parquet" or kind == "hdf5":
        table = (read_parquet if kind == "parquet" else read_h5ad)(path, reading)
        return table._replace(notes=(*notes, *table.notes))
    return _rows_of_file(path, kind, reading, sheet, notes, _table_of_rows)


def read_text_table(
    path: Path, reading: Reading = DEFAULT, sheet: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Read a file of metadata as text, every cell as it stands.

    Parameters
    ----------
    path, reading, sheet
        As for `read_table`, but no `.parquet` or `.h5ad`.

    Returns
    -------
    frame : DataFrame
        All columns are str.
    notes : list of str
        A sentence for each thing handled.

    Raises
    ------
    StudyError
        The file cannot be read whole, or a column name is empty or stands twice.
    """
    notes: list[str] = []
    kind = kind_to_read(path, notes)
    if kind not in ("text", "xlsx"):
        expected = f"it must be {split_suffix(path)[0].lower()}.csv, or an .xlsx"
        raise StudyError(path.name, "not a text file", expected, "Export it as CSV.")
    frame = _rows_of_file(path, kind, reading, sheet, notes, _frame_of_rows)
    return frame, notes


def _rows_of_file(
    path: Path, kind: str, reading: Reading, sheet: str | None, notes: list[str], make: Callable[..., Any]
) -> Any:
    """Give the rows of a text file or a sheet to `make`, while the file is open."""
    if kind == "xlsx":
        where, cells = excel_rows(path, sheet or split_suffix(path)[0], reading, notes)
        header = cells[0][1]
        return make(where, Rows(where, header, cells[1:]), reading, notes)
    with closing(csv_rows(path, reading, notes)) as lines:
        header = csv_header(path, lines)
        return make(path.name, Rows(path.name, header, lines), reading, notes)


def _table_of_rows(where: str, lines: Rows, reading: Reading, notes: list[str]) -> Table:
    rows: list[str] = []
    values = array("d")
    numbers = NumberCells(where, reading)
    if len(lines.header) == 1 and not lines.may_be_short():
        raise StudyError(where, "a single column", "it must have names and numbers", EXPORT)
    counted = [name.strip().casefold() for name in lines.header[1:6]] == _FEATURE_COUNTS
    first = 6 if counted else 1
    for line, row in blank_annotation(lines.header, lines):
        rows.append(row[0])
        values.extend(numbers.row(line, row[0], row[first:]))
    problems = lines.problems
    if not rows:
        problems.tell()
        raise _header_only(where)
    label, columns = lines.header[0], lines.header[first:]
    if not columns:
        raise StudyError(where, "a single column", "it must have names and numbers", EXPORT)
    at = numbers.column_of_names()
    if at is not None and is_unnamed(label) and all(map(str.isdigit, rows)):
        raise row_number_column(where, label, columns[at])
    with problems:
        numbers.check(columns)
    matrix = np.array(values).reshape(len(rows), len(columns))
    with problems:
        numbers.refuse_thousands(matrix)
    numbers.blank(matrix)
    said = [*notes, *lines.notes(), *numbers.notes()]
    if counted:
        said.append(
            f"{where}: written by featureCounts, its columns Chr, Start, End, Strand and Length left out."
        )
    return make_table(where, rows, columns, matrix, label, said, problems)


def _frame_of_rows(where: str, lines: Rows, reading: Reading, notes: list[str]) -> pd.DataFrame:
    cells = [row for _, row in lines]
    if not cells:
        lines.problems.tell()
        raise _header_only(where)
    header = lines.header
    unnamed = not header[0].strip()
    positions = {str(i) for i in range(len(cells) + 1)}
    numbered = positions.issuperset(row[0] for row in cells)
    if is_unnamed(header[0]) and numbered and "sample_id" in header:
        raise row_number_column(where, header[0])
    if is_unnamed(header[0]) and numbered and len({row[1] for row in cells if row[1:]}) == len(cells):
        raise row_number_column(where, header[0], header[1])
    if unnamed and "sample_id" not in header and not numbered:
        header = ["sample_id", *header[1:]]
        if not lines.short:
            notes.append(f"{where}: the first column has no name and was taken for `sample_id`.")
    padding = {
        j for j, name in enumerate(header) if not name.strip() and not any(row[j].strip() for row in cells)
    }
    keep = [j for j in range(len(header)) if j not in padding]
    notes += [*lines.notes(), *empty_columns_note(where, len(padding))]
    with lines.problems:
        check_names(where, [header[j] for j in keep], "column", "header")
    lines.problems.tell()
    data = [[row[j] for j in keep] for row in cells] if padding else cells
    return pd.DataFrame(data, columns=pd.Index([header[j] for j in keep], dtype=object), dtype=object)


def _header_only(where: str) -> StudyError:
    return StudyError(where, "a header and no rows", "it must hold at least one row", "Export it again.")
