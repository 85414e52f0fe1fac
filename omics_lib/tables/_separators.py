"""Which mark separates the cells of a text file: the parameter or the file's name says it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from ..errors import StudyError
from ._reading import SEPARATOR_WORDS


def separator(path: Path, given: str | None, own: str, head: list[str], notes: list[str]) -> str:
    """Decide how a file is separated.

    Parameters
    ----------
    path : Path
        For notes and errors.
    given : str or None
        The parameter `sep`.
    own : str
        What the file's name, or its first line, says.
    head : list of str
        The header and the first row, as they stand.
    notes : list of str
        Said is where the file is separated as its own name says and not as the parameter does.

    Returns
    -------
    str
        `given` where it separates both lines, or where `own` does not separate the first row either.

    Raises
    ------
    StudyError
        If the header is separated by another mark.
    """
    sep = own
    if given is not None and given != own and head:
        if all(width(text, given) > 1 for text in head) or width(head[-1], own) <= 1:
            sep = given
        else:
            words = SEPARATOR_WORDS.get(own, f"`{own}`")
            notes.append(f"{path.name}: separated by {words}, as its name says, not as `sep` says.")
    used = _other_separator(head[0], sep) if head else None
    if used is not None:
        raise _wrong_separator(path, used, sep, given, head)
    return sep


def width(text: str, sep: str) -> int:
    """Count the cells of a line; 0 if there are none."""
    try:
        return len(next(csv.reader([text], delimiter=sep), []))
    except csv.Error:
        return 0


def _other_separator(header: str, sep: str) -> str | None:
    """Find the mark that separates the header where `sep` does not."""
    cells = next(csv.reader([header], delimiter=sep), [""])
    first = cells[0].strip() if cells else ""
    for mark in (";", "\t", ",", "|", " "):
        several = mark in ";\t" and header.count(mark) > 1
        if mark != sep and mark in first and (len(cells) == 1 or several):
            return mark
    return None


def _wrong_separator(path: Path, used: str, sep: str, given: str | None, head: list[str]) -> StudyError:
    asked = {";": "--set sep=';'"}.get(used, f"--set sep={SEPARATOR_WORDS[used][:-1]}")
    if used != "," and any(re.search(r"\d,\d", cell) for row in head[1:] for cell in row.split(used)):
        asked += " --set decimal=','"
    suits = {"\t": ".tsv", ",": ".csv"}.get(used)
    other = f"rename it to {suits}" if suits and not given else "export it again"
    return StudyError(
        f"{path.name}, line 1",
        f"the header is separated by {SEPARATOR_WORDS[used]}",
        f"it must be separated by {SEPARATOR_WORDS.get(sep, f'`{sep}`')}, as "
        f"{'`sep`' if sep == given else 'its name'} says",
        f"Give {asked}, or {other}.",
    )
