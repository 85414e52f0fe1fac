"""The files that a run reads: those of its study, of its cohort, and of cell lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._files import beside_study
from ..cohort import cohort_files, cohort_folder
from ..study import cell_line_files, study_files

STUDY, COHORT, CELL_LINES = "study", "cohort", "cell_lines"


def input_files(study: Path, parameters: Mapping[str, Any]) -> dict[str, dict[str, Path]]:
    """Return the files that a run reads, by whose they are and by name.

    Those of its `study` have their own names, those of its `cohort` and of `cell_lines` stand as
    `cohort/NAME` and `cell_lines/NAME`.
    """
    cohort = cohort_folder(study, parameters)
    lines = beside_study(study, parameters[CELL_LINES])
    lent = {
        COHORT: cohort_files(cohort) if cohort else [],
        CELL_LINES: cell_line_files(lines) if lines else [],
    }
    files = {whose: {f"{whose}/{path.name}": path for path in paths} for whose, paths in lent.items()}
    return {STUDY: {path.name: path for path in study_files(study)}} | files


def said_of_input(name: str) -> str:
    """Say whose an input is, by its name.

    Examples
    --------
    >>> said_of_input("cohort/samples.csv"), said_of_input("samples.csv")
    ('samples.csv of the cohort', 'samples.csv of the study')
    """
    whose, _, own = name.rpartition("/")
    return f"{own} of the {(whose or STUDY).replace('_', ' ')}"
