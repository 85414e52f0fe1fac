"""Give the tables of a draft the same samples, in the same order, and keep only what was measured.

Between the reading of the files and the checks of their values. The two tables of a
study and `samples.csv` decide which samples there are; a further table may lack some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._modalities import MODALITIES, feature_word
from ._measured import drop_unmeasured_samples, keep_measured
from ._not_features import drop_annotation, drop_counters
from ._orientation import refuse_row_numbers, turn_table
from ._samples_match import (
    common_samples,
    match_samples,
    refuse_near_tables,
    refuse_other_ids,
    select_samples,
)
from ._sources import Draft


def join_samples(draft: Draft, settings: Mapping[str, Any]) -> list[str]:
    """Turn the tables of a draft where needed and join them by sample id; return what is to be said.

    Parameters
    ----------
    draft : Draft
        Changed in place: further tables keep the samples that they have.
    settings : mapping
        `id_match`, and the kinds of values.

    Raises
    ------
    StudyError
        If rows are numbered instead of named, a table may lie either way, ids differ only in how they are
        written, or too few samples are in common.
    """
    notes: list[str] = []
    for modality in draft.tables:
        notes += _prepare(draft, modality, settings["id_match"])
    names, needed = draft.names, [modality for modality in MODALITIES if modality in draft.tables]
    if len(needed) == 2:
        refuse_near_tables({names[modality]: draft.tables[modality] for modality in needed})
    ids = {names["samples"]: list(draft.samples.index)}
    ids |= {names[modality]: draft.tables[modality].rows for modality in needed}
    common, said = common_samples(ids, names["samples"])
    _select(draft, common)
    words = {
        modality: f"{feature_word(modality)}s"
        for modality in needed
        if settings.get(f"{modality}_kind", "log") != "counts"
    }
    measured = keep_measured(draft.tables, words, lambda samples: _select(draft, samples), names)
    return notes + said + measured + _further(draft)


def _prepare(draft: Draft, modality: str, id_match: str) -> list[str]:
    """Turn one table, take away what is neither sample nor feature, and give it the ids of the metadata."""
    table, where = draft.tables[modality], draft.names[modality]
    samples = list(draft.samples.index)
    table, notes = drop_counters(table, where)
    notes += refuse_row_numbers(table, samples, where)
    table, said = turn_table(table, samples, where)
    notes += said
    if said:
        table, said = drop_annotation(table, samples, where)
        notes += said
    files = (where, draft.names["samples"])
    if modality in MODALITIES:
        refuse_other_ids(table, draft.samples, *files)
    table, said = match_samples(table, samples, files, id_match, modality in MODALITIES)
    notes += said
    table, said = drop_unmeasured_samples(table, where)
    draft.tables[modality] = table
    return notes + said


def _select(draft: Draft, samples: Sequence[str]) -> None:
    """Keep these samples; in a further table, those of them that it has."""
    draft.samples = draft.samples.loc[list(samples)]
    for modality, table in draft.tables.items():
        here = set(table.rows)
        kept = samples if modality in MODALITIES else [sample for sample in samples if sample in here]
        draft.tables[modality] = select_samples(table, kept)


def _further(draft: Draft) -> list[str]:
    """Say what further tables lack; leave out those that have nothing to do with these samples."""
    notes = []
    for modality in [name for name in draft.tables if name not in MODALITIES]:
        n_here, n_all = len(draft.tables[modality].rows), len(draft.samples)
        where = draft.names[modality]
        if not n_here:
            del draft.tables[modality]
            notes.append(f"{where}: left out, it has none of the samples.")
        elif n_here < n_all:
            notes.append(f"{where}: it has {n_here} of the {n_all} samples; the others stay in the study.")
    return notes
