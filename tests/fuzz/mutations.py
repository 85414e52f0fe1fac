"""What may be wrong with a study: drawn mutations of its cells, rows, columns, names, files and bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz.grids import IN_ONE, OWN_CONTAINER, TABLES, TEXT, Grid, Grids, base, turned, write_study
from hypothesis import strategies as st

# What has been seen in cells that should hold numbers, and what nobody should ever put there.
CELLS = [
    "", " ", "nan", "NaN", "NA", "N/A", "#N/A", "None", "null", "inf", "-inf", "1e400", "-1e400", "1e308", "1e160",
    "5e-324", "-0", "-1", "0", "1e5", "1E+05", "1d5", "0x1F", "1_000", "1,234", "1.234,5", "1 234", "1,5", "٣", "１２",
    "½", "−3", "1e", ".5", "5.", ".", "--5", "=1+1", "=cmd|'/c calc'!A0", "+1", "@SUM(A1)", "-", "true", "FALSE",
    "2021-03-01", "1-Mar", "12:30", "5%", "<0.5", "1.5*", "9007199254740993", "18446744073709551616", "9" * 400,
    "0." + "1" * 5000, "x" * 40_000, "high", "a\nb", "a\r\nb", 'a"b', "'7", "\ufeff7", "  7  ", "7\u00a0", "7\u200b",
    "\u202e12", "\x1b[31m7", "\x007", "{{ 7 }}", "<script>alert(1)</script>", "$7$", "../../etc/passwd", "[7]",
    "b'7'", "1+2j", "1/2", "７.５", "\ud800",
]  # fmt: skip
NAMES = [
    "", " ", "S01", "s01", " S01", "S01 ", "s 01", "gene_1", "GENE_1", "met_2", "mean", "None", "nan", "NA", "NaN", "null",
    "auto", "PCA", "index", "_index", "sample_id", "Unnamed: 0", "1", "0", "01", "-1", "1e5", "True", "x" * 300,
    "gene_1.1", "MARCH1", "1-Mar", "a/b", "../x", "/", ".", "..", "a\\b", "a\nb", "a\tb", 'a"b', "a'b", "a,b", "a;b",
    "{{ 7*7 }}", "{% x %}", "${x}", "$x$", "$$", "\\(x\\)", "<b>x</b>", "<script>alert(1)</script>", "[x](javascript:x)",
    "`x`", "```{include} /etc/passwd", "*x*", "|", "#x", "%x", "=1+1", "@x", "\x1b[31mx", "\u202ex", "x\u200b", "\u00a0",
    "\ufeffx", "\x00", "\x07", "ß", "SS", "é", "e\u0301", "名前", "😀", "x\u0000y", "\ud800", "__proto__", "constructor",
]  # fmt: skip
_WILD = st.text(st.characters(codec="utf-8"), max_size=12)
cells = st.one_of(st.sampled_from(CELLS), st.floats().map(repr), st.integers().map(str), _WILD)
names = st.one_of(st.sampled_from(NAMES), _WILD)


@dataclass(repr=False)
class Mutated:
    """A study with its mutations: what to write, and what was done in words."""

    grids: Grids
    suffixes: dict[str, str] = field(default_factory=dict)
    whole: str | None = None
    on_files: list[Callable[[Path], None]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return "\n".join([f"written as {self.whole or self.suffixes}", *self.log])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def write(self, folder: Path) -> None:
        """Write it; what no container but text can hold is written as text."""
        try:
            write_study(self.grids, folder, self.suffixes, self.whole)
        except Exception as error:  # a writer's, and not what is under test
            self.log.append(f"as text, since {type(error).__name__}: {error}"[:200])
            self.suffixes, self.whole = {}, None
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
            write_study(self.grids, folder, {})
        for change in self.on_files:
            change(folder)


def _place(draw: st.DrawFn, grid: Grid) -> tuple[int, int]:
    i = draw(st.integers(0, max(len(grid) - 1, 0)))
    return i, draw(st.integers(0, max(len(grid[i]) - 1, 0))) if grid else 0


def _cell(draw: st.DrawFn, grid: Grid) -> str:
    i, j = _place(draw, grid)
    value = draw(names if i == 0 or j == 0 else cells)
    if grid and grid[i]:
        grid[i][j] = value
    return f"cell {i},{j} = {value[:60]!r}"


def _column_of(draw: st.DrawFn, grid: Grid) -> str:
    """Fill a whole column: all missing, constant, one level a row."""
    j = _place(draw, grid)[1]
    value = draw(cells)
    each = draw(st.sampled_from(["alike", "numbered"]))
    for i, row in enumerate(grid[1:]):
        if j < len(row):
            row[j] = value if each == "alike" else f"{value}{i}"
    return f"column {j} = {value[:60]!r}, {each}"


def _row_of(draw: st.DrawFn, grid: Grid) -> str:
    i, value = _place(draw, grid)[0], draw(cells)
    if grid:
        grid[i][1:] = [value] * len(grid[i][1:])
    return f"row {i} = {value[:60]!r}"


def _drop_rows(draw: st.DrawFn, grid: Grid) -> str:
    i = _place(draw, grid)[0]
    n = draw(st.integers(1, 12))
    del grid[i : i + n]
    return f"rows {i} to {i + n - 1} dropped"


def _drop_columns(draw: st.DrawFn, grid: Grid) -> str:
    j = _place(draw, grid)[1]
    n = draw(st.integers(1, 8))
    for row in grid:
        del row[j : j + n]
    return f"columns {j} to {j + n - 1} dropped"


def _double_row(draw: st.DrawFn, grid: Grid) -> str:
    i, to = _place(draw, grid)[0], _place(draw, grid)[0]
    if grid:
        grid.insert(to, list(grid[i]))
    return f"row {i} once more as {to}"


def _double_column(draw: st.DrawFn, grid: Grid) -> str:
    j = _place(draw, grid)[1]
    for row in grid:
        row.extend(row[j : j + 1])
    return f"column {j} once more at the end"


def _ragged(draw: st.DrawFn, grid: Grid) -> str:
    i, j = _place(draw, grid)
    if not grid:
        return "nothing"
    if draw(st.booleans()):
        grid[i].insert(j, draw(cells))
        return f"a cell more at {i},{j}"
    del grid[i][j:]
    return f"row {i} ends at {j}"


def _swap_rows(draw: st.DrawFn, grid: Grid) -> str:
    i, k = _place(draw, grid)[0], _place(draw, grid)[0]
    if grid:
        grid[i], grid[k] = grid[k], grid[i]
    return f"rows {i} and {k} swapped"


def _blank_row(draw: st.DrawFn, grid: Grid) -> str:
    i = _place(draw, grid)[0]
    grid.insert(i, draw(st.sampled_from([[], [""], ["", "", ""], ["# a comment"], ["A title"], ["sep=;"]])))
    return f"row {i} = {grid[i]}"


def _row_numbers(draw: st.DrawFn, grid: Grid) -> str:
    first = draw(st.sampled_from(["", "Unnamed: 0", "X"]))
    for i, row in enumerate(grid):
        row.insert(0, str(i - 1) if i else first)
    return f"row numbers in front, called {first!r}"


def _wide(draw: st.DrawFn, grid: Grid) -> str:
    n, value = draw(st.integers(1, 300)), draw(cells)
    for i, row in enumerate(grid):
        row.extend([f"more_{k}" if i == 0 else value for k in range(n)])
    return f"{n} columns more, all {value[:60]!r}"


def _turn(draw: st.DrawFn, grid: Grid) -> str:
    if grid and len(set(map(len, grid))) == 1:
        grid[:] = turned(grid)
    return "turned"


ON_GRIDS = [
    _cell, _cell, _cell, _column_of, _row_of, _drop_rows, _drop_columns, _double_row, _double_column, _ragged, _swap_rows,
    _blank_row, _row_numbers, _wide, _turn,
]  # fmt: skip


@st.composite
def of_bytes(draw: st.DrawFn) -> tuple[str, Callable[[bytes], bytes]]:
    """Draw a change of a file's bytes; places are shares of its length."""
    at, to = sorted((draw(st.integers(0, 1000)), draw(st.integers(0, 1000))))
    more = draw(st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from(_INSERTED)))
    changes: dict[str, Callable[[bytes, int, int], bytes]] = {
        "flip": lambda b, i, j: b[:i] + bytes([b[i] ^ more[0]]) + b[i + 1 :] if b[i:] else b,
        "truncate": lambda b, i, j: b[:i],
        "behead": lambda b, i, j: b[i:],
        "insert": lambda b, i, j: b[:i] + more + b[i:],
        "overwrite": lambda b, i, j: b[:i] + more + b[i + len(more) :],
        "cut": lambda b, i, j: b[:i] + b[j:],
        "repeat": lambda b, i, j: b[:j] + b[i:],
        "as UTF-16": lambda b, i, j: b.decode("latin-1").encode("utf-16"),
        "as UTF-8 with BOM": lambda b, i, j: b"\xef\xbb\xbf" + b,
        "as old Mac lines": lambda b, i, j: b.replace(b"\r\n", b"\r"),
        "as semicolons": lambda b, i, j: b.replace(b",", b";"),
        "with decimal commas": lambda b, i, j: b.replace(b",", b";").replace(b".", b","),
        "gzipped": lambda b, i, j: gzip.compress(b, mtime=0),
        "only": lambda b, i, j: more,
    }
    name = draw(st.sampled_from(sorted(changes)))

    def change(content: bytes) -> bytes:
        return changes[name](content, at * len(content) // 1000, to * len(content) // 1000)

    return f"{name} at {at} to {to} ({more!r})", change


_INSERTED = [
    b"\x00", b"\xff", b'"', b"\r", b"\n", b",", b"\x1a", b"\xef\xbb\xbf", b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"PAR1",
    b"\x89HDF\r\n\x1a\n", b"%PDF", b"<html>", b"{}", b"\xff" * 8, b"\x00" * 4096,
]  # fmt: skip


@st.composite
def file_changes(draw: st.DrawFn, files: list[str]) -> tuple[str, Callable[[Path], None]]:
    """Draw a change of one of the files of a folder."""
    name, other = draw(st.sampled_from(files)), draw(st.sampled_from(files))
    kind = draw(
        st.sampled_from(["bytes"] * 6 + ["swap", "copy", "delete", "folder", "link", "rename", "more"])
    )
    said, change = draw(of_bytes())
    new = draw(st.sampled_from(_OTHER_NAMES))

    def act(folder: Path) -> None:
        one, two = folder / name, folder / other
        if not one.is_file() or not two.is_file():
            return
        content = one.read_bytes()
        if kind == "bytes":
            one.write_bytes(change(content))
        elif kind == "swap":
            one.write_bytes(two.read_bytes())
            two.write_bytes(content)
        elif kind == "copy":
            one.write_bytes(two.read_bytes())
        elif kind == "more":
            (folder / new).write_bytes(content)
        elif kind == "rename":
            one.rename(folder / new)
        else:
            one.unlink()
            if kind == "folder":
                one.mkdir()
            elif kind == "link":
                one.symlink_to(other if other != name else "nowhere")

    words = {"bytes": said, "rename": f"renamed {new}", "more": f"also as {new}"}
    return f"{name}: {words.get(kind, f'{kind}, with {other}')}", act


_OTHER_NAMES = [
    "transcriptomics.CSV", "Transcriptomics.csv", "transcriptomics.tsv", "transcriptomics.csv.gz", "transcriptomics.parquet",
    "transcriptomics.h5ad", "transcriptomics.xlsx", "transcriptomics.txt", "transcriptomics", "metabolomics.csv.txt",
    "samples.tsv", "samples.parquet", "SAMPLES.CSV", "lipidomics.csv", "proteomics.h5ad", "study.h5mu", "study.xlsx",
    "notes.md", "known_pairs.csv", "known_pairs.tsv", ".hidden", "-rf.csv", "a\nb.csv", "{{x}}.csv", "snakemake.py",
    "samples.csv.gz", "x.zip", "mod_kind.csv", "con.csv",
]  # fmt: skip


@st.composite
def layouts(draw: st.DrawFn, grids: Grids) -> tuple[dict[str, str], str | None]:
    """Draw the containers that a study is written in."""
    whole = draw(st.sampled_from([None, None, None, *IN_ONE]))
    suffixes = {name: draw(st.sampled_from(OWN_CONTAINER)) for name in TABLES}
    texts = (*TEXT, ".xlsx")
    suffixes |= {name: draw(st.sampled_from(texts)) for name in ("samples", "known_pairs") if name in grids}
    return suffixes, whole


@st.composite
def studies(draw: st.DrawFn) -> Mutated:
    """Draw a valid study, and up to three things that are wrong with it."""
    grids = base(pairs=draw(st.booleans()), missing=draw(st.booleans()))
    one = Mutated(grids)
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 3]))):
        name = draw(st.sampled_from(sorted(grids)))
        one.log.append(f"{name}: {draw(st.sampled_from(ON_GRIDS))(draw, grids[name])}")
    one.suffixes, one.whole = draw(layouts(grids))
    files = [one.whole] if one.whole else [name + one.suffixes[name] for name in grids]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        said, change = draw(file_changes(files))
        one.log.append(said)
        one.on_files.append(change)
    return one


@st.composite
def same_studies(draw: st.DrawFn) -> Mutated:
    """Draw a valid study in another form: other containers, other orders, other ways round."""
    grids = base(missing=draw(st.booleans()))
    one = Mutated(grids)
    one.suffixes, one.whole = draw(layouts(grids))
    for name in TABLES:
        header, *rows = grids[name]
        order = draw(st.permutations(range(1, len(header))))
        if draw(st.booleans()):
            grids[name] = [
                [row[0], *(row[j] for j in order)] for row in (header, *draw(st.permutations(rows)))
            ]
        if draw(st.booleans()) and one.whole != "study.h5mu":
            grids[name] = turned(grids[name])
    one.log.append(f"the genes begin {grids['transcriptomics'][0][:2]}")
    if not one.whole and draw(st.booleans()):
        table = draw(st.sampled_from(sorted(grids)))
        name = table + one.suffixes[table]
        one.on_files.append(lambda folder: (folder / name).rename(folder / name.upper()))
        one.log.append(f"{name} in capitals")
    return one
