"""The whole book in one file."""

import pytest
from pypdf import PdfReader

from omics_lib.book import _pdf, print_book
from omics_lib.errors import RunError


def book_of(run, pages):
    """Write pages as the theme does: the cover lists them, and each links to the first."""
    folder = run / "book/book"
    folder.mkdir(parents=True)
    entries = "".join(
        f'<li><a class="reference internal" href="{name}.html">{title}</a></li>'
        for name, title in pages.items()
    )
    sidebar = (
        f'<nav class="bd-links"><span class="caption-text">Part &amp; parcel</span><ul>{entries}</ul></nav>'
    )
    cover = f"<title>Cover &#8212; The book</title>{sidebar}<h1>Cover</h1>"
    (folder / "index.html").write_text(cover, encoding="utf-8")
    for name, title in pages.items():
        text = f'<h1 id="top">{title}</h1><p><a href="one.html#top">one</a> <a href="https://example.org">web</a></p>'
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return run


def test_pages_are_those_of_the_contents_in_their_order(tmp_path):
    run = book_of(tmp_path / "run", {"one": "1 · One", "two": "2 &lt;Two&gt;"})
    chapters = list(_pdf._chapters(run / "book"))
    assert [chapter.title for chapter in chapters] == ["Cover", "1 · One", "2 <Two>"]
    assert {chapter.part for chapter in chapters[1:]} == {"Part & parcel"}


def test_book_without_pages_or_browser_is_refused(tmp_path, monkeypatch):
    with pytest.raises(RunError, match="no rendered book"):
        print_book(tmp_path)
    run = book_of(tmp_path / "run", {"one": "One"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match="Chromium: not installed"):
        print_book(run)
    assert not (run / "book/book.pdf").exists()


@pytest.mark.browser
def test_whole_book_is_one_file_with_bookmarks_and_links_within(tmp_path):
    if not any(map(_pdf.shutil.which, _pdf._BROWSERS)):
        pytest.skip("Chromium is not installed")
    run = book_of(tmp_path / "run", {"one": "One", "two": "Two"})
    first = print_book(run).read_bytes()
    reader = PdfReader(run / "book/book.pdf")
    assert [page.extract_text().split("\n")[0].strip() for page in reader.pages] == [
        "Part & parcel",
        "One",
        "Two",
    ]
    titles = [item.title for part in reader.outline for item in (part if isinstance(part, list) else [part])]
    assert titles == ["Cover", "Part & parcel", "One", "Two"]
    links = [annotation.get_object() for annotation in reader.pages[2]["/Annots"]]
    within, web = sorted(links, key=lambda link: "/A" in link)
    assert within["/Dest"][0].get_object() == reader.pages[1] and web["/A"]["/URI"] == "https://example.org/"
    assert print_book(run).read_bytes() == first
