"""Turn the cells of a table into numbers, a row at a time; look at single cells only where a row fails.

Every cell that is no number is remembered, so that one message shows the spellings and how many there are.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..errors import MOST_LISTED, OmicsError, StudyError, together
from ._reading import DEFAULT, MISSING, Reading
from ._remedies import COMMA_OR_WHOLE, THOUSANDS, is_missing_like, is_word, quoted, remedy, shortened

_MARKED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_LEAST_MARKED = 20
_MOST_KEPT = 2_000
_LIKE_AN_ID = re.compile(r"(sample|subject|patient|donor)[\W_]*(id|name|code|barcode)?s?|ids?")


def parse_number(text: str, reading: Reading = DEFAULT) -> float:
    """Convert a cell: a decimal number, or NaN for a missing one; raise ValueError for anything else.

    Examples
    --------
    >>> parse_number("1e3"), parse_number("NA")
    (1000.0, nan)
    """
    text = text.strip()
    if text.casefold() in reading.missing:
        return float("nan")
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return float(text if reading.decimal == "." else text.replace(reading.decimal, "."))


class _Cell(NamedTuple):
    """A cell and its place."""

    row: str
    column: int
    line: int | None  # None: the file has no lines
    text: str

    def error(self, where: str, columns: list[str], found: str, expected: str, remedy: str) -> StudyError:
        column = columns[self.column]
        return StudyError(where, found, expected, remedy, row=self.row, column=column, line=self.line)


class NumberCells:
    """Convert the cells of one table, and keep account of those that are no numbers.

    Parameters
    ----------
    where : str
        File, for notes and errors.
    reading : Reading
    """

    def __init__(self, where: str, reading: Reading = DEFAULT) -> None:
        self.where, self.reading = where, reading
        self._texts: Counter[str] = Counter()
        self._in_columns: Counter[int] = Counter()
        self._bad: list[_Cell] = []  # some of those in each column
        self._firsts: dict[int, _Cell] = {}  # the first of each column
        self._text_rows: dict[tuple[str, int | None], int] = {}  # with nothing but text: how many cells
        self._n_rows = self._n_missing = 0
        self._comma = False
        self._point: _Cell | None = None
        self._plain_point = False
        self._n_marked: int | None = 0  # cells such as 1.234; None: others show that it is a decimal mark

    def row(self, line: int, name: str, cells: list[str]) -> list[float]:
        """Convert the cells of one row."""
        text = "".join(cells)
        self._n_rows += 1
        plain = self.reading.decimal == "." and "_" not in text and text.isascii()
        if self._n_marked is not None and self.reading.decimal in text:
            self.look_for_thousands(cells)
        try:
            if plain:
                return list(map(float, cells))
        except ValueError:
            pass
        before = self._texts.total()
        numbers = []
        for j, cell in enumerate(cells):
            try:
                numbers.append(float(cell) if plain else self.cell(cell, name, j, line))
            except ValueError:
                numbers.append(self.cell(cell, name, j, line))
        if self.reading.decimal == ",":
            self._look_at_marks(cells, name, line)
        if self._texts.total() - before == len(cells) > 1 and is_word(cells[0]):
            self._text_rows[name, line] = len(cells)
        return numbers

    def cell(self, text: str, row: str, column: int, line: int | None = None) -> float:
        """Convert one cell; NaN where it is missing, and 0 where it is no number, which `check` refuses."""
        try:
            number = parse_number(text, self.reading)
        except ValueError:
            if self._in_columns[column] == 0:
                self._firsts[column] = _Cell(row, column, line, text)
            if self._in_columns[column] < MOST_LISTED and len(self._bad) < _MOST_KEPT:
                self._bad.append(_Cell(row, column, line, text))
            self._texts[text.strip()] += 1
            self._in_columns[column] += 1
            return 0.0
        if number != number and text.strip().casefold() not in MISSING:
            self._n_missing += 1
        return number

    def _look_at_marks(self, cells: list[str], row: str, line: int) -> None:
        for j, cell in enumerate(cells):
            self._comma |= "," in cell
            if "." in cell and not self.reading.is_missing(cell):
                self._point = self._point or _Cell(row, j, line, cell)
                self._plain_point |= not THOUSANDS.fullmatch(cell.strip())

    def look_for_thousands(self, cells: list[str]) -> None:
        """Count the cells whose decimal mark may stand between thousands."""
        marked = [cell.strip() for cell in cells if self.reading.decimal in cell]
        if self._n_marked is not None and all(map(_MARKED.fullmatch, marked)):
            self._n_marked += len(marked)
        else:
            self._n_marked = None

    def refuse_thousands(self, values: np.ndarray) -> None:
        """Raise a StudyError if the decimal mark seems to stand between thousands.

        So it does where there is 1.234 beside 987, and never 98.7: of three decimals the last is a zero now
        and then, which programs leave out.
        """
        n = self._n_marked or 0
        n_whole = int((~np.isnan(values)).sum() - n - (values == 0).sum())
        if n < _LEAST_MARKED or n_whole < 3 or np.nanmax(values) >= 1000 or np.nanmin(values) < 0:
            return
        mark = self.reading.decimal
        found = f"{n} numbers with a `{mark}` before three digits, and whole ones below 1,000"
        expected = f"`{mark}` must be the decimal mark, and here it seems to stand between thousands"
        remedy = "Write plain numbers (1234), or all of them with decimals (12.500, 3.000)."
        raise StudyError(self.where, found, expected, remedy)

    def blank(self, values: np.ndarray) -> None:
        """Set the numbers that stand for missing to NaN, in place."""
        if self.reading.missing_numbers:
            at = np.isin(values, self.reading.missing_numbers)
            self._n_missing += int(at.sum())
            values[at] = np.nan

    def notes(self) -> list[str]:
        """Say what was read in another way than by default."""
        said = []
        if self._n_missing:
            cells = "cell" if self._n_missing == 1 else "cells"
            said.append(f"{self.where}: {self._n_missing} {cells} read as missing, as `na_values` says.")
        if self._point and not self._comma:
            said.append(f"{self.where}: numbers with decimal points and none with a comma, read as such.")
        return said

    def column_of_names(self) -> int | None:
        """Find a column in which every cell was text, where there are as many texts as rows."""
        whole = [j for j, n in self._in_columns.items() if n == self._n_rows]
        return min(whole) if whole and len(self._texts) >= self._n_rows else None

    def check(self, columns: list[str], n_rows: int | None = None) -> None:
        """Raise a StudyError if cells were no numbers."""
        if self._point and (self._comma or not self._plain_point) and not self._bad:
            found = f'"{shortened(self._point.text)}" with a point'
            found += " and others with a comma" if self._comma else ""
            export = "Export it with one decimal mark and without marks between thousands."
            expected = "it must be a number with a decimal comma, as `decimal` says"
            raise self._point.error(self.where, columns, found, expected, export)
        if self._bad:
            n_rows = n_rows or self._n_rows
            whole = {j for j, n in self._in_columns.items() if n == n_rows > 1}
            raise self._together(columns, {j for j in whole if is_word(self._firsts[j].text)})

    def _together(self, columns: list[str], whole: set[int]) -> OmicsError:
        """Make one error of the columns, rows and single cells that are text."""
        n_cells = self._texts.total() - sum(self._in_columns[j] for j in whole)
        text_rows = {row: n - len(whole) for row, n in self._text_rows.items() if n > len(whole)}
        n_cells -= sum(text_rows.values())
        errors: dict[tuple, StudyError] = {}
        for cell in self._bad:
            if len(errors) == MOST_LISTED:
                break
            if cell.column in whole:
                if ("column", cell.column) not in errors:
                    errors["column", cell.column] = self._whole(columns, cell, row=False)
            elif (cell.row, cell.line) in text_rows:
                if ("row", cell.line) not in errors:
                    errors["row", cell.line] = self._whole(columns, cell, row=True)
            else:
                n = 1 if any(key[0] == "cell" for key in errors) else n_cells
                errors["cell", cell.row, cell.line, cell.column] = self._single(columns, cell, n)
        more = n_cells + len(whole) + len(text_rows) - len(errors)
        return together(list(errors.values()), {self.where: more} if more else None)

    def _whole(self, columns: list[str], cell: _Cell, *, row: bool) -> StudyError:
        """Make the error for a column, or a row, in which every cell is text."""
        found = f'text in every cell (first: "{shortened(cell.text)}")'
        advice = "Delete it from this table; what describes samples belongs in samples.csv."
        if not row and _LIKE_AN_ID.fullmatch(columns[cell.column].strip().casefold()):
            advice = "If it holds the names of the samples, make it the first column; else delete it."
        elif row and not all(column.strip() for column in columns):
            advice = "If the header has two rows, keep the one with the names, and delete the other."
        if len(self._texts) <= 5 and any(map(is_missing_like, self._texts)):
            advice += f" {remedy(list(self._texts), self.reading.decimal)}"
        expected = "all cells must be numbers"
        if row:
            return StudyError(self.where, found, expected, advice, row=cell.row, line=cell.line)
        return StudyError(self.where, found, expected, advice, column=columns[cell.column])

    def _single(self, columns: list[str], cell: _Cell, n: int) -> StudyError:
        mark = "point" if self.reading.decimal == "." else "comma"
        more = f", the first of {n:,} such cells ({quoted(list(self._texts))})" if n > 1 else ""
        found, advice = (
            f'text "{shortened(cell.text)}"{more}',
            remedy(list(self._texts), self.reading.decimal),
        )
        return cell.error(self.where, columns, found, f"it must be a number with a decimal {mark}", advice)


def plain_cells(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Write cells of text as by default: given spellings of missing as blank, decimal commas as points.

    The first column holds names and stays as it is.
    """
    given, columns = reading.missing - MISSING, {}
    for name in frame.columns[1:]:
        cells = ["" if cell.strip().casefold() in given else cell for cell in frame[name]]
        numbers = [bool(COMMA_OR_WHOLE.fullmatch(cell.strip())) for cell in cells if cell.strip()]
        if reading.decimal == "," and numbers and all(numbers):
            cells = [cell.replace(",", ".") for cell in cells]
        columns[name] = cells
    return frame.assign(**columns)
