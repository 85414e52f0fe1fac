"""`omics-book fetch`: a small published study, or a cohort."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "get a small published study, or a cohort, checksum verified"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("name", choices=["nutrimouse", "ccle"], help="which one; ccle is a cohort of genes")
    parser.add_argument("--out", type=Path, metavar="DIR", help="new folder (default: its name)")


def act(arguments: argparse.Namespace) -> None:
    """Fetch the study."""
    from ..study import fetch_dataset

    folder = arguments.out or Path(arguments.name)
    print(fetch_dataset(arguments.name, folder))
    if arguments.name == "ccle":
        print(f"Read {folder / 'SOURCE.md'}; lend it to a study with: --set cohort={folder.absolute()}")
    else:
        print(f"Run it with: omics-book run {folder} --params studies/{arguments.name}.yml --out RUN")
