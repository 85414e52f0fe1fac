"""Where a cohort lies, its files, and the study that they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mudata import MuData

from .._files import beside_study
from .._modalities import MODALITIES
from ..errors import OmicsError, ParameterError, StudyError, together
from ..schema import read_parameters
from ..study import read_study, study_files

PARAMETERS = "params.yml"
_NAMES_PARAMETER = re.compile(r"--set |`[a-z_]+(: \w+)?`")


def cohort_folder(study: Path | str, parameters: Mapping[str, Any]) -> Path | None:
    """Return where the cohort of a run lies, None without one; a relative path starts at the study's folder.

    Examples
    --------
    >>> cohort_folder("data/mine", {"cohort": "../ccle"}).as_posix()
    'data/mine/../ccle'
    """
    return beside_study(study, parameters["cohort"])


def cohort_files(path: Path | str) -> list[Path]:
    """List the files that a cohort is read from, its parameters included."""
    _refuse_axes(Path(path))
    own = Path(path) / PARAMETERS
    with said_of(cohort_name(path)):
        return [*study_files(path, needed=MODALITIES[:1]), *([own] if own.is_file() else [])]


def _refuse_axes(path: Path) -> None:
    if path.suffix == ".safetensors" and path.is_file():
        found = "a file, as `omics-book pretrain` writes them"
        expected = "the cohort of a run is a study folder, whose samples its page asks as well"
        remedy = (
            "Give the cohort's folder; the file is for OmicsAutoencoder(cohort=read_cohort_axes(FILE).axes)."
        )
        raise StudyError(where_is(path.name), found, expected, remedy)


def cohort_name(path: Path | str) -> str:
    """Return the name of a cohort's folder, however its path is written.

    Examples
    --------
    >>> cohort_name("data/mine/../ccle/."), cohort_name("/")
    ('ccle', '/')
    """
    whole = os.path.abspath(path)
    return os.path.basename(whole) or whole


def read_alone(path: Path | str) -> tuple[MuData, dict[str, Any]]:
    """Read a cohort as the study that it is, with the parameters that lie in it."""
    _refuse_axes(Path(path))
    own = Path(path) / PARAMETERS
    with said_of(cohort_name(path)):
        parameters = read_parameters(own if own.is_file() else None)
        return read_study(path, parameters, needed=MODALITIES[:1]), parameters


def where_is(name: str) -> str:
    """Return what notes and errors call a cohort."""
    return f"cohort {name}"


@contextmanager
def said_of(name: str) -> Iterator[None]:
    """Say of an error that it was found in the cohort and not in the study."""
    try:
        yield
    except OmicsError as error:
        kind = ParameterError if isinstance(error, ParameterError) else StudyError
        told = [
            kind(
                f"{where_is(name)}, {each.file}", each.found, each.expected, each.remedy,
                row=each.row, column=each.column, line=each.line,
            )
            for each in error.violations
        ]  # fmt: skip
        if _NAMES_PARAMETER.search(told[0].remedy):
            told[0].remedy += f" What is set for a cohort stands in its {PARAMETERS}, not in the run's."
        more = {f"{where_is(name)}, {file}": n for file, n in error.more.items()}
        raise together(told, more) from error
