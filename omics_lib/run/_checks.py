"""Whether the parameters of a run fit a study: asked by `check` and `run` alike, before anything is written.

What reading itself needs (columns and tables that are named must be there) `read_study` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mudata import MuData

from .._modalities import MODALITIES
from ..correlation import residual_degrees_of_freedom
from ..errors import Gathered, ParameterError, StudyError, first_few
from ..knowledge import installed_model
from ..preprocess import check_preprocessing
from ..privacy import names_like_words


def check_fit(study: MuData, parameters: Mapping[str, Any]) -> None:
    """Check that every stage can run on a study with these parameters.

    Parameters
    ----------
    study : MuData
        As `read_study` returns it.
    parameters : mapping
        All of them, as `read_parameters` returns them.

    Raises
    ------
    StudyError, ParameterError
        If anything does not fit; the message says what to do.
    """
    checks: list[Callable[[], object]] = [
        lambda: _check_names(study),
        lambda: _check_folds(study, parameters["n_folds"]),
        lambda: _check_factors(study, parameters),
        lambda: _check_groups(study, parameters["groups"], parameters["n_permutations"]),
        lambda: _check_prior(study, parameters["prior"]),
        lambda: _check_target(study, parameters["target"]),
        lambda: _check_group_size(study, parameters["min_group_size"]),
        *(partial(check_preprocessing, study[name].to_df(), name, parameters) for name in MODALITIES),
    ]
    problems = Gathered()
    for check in checks:
        with problems:
            check()
    problems.tell()


def _check_factors(study: MuData, parameters: Mapping[str, Any]) -> None:
    covariates = study.obs[parameters["covariates"]] if parameters["covariates"] else None
    residual_degrees_of_freedom(study.n_obs, covariates, parameters["remove_factors"])
    n_factors, n_metabolites = parameters["remove_factors"], study["metabolomics"].n_vars
    if n_factors >= n_metabolites:
        found = f"found {n_factors} for {n_metabolites} metabolites"
        expected = "as many leave nothing of them"
        raise ParameterError("remove_factors", found, expected, f"Set it below {n_metabolites}.")


def _check_target(study: MuData, target: str | None) -> None:
    if target is not None and target not in study["metabolomics"].var_names:
        expected = "it must be a metabolite of the study"
        raise ParameterError("target", f"found {target!r}", expected, "Correct the name, or leave it out.")


def _check_group_size(study: MuData, smallest: int) -> None:
    if study.n_obs < smallest:
        found = f"found {smallest} for {study.n_obs} samples"
        expected = "a release stands for at least so many samples"
        raise ParameterError("min_group_size", found, expected, "Set it to the number of samples or lower.")


def _check_names(study: MuData) -> None:
    """Refuse samples that are called like a word of every release: its audit would find them there."""
    if alike := names_like_words(map(str, study.obs_names)):
        found = f"{first_few(alike)} stand in every release, as words of its tables and figures"
        expected = "a sample's name must be told from them, or nothing could be released"
        raise StudyError("samples", found, expected, "Rename them, for example with a prefix.")


def _check_folds(study: MuData, n_folds: int) -> None:
    n_samples = study.n_obs
    if n_samples < 2 * n_folds:
        found = f"fewer samples than folds need: {n_samples} samples, n_folds is {n_folds}"
        remedy = f"Set `n_folds` to {n_samples // 2} or less." if n_samples >= 4 else "Add samples."
        raise StudyError("samples", found, f"there must be at least {2 * n_folds} samples", remedy)


def _check_groups(study: MuData, groups: str | None, n_permutations: int | str) -> None:
    if groups is not None and study.obs[groups].value_counts(dropna=False).max() < 2:
        raise ParameterError(
            "groups",
            f"every level of {groups!r} has one sample",
            "permutations stay within a level, so some level needs two",
            "Name a coarser column, or leave `groups` out.",
        )
    if groups is not None and n_permutations == 0:
        raise ParameterError(
            "groups",
            "found with n_permutations 0",
            "with groups, p-values come from permutations within them",
            "Set n_permutations to auto, or give the column as a covariate instead.",
        )


def _check_prior(study: MuData, prior: str) -> None:
    if prior == "known_pairs" and "known_pairs" not in study.uns:
        raise ParameterError(
            "prior",
            "found 'known_pairs' for a study without any",
            "they stand in known_pairs.csv",
            "Add the file, or set `prior: none`.",
        )
    if prior == "human_gem":
        installed_model()
