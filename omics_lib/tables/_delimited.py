"""Split a file of text into rows of cells, strictly."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from itertools import chain, islice
from pathlib import Path

from ..errors import StudyError
from ..gate import Counted, most_bytes
from ._encodings import chosen_encoding, not_decodable
from ._kinds import bytes_kind, default_separator, empty, foreign, split_suffix
from ._reading import Reading
from ._rows import refuse_title
from ._separators import separator, width

_AT_ONCE = 2**20  # bytes
_LONGEST_LINE = 2**28
EXPORT = "Export it again as UTF-8 CSV."
_DECLARED = re.compile(r'"?sep=(.)"?\s*')  # a first line that German and French Excel understand
_FIRST_LINES = (
    (re.compile(r"#1\.[23]\s*$"), "gct"),
    (re.compile(r"%%MatrixMarket"), "mtx"),
    (re.compile(r"\s*<(!DOCTYPE|html|\?xml)", re.IGNORECASE), "html"),
    (re.compile(r"\s*[{\[]"), "json"),
    (re.compile(r"version https://git-lfs"), "lfs"),
)


def csv_rows(path: Path, reading: Reading, notes: list[str]) -> Generator[tuple[int, list[str]], None, None]:
    """Yield line number and fields of every row that is not blank; add to `notes` what was handled."""
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
        found = f"not readable as CSV ({error})"
        raise StudyError(where, found, "quotes must come in pairs", EXPORT) from error
    except EOFError as error:
        found = f"the gzip file is truncated after line {line}"
        raise StudyError(path.name, found, "it must be whole", "Copy it again.") from error
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

    most = most_bytes(reading.max_unpacked_gb)

    def opened():
        plain = gzip.open(path, "rb") if zipped else path.open("rb")  # noqa: SIM115
        return io.BufferedReader(Counted(plain, path.name, most), _AT_ONCE)

    with opened() as stream:
        kind = bytes_kind(stream.read(16))
    if kind != "text":
        raise foreign(path.name, kind)
    encoding = chosen_encoding(reading.encoding, opened)
    return io.TextIOWrapper(opened(), encoding=encoding, newline="")


def _lines(path: Path, stream: io.TextIOBase) -> Iterator[str]:
    while line := stream.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            found = f"a line of more than {_LONGEST_LINE:,} letters"
            raise StudyError(path.name, found, "a row of a table is far shorter", EXPORT)
        yield line


def _text_lines(path: Path, stream: io.TextIOBase) -> Iterator[str]:
    for number, line in enumerate(_lines(path, stream), 1):
        if "\0" in line:
            where = f"{path.name}, line {number}"
            remedy = f"{EXPORT} If it is UTF-16, give --set encoding=utf-16-le."
            raise StudyError(where, "NUL bytes, so this is a binary file", "it must be a text file", remedy)
        yield line


def _without_preamble(
    path: Path, lines: Iterator[str], reading: Reading, notes: list[str]
) -> tuple[Iterator[str], int, str]:
    """Take comments, empty rows and a `sep=;` off the top; return the rest, how many, and the separator."""
    own, before = default_separator(path), Counter[str]()
    comment = ""
    for line in lines:
        declared = _DECLARED.fullmatch(line) if not before else None
        _refuse_other_formats(path, line)
        if declared:
            own = declared[1]
            notes.append(f"{path.name}: separated by `{own}`, as its first line says.")
        elif line.startswith("#"):
            comment = line
        elif line.strip(' \r\n\t,;|"'):
            head = [line, *islice(lines, 1)]
            break
        before["declared" if declared else "comment" if line.startswith("#") else "empty"] += 1
    else:
        head = []
    if comment and not before["empty"] and head and width(comment, own) == width(head[0], own) > 1:
        head, before["comment"] = [comment, *head], before["comment"] - 1  # a header like QIIME's #OTU ID
    sep = separator(path, reading.sep, own, head[:2], notes)
    for what, n in (("comment line", before["comment"]), ("empty row", before["empty"])):
        if n:
            notes.append(f"{path.name}: {n} {what}{'' if n == 1 else 's'} before the header skipped.")
    rest: Iterator[str] = chain(head, lines)
    if sep == " ":
        rest = (line.strip() + "\n" for line in rest)
    return rest, before.total(), sep


def _refuse_other_formats(path: Path, line: str) -> None:
    kinds = [kind for pattern, kind in _FIRST_LINES if pattern.match(line)]
    if kinds:
        raise foreign(path.name, kinds[0])
    if line.startswith(("!", "^")):
        found = "it begins with a line of GEO's description (`!` or `^`)"
        remedy = "Delete the lines that begin with `!` or `^`; what describes samples belongs in samples.csv."
        raise StudyError(path.name, found, "it must begin with the header", remedy)


def csv_header(path: Path, lines: Iterator[tuple[int, list[str]]]) -> list[str]:
    """Take the header from `csv_rows`; raise a StudyError if there is none."""
    line, header = next(lines, (0, []))
    if not header:
        raise empty(path)
    refuse_title(path.name, header, line)
    return header
