"""Turn the cells of a table into numbers, a row at a time; look at single cells only where a row fails.

Every cell that is no number is remembered, so that one message shows the spellings and how many there are.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from ..errors import StudyError
from ._reading import DEFAULT, MISSING, Reading
from ._remedies import COMMA_OR_WHOLE, THOUSANDS, is_missing_like, is_word, quoted, remedy, shortened

_MARKED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_LEAST_MARKED = 20
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
        self._first: tuple[str, int, str] | None = None
        self._text_row: str | None = None
        self._n_rows = self._n_missing = 0
        self._comma = False
        self._point: tuple[str, int, str] | None = None
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
        label = f"{name} (line {line})"
        numbers = []
        for j, cell in enumerate(cells):
            try:
                numbers.append(float(cell) if plain else self.cell(cell, label, j))
            except ValueError:
                numbers.append(self.cell(cell, label, j))
        if self.reading.decimal == ",":
            self._look_at_marks(cells, label)
        if self._texts.total() - before == len(cells) > 1 and self._text_row is None:
            self._text_row = name
        return numbers

    def cell(self, text: str, row: str, column: int) -> float:
        """Convert one cell; NaN where it is missing or no number."""
        try:
            number = parse_number(text, self.reading)
        except ValueError:
            self._first = self._first or (row, column, text)
            self._texts[text.strip()] += 1
            self._in_columns[column] += 1
            return float("nan")
        if number != number and text.strip().casefold() not in MISSING:
            self._n_missing += 1
        return number

    def _look_at_marks(self, cells: list[str], label: str) -> None:
        for j, cell in enumerate(cells):
            self._comma |= "," in cell
            if "." in cell and not self.reading.is_missing(cell):
                self._point = self._point or (label, j, cell)
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
        """Raise a StudyError if a cell was no number."""
        if self._point and (self._comma or not self._plain_point) and not self._first:
            row, j, text = self._point
            found = f'"{shortened(text)}" with a point' + (" and others with a comma" if self._comma else "")
            export = "Export it with one decimal mark and without marks between thousands."
            place = f"{self.where}, row {row}, column {columns[j]}"
            expected = "it must be a number with a decimal comma, as `decimal` says"
            raise StudyError(place, found, expected, export)
        if self._first is None:
            return
        row, j, text = self._first
        whole_column = self._in_columns[j] == (n_rows or self._n_rows) > 1
        if is_word(text) and (whole_column or self._text_row is not None):
            what = f"column {columns[j]}" if whole_column else f"row {self._text_row}"
            found = f'text in every cell (first: "{shortened(text)}")'
            advice = "Delete it from this table; what describes samples belongs in samples.csv."
            if whole_column and _LIKE_AN_ID.fullmatch(columns[j].strip().casefold()):
                advice = "If it holds the names of the samples, make it the first column; else delete it."
            elif not whole_column and not all(column.strip() for column in columns):
                advice = "If the header has two rows, keep the one with the names, and delete the other."
            if len(self._texts) <= 5 and any(map(is_missing_like, self._texts)):
                advice += f" {remedy(list(self._texts), self.reading.decimal)}"
            raise StudyError(f"{self.where}, {what}", found, "all cells must be numbers", advice)
        n, mark = self._texts.total(), "point" if self.reading.decimal == "." else "comma"
        more = f", the first of {n:,} such cells ({quoted(list(self._texts))})" if n > 1 else ""
        raise StudyError(
            f"{self.where}, row {row}, column {columns[j]}",
            f'text "{shortened(text)}"{more}',
            f"it must be a number with a decimal {mark}",
            remedy(list(self._texts), self.reading.decimal),
        )


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
