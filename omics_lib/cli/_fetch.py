"""`omics-book fetch`: a small published study."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "get a small published study, checksum verified"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("name", choices=["nutrimouse"], help="which study")
    parser.add_argument("--out", type=Path, metavar="DIR", help="new folder (default: its name)")


def act(arguments: argparse.Namespace) -> None:
    """Fetch the study."""
    from ..study import fetch_dataset

    folder = arguments.out or Path(arguments.name)
    print(fetch_dataset(arguments.name, folder))
    print(f"Run it with: omics-book run {folder} --params studies/{arguments.name}.yml --out RUN")
