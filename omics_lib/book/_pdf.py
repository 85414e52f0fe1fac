"""The whole book as one PDF: each page printed by a browser, joined, with bookmarks and links within.

Chromium prints as it shows, so that figures and equations stay vectors. What it writes of the day and of this
machine is left out; links between pages lead to their place in the file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urlsplit

from .._files import whole_file
from ..errors import RunError
from ..processes import clean_environment

if TYPE_CHECKING:
    from pypdf import PdfReader, PdfWriter

NAME = "book.pdf"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_OPTIONS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-pdf-header-footer",
    "--virtual-time-budget=30000",
)  # fmt: skip
_LONGEST = 180  # seconds, for one page on a busy machine
_AT_ONCE = 2
_ENTRY = re.compile(
    r'<span class="caption-text">(?P<part>[^<]*)</span>'
    r'|<a class="reference internal" href="(?P<href>[^"#]*)">\s*(?P<title>.*?)</a>',
    re.DOTALL,
)


@dataclass
class Chapter:
    """A page of the book and the first page of it in the PDF."""

    title: str
    part: str
    path: Path
    first: int = 0
    n_pages: int = 0
    anchors: dict[str, tuple[int, float]] = field(default_factory=dict)  # page of the chapter, and height


def print_book(run: Path) -> Path:
    """Print the rendered book of a run into one PDF, `RUN/book/book.pdf`.

    Parameters
    ----------
    run : Path
        Run folder whose book is rendered.

    Returns
    -------
    Path
        The file. Where the browser is the same, the same book gives the same bytes, but for a word that a
        busy machine now and then sets a fraction of a point higher or lower.

    Raises
    ------
    RunError
        If there is no rendered book, or no Chromium or Chrome, or it does not print.
    """
    book = Path(run).resolve() / "book"
    chapters = list(_chapters(book))
    browser = _browser()
    with tempfile.TemporaryDirectory(prefix="omics-pdf-") as scratch:
        targets = [Path(scratch) / f"{i}.pdf" for i in range(len(chapters))]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda chapter, target: _print(browser, chapter.path, target), chapters, targets))
        with whole_file(book / NAME) as part:
            _join(chapters, targets, book, part)
    return book / NAME


def _chapters(book: Path) -> Iterator[Chapter]:
    """List the pages in the order of the table of contents, as the cover's navigation has it."""
    import html

    cover = book / "book/index.html"
    if not cover.is_file():
        raise RunError(str(book), "no rendered book", "a PDF is printed from it", "Render it first.")
    text = cover.read_text(encoding="utf-8")
    title = re.search(r"<title>(.*?)(?:</title>| &#8212; )", text, re.DOTALL)  # the page's, then the book's
    yield Chapter(html.unescape(title[1].strip()) if title else "Cover", "", cover)
    sidebar = text.partition('class="bd-links')[2].partition("</nav>")[0]
    part = ""
    for entry in _ENTRY.finditer(sidebar):
        if entry["part"] is not None:
            part = html.unescape(entry["part"].strip())
        elif entry["href"]:
            said = html.unescape(re.sub(r"<[^>]+>", "", entry["title"]).strip())
            yield Chapter(said, part, (cover.parent / unquote(entry["href"])).resolve())


def _browser() -> str:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        expected = "a PDF is printed by it"
        raise RunError("Chromium", "not installed", expected, "Install Chromium or Chrome, and print again.")
    return found


def _print(browser: str, page: Path, target: Path) -> None:
    """Print one page; a browser that has its own folder disturbs no other."""
    own = target.with_suffix("")
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []  # root has none
    command = [
        browser,
        *_OPTIONS,
        *alone,
        f"--user-data-dir={own}",
        f"--print-to-pdf={target}",
        page.as_uri(),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_LONGEST, env=clean_environment(own / "home")
        )
        said = done.stderr.decode("utf-8", errors="replace").strip().splitlines()[-1:]
    except subprocess.TimeoutExpired:
        said = [f"nothing in {_LONGEST} seconds"]
    shutil.rmtree(own, ignore_errors=True)
    if not target.is_file():
        found = f"was not printed ({' '.join(said)[:200]})"
        raise RunError(
            str(page), found, "a browser prints every page", "Open it in the browser, and try again."
        )


def _join(chapters: list[Chapter], files: list[Path], book: Path, target: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for chapter, reader in zip(chapters, map(PdfReader, files), strict=True):
        chapter.first, chapter.n_pages = len(writer.pages), len(reader.pages)
        chapter.anchors = _anchors(reader)
        for page in reader.pages:
            writer.add_page(page)
    _bookmarks(writer, chapters)
    by_path = {chapter.path: chapter for chapter in chapters}
    for chapter in chapters:
        _mend_links(writer, chapter, by_path)
    for number, page in enumerate(writer.pages, 1):
        _number(writer, page, number)
    writer.metadata = {"/Title": chapters[0].title, "/Producer": "omics_lib"}
    writer.compress_identical_objects()
    writer.write(target)


def _bookmarks(writer: PdfWriter, chapters: list[Chapter]) -> None:
    part, above = "", None
    for chapter in chapters:
        if chapter.part != part:
            part, above = chapter.part, writer.add_outline_item(title=chapter.part, page_number=chapter.first)
        writer.add_outline_item(title=chapter.title, page_number=chapter.first, parent=above)


def _anchors(reader: PdfReader) -> dict[str, tuple[int, float]]:
    """Say where the named places of a printed page are: page and height."""
    places = {}
    for name, place in reader.named_destinations.items():
        page = reader.get_destination_page_number(place)
        places[unquote(name.lstrip("/"))] = (page or 0, float(place.get("/Top") or 0))
    return places


def _mend_links(writer: PdfWriter, chapter: Chapter, by_path: dict[Path, Chapter]) -> None:
    """Lead links to pages of the book into the file; those to other files of it are dropped."""
    from pypdf.generic import ArrayObject, NameObject

    for page in writer.pages[chapter.first : chapter.first + chapter.n_pages]:
        kept = ArrayObject()
        for reference in page.get("/Annots", ()):
            link = reference.get_object()
            uri = str(link.get("/A", {}).get("/URI", ""))
            if uri and urlsplit(uri).scheme != "file":
                kept.append(reference)
                continue
            address, anchor = urldefrag(uri) if uri else ("", str(link.get("/Dest", "")).lstrip("/"))
            target = by_path.get(Path(unquote(urlsplit(address).path))) if uri else chapter
            if target is None:
                continue
            number, top = target.anchors.get(unquote(anchor), (0, None))
            link.pop("/A", None)
            link[NameObject("/Dest")] = _destination(writer, target.first + number, top)
            kept.append(reference)
        page[NameObject("/Annots")] = kept


def _destination(writer: PdfWriter, page: int, top: float | None) -> Any:
    from pypdf.generic import ArrayObject, FloatObject, NameObject, NullObject

    at = writer.pages[page].indirect_reference
    if top is None:
        return ArrayObject([at, NameObject("/Fit")])
    return ArrayObject([at, NameObject("/XYZ"), NullObject(), FloatObject(top), NullObject()])


def _number(writer: PdfWriter, page: Any, number: int) -> None:
    """Write a page's number at its foot."""
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

    fonts = page["/Resources"].setdefault(NameObject("/Font"), DictionaryObject()).get_object()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts[NameObject("/PageNumber")] = DictionaryObject(
        {NameObject(key): NameObject(value) for key, value in font.items()}
    )
    middle = float(page.mediabox.width) / 2 - 2 * len(str(number))
    marks = ["q", f"Q q BT /PageNumber 8 Tf 0.3 g {middle:.1f} 16 Td ({number}) Tj ET Q"]
    before, foot = (DecodedStreamObject() for _ in marks)
    for stream, mark in zip((before, foot), marks, strict=True):
        stream.set_data(mark.encode())
    drawn = page["/Contents"].get_object()
    drawn = list(drawn) if isinstance(drawn, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *drawn, writer._add_object(foot)]
    )
