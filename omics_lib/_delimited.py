"""Split a file of text into rows of cells, strictly.

Above `omics_lib._kinds` and `omics_lib._reading`; below `omics_lib._rows`, which looks for the header.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from ._encodings import chosen_encoding, not_decodable
from ._kinds import bytes_kind, default_separator, empty, foreign, split_suffix
from ._reading import DEFAULT, SEPARATOR_WORDS, Reading
from .errors import StudyError

EXPORT = "Export it again as UTF-8 CSV."
_DECLARED = re.compile(r'"?sep=(.)"?\s*')  # a first line that German and French Excel understand
_FIRST_LINES = (
    (re.compile(r"#1\.[23]\s*$"), "gct"),
    (re.compile(r"%%MatrixMarket"), "mtx"),
    (re.compile(r"\s*<(!DOCTYPE|html|\?xml)", re.IGNORECASE), "html"),
    (re.compile(r"\s*[{\[]"), "json"),
)


def csv_rows(
    path: Path, reading: Reading = DEFAULT, notes: list[str] | None = None
) -> Generator[tuple[int, list[str]], None, None]:
    """Yield line number and fields of every row that is not blank; add to `notes` what was handled."""
    notes = [] if notes is None else notes
    line = 0
    try:
        with _open(path, reading, notes) as stream:
            lines, skipped, sep = _without_preamble(path, _text_lines(path, stream), reading, notes)
            reader = csv.reader(lines, delimiter=sep, strict=True, skipinitialspace=sep == " ")
            for row in reader:
                line = reader.line_num + skipped
                if row:
                    yield line, row
    except UnicodeError as error:
        raise not_decodable(path, reading, error, line) from error
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
        remedy = "Copy it again, or correct its name."
        raise StudyError(path.name, f"cannot be read ({error})", "it must be a whole file", remedy) from error


def _open(path: Path, reading: Reading, notes: list[str]) -> io.TextIOWrapper:
    """Open a file of text, gzipped or not, whatever its name says of that."""
    with path.open("rb") as raw:
        zipped = bytes_kind(raw.read(16)) == "gzip"
    named = split_suffix(path)[1].endswith(".gz")
    if zipped and not named:
        notes.append(f"{path.name}: a gzip file under a plain name, unpacked.")
    if named and not zipped:
        notes.append(f"{path.name}: not a gzip file, although it is called so; read as plain text.")

    def opened():
        return gzip.open(path, "rb") if zipped else path.open("rb")

    with opened() as stream:
        kind = bytes_kind(stream.read(16))
    if kind != "text":
        raise foreign(path.name, kind)
    encoding = chosen_encoding(reading.encoding, opened)
    return io.TextIOWrapper(opened(), encoding=encoding, newline="")


def _text_lines(path: Path, stream: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(stream, 1):
        if "\0" in line:
            where = f"{path.name}, line {number}"
            remedy = f"{EXPORT} If it is UTF-16, give --set encoding=utf-16-le."
            raise StudyError(where, "NUL bytes, so this is a binary file", "it must be a text file", remedy)
        yield line


def _without_preamble(
    path: Path, lines: Iterator[str], reading: Reading, notes: list[str]
) -> tuple[Iterator[str], int, str]:
    """Take comment lines and a `sep=;` off the top; return the rest, their number, and the separator."""
    own, skipped = default_separator(path), 0
    head = list(islice(lines, 1))
    _refuse_other_formats(path, head)
    if head and (declared := _DECLARED.fullmatch(head[0].lstrip("\ufeff"))):
        own, skipped, head = declared[1], 1, list(islice(lines, 1))
        notes.append(f"{path.name}: separated by `{own}`, as its first line says.")
    comments: list[str] = []
    while head and head[0].startswith("#"):
        comments.append(head[0])
        head = list(islice(lines, 1))
    head += islice(lines, 1)
    sep = _separator(path, reading.sep, own, comments[-1:] + head, notes)
    if comments and head and _width(comments[-1], sep) == _width(head[0], sep) > 1:
        head.insert(0, comments.pop())  # a header that begins with #, as QIIME writes it
    if comments:
        n = len(comments)
        notes.append(f"{path.name}: {n} comment {'line' if n == 1 else 'lines'} before the header skipped.")
    rest = chain(head, lines)
    return (_trimmed(rest) if sep == " " else rest), skipped + len(comments), sep


def _refuse_other_formats(path: Path, head: list[str]) -> None:
    kinds = [kind for pattern, kind in _FIRST_LINES if head and pattern.match(head[0])]
    if kinds:
        raise foreign(path.name, kinds[0])
    if head and head[0].startswith(("!", "^")):
        found = "it begins with a line of GEO's description (`!` or `^`)"
        remedy = "Delete the lines that begin with `!` or `^`; what describes samples belongs in samples.csv."
        raise StudyError(path.name, found, "it must begin with the header", remedy)


def _separator(path: Path, given: str | None, own: str, head: list[str], notes: list[str]) -> str:
    """Return `given` where it separates the first two lines, or where the file's own does not either."""
    if given is None or given == own or not head:
        return own
    if all(_width(text, given) > 1 for text in head[-2:]) or _width(head[-1], own) == 1:
        return given
    words = SEPARATOR_WORDS.get(own, f"`{own}`")
    notes.append(f"{path.name}: separated by {words}, as its name says, not as `sep` says.")
    return own


def _width(text: str, sep: str) -> int:
    try:
        return len(next(csv.reader([text], delimiter=sep), []))
    except csv.Error:
        return 0


def _trimmed(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line.strip() + "\n"


def csv_header(path: Path, lines: Iterator[tuple[int, list[str]]], reading: Reading = DEFAULT) -> list[str]:
    """Take the header from `csv_rows`; raise a StudyError if there is none or it is split otherwise."""
    line, header = next(lines, (0, []))
    if not header:
        raise empty(path)
    used = _other_separator(header, reading.sep or default_separator(path))
    if used is None:
        return header
    sample = ",".join(next(lines, (0, [""]))[1])
    asked = {";": "--set sep=';'"}.get(used, f"--set sep={SEPARATOR_WORDS[used][:-1]}")
    if used != "," and re.search(r"\d,\d", sample):
        asked += " --set decimal=','"
    mark = reading.sep or default_separator(path)
    suits = {"\t": ".tsv", ",": ".csv"}.get(used)
    other = f"rename it to {suits}" if suits and not reading.sep else "export it again"
    said = "as `sep` says" if reading.sep else "as its name says"
    raise StudyError(
        f"{path.name}, line {line}",
        f"the header is separated by {SEPARATOR_WORDS[used]}",
        f"it must be separated by {SEPARATOR_WORDS.get(mark, f'`{mark}`')}, {said}",
        f"Give {asked}, or {other}.",
    )


def _other_separator(header: list[str], sep: str) -> str | None:
    """Find the mark that separates the header where `sep` does not."""
    for mark in (";", "\t", ",", "|", " "):
        several = mark in ";\t" and ",".join(header).count(mark) > 1
        if mark != sep and mark in header[0].strip() and (len(header) == 1 or several):
            return mark
    return None
