"""`omics-book verify`: whether a run folder is what its manifest says."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "check a run that somebody handed over against its manifest; checksums, no signature"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder")
    parser.add_argument("--study", type=Path, metavar="STUDY", help="compare what it read too")


def act(arguments: argparse.Namespace) -> None:
    """Compare, and say what differs."""
    from ..errors import RunError, first_few
    from ..run import verify_run

    found = verify_run(arguments.run, arguments.study)
    for line in found.said:
        print(f"note: {line}")
    if found.differs:
        for line in found.differs:
            print(f"differs: {line}")
        names = first_few(line.partition(":")[0] for line in found.differs)
        expected = "a run folder must be what its manifest says"
        raise RunError(
            str(arguments.run), f"differs in {names}", expected, "Give `omics-book run` again to redo it."
        )
    print(f"{arguments.run}: all {found.n_files} files are as its manifest says.")
