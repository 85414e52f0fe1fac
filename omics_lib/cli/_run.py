"""`omics-book run`: all stages of a study."""

from __future__ import annotations

import argparse
from pathlib import Path

from ._options import add_study, add_workflow

HELP = "run all stages on a study; what is done and unchanged is not done again"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_study(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder: results go here")
    add_workflow(parser)


def act(arguments: argparse.Namespace) -> None:
    """Run the stages."""
    from ..schema import read_parameters

    parameters = read_parameters(arguments.params, arguments.set)
    from ..run import run_study

    run_study(arguments.study, arguments.out, parameters, cores=arguments.cores, profile=arguments.profile)
    print(f"{arguments.out}: done. Render its book with: omics-book render {arguments.out}")
