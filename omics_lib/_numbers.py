"""Turn the cells of a table into numbers, a row at a time; look at single cells only where a row fails.

Every cell that is no number is remembered, so that one message shows the spellings and how many there are.
"""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pandas as pd

from ._reading import DEFAULT, MISSING, Reading
from .errors import StudyError

_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
_COMMA_OR_WHOLE = re.compile(r"[-+]?(\d+|\d*,\d+)")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,]\d{3})+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[-/.][A-Za-z]{3}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_BELOW = re.compile(r"<.*|below.*|[<(]?l?l?o[dq]\)?|b[l]?(oq|od|ql|dl)|bdl|bql|bld|blq", re.IGNORECASE)


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

    def row(self, line: int, name: str, cells: list[str]) -> list[float]:
        """Convert the cells of one row."""
        text = "".join(cells)
        self._n_rows += 1
        comma = self.reading.decimal == ","
        try:
            if not comma and "_" not in text and text.isascii():
                return list(map(float, cells))
        except ValueError:
            pass
        before = self._texts.total()
        label = f"{name} (line {line})"
        numbers = [self.cell(cell, label, j) for j, cell in enumerate(cells)]
        if comma:
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
                self._plain_point |= not _THOUSANDS.fullmatch(cell.strip())

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

    def whole_columns(self) -> list[int]:
        """List the columns in which every cell was text."""
        return sorted(j for j, n in self._in_columns.items() if n == self._n_rows)

    def check(self, columns: list[str], n_rows: int | None = None) -> None:
        """Raise a StudyError if a cell was no number."""
        if self._point and (self._comma or not self._plain_point) and not self._first:
            row, j, text = self._point
            found = f'"{_short(text)}" with a point' + (" and others with a comma" if self._comma else "")
            remedy = "Export it with one decimal mark and without marks between thousands."
            place = f"{self.where}, row {row}, column {columns[j]}"
            raise StudyError(
                place, found, "it must be a number with a decimal comma, as `decimal` says", remedy
            )
        if self._first is None:
            return
        row, j, text = self._first
        whole_column = self._in_columns[j] == (n_rows or self._n_rows) > 1
        if whole_column or self._text_row is not None:
            what = f"column {columns[j]}" if whole_column else f"row {self._text_row}"
            found = f'text in every cell (first: "{_short(text)}")'
            remedy = "Delete it from this table; what describes samples belongs in samples.csv."
            if len(self._texts) <= 5:
                remedy += f" {_remedy(list(self._texts), self.reading)}"
            raise StudyError(f"{self.where}, {what}", found, "all cells must be numbers", remedy)
        n, mark = self._texts.total(), "point" if self.reading.decimal == "." else "comma"
        more = f", the first of {n:,} such cells ({_quoted(list(self._texts))})" if n > 1 else ""
        raise StudyError(
            f"{self.where}, row {row}, column {columns[j]}",
            f'text "{_short(text)}"{more}',
            f"it must be a number with a decimal {mark}",
            _remedy(list(self._texts), self.reading),
        )


def plain_cells(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Write cells of text as by default: given spellings of missing as blank, decimal commas as points.

    The first column holds names and stays as it is.
    """
    given, columns = reading.missing - MISSING, {}
    for name in frame.columns[1:]:
        cells = ["" if cell.strip().casefold() in given else cell for cell in frame[name]]
        numbers = [bool(_COMMA_OR_WHOLE.fullmatch(cell.strip())) for cell in cells if cell.strip()]
        if reading.decimal == "," and numbers and all(numbers):
            cells = [cell.replace(",", ".") for cell in cells]
        columns[name] = cells
    return frame.assign(**columns)


def _short(text: str) -> str:
    text = text.strip() or text
    return text if len(text) <= 40 else text[:37] + "..."


def _quoted(texts: list[str]) -> str:
    more = f" and {len(texts) - 5} more spellings" if len(texts) > 5 else ""
    return ", ".join(f'"{_short(text)}"' for text in texts[:5]) + more


def _remedy(texts: list[str], reading: Reading) -> str:
    """Say what the texts may be, and what to do then."""
    point = reading.decimal == "."
    if point and all(_DECIMAL_COMMA.fullmatch(text) or _THOUSANDS.fullmatch(text) for text in texts):
        asked = "If the comma is the decimal mark, give --set decimal=','."
        return asked + " Marks between thousands must go." if all(map(_THOUSANDS.fullmatch, texts)) else asked
    if all(_DATE.fullmatch(text) for text in texts):
        return "A spreadsheet took a number for a date: format the cells as numbers, and type them again."
    asked = json.dumps([text for text in texts if len(text) <= 40][:5], ensure_ascii=False)
    remedy = (
        f"If {'it stands' if len(texts) == 1 else 'they stand'} for missing, give --set 'na_values={asked}'"
    )
    remedy += "; else correct the cells." if len(texts) <= 5 else ", or leave such cells blank."
    below = [text for text in texts if _BELOW.fullmatch(text)]
    if below:
        remedy += (
            f' "{_short(below[0])}" may be read as below the limit of detection: the value is then missing,'
            " and preprocessing imputes half of the smallest one."
        )
    return remedy
