"""How to cite the book, from the file that tells programs: `CITATION.cff`."""

from __future__ import annotations

from typing import Any

import yaml

from .._escape import md
from .._files import project_file


def _citation() -> dict[str, Any]:
    return yaml.safe_load(project_file("CITATION.cff").read_text(encoding="utf-8"))


def authors() -> str:
    """Name the authors, in Markdown."""
    named = [
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in _citation()["authors"]
    ]
    return md(", ".join(named))


def cite(version: str) -> str:
    r"""Write the line that cites the book, in Markdown.

    Parameters
    ----------
    version : str
        Version of the library that made the run, with its commit where it is known, in Markdown.

    Examples
    --------
    >>> print(cite("0.1.0").partition("*")[0])
    the omics\_lib developers (2026):
    """
    known = _citation()
    year = known["date-released"].year
    return f"{authors()} ({year}): *{md(known['title'])}*. Version {version}."
