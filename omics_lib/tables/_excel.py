"""Read one sheet of an Excel workbook as rows of text, as a CSV file of it would hold them.

Whole numbers are written without a point, others so that they come back as the same number. What Excel
hides (formulas without a value, merged cells) is refused, because it would read as missing.
"""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

from ..errors import StudyError, first_few
from ..gate import in_child, most_bytes, refuse_beyond
from ._reading import DEFAULT, Reading
from ._rows import refuse_title

# What openpyxl raises on a file that is damaged or of another kind; XML errors are SyntaxErrors.
_DAMAGED: tuple[type[Exception], ...] = (OSError, ValueError, LookupError, TypeError, AttributeError)
_DAMAGED += (SyntaxError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
_MOST_ROWS = 2**20  # of a sheet, in Excel itself
_MOST_EMPTY = 10_000  # rows, between those of one table
_CELL = 8  # bytes
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATES = (datetime.datetime, datetime.date)


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook that can hold tables."""
    return in_child(path.name, _sheet_names, path)


def _sheet_names(path: Path) -> list[str]:
    with closing(_load(path, most_bytes(DEFAULT.max_unpacked_gb))) as book:
        return [sheet.title for sheet in book.worksheets]


def excel_rows(
    path: Path, wanted: str, reading: Reading
) -> tuple[str, list[tuple[int, list[str]]], list[str]]:
    """Read a sheet of a workbook, whatever the name of its file.

    Parameters
    ----------
    path : Path
    wanted : str
        The sheet of that name, whatever its case; else the only one that is not empty.
    reading : Reading
        Its decimal mark is the one that numbers are written with.

    Returns
    -------
    where : str
        File and sheet, for notes and errors.
    rows : list of (int, list of str)
        Row number and cells, the header first; the first is not empty.
    notes : list of str
        What was handled.

    Raises
    ------
    StudyError
        If there is no such sheet, or it holds no table.
    """
    notes: list[str] = []
    most = most_bytes(reading.max_unpacked_gb)
    with closing(_load(path, most)) as book:
        title, rows = _pick(path, book, wanted.strip().casefold(), most)
    where = path.name if len(book.sheetnames) == 1 else f"{path.name}, sheet {title}"
    rows, origin = _without_margins(where, rows, notes)
    refuse_title(where, ["" if cell is None else str(cell) for cell in rows[0]], origin[0])
    if any(cell is None for row in rows for cell in row):
        _refuse_hidden(path, title, where, origin)
    header = _names(rows[0], where, notes)
    names = _names([row[0] for row in rows], where, notes)
    mark = reading.decimal
    cells = [[name, *(_text(cell, mark) for cell in row[1:])] for name, row in zip(names, rows, strict=True)]
    cells[0] = header
    return where, [(origin[0] + i, row) for i, row in enumerate(cells)], notes


def _load(path: Path, most: int, **how: Any):
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            refuse_beyond(path.name, sum(member.file_size for member in archive.infolist()), most)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(
                io.BytesIO(path.read_bytes()), **({"read_only": True, "data_only": True} | how)
            )
    except StudyError:
        raise
    except _DAMAGED as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> StudyError:
    found = f"not readable as an Excel workbook ({' '.join(str(error).split())[:200]})"
    expected = "it must be a whole .xlsx file"
    return StudyError(path.name, found, expected, "Save it again, or export it as CSV.")


def _pick(path: Path, book: Any, wanted: str, most: int) -> tuple[str, list[list[Any]]]:
    """Return title and rows of the sheet of that name, or of the only one with cells in it."""
    named = [sheet for sheet in book.worksheets if sheet.title.strip().casefold() == wanted]
    filled = {}
    for sheet in named[:1] or book.worksheets:
        rows = _values(path, sheet, most)
        if rows or named:
            filled[sheet.title] = rows
    if len(filled) == 1 and all(filled.values()):
        return next(iter(filled.items()))
    if not any(filled.values()):
        raise StudyError(path.name, "the sheet is empty", "it must hold a header and rows", "Fill it.")
    found = f"{len(filled)} sheets ({first_few(filled)})"
    expected = f"one of them must be called {wanted}, or it must be the only one"
    raise StudyError(path.name, found, expected, "Rename the sheet, or delete the others.")


def _values(path: Path, sheet: Any, most: int) -> list[list[Any]]:
    """Take the cells of a sheet up to its last one with a value; all rows of one width."""
    try:
        sheet.reset_dimensions()  # some programs store a wrong size
        rows, n_cells, n_empty = list[list[Any]](), 0, 0
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > _MOST_ROWS:
                raise _damaged(path, ValueError(f"a row beyond {_MOST_ROWS:,}"))
            if all(cell is None for cell in row):
                n_empty += 1
                continue
            _refuse_far(f"{path.name}, sheet {sheet.title}, row {number}", n_empty)
            n_cells += len(row)
            refuse_beyond(path.name, n_cells * _CELL, most)
            rows += [[] for _ in range(n_empty)] + [list(row)]
            n_empty = 0
    except StudyError:
        raise
    except _DAMAGED as error:
        raise _damaged(path, error) from error
    rows = [[None if isinstance(cell, str) and not cell.strip() else cell for cell in row] for row in rows]
    filled = [max((j for j, cell in enumerate(row, 1) if cell is not None), default=0) for row in rows]
    while filled and not filled[-1]:
        filled.pop()
    width = max(filled, default=0)
    return [(row + [None] * width)[:width] for row in rows[: len(filled)]]


def _refuse_far(where: str, n_empty: int) -> None:
    if n_empty > _MOST_EMPTY:
        found = f"a cell after {n_empty:,} empty rows"
        raise StudyError(where, found, "a table must be in one piece", "Delete what stands below the table.")


def _without_margins(where: str, rows: list[list[Any]], notes: list[str]) -> tuple[list[list[Any]], tuple]:
    """Drop empty rows above the header and empty columns before the first; say where the table begins."""
    top = next(i for i, row in enumerate(rows) if any(cell is not None for cell in row))
    left = min(j for row in rows for j, cell in enumerate(row) if cell is not None)
    if top or left:
        notes.append(f"{where}: the table begins at row {top + 1}, column {left + 1}, after empty ones.")
    return [row[left:] for row in rows[top:]], (top + 1, left + 1)


def _refuse_hidden(path: Path, title: str, where: str, origin: tuple[int, int]) -> None:
    """Look at a sheet with empty cells again, for what reads as empty and is not."""
    most = most_bytes(DEFAULT.max_unpacked_gb)
    sheet = _load(path, most, read_only=False, data_only=False)[title]
    stored = _load(path, most, read_only=False)[title]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f" and stored[cell.coordinate].value is None:
                found = "a formula whose value was not saved"
                expected = "every cell must hold its value"
                remedy = "Open it in Excel and save it again, or paste the values over the formulas."
                raise StudyError(f"{where}, cell {cell.coordinate}", found, expected, remedy)
    merged = [area for area in sheet.merged_cells.ranges if area.max_row >= origin[0]]
    if merged:
        found = f"merged cells ({first_few(sorted(str(area) for area in merged))})"
        raise StudyError(where, found, "every cell must hold its own value", "Unmerge and fill them.")


def _names(cells: list[Any], where: str, notes: list[str]) -> list[str]:
    """Write names as text; single dates among them as Excel shows them, `2-Sep`, else as 2024-09-02."""
    dates = [cell for cell in cells[1:] if isinstance(cell, _DATES)]
    if not dates or len(dates) == len(cells) - 1:
        return [_text(cell) for cell in cells]
    shown = [f"{cell.day}-{_MONTHS[cell.month - 1]}" for cell in dates]
    n = f"{len(dates)} {'name is a date' if len(dates) == 1 else 'names are dates'}"
    notes.append(f"{where}: {n} in Excel, which may have been gene symbols; read as {first_few(shown)}.")
    again = iter(shown)
    return [_text(cells[0]), *(next(again) if isinstance(c, _DATES) else _text(c) for c in cells[1:])]


def _text(cell: Any, mark: str = ".") -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < 2**53
        return str(int(cell)) if whole else repr(cell).replace(".", mark)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    return str(cell)
