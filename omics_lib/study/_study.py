"""Read and write a study: `MuData` in, `MuData` out.

The first stage of a run. A study folder or a .h5mu file becomes a MuData whose
modalities have the same samples in the same order; whatever was handled on the
way stands in `.uns["notes"]`, one sentence each.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from mudata import MuData

from .._modalities import MODALITIES, feature_word
from ..errors import Gathered, StudyError
from ..schema import default_parameters
from ._checks import check_kinds, check_values, drop_constant, note_case, note_missing
from ._confounded import note_confounded
from ._covariates import ask_about_levels, note_used
from ._folder import find_files
from ._gene_dates import note_dates
from ._gene_sets import measured_gene_sets
from ._joining import join_samples
from ._label_columns import refuse_labels
from ._measured import refuse_zero_samples
from ._metadata import check_columns, type_metadata
from ._not_features import refuse_shared
from ._pair_names import type_pairs
from ._sources import Draft, read_draft


def read_study(
    path: Path | str, parameters: Mapping[str, Any] | None = None, *, needed: Collection[str] = MODALITIES
) -> MuData:
    """Read a study, join its samples by id and check it.

    Parameters
    ----------
    path : Path or str
        A study folder (`transcriptomics.*`, `metabolomics.*`, `samples.csv`, optional `known_pairs.csv`,
        `gene_sets.gmt` and further `<modality>.*`), a workbook with a sheet a table, a .h5mu file, or a
        folder of just one.
    parameters : mapping, optional
        As `read_parameters` returns them; what is not given is at its default.
    needed : collection of str
        Modalities that must be there: a cohort may have genes alone.

    Returns
    -------
    MuData
        Each modality has float64 `X` of shape (n_samples, n_features), blank cells NaN. `.obs` are the
        metadata, indexed by `sample_id`; `.uns["notes"]` says what was handled; `.uns["known_pairs"]`
        and `.uns["gene_sets"]` are there if given.

    Raises
    ------
    StudyError
        If anything in the study cannot be used as it is.
    ParameterError
        If a parameter names a column or a modality that the study does not have.

    Notes
    -----
    A table that is the other way round is recognised by the ids in `samples.csv` and turned. Constant
    features are dropped. The order of samples is that of `samples.csv`.
    """
    settings = default_parameters() | dict(parameters or {})
    draft = read_draft(Path(path), settings, needed)
    check_columns(list(draft.samples.columns), settings, draft.names["samples"])
    modalities = list(dict.fromkeys([*MODALITIES, *draft.tables]))
    draft.notes += _new(join_samples(draft, settings), draft.earlier)
    check_kinds(settings, modalities)
    samples, pairs, problems = draft.samples, None, Gathered()
    with problems:
        samples = _metadata(draft, settings)
    with problems:
        pairs = _known_pairs(draft)
    for modality in list(draft.tables):
        with problems:
            if modality in MODALITIES:
                _check_modality(draft, modality, settings[f"{modality}_kind"], samples)
            else:
                _check_further(draft, modality, settings.get(f"{modality}_kind"))
    problems.tell()
    if set(MODALITIES) <= set(draft.tables):
        refuse_shared({draft.names[modality]: draft.tables[modality] for modality in MODALITIES})
    pairs, sets = _pairs_left(draft, pairs), None
    if draft.gene_sets is not None:
        genes, where = draft.tables["transcriptomics"].columns, draft.names["gene_sets"]
        sets, said = measured_gene_sets(draft.gene_sets, genes, where)
        draft.notes += _new(said, draft.earlier)
    frames = {
        modality: pd.DataFrame(table.values, *(pd.Index(names, dtype=object) for names in table[:2]))
        for modality, table in draft.tables.items()
    }
    return make_study(frames, samples, pairs, draft.notes, sets)


def make_study(
    modalities: Mapping[str, pd.DataFrame],
    samples: pd.DataFrame,
    known_pairs: pd.DataFrame | None = None,
    notes: Sequence[str] = (),
    gene_sets: pd.DataFrame | None = None,
) -> MuData:
    """Put a study together from tables that fit each other.

    Parameters
    ----------
    modalities : mapping of str to DataFrame
        Tables of shape (n_samples, n_features), indexed by sample id; a further table may lack samples.
    samples : DataFrame
        Metadata with the same index.
    known_pairs : DataFrame, optional
        `gene_id`, `metabolite_id`, and where known `tier`, `currency`, `source`.
    notes : sequence of str
        What was handled on the way.
    gene_sets : DataFrame, optional
        `gene_set`, `gene_id`: a row for each gene of each set.

    Returns
    -------
    MuData
        As `read_study` returns it.

    Examples
    --------
    >>> samples = pd.DataFrame({"group": ["a", "b"]}, index=["S1", "S2"])
    >>> table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["S1", "S2"], columns=["A", "B"])
    >>> make_study({"transcriptomics": table, "metabolomics": table}, samples).n_obs
    2
    """
    parts = {}
    for name, frame in modalities.items():
        expected = samples.index if name in MODALITIES else samples.index[samples.index.isin(frame.index)]
        if not frame.index.equals(expected):
            found = "its samples are not those of the metadata"
            raise StudyError(name, found, "ids must agree", "Join them first.")
        var = pd.DataFrame(index=pd.Index(frame.columns.astype(str), dtype=object))
        parts[name] = AnnData(frame.to_numpy(dtype=np.float64), obs=pd.DataFrame(index=_ids(frame)), var=var)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="var_names are not unique")  # modalities may share a name
        study = MuData(parts)
    study.obs = samples.set_axis(_ids(samples))
    study.uns["notes"] = np.array(notes, dtype=object)
    if known_pairs is not None:
        study.uns["known_pairs"] = known_pairs
    if gene_sets is not None:
        study.uns["gene_sets"] = gene_sets
    return study


def _ids(frame: pd.DataFrame) -> pd.Index:
    return pd.Index(frame.index.astype(str), name="sample_id", dtype=object)


def study_files(path: Path | str, needed: Collection[str] = MODALITIES) -> list[Path]:
    """List the files that a run of a study depends on.

    Parameters
    ----------
    path, needed
        As for `read_study`.

    Returns
    -------
    list of Path
        Modalities first.

    Raises
    ------
    StudyError
        If a required file is missing, or two files compete for one table.
    """
    return list(dict.fromkeys(find_files(Path(path), needed).files.values()))


def _metadata(draft: Draft, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Give the metadata their types, and say how those that are used are understood."""
    where = draft.names["samples"]
    samples, notes = type_metadata(draft.samples, settings, where)
    ask_about_levels(samples, settings, where)
    notes += note_used(samples, settings, where) + note_confounded(samples, settings, where)
    draft.notes += _new(notes, draft.earlier)
    return samples


def _check_modality(draft: Draft, modality: str, kind: str, samples: pd.DataFrame) -> None:
    """Check the values of a table, and drop what cannot be used of it."""
    where, things = draft.names[modality], f"{feature_word(modality)}s"
    table = draft.tables[modality]
    notes = refuse_labels(table, samples, kind, things, where)
    if kind != "log":
        refuse_zero_samples(table, things, where)
    notes += check_values(table, kind, modality, where)
    table, said = drop_constant(table, modality, where)
    notes += said + note_missing(table, modality, where) + note_case(table, modality, where)
    if modality == "transcriptomics":
        notes += note_dates(table.columns, where)
    draft.tables[modality] = table
    draft.notes += _new(notes, draft.earlier)


def _check_further(draft: Draft, modality: str, kind: str | None) -> None:
    """Check a table that no chapter uses: its values where a kind is given, and that a feature varies."""
    where, table = draft.names[modality], draft.tables[modality]
    notes = [] if kind is None else check_values(table, kind, modality, where)
    if (np.fmin.reduce(table.values, axis=0) < np.fmax.reduce(table.values, axis=0)).any():
        draft.tables[modality], said = drop_constant(table, modality, where)
        notes += [*said, *note_case(draft.tables[modality], modality, where)]
        notes.append(f"{where}: read and kept, but no chapter uses a further modality yet.")
    else:
        del draft.tables[modality]
        notes.append(f"{where}: left alone, none of its features varies among these samples.")
    draft.notes += _new(notes, draft.earlier)


def _known_pairs(draft: Draft) -> pd.DataFrame | None:
    if draft.known_pairs is None or not set(MODALITIES) <= set(draft.tables):
        return None
    genes, metabolites = (draft.tables[name].columns for name in MODALITIES)
    pairs, notes = type_pairs(draft.known_pairs, genes, metabolites, draft.names["known_pairs"])
    draft.notes += _new(notes, draft.earlier)
    return pairs


def _pairs_left(draft: Draft, pairs: pd.DataFrame | None) -> pd.DataFrame | None:
    """Drop the pairs whose gene or metabolite was constant."""
    if pairs is None:
        return None
    genes, metabolites = (draft.tables[name].columns for name in MODALITIES)
    left = pairs["gene_id"].isin(genes) & pairs["metabolite_id"].isin(metabolites)
    if not left.all():
        where = draft.names["known_pairs"]
        draft.notes.append(f"{where}: {int((~left).sum())} pairs dropped, a side of them is constant.")
    return pairs[left].reset_index(drop=True) if left.any() else None


def _new(notes: list[str], known: list[str]) -> list[str]:
    """Keep the notes that say something new: a study read again from its .h5mu repeats what it says."""
    said = {note.split(": ", 1)[-1] for note in known}
    return [note for note in notes if note.split(": ", 1)[-1] not in said]
