"""The files that a run reads: those of its study, of its cohort, and of cell lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._files import beside_study
from ..cohort import cohort_files, cohort_folder
from ..study import cell_line_files, study_files


def input_files(study: Path, parameters: Mapping[str, Any]) -> dict[str, Path]:
    """Return the files of a run's study, of its cohort as `cohort/NAME`, and of cell lines, by name."""
    files = {path.name: path for path in study_files(study)}
    if cohort := cohort_folder(study, parameters):
        files |= {f"cohort/{path.name}": path for path in cohort_files(cohort)}
    return files | cell_lines(study, parameters)


def cell_lines(study: Path, parameters: Mapping[str, Any]) -> dict[str, Path]:
    """Return the files that the page on cell lines computes with, as `cell_lines/NAME`, by name."""
    folder = beside_study(study, parameters["cell_lines"])
    return {f"cell_lines/{path.name}": path for path in cell_line_files(folder)} if folder else {}
