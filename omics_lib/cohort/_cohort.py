"""Read a cohort as the study that it is, and join it to another one by the names of their features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from mudata import MuData

from .._files import beside_study
from .._modalities import MODALITIES, feature_word
from .._words import share
from ..correlation import PairWeights, cohort_weights
from ..errors import OmicsError, ParameterError, StudyError, together
from ..preprocess import preprocess_study, preprocessed_table, preprocessor_for
from ..schema import read_parameters
from ..study import read_study, study_files
from ._same_samples import refuse_same_samples

PARAMETERS = "params.yml"
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
    """

    name: str
    genes: pd.DataFrame = field(repr=False)
    metabolites: pd.DataFrame | None = field(repr=False)
    samples: pd.DataFrame = field(repr=False)
    covariates: list[str]
    overlap: pd.DataFrame
    notes: list[str] = field(repr=False)

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
                _where(self.name), "no metabolites of the study", expected, "Take another cohort."
            )
        held = self.samples[self.covariates] if self.covariates else None
        return cohort_weights(self.genes, self.metabolites, uniform=uniform, covariates=held)


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
    own = Path(path) / PARAMETERS
    with _said_of(Path(path).name):
        return [*study_files(path, needed=MODALITIES[:1]), *([own] if own.is_file() else [])]


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
    path = Path(path)
    with _said_of(path.name):
        own = read_parameters(path / PARAMETERS if (path / PARAMETERS).is_file() else None)
        cohort = read_study(path, own, needed=MODALITIES[:1])
    return joined(cohort, study, path.name, own, int(parameters["n_folds"]))


def joined(cohort: MuData, study: MuData, name: str, own: Mapping[str, Any], n_folds: int) -> Cohort:
    """Join a cohort, as `read_study` returns it, to a study; `own` are the cohort's parameters."""
    where = _where(name)
    if cohort.n_obs < 2 * n_folds:
        found = f"{cohort.n_obs} samples, and {n_folds} folds need {2 * n_folds}"
        raise StudyError(where, found, "a cohort must not be smaller than a study", "Take a larger one.")
    overlap = _overlap(cohort, study)
    if not overlap.loc["transcriptomics", "n_shared"]:
        one, other = (data["transcriptomics"].var_names[0] for data in (study, cohort))
        found = f"no gene in common (the study has {one}, the cohort {other})"
        raise StudyError(where, found, "features are joined by name", "Name them alike, in one of the two.")
    refuse_same_samples(cohort, study, where)
    tables: dict[str, pd.DataFrame] = {}
    notes = [f"{where}: {note}" for note in map(str, cohort.uns["notes"])]
    usable = [modality for modality in overlap.index if overlap.loc[modality, "n_shared"]]
    data = preprocess_study(cohort, {modality: preprocessor_for(modality, own) for modality in usable})
    for modality in usable:
        table = preprocessed_table(data, modality)
        tables[modality] = table[[name for name in study[modality].var_names if name in table]]
    return Cohort(
        name=name,
        genes=tables["transcriptomics"],
        metabolites=tables.get("metabolomics"),
        samples=cohort.obs,
        covariates=list(own["covariates"]),
        overlap=overlap,
        notes=notes + _said(overlap, where, cohort.n_obs),
    )


def _overlap(cohort: MuData, study: MuData) -> pd.DataFrame:
    rows = {}
    for modality in [name for name in MODALITIES if name in cohort.mod]:
        mine, theirs = study[modality].var_names, cohort[modality].var_names
        rows[modality] = (len(mine), len(theirs), int(mine.isin(theirs).sum()))
    return pd.DataFrame.from_dict(rows, "index", columns=["n_study", "n_cohort", "n_shared"])


def _said(overlap: pd.DataFrame, where: str, n_samples: int) -> list[str]:
    """Say how many features of the study the cohort has, and warn where they are few."""
    notes = []
    for modality, n_study, n_cohort, n_shared in overlap.itertuples():
        things = f"{feature_word(modality)}s"
        has = f"{n_shared:,} of the study's {n_study:,} {things} ({share(n_shared, n_study)})"
        notes.append(f"{where}: {n_samples} samples × {n_cohort:,} {things}; it has {has}.")
        if n_shared < FEW * n_study:
            less = f"less than {share(1, round(1 / FEW))} of the study's {things}"
            notes.append(f"{where}: warning: {less}; what it lends, it lends to these {n_shared:,} alone.")
    if "metabolomics" not in overlap.index:
        notes.append(f"{where}: no metabolites; it says nothing about pairs.")
    return notes


def _where(name: str) -> str:
    return f"cohort {name}"


@contextmanager
def _said_of(name: str) -> Iterator[None]:
    """Say of an error that it was found in the cohort and not in the study."""
    try:
        yield
    except OmicsError as error:
        kind = ParameterError if isinstance(error, ParameterError) else StudyError
        told = [
            kind(f"{_where(name)}, {each.where}", each.found, each.expected, each.remedy)
            for each in error.violations
        ]
        more = {f"{_where(name)}, {file}": n for file, n in error.more.items()}
        raise together(told, more) from error
