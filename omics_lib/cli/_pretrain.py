"""`omics-book pretrain`: what a public cohort's genes have in common, in a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from ._options import add_setting

HELP = "learn from a public cohort how its genes vary together, for studies that are small"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("cohort", type=Path, metavar="COHORT", help="study folder; genes alone are enough")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="new file (.safetensors)")
    parser.add_argument(
        "--public", action="store_true",
        help="say that anyone may have this cohort: its values can be read back from the file",
    )  # fmt: skip
    parser.add_argument(
        "--params", type=Path, metavar="FILE", help="parameters of the cohort (default: its own params.yml)"
    )
    add_setting(parser)


def act(arguments: argparse.Namespace) -> None:
    """Learn, and write the file."""
    from ..schema import read_parameters

    own = arguments.cohort / "params.yml"
    parameters = read_parameters(arguments.params or (own if own.is_file() else None), arguments.set)
    from ..transfer import pretrain

    done = pretrain(arguments.cohort, arguments.out, parameters, public=arguments.public)
    n_samples, n_features = done.manifest["n_samples"], done.manifest["n_features"]
    print(
        f"{arguments.out}: the axes of {n_features:,} genes in {n_samples:,} samples. "
        "It is data of the cohort: keep it out of releases."
    )
