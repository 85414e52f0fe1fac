"""The files that a run reads: those of its study, and those of its cohort."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cohort import cohort_files, cohort_folder
from ..study import study_files


def input_files(study: Path, parameters: Mapping[str, Any]) -> dict[str, Path]:
    """Return the files of a run's study, and of its cohort as `cohort/NAME`, by name."""
    files = {path.name: path for path in study_files(study)}
    if cohort := cohort_folder(study, parameters):
        files |= {f"cohort/{path.name}": path for path in cohort_files(cohort)}
    return files
