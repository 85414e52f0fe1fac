"""`omics-book grid`: many runs as one graph."""

from __future__ import annotations

import argparse
from pathlib import Path

from ._options import add_workflow

HELP = "run studies, seeds and parameters crossed, and gather what comes out"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("grid", type=Path, metavar="GRID.yml", help="studies, seeds, parameters; see README")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder: all runs go here")
    add_workflow(parser)


def act(arguments: argparse.Namespace) -> None:
    """Run the grid."""
    from ..grid import run_grid

    page = run_grid(arguments.grid, arguments.out, cores=arguments.cores, profile=arguments.profile)
    print(f"{page}: all runs in one page; the numbers behind it are in {page.with_name('grid.csv')}")
