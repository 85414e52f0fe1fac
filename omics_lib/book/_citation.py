"""How to cite the book, from the file that tells programs: `CITATION.cff`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from .._escape import md, md_code
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


def version_of(manifest: Mapping[str, Any]) -> str:
    """Name version and commit of the library that made a run, in Markdown.

    Examples
    --------
    >>> version_of({"versions": {"omics_lib": "0.1.0"}, "commit": "abcdef0123+changes"})
    '0.1.0, commit `abcdef0` with changes'
    """
    commit, _, changes = str(manifest.get("commit") or "").partition("+")
    of = f", commit {md_code(commit[:7])}{' with changes' if changes else ''}" if commit else ""
    return md(manifest["versions"].get("omics_lib", "not known")) + of


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
