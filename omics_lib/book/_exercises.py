"""Exercises: where they stand in the chapters, and the page that lists them.

A chapter holds each as a directive, its solution behind it: cells that ran with all others, folded. The page
is made from the chapters, so that the two cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat

_OPTIONS = re.compile(r":(label: [\w-]+|class: dropdown)[ ]*")
_LABEL = re.compile(r"[\w-]*")
_NAMED = re.compile(r"^(:label: |:::\{solution-start\} )([\w-]+)", re.MULTILINE)
_EXERCISE = re.compile(
    r"^:::\{exercise\} (?P<title>.+)\n:label: (?P<label>[\w-]+)\n(?P<text>.*?)^:::$", re.MULTILINE | re.DOTALL
)


def is_exercise(info: str, content: str, is_prose: Callable[[str], bool]) -> bool:
    """Tell whether a directive is a question or an exercise, or ends a solution, and holds prose alone.

    Parameters
    ----------
    info : str
        What stands behind the colons: `{exercise} A title`.
    content : str
        What it encloses, options first.
    is_prose : callable
        Tells whether Markdown holds prose alone.
    """
    found = re.fullmatch(r"\{(dropdown|exercise|solution-start|solution-end)\}[ ]*(.*)", info.strip())
    if not found:
        return False
    name, argument = found.groups()
    lines = content.splitlines()
    while lines and lines[0].startswith(":") and not lines[0].startswith(":::"):
        if not _OPTIONS.fullmatch(lines.pop(0)):
            return False
    text = "\n".join(lines).strip()
    if name in ("dropdown", "exercise"):
        return is_prose(argument) and is_prose(text)
    return bool(_LABEL.fullmatch(argument)) and not text


def with_own_labels(markdown: str, page: str) -> str:
    """Put the page's name before the labels of its exercises: one notebook may become several pages.

    An anchor that starts with a digit stops the theme's script, so that `ex-` stands before both.

    Examples
    --------
    >>> with_own_labels(":::{solution-start} mean", "01_data")
    ':::{solution-start} ex-01_data-mean'
    """
    return _NAMED.sub(rf"\g<1>ex-{page}-\g<2>", markdown)


def list_exercises(pages: Iterable[tuple[str, Path]]) -> str:
    """List the exercises of all pages, without their solutions, as Markdown.

    Parameters
    ----------
    pages : iterable of (title, notebook)
        In the order of the book; the notebooks as they are rendered.
    """
    lines = []
    for title, path in pages:
        cells = nbformat.read(path, as_version=4).cells
        found = [e for cell in cells if cell.cell_type == "markdown" for e in _EXERCISE.finditer(cell.source)]
        if found:
            lines.append(f"## {title}")
        for exercise in found:
            text = exercise["text"].strip()
            lines.append(f"**{exercise['title'].strip()}** {text}\n\n→ {{ref}}`{exercise['label']}`")
    return "\n\n".join(lines)
