"""Options that several commands have, and the types of their values."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

_MOST = 10_000_000


def add_study(parser: argparse.ArgumentParser) -> None:
    """Add the study, and the parameters of its run."""
    parser.add_argument("study", type=Path, metavar="STUDY", help="study folder, or one .xlsx or .h5mu file")
    parser.add_argument("--params", type=Path, metavar="FILE", help="YAML file of parameters (see studies/)")
    add_setting(parser)
    parser.epilog = _parameter_help()


def add_setting(parser: argparse.ArgumentParser) -> None:
    """Add single parameters."""
    parser.add_argument(
        "--set",
        type=_as_utf8,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override one parameter, e.g. --set alpha=0.01 or --set 'covariates=[batch]'; repeat as needed",
    )


def add_workflow(parser: argparse.ArgumentParser) -> None:
    """Add where stages run."""
    parser.add_argument("--cores", type=positive, default=2, metavar="N", help="stages at once (default: 2)")
    parser.add_argument("--profile", metavar="P", help="Snakemake profile, for example of a Slurm cluster")


def positive(text: str) -> int:
    """Read a whole number above zero, which numpy can still count with."""
    value = int(text)
    if not 1 <= value <= _MOST:
        raise argparse.ArgumentTypeError(f"must be from 1 to {_MOST:,}, got {text[:40]}")
    return value


def _as_utf8(text: str) -> str:
    """Read an argument's bytes as UTF-8 where the locale (C, say) could not."""
    return os.fsencode(text).decode("utf-8", errors="replace") if re.search("[\udc80-\udcff]", text) else text


def _parameter_help() -> str:
    from ..schema import describe_parameters

    return "parameters (for --params and --set), with their defaults:\n" + describe_parameters()
