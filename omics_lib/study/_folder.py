"""Find the files of a study, and say of every other file in its folder why it is left alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from .._modalities import MODALITIES
from ..errors import StudyError, first_few, together
from ..tables import (
    EXCEL_SUFFIXES,
    KINDS_READ,
    TEXT_SUFFIXES,
    foreign,
    is_foreign,
    sheet_names,
    split_suffix,
    unreadable,
)
from ._gene_sets import FILE as GENE_SETS

REQUIRED = (*MODALITIES, "samples")
NAMES = (*REQUIRED, "known_pairs")
_MODALITY_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Beside a study as a matter of course: no word about them.
_PAPERS = {"README", "SOURCE", "LICENSE", "LICENCE", "CITATION", "CHANGELOG"}
_PLANTED = "PLANTED_"  # so begins what the simulator writes beside a study
_TXT = tuple(suffix for suffix in TEXT_SUFFIXES if suffix in (".txt", ".txt.gz"))
_NO_TABLE = "not a table of the study"


@dataclass
class Found:
    """The files of a study: table name to file, modalities first; `{"study": file}` for a .h5mu.

    `sheets` says which tables are sheets of a workbook, `further` which tables need not be read, `notes` what
    was handled, and `left` why each other file is left alone.
    """

    files: dict[str, Path] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    further: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)

    def left_alone(self) -> list[str]:
        """Say which files were left alone, a sentence for each reason."""
        reasons = dict.fromkeys(self.left.values())
        names = {why: [name for name, other in self.left.items() if other == why] for why in reasons}
        return [f"{first_few(files)}: left alone, {why}." for why, files in names.items()]


def find_files(path: Path, needed: Collection[str] = MODALITIES) -> Found:
    """Find the files of a study.

    Parameters
    ----------
    path : Path
        A folder, a .h5mu file or a workbook with a sheet a table.
    needed : collection of str
        Modalities that must be there.

    Returns
    -------
    Found

    Raises
    ------
    StudyError
        If a required file is missing or of a kind that is not read, or two files compete for one table.
    """
    if not path.exists():
        raise StudyError(
            str(path), "no such file or folder", "it must be a study folder or .h5mu", "Check the path."
        )
    if path.is_dir():
        return _in_folder(path, needed)
    if path.suffix.lower() == ".h5mu":
        return Found({"study": path})
    if path.suffix.lower() in EXCEL_SUFFIXES:
        found = Found()
        sheets = _from_sheets(found, path)
        _refuse_missing(found, path.name, path.name + sheets, needed)
        return found
    raise StudyError(
        path.name, "a single file", "a study in one file must end in .h5mu or .xlsx", "Give its folder."
    )


def _in_folder(path: Path, needed: Collection[str]) -> Found:
    found = Found()
    entries = [file for file in sorted(path.iterdir()) if not _is_paper(file)]
    tables: dict[str, list[Path]] = {}
    others: list[Path] = []
    for file in entries:
        stem, suffix = split_suffix(file)
        mine = stem.lower() in NAMES and suffix and not unreadable(file)
        (tables.setdefault(stem.lower(), []) if mine else others).append(file)
    whole = [file for file in others if file.suffix.lower() == ".h5mu" and file.is_file()]
    if whole:
        rivals = [*whole, *(file for files in tables.values() for file in files)]
        if len(rivals) > 1:
            names = first_few(file.name for file in rivals)
            raise StudyError(
                str(path), f"both {names}", "it must hold tables or one .h5mu", "Move the others away."
            )
        found.files = {"study": whole[0]}
        found.left = {file.name: "the study is one .h5mu file" for file in others if file not in whole}
        return found
    for name, files in tables.items():
        _choose(found, path, name, files)
    books = [file for file in others if split_suffix(file)[1] in EXCEL_SUFFIXES and file.is_file()]
    has = first_few((file.name for file in entries), 10) or "nothing"
    if len(books) == 1 and any(name not in found.files for name in REQUIRED):
        has += _from_sheets(found, books[0])
        if found.sheets:
            others.remove(books[0])
    _refuse_unfit(found, others)
    _refuse_missing(found, str(path), has, needed)
    for file in [file for file in others if file.name == GENE_SETS and file.is_file()]:
        found.files["gene_sets"] = file
        others.remove(file)
    _further(found, others)
    order = [name for name in (*MODALITIES, *sorted(found.further), *found.files) if name in found.files]
    found.files = {name: found.files[name] for name in dict.fromkeys(order)}
    return found


def _is_paper(file: Path) -> bool:
    stem = file.name.split(".")[0].upper()
    paper = stem in _PAPERS or stem.startswith(_PLANTED) or file.suffix.lower() == ".md"
    return paper or file.name.startswith((".", "~$"))


def _choose(found: Found, path: Path, name: str, files: list[Path]) -> None:
    """Take the one file of a table; one that is called .txt only where there is no other."""
    texts = [file for file in files if split_suffix(file)[1] in _TXT]
    first = [file for file in files if file not in texts] or texts
    if len(first) > 1:
        both = " and ".join(file.name for file in first)
        raise StudyError(str(path), f"two files for {name}: {both}", "it must be one", "Move one away.")
    found.files[name] = file = first[0]
    found.left |= {text.name: f"{file.name} is there" for text in texts if text != file}
    if split_suffix(file)[0] != name:
        found.notes.append(f"{file.name}: taken for {name}, although its name has capitals.")
    if file in texts:
        found.notes.append(
            f"{file.name}: taken for the table; cells are separated by tabs, or as `sep` says."
        )


def _from_sheets(found: Found, book: Path) -> str:
    """Take the tables that are not there yet from the sheets of a workbook; say which sheets it has."""
    titles = sheet_names(book)
    by_name = {title.strip().casefold(): title for title in titles}
    for name in NAMES:
        if name in by_name and name not in found.files:
            found.files[name], found.sheets[name] = book, by_name[name]
    unused = [title for title in titles if title not in found.sheets.values()]
    if found.sheets:
        found.notes.append(f"{book.name}: read as {', '.join(found.sheets)}, a sheet each.")
    if found.sheets and unused:
        found.notes.append(f"{book.name}: sheets left alone, no tables of the study: {first_few(unused)}.")
    return f"; {book.name} has the sheets {first_few(titles)}"


def _refuse_unfit(found: Found, others: list[Path]) -> None:
    """Refuse a file that is called like a table of the study and cannot be one, where there is no other."""
    for file in others:
        name = file.name.split(".")[0].lower()
        if name not in NAMES or name in found.files:
            continue
        unfit = unreadable(file)
        if unfit:
            raise unfit
        kind = file.suffix.lower().lstrip(".")
        if is_foreign(kind):
            raise foreign(file.name, kind)
        if name not in REQUIRED:
            continue
        expected = f"the {name} table must be called {name}.csv, .tsv, .parquet, .h5ad or .xlsx"
        raise StudyError(file.name, "its kind cannot be told from its name", expected, "Rename it.")


def _refuse_missing(found: Found, where: str, has: str, needed: Collection[str]) -> None:
    missing = [_missing(where, name, has) for name in (*needed, "samples") if name not in found.files]
    if missing:
        raise together(missing)


def _missing(where: str, name: str, has: str) -> StudyError:
    ends = ".csv or .xlsx" if name == "samples" else KINDS_READ
    expected = f"there must be {name}.* ending in {ends}, or one workbook with a sheet {name}"
    rows = ": one row a sample, its sample_id and what describes it" if name == "samples" else ""
    remedy = f"Add the {name} table, or rename the file that holds it{rows}."
    return StudyError(where, f"no {name} file (found: {has})", expected, remedy)


def _further(found: Found, others: list[Path]) -> None:
    """Take tables of further modalities; say why each other file is left alone."""
    stems = [split_suffix(file)[0].lower() for file in others]
    for file, name in zip(others, stems, strict=True):
        suffix = split_suffix(file)[1]
        unfit = unreadable(file)
        mine = found.files.get(file.name.split(".")[0].lower())
        if mine:
            found.left[file.name] = f"{mine.name} is there"
        elif file.is_dir():
            found.left[file.name] = "a folder"
        elif unfit:
            found.left[file.name] = unfit.found
        elif not suffix or suffix in _TXT:
            parameters = file.suffix.lower() in (".yml", ".yaml")
            found.left[file.name] = "parameters are given with --params" if parameters else _NO_TABLE
        elif not _MODALITY_NAME.fullmatch(name):
            found.left[file.name] = "no modality can have its name (letters, digits, `_`)"
        elif stems.count(name) > 1:
            found.left[file.name] = f"there is more than one {name}"
        else:
            found.files[name] = file
            found.further.append(name)
