"""Pages as they come from Sphinx, mended where a few letters make them readable to more people."""

from __future__ import annotations

from pathlib import Path

# What is written → what a reader, and whatever reads to one, needs instead.
_MENDED = (
    # The list of references holds blocks that are no items of a list, under a role that is withdrawn.
    (' role="list" class="citation-list"', ' class="citation-list"'),
    (' role="doc-biblioentry"', ""),
)


def mend_pages(book: Path) -> None:
    """Mend every page of a book, in place."""
    for path in sorted(book.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for written, instead in _MENDED:
            text = text.replace(written, instead)
        path.write_text(text, encoding="utf-8", newline="\n")
