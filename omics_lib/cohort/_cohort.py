"""Read a cohort as the study that it is, and join it to another one by the names of their features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from mudata import MuData

from .._modalities import feature_word
from .._words import share
from ..correlation import PairWeights, cohort_weights
from ..errors import Gathered, StudyError, first_few
from ..preprocess import preprocess_study, preprocessed_table, preprocessor_for
from ._checks import check_alone, check_beside, overlap_of
from ._files import PARAMETERS, cohort_name, read_alone, where_is
from ._same_samples import alike_samples

FEW = 0.2  # of the study's features: below, little can be lent


@dataclass(frozen=True)
class Cohort:
    """Samples of other people, with the features of a study; made by `read_cohort`.

    Attributes
    ----------
    name : str
        Of its folder.
    genes, metabolites : DataFrame of shape (n_samples, n_shared)
        z-scores within the cohort of the features that the study has too, in the order of the study.
        `metabolites` is None where the cohort has none, or none of the study's.
    samples : DataFrame
        Metadata.
    covariates : list of str
        Columns that its own parameters name, regressed out within the cohort.
    overlap : DataFrame
        A row a modality: `n_study`, `n_cohort`, `n_shared` features.
    notes : list of str
        What was handled when it was read, and how much of the study it has.
    alike : list of str
        Pairs `study's = cohort's` of samples that are as alike as copies of each other.
    """

    name: str
    genes: pd.DataFrame = field(repr=False)
    metabolites: pd.DataFrame | None = field(repr=False)
    samples: pd.DataFrame = field(repr=False)
    covariates: list[str]
    overlap: pd.DataFrame
    notes: list[str] = field(repr=False)
    alike: list[str] = field(repr=False, default_factory=list)

    @property
    def n_values(self) -> int:
        """Of all its tables, as they were read."""
        return len(self.samples) * int(self.overlap["n_cohort"].sum())

    def weights(self, uniform: float = 0.2) -> PairWeights:
        """Weigh all pairs by this cohort, see `cohort_weights`; its covariates are regressed out.

        Raises
        ------
        StudyError
            If it has no metabolites of the study.
        """
        if self.metabolites is None:
            expected = "weights come from correlations of genes with metabolites"
            raise StudyError(
                where_is(self.name), "no metabolites of the study", expected, "Take another cohort."
            )
        held = self.samples[self.covariates] if self.covariates else None
        return cohort_weights(self.genes, self.metabolites, uniform=uniform, covariates=held)


def read_cohort(path: Path | str, study: MuData, parameters: Mapping[str, Any]) -> Cohort:
    """Read a cohort, and keep the features that a study has as well.

    Parameters
    ----------
    path : Path or str
        A study folder; metabolites may be missing. A `params.yml` in it says what kinds of values it has,
        what is regressed out and how it is read, as for a run of its own.
    study : MuData
        As `read_study` returns it, or a preprocessed stage of its run.
    parameters : mapping
        Those of the study's run: `n_folds` says how many samples a cohort needs as well.

    Returns
    -------
    Cohort

    Raises
    ------
    StudyError
        If it cannot be read, has no gene of the study or too few samples, or samples of the study are in it.
    ParameterError
        If its own parameters do not fit it.
    """
    cohort, own = read_alone(path)
    name, problems = cohort_name(path), Gathered()
    with problems:
        check_alone(cohort, own, name, int(parameters["n_folds"]))
    with problems:
        check_beside(cohort, study, name)
    problems.tell()
    return joined(cohort, study, name, own)


def joined(cohort: MuData, study: MuData, name: str, own: Mapping[str, Any]) -> Cohort:
    """Join a cohort, as `read_study` returns it, to a study; `own` are the cohort's parameters."""
    where, overlap, alike = where_is(name), overlap_of(cohort, study), alike_samples(cohort, study)
    usable = [modality for modality in overlap.index if overlap.loc[modality, "n_shared"]]
    data = preprocess_study(cohort, {modality: preprocessor_for(modality, own) for modality in usable})
    tables: dict[str, pd.DataFrame] = {}
    for modality in usable:
        table = preprocessed_table(data, modality)
        shared = [name for name in study[modality].var_names if name in table]
        overlap.loc[modality, "n_shared"] = len(shared)  # a filter of its own may have dropped some
        if shared:
            tables[modality] = table[shared]
    if "transcriptomics" not in tables:
        found = f"no gene in common is left by its own `min_detected`, {own['min_detected']:g}"
        raise StudyError(where, found, "it can lend those alone", f"Lower it in its {PARAMETERS}.")
    return Cohort(
        name=name,
        genes=tables["transcriptomics"],
        metabolites=tables.get("metabolomics"),
        samples=cohort.obs,
        covariates=list(own["covariates"]),
        overlap=overlap,
        notes=[
            *_of_reading(cohort, own, where),
            *_said(overlap, where, cohort.n_obs),
            *_said_of_copies(alike, where),
        ],
        alike=alike,
    )


def _of_reading(cohort: MuData, own: Mapping[str, Any], where: str) -> list[str]:
    """Say what was handled when it was read; its parameters are not left alone, as those of a study are."""
    left = f"{PARAMETERS}: left alone, parameters are given with --params."
    notes = [note for note in map(str, cohort.uns["notes"]) if note != left]
    if own["cohort"] is not None:
        notes.append(f"{PARAMETERS}: its own `cohort` is left alone, a cohort has none.")
    return [f"{where}: {note}" for note in notes]


def _said(overlap: pd.DataFrame, where: str, n_samples: int) -> list[str]:
    """Say how many features of the study the cohort has, and warn where they are few."""
    notes = []
    for modality, n_study, n_cohort, n_shared in overlap.itertuples():
        things = f"{feature_word(modality)}s"
        has = f"{n_shared:,} of the study's {n_study:,} {things} ({share(n_shared, n_study)})"
        notes.append(f"{where}: {n_samples} samples × {n_cohort:,} {things}; it has {has}.")
        if 0 < n_shared < FEW * n_study:
            less = f"less than {share(1, round(1 / FEW))} of the study's {things}"
            alone = "this one" if n_shared == 1 else f"these {n_shared:,}"
            notes.append(f"{where}: warning: {less}; what it lends, it lends to {alone} alone.")
    if "metabolomics" not in overlap.index:
        notes.append(f"{where}: no metabolites; it says nothing about pairs.")
    elif not overlap.loc["metabolomics", "n_shared"]:
        notes.append(f"{where}: warning: no metabolite of the study; it says nothing about pairs.")
    return notes


def _said_of_copies(alike: list[str], where: str) -> list[str]:
    if not alike:
        return []
    said = f"samples of it are as alike to the study's as copies are ({first_few(alike)})"
    return [f"{where}: warning: {said}. If they are the study's own, take them out."]
