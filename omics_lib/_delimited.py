"""Split a CSV or TSV file into rows of text, strictly.

Below `omics_lib._tables`, which turns the rows into tables.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path

from .errors import StudyError

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".h5ad")
TEXT_SUFFIXES = SUFFIXES[:4]
EXPORT = "Export it again as UTF-8 CSV."


def split_suffix(path: Path) -> tuple[str, str]:
    """Split a file name into the table's name and its suffix, which is empty if it is not a table.

    Examples
    --------
    >>> split_suffix(Path("transcriptomics.csv.gz"))
    ('transcriptomics', '.csv.gz')
    """
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if path.name.lower().endswith(suffix):
            return path.name[: -len(suffix)], suffix
    return path.name, ""


def csv_header(path: Path, lines: Iterator[tuple[int, list[str]]]) -> list[str]:
    """Take the header from `csv_rows`; raise a StudyError if there is none or it is split otherwise."""
    header = next(lines, (0, []))[1]
    if header and header[0].startswith("# Program:featureCounts"):
        header = next(lines, (0, []))[1]
    if not header:
        raise empty(path)
    _check_delimiter(path, header)
    return header


def csv_rows(path: Path) -> Generator[tuple[int, list[str]], None, None]:
    """Yield line number and fields of every row that is not blank."""
    suffix = split_suffix(path)[1]
    delimiter = "\t" if suffix.startswith(".tsv") else ","
    opened = gzip.open if suffix.endswith(".gz") else open
    line = 0
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(_text_lines(path, stream), delimiter=delimiter, strict=True)
            for row in reader:
                line = reader.line_num
                if row:
                    yield line, row
    except UnicodeDecodeError as error:
        found = f"not UTF-8 text (byte 0x{error.object[error.start]:02x} after line {line})"
        raise StudyError(path.name, found, "it must be a text file in UTF-8", EXPORT) from error
    except csv.Error as error:
        where = f"{path.name}, after line {line}"
        raise StudyError(
            where, f"not readable as CSV ({error})", "quotes must come in pairs", EXPORT
        ) from error
    except EOFError as error:
        raise StudyError(
            path.name, f"the gzip file is truncated after line {line}", "it must be whole", "Copy it again."
        ) from error
    except (OSError, zlib.error) as error:
        gzipped = "a whole gzip file, as its name says" if suffix.endswith(".gz") else "a readable file"
        remedy = "Copy it again, or correct its name."
        raise StudyError(path.name, f"cannot be read ({error})", f"it must be {gzipped}", remedy) from error


def _text_lines(path: Path, stream: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(stream, 1):
        if "\0" in line:
            where = f"{path.name}, line {number}"
            raise StudyError(where, "NUL bytes, so this is a binary file", "it must be a text file", EXPORT)
        yield line


def full_row(path: Path, line: int, row: list[str], width: int) -> list[str]:
    """Return a row that has as many fields as the header; raise a StudyError for any other."""
    if len(row) != width:
        where = f"{path.name}, line {line}"
        expected = f"it must have {width} as the header has"
        raise StudyError(
            where, f"row {row[0]} has {len(row)} fields", expected, "Complete the row, or export again."
        )
    return row


def _check_delimiter(path: Path, header: list[str]) -> None:
    comma = not split_suffix(path)[1].startswith(".tsv")
    others = {";": "semicolons", **({"\t": "tabs"} if comma else {",": "commas"})}
    used = [words for mark, words in others.items() if len(header) == 1 and mark in header[0]]
    if used:
        expected = f"it must be separated by {'commas' if comma else 'tabs'}, as its name says"
        remedy = "Export it again." if used[0] == "semicolons" else "Rename it to .tsv or .csv to match."
        raise StudyError(f"{path.name}, line 1", f"the header is separated by {used[0]}", expected, remedy)


def empty(path: Path) -> StudyError:
    """Make the error for a file without a byte or a row."""
    return StudyError(path.name, "the file is empty", "it must hold a header and rows", "Export it again.")


def header_only(path: Path) -> StudyError:
    """Make the error for a header without rows."""
    return StudyError(path.name, "a header and no rows", "it must hold at least one row", "Export it again.")
