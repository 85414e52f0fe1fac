"""Whether a cohort can lend anything: asked of it alone, and beside the study."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from mudata import MuData

from .._modalities import MODALITIES
from ..correlation import residual_degrees_of_freedom
from ..errors import Gathered, StudyError
from ..preprocess import check_preprocessing
from ._files import cohort_name, read_alone, said_of, where_is
from ._same_samples import refuse_same_samples


def check_cohort(path: Path | str, parameters: Mapping[str, Any]) -> None:
    """Read a cohort, and ask of it what can be asked where its study could not be read.

    Raises
    ------
    StudyError, ParameterError
        As `read_cohort` does.
    """
    cohort, own = read_alone(path)
    check_alone(cohort, own, cohort_name(path), int(parameters["n_folds"]))


def check_alone(cohort: MuData, own: Mapping[str, Any], name: str, n_folds: int) -> None:
    """Check that a cohort is as large as a study must be, and that its own parameters fit it."""
    problems = Gathered()
    with problems:
        if cohort.n_obs < 2 * n_folds:
            found = f"{cohort.n_obs} samples, and {n_folds} folds need {2 * n_folds}"
            expected = "a cohort must not be smaller than a study"
            raise StudyError(where_is(name), found, expected, "Take a larger one.")
    held = cohort.obs[own["covariates"]] if own["covariates"] else None
    checks: list[Callable[[], object]] = [
        partial(residual_degrees_of_freedom, cohort.n_obs, held),
        *(
            partial(check_preprocessing, cohort[modality].to_df(), modality, own)
            for modality in MODALITIES
            if modality in cohort.mod
        ),
    ]
    for check in checks:
        with problems, said_of(name):
            check()
    problems.tell()


def check_beside(cohort: MuData, study: MuData, name: str) -> None:
    """Check that a cohort has genes of the study, and none of its samples."""
    problems, where = Gathered(), where_is(name)
    with problems:
        if not overlap_of(cohort, study).loc["transcriptomics", "n_shared"]:
            mine, theirs = (data["transcriptomics"].var_names for data in (study, cohort))
            found = f"no gene in common (the study has {mine[0]}, the cohort {theirs[0]})"
            if alike := {*map(_loose, mine)} & {*map(_loose, theirs)}:
                found += f", but {len(alike):,} that differ in capitals or a version alone"
            expected = "features are joined by name"
            raise StudyError(where, found, expected, "Name them alike, in one of the two.")
    with problems:
        refuse_same_samples(cohort, study, where)
    problems.tell()


def _loose(name: str) -> str:
    """Return a gene's name without capitals and version.

    Examples
    --------
    >>> _loose("ENSG00000141510.18"), _loose("Tp53")
    ('ensg00000141510', 'tp53')
    """
    return re.sub(r"\.\d+$", "", name).casefold()


def overlap_of(cohort: MuData, study: MuData) -> pd.DataFrame:
    """Count the features of either, and those that both have; a row a modality of the cohort."""
    rows = {}
    for modality in [name for name in MODALITIES if name in cohort.mod]:
        mine, theirs = study[modality].var_names, cohort[modality].var_names
        rows[modality] = (len(mine), len(theirs), int(mine.isin(theirs).sum()))
    return pd.DataFrame.from_dict(rows, "index", columns=["n_study", "n_cohort", "n_shared"])
