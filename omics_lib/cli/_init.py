"""`omics-book init`: a study folder from two tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from ._options import add_setting

HELP = "write a study folder from two tables, with a commented parameters file; without tables, templates"
_TABLES = ("transcriptomics", "metabolomics", "samples")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new folder")
    for name in _TABLES:
        what = "optional: one row a sample" if name == "samples" else "samples in rows or in columns"
        parser.add_argument(
            f"--{name}", type=Path, metavar="FILE", help=f"CSV, TSV, .xlsx, .parquet or .h5ad; {what}"
        )
    add_setting(parser)


def act(arguments: argparse.Namespace) -> None:
    """Write the folder."""
    from ..schema import read_parameters

    parameters = read_parameters(None, arguments.set)
    from ..run import init_study, run_command

    given = {name: getattr(arguments, name) for name in _TABLES}
    tables = {name: path for name, path in given.items() if path is not None}
    for name, path in tables.items():
        print(f"note: {path} becomes the {name} table.")
    folder = arguments.folder
    for note in init_study(folder, tables, parameters):
        print(f"note: {note}")
    print(f"{folder}: a study folder. Read {folder / 'params.yml'}, and change there what should differ.")
    if not tables:
        print("Put your values below the headers of its three tables first, one row a sample.")
    print(f"Run it with: {run_command(folder)}")
