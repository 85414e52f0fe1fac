"""`omics-book release`: what may leave the house."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "write what may leave the house, aggregates of a run, and search it for every sample's name"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder")
    parser.add_argument(
        "--numbers", action="store_true",
        help="let exact numbers out too; they tell of samples that are unlike all others",
    )  # fmt: skip
    parser.add_argument(
        "--epsilon", type=float, metavar="E",
        help="let out only what can be told with differential privacy at this loss, with noise",
    )  # fmt: skip
    parser.add_argument(
        "--count", action="append", default=[], metavar="COLUMN=LEVEL,LEVEL",
        help="with --epsilon: count the samples of these levels",
    )  # fmt: skip
    parser.add_argument(
        "--pairs", type=int, default=0, metavar="N",
        help="let the N strongest pairs out too; they tell of single samples (default: 0)",
    )  # fmt: skip
    parser.add_argument(
        "--keep-feature-names", action="store_true", help="genes and metabolites by name, not by pseudonym"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="key of the pseudonyms (default: a new one)")


def act(arguments: argparse.Namespace) -> None:
    """Write the release."""
    from ..privacy import read_key, write_release
    from ..run import parameters_of

    key = read_key(arguments.key, arguments.run, arguments.out) if arguments.key else None
    columns = (asked.partition("=")[::2] for asked in arguments.count)
    levels = {column: listed.split(",") for column, listed in columns}
    audit = write_release(
        arguments.run, arguments.out, parameters_of(arguments.run), numbers=arguments.numbers,
        epsilon=arguments.epsilon, levels=levels, n_pairs=arguments.pairs,
        keep_feature_names=arguments.keep_feature_names, key=key,
    )  # fmt: skip
    print(f"{arguments.out}: {len(audit)} files, searched for every sample's name: none was found.")
