"""`omics-book audit`: whether a folder holds a name that must not leave."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "search every byte of a folder for identifiers, in every form; nothing is deleted"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="what is to leave")
    parser.add_argument(
        "--identifiers", type=Path, required=True, metavar="FILE", help="text file, one identifier a line"
    )


def act(arguments: argparse.Namespace) -> None:
    """Search, and say what was found where."""
    from ..privacy import audit_release, read_identifiers, require_clean

    audit = audit_release(arguments.folder, read_identifiers(arguments.identifiers))
    for row in audit[~audit["passed"]].itertuples():
        found = [f"{row.found} ({row.where})"] if row.n_found else []
        found += [f"not audited: {row.not_audited}"] if row.not_audited else []
        print(f"{row.file}: {'; '.join(found)}")
    if skipped := audit.attrs["n_not_searched"]:
        print(f"note: {skipped} identifiers are bare numbers or one character, and were not searched for.")
    require_clean(audit, arguments.folder)
    print(f"{arguments.folder}: {len(audit)} files searched, no identifier found.")
