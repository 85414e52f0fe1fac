"""The rows of one table under its header, without the padding that spreadsheets and R leave.

Between the cells of a file, from `omics_lib.tables._delimited` or `omics_lib.tables._excel`, and the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import Gathered, StudyError

# What a first column is called: a header that begins so has a name for every column.
_LABELS = {"sample_id", "sampleid", "sample", "samples", "id", "ids", "name", "names", "index", "rownames"}
_LABELS |= {"gene", "genes", "gene_id", "geneid", "gene_name", "symbol", "feature", "features", "feature_id"}
_LABELS |= {"metabolite", "metabolites", "metabolite_id", "compound", "compounds", "row.names"}


class Rows:
    """Iterate over line number and cells of each row, all as wide as `header`.

    Rows without a single cell are dropped, and so are empty cells beyond the header. A header that is one
    name short, as R's `write.table` leaves it, is completed from the first row on by an empty name.

    Parameters
    ----------
    where : str
        File, for notes and errors.
    header : list of str
    lines : iterable of (int, list of str)
        Line number and cells.

    Attributes
    ----------
    problems : Gathered
        A row that has more or fewer cells than the header is left out, and said here.
    """

    def __init__(self, where: str, header: list[str], lines: Iterable[tuple[int, list[str]]]) -> None:
        self.where, self.header, self._lines = where, header, lines
        self.short, self.problems = False, Gathered()
        self._n = self._empty = self._cut = 0
        self._named = len(header)
        while self._named and not header[self._named - 1].strip():
            self._named -= 1

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        width = len(self.header)
        for line, row in self._lines:
            if len(row) != width or not row[0].strip():
                mended = self._mend(line, row)
                if mended is None:
                    continue
                row, width = mended, len(mended)
            self._n += 1
            yield line, row

    def _mend(self, line: int, row: list[str]) -> list[str] | None:
        width = len(self.header)
        if not any(cell.strip() for cell in row):
            self._empty += 1
            return None
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            self._cut = max(self._cut, len(row) - width)
            return row[:width]
        if self._named <= len(row) < width:
            return row + [""] * (width - len(row))
        if self._n == 0 and len(row) == width + 1 and self.may_be_short():
            self.short, self.header = True, ["", *self.header]
            self._named = len(self.header)
            return row
        if len(row) != width:
            self.problems.add(self._wrong_width(line, row))
            return None
        return row

    def may_be_short(self) -> bool:
        """Tell whether the header may be one name short: no name is empty, and its first is of no label."""
        return self._named == len(self.header) and self.header[0].strip().casefold() not in _LABELS

    def _wrong_width(self, line: int, row: list[str]) -> StudyError:
        width = len(self.header)
        remedy = "Complete the row, or export again."
        if len(row) == width + 1 and self._n == 0:
            remedy += " In R, `write.table` leaves the header one name short: give it `col.names=NA`."
        if len(row) - 1 == 2 * (width - 1):
            remedy += " Numbers with a decimal comma need quotes, or another separator (`sep`)."
        has = "first row" if self.short else "header"
        found = f"row {row[0]} has {len(row)} fields"
        expected = f"it must have {width} as the {has} has"
        return StudyError(self.where, found, expected, remedy, line=line)

    def notes(self) -> list[str]:
        """Say what was dropped or completed; known when all rows were taken."""
        said = []
        if self.short:
            said.append("the header is one name short, as R writes it; the first column was taken for names")
        if self._empty:
            said.append(f"{self._empty} empty {'row' if self._empty == 1 else 'rows'} dropped")
        if self._cut:
            said.append(
                f"{self._cut} empty {'column' if self._cut == 1 else 'columns'} beyond the header dropped"
            )
        return [f"{self.where}: {sentence}." for sentence in said]


def empty_columns_note(where: str, n: int) -> list[str]:
    """Say how many columns without a name and without a cell were dropped."""
    return [f"{where}: {n} empty {'column' if n == 1 else 'columns'} dropped."] if n else []


def refuse_title(where: str, header: list[str], line: int) -> None:
    """Raise a StudyError if the first row is a title, one cell above a table."""
    filled = [name for name in header if name.strip()]
    if len(filled) == 1 and len(header) > 2:
        found = f'one cell only ("{filled[0].strip()[:60]}")'
        expected = "the first row must be the header"
        raise StudyError(f"{where}, row {line}", found, expected, "Delete the rows above the header.")
