"""`omics-book check`: read a study and say whether it is fit to run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from .._modalities import MODALITIES, feature_word
from ..errors import OmicsError
from ._options import add_study

HELP = "read a study and say whether it is fit to run, and what was handled"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_study(parser)
    parser.add_argument(
        "--json", action="store_true",
        help="one JSON document on standard output (data_schema/check.schema.json), also where it is not fit",
    )  # fmt: skip


def act(arguments: argparse.Namespace) -> None:
    """Check the study."""
    from ..schema import read_parameters

    parameters = read_parameters(arguments.params, arguments.set)
    # Loaded only now: who mistyped a parameter need not wait for it.
    from ..run import check_study, study_notes

    study = check_study(arguments.study, parameters)
    notes = study_notes(study, parameters)
    features = {f"{feature_word(name)}s": study[name].n_vars for name in MODALITIES}
    if arguments.json:
        print(_as_json(arguments.study, None, notes, {"samples": study.n_obs, **features}))
        return
    for note in notes:
        print(f"note: {note}")
    sizes = ", ".join(f"{n:,} {things}" for things, n in features.items())
    print(f"{arguments.study}: fit to run: {study.n_obs} samples, {sizes}.")


def refused_as_json(study: Path, error: OmicsError) -> str:
    """Write what is wrong with a study as the document of `--json`."""
    return _as_json(study, error, [], None)


def _as_json(
    study: Path, error: OmicsError | None, notes: Sequence[str], sizes: dict[str, int] | None
) -> str:
    fields = ("where", "file", "row", "column", "line", "found", "expected", "remedy")
    violations = [] if error is None else error.violations
    document = {
        "study": str(study),
        "fit": error is None,
        "violations": [{field: getattr(each, field) for field in fields} for each in violations],
        "more": {} if error is None else error.more,
        "notes": list(notes),
        "sizes": sizes,
    }
    return json.dumps(document, indent=2)  # ASCII alone, whatever letters the terminal has
