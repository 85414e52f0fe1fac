"""`omics-book check`: read a study and say whether it is fit to run."""

from __future__ import annotations

import argparse

from .._modalities import MODALITIES, feature_word
from ._options import add_study

HELP = "read a study and say whether it is fit to run, and what was handled"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_study(parser)


def act(arguments: argparse.Namespace) -> None:
    """Check the study."""
    from ..schema import read_parameters

    parameters = read_parameters(arguments.params, arguments.set)
    # Loaded only now: who mistyped a parameter need not wait for it.
    from ..run import check_study, study_notes

    study = check_study(arguments.study, parameters)
    for note in study_notes(study, parameters):
        print(f"note: {note}")
    features = [f"{study[name].n_vars:,} {feature_word(name)}s" for name in MODALITIES]
    print(f"{arguments.study}: fit to run: {study.n_obs} samples, {', '.join(features)}.")
