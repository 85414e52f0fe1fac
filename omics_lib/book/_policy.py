"""What a page may load and run: a content security policy in each, that names the theme's own scripts.

An inline script runs only by its checksum. Those of the theme are read off pages that hold nothing of a
study; whatever else stands in a page, however it came there, does not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

# Pages that the theme writes by itself.
_OF_THE_THEME = ("genindex.html", "search.html")
_PAGE_NAME = re.compile(r"DOCUMENTATION_OPTIONS\.pagename = '[\w/.-]+';")
_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HANDLERS = ("toggleFullScreen()", "window.print()")  # of the theme's buttons
_POLICY = (
    "default-src 'none'; script-src 'self' file: 'unsafe-hashes' {scripts}; style-src 'self' file: "
    "'unsafe-inline'; img-src 'self' file: data:; font-src 'self' file: data:; connect-src 'none'; "
    "base-uri 'none'; form-action 'self' file:"
)
_CHARSET = re.compile(r"(<meta charset=[^>]*>)", re.IGNORECASE)


def _checksum(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def policy(scripts: Iterable[str] = ()) -> str:
    """Write the meta element of a policy under which only these inline scripts run.

    Examples
    --------
    >>> policy()[:45]
    '<meta http-equiv="Content-Security-Policy" co'
    """
    sums = " ".join(sorted({_checksum(script) for script in scripts}))
    return f'<meta http-equiv="Content-Security-Policy" content="{_POLICY.format(scripts=sums)}">'


def add_policy(book: Path, own: Iterable[str] = ()) -> None:
    """Put the policy into every page of a book.

    Parameters
    ----------
    book : Path
        Folder of the built pages.
    own : iterable of str
        Inline scripts that the book's own configuration makes, such as MathJax's settings.
    """
    known = {*own, *_HANDLERS}
    for name in _OF_THE_THEME:
        known |= set(_SCRIPT.findall((book / name).read_text(encoding="utf-8")))
    for path in sorted(book.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        named = {script for script in _SCRIPT.findall(text) if _PAGE_NAME.fullmatch(script)}
        head, charset, rest = _CHARSET.split(text, maxsplit=1) if _CHARSET.search(text) else ("", "", text)
        meta = f"{charset}\n{policy(known | named)}" if charset else ""
        path.write_text(head + meta + rest, encoding="utf-8", newline="\n")
