"""The files that a run reads: those of its study, and those of its cohort."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cohort import cohort_files, cohort_folder
from ..study import study_files

_COHORT = "cohort/"


def input_files(study: Path, parameters: Mapping[str, Any]) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return the files of a run's study, by name, and those of its cohort, as `cohort/NAME`."""
    cohort = cohort_folder(study, parameters)
    lent = {} if cohort is None else {f"{_COHORT}{path.name}": path for path in cohort_files(cohort)}
    return {path.name: path for path in study_files(study)}, lent


def said_of_input(name: str) -> str:
    """Say whose an input is, by its name.

    Examples
    --------
    >>> said_of_input("cohort/samples.csv")
    'samples.csv of the cohort'
    """
    own = name.removeprefix(_COHORT)
    return f"{own} of the {'study' if own == name else 'cohort'}"
