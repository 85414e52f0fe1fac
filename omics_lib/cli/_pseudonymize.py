"""`omics-book pseudonymize`: a study under pseudonyms."""

from __future__ import annotations

import argparse
from pathlib import Path

from ._options import add_study, positive

HELP = "write a study under pseudonyms, on which a run gives the same numbers"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_study(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder")
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="its key; made if there is none"
    )
    parser.add_argument("--features", action="store_true", help="pseudonyms for genes and metabolites too")
    parser.add_argument(
        "--keep", action="append", default=[], metavar="COLUMN", help="metadata that stay as they are"
    )
    parser.add_argument("--person", metavar="COLUMN", help="whose sample it is, for the shift of dates")
    parser.add_argument(
        "--k", type=positive, default=5, metavar="N", help="samples that share each combination (default: 5)"
    )


def act(arguments: argparse.Namespace) -> None:
    """Write the study."""
    from ..privacy import pseudonymize_study, read_key
    from ..schema import read_parameters

    parameters = read_parameters(arguments.params, arguments.set)
    key = read_key(arguments.key, arguments.study, arguments.out)
    said = pseudonymize_study(
        arguments.study, arguments.out, key, parameters, features=arguments.features, keep=arguments.keep,
        person=arguments.person, k=arguments.k,
    )  # fmt: skip
    for sentence in said:
        print(f"note: {sentence}")
    print(
        f"{arguments.out}: a study under pseudonyms. Keep {arguments.key} at home; who has it can undo them."
    )
