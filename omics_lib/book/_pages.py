"""Pages as they come from Sphinx, mended where a few letters make them lighter, or readable to more."""

from __future__ import annotations

import re
from pathlib import Path

# What is written → what a reader, and whatever reads to one, needs instead.
_MENDED = (
    # The list of references holds blocks that are no items of a list, under a role that is withdrawn.
    (re.compile(r' role="list"(?= class="citation-list")'), ""),
    (re.compile(r' role="doc-biblioentry"'), ""),
    # What is folded is called by what stands on it: "Show code cell source".
    (re.compile(r'(?<=<summary) aria-label="Toggle hidden content"'), ""),
    # The icons come from the theme's fonts as well; its script would draw them once more, with 1.5 MB.
    (re.compile(r"\s*<script src=[^>]*/fontawesome\.js[^>]*></script>"), ""),
)
_MATHJAX = re.compile(r"\s*<script [^>]*/mathjax/[^>]*></script>")


def mend_pages(book: Path) -> None:
    """Mend every page of a book, in place."""
    for path in sorted(book.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for written, instead in _MENDED:
            text = written.sub(instead, text)
        if 'class="math' not in text:
            text = _MATHJAX.sub("", text)
        path.write_text(text, encoding="utf-8", newline="\n")
