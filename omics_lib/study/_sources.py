"""Where a study comes from: a folder of tables, a workbook, or one .h5mu file.

Either becomes a `Draft`, which `omics_lib.study._study` checks and turns into a MuData.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mudata
import numpy as np
import pandas as pd

from .._machine import memory_at_hand
from .._modalities import MODALITIES
from ..errors import Gathered, StudyError
from ..gate import in_child, inspect_hdf5, most_bytes
from ..tables import (
    DAMAGED,
    Reading,
    Table,
    anndata_table,
    damaged,
    load_table,
    plain_cells,
    read_table,
    read_text_table,
    reading_of,
)
from ._checks import unfit_cells
from ._folder import Found, find_files
from ._gene_sets import read_gene_sets
from ._h5mu_metadata import join_metadata
from ._metadata import as_text, index_samples, type_metadata
from ._pair_names import check_pairs

# The global .obs holds the metadata once; mudata shall not copy columns between it and the modalities.
mudata.set_options(pull_on_update=False)


@dataclass
class Draft:
    """A study as read: nothing turned, joined or dropped yet; metadata are text cells."""

    tables: dict[str, Table]
    samples: pd.DataFrame
    known_pairs: pd.DataFrame | None
    names: dict[str, str]  # what to call each table in notes and errors
    notes: list[str] = field(default_factory=list)
    gene_sets: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        self.earlier = list(self.notes)  # what a study written by this library says of itself


def read_draft(path: Path, parameters: Mapping[str, Any], needed: Collection[str] = MODALITIES) -> Draft:
    """Read all files of a study, see `find_files`; what is wrong in any of them is told at once."""
    reading = reading_of(parameters)
    found = find_files(path, needed)
    if "study" in found.files:
        file = found.files["study"]
        draft = in_child(file.name, _from_h5mu, file, most_bytes(reading.max_unpacked_gb), needed)
        _refuse_unfit(draft.tables, draft.names, parameters, Gathered(), draft.samples)
        draft.notes += found.left_alone()
        return draft
    names = {name: file.name for name, file in found.files.items()}
    names |= {name: f"{names[name]}, sheet {title}" for name, title in found.sheets.items()}
    sheet, problems, notes = found.sheets.get, Gathered(), list[str]()
    samples, pairs = pd.DataFrame(), None
    with problems:
        cells, notes = read_text_table(found.files["samples"], reading, sheet("samples"))
        samples = index_samples(plain_cells(cells, reading), found.files["samples"].name)
    with problems:
        if "known_pairs" in found.files:
            pairs, more = read_text_table(found.files["known_pairs"], reading, sheet("known_pairs"))
            notes += more
    sets = None
    with problems:
        if "gene_sets" in found.files:
            sets = read_gene_sets(found.files["gene_sets"], reading.max_unpacked_gb)
    tables = {}
    for name in [name for name in MODALITIES if name in found.files]:
        with problems:
            tables[name] = load_table(found.files[name], reading, sheet(name))
    _refuse_unfit(tables, names, parameters, problems, samples, pairs)
    tables |= _read_further(found, reading, parameters, set(samples.index))
    notes += [note for table in tables.values() for note in table.notes]
    draft = Draft(tables, samples, pairs, names, gene_sets=sets)
    draft.notes += [*found.notes, *notes, *found.left_alone()]
    return draft


def _refuse_unfit(
    tables: Mapping[str, Table],
    names: Mapping[str, str],
    parameters: Mapping[str, Any],
    problems: Gathered,
    samples: pd.DataFrame,
    pairs: pd.DataFrame | None = None,
) -> None:
    """Raise what is wrong in the files; if anything is, say what later steps would find in them as well."""
    for table in tables.values():
        if table.wrong:
            problems.add(table.wrong)
    if not problems.errors:
        return
    for name, table in tables.items():
        kind = parameters.get(f"{name}_kind", "log")
        problems.errors += unfit_cells(table, kind, name, names[name], raw=True).errors
    with problems:
        type_metadata(samples, parameters, names["samples"])
    with problems:
        if pairs is not None:
            check_pairs(pairs, names["known_pairs"])
    problems.tell()


def _read_further(
    found: Found, reading: Reading, parameters: Mapping[str, Any], samples: set[str]
) -> dict[str, Table]:
    """Read the tables of further modalities that hold numbers of these samples; leave the others alone."""
    tables = {}
    for name in found.further:
        file = found.files[name]
        try:
            table = read_table(file, reading)
        except StudyError as error:
            if f"{name}_kind" in parameters:  # somebody wants it
                raise
            found.left[file.name] = f"it is no table of numbers ({error.found})"
            continue
        if not samples.intersection(table.rows) and not samples.intersection(table.columns):
            found.left[file.name] = "it has none of the samples"
            continue
        tables[name] = table
    return tables


def read_stage(path: Path) -> mudata.MuData:
    """Read a .h5mu file of a run as it was written, without checking it as a study again.

    Parameters
    ----------
    path : Path
        A file that `write_study` wrote.

    Returns
    -------
    MuData
        Text columns are text, number columns are int64 or float64.

    Raises
    ------
    StudyError
        If the file is missing, damaged or of another kind.
    """
    path = Path(path)
    in_child(path.name, _inspect, path, memory_at_hand())
    return _read(path)


def _inspect(path: Path, most: int) -> None:
    try:
        inspect_hdf5(path, most)
    except StudyError:
        raise
    except DAMAGED as error:
        raise damaged(path.name, "h5mu", error) from error


def _read(path: Path) -> mudata.MuData:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            study = mudata.read_h5mu(path)
            study.obs = pd.DataFrame(
                {name: _plain(study.obs[name]) for name in study.obs}, index=study.obs.index
            )
    except DAMAGED as error:
        raise damaged(Path(path).name, "h5mu", error) from error
    for name in ("known_pairs", "gene_sets"):
        if isinstance(study.uns.get(name), pd.DataFrame):
            study.uns[name] = study.uns[name].reset_index(drop=True)
    return study


def _plain(column: pd.Series) -> pd.Series:
    """Undo the dtypes that mudata gives when it reads: categories to text, Int64 to int64 or float64."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(object)
    if pd.api.types.is_extension_array_dtype(column.dtype) and pd.api.types.is_numeric_dtype(column.dtype):
        if pd.api.types.is_bool_dtype(column.dtype):
            return column if column.isna().any() else column.astype(bool)
        whole = pd.api.types.is_integer_dtype(column.dtype) and not column.isna().any()
        return column.astype(np.int64 if whole else np.float64)
    return column


def _from_h5mu(file: Path, most: int, needed: Collection[str]) -> Draft:
    _inspect(file, most)
    study = _read(file)
    missing = [name for name in needed if name not in study.mod]
    if missing:
        has = ", ".join(study.mod) or "none"
        expected = f"it must have {' and '.join(needed)}"
        raise StudyError(file.name, f"its modalities are {has}", expected, "Rename or add the modality.")
    order = sorted(study.mod, key=lambda name: [*MODALITIES, name].index(name))
    names = {name: f"{file.name} {name}" for name in order} | {"samples": file.name, "known_pairs": file.name}
    names["gene_sets"] = file.name
    tables = {name: anndata_table(names[name], study.mod[name]) for name in order}
    pairs = study.uns.get("known_pairs")
    if pairs is not None and not isinstance(pairs, pd.DataFrame):
        found = f"uns['known_pairs'] is {type(pairs).__name__}"
        raise StudyError(file.name, found, "it must be a DataFrame", "Store it as one, or delete it.")
    metadata, said = join_metadata(study, file.name)
    samples = as_text(metadata).rename_axis("sample_id").reset_index()
    notes = [str(note) for note in np.atleast_1d(study.uns.get("notes", np.array([], dtype=object)))]
    checked = index_samples(samples.astype({"sample_id": str}), file.name)
    draft = Draft(tables, checked, None if pairs is None else as_text(pairs), names, notes)
    sets = study.uns.get("gene_sets")
    if isinstance(sets, pd.DataFrame) and {"gene_set", "gene_id"} <= set(sets.columns):
        draft.gene_sets = as_text(sets[["gene_set", "gene_id"]])
    draft.notes += said
    return draft
