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
# What draws the data that a page holds; the scripts lie in `book/_extra/explore`.
_EXPLORED = re.compile(r'<div class="explore" data-')
_EXPLORE = "".join(f'<script defer src="../explore/{name}.js"></script>\n' for name in ("d3.min", "explore"))
_MATHJAX = re.compile(r"\s*<script [^>]*/mathjax/[^>]*></script>")


def mend_pages(book: Path) -> None:
    """Mend every page of a book, in place."""
    for path in sorted(book.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for written, instead in _MENDED:
            text = written.sub(instead, text)
        if 'class="math' not in text:
            text = _MATHJAX.sub("", text)
        if _EXPLORED.search(text):
            text = text.replace("</body>", f"{_EXPLORE}</body>")
        path.write_text(text, encoding="utf-8", newline="\n")
