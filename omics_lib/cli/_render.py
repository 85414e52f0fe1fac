"""`omics-book render`: the book of a run."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "render the book of a run: RUN/book/index.html"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder")
    parser.add_argument(
        "--beside", type=Path, action="append", default=[], metavar="RUN",
        help="another run whose book the cover links to",
    )  # fmt: skip
    parser.add_argument(
        "--pdf", action="store_true", help="print the whole book into RUN/book/book.pdf as well"
    )


def act(arguments: argparse.Namespace) -> None:
    """Render the book."""
    from ..book import print_book, render_book

    page = render_book(arguments.run, arguments.beside)
    if arguments.pdf:
        print(f"{print_book(arguments.run)}: the whole book")
    print(f"{page}: open it in a browser, for example with: xdg-open {page}")
