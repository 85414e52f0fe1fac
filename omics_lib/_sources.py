"""Where a study comes from: a folder of tables, or one .h5mu file.

Either becomes a `Draft`, which `omics_lib.study` checks and turns into a MuData.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import mudata
import numpy as np
import pandas as pd

from ._binary_tables import DAMAGED, anndata_table, damaged
from ._delimited import TEXT_SUFFIXES, split_suffix
from ._h5mu_metadata import join_metadata
from ._metadata import as_text, index_samples
from ._tables import Table, read_table, read_text_table
from .errors import StudyError, first_few

MODALITIES = ("transcriptomics", "metabolomics")
_SIDE_FILES = {".md", ".yml", ".yaml", ".json", ".txt"}
_MODALITY_NAME = re.compile(r"[a-z][a-z0-9_]*")

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

    def __post_init__(self) -> None:
        self.earlier = list(self.notes)  # what a study written by this library says of itself


def find_files(path: Path) -> dict[str, Path]:
    """Find the files of a study.

    Returns
    -------
    dict
        Table name to file, modalities first; `{"study": file}` for a .h5mu.

    Raises
    ------
    StudyError
        If a required file is missing, or two files compete for one table.
    """
    if not path.exists():
        raise StudyError(
            str(path), "no such file or folder", "it must be a study folder or .h5mu", "Check the path."
        )
    if not path.is_dir():
        if path.suffix != ".h5mu":
            raise StudyError(
                path.name, "a single file", "a study in one file must end in .h5mu", "Give its folder."
            )
        return {"study": path}
    listed = [file for file in sorted(path.iterdir()) if file.is_file() and not _is_side_file(file)]
    whole = [file for file in listed if file.suffix == ".h5mu"]
    tables = [file for file in listed if split_suffix(file)[1]]
    if whole:
        if len(whole) > 1 or tables:
            found = f"both {first_few(file.name for file in whole + tables)}"
            raise StudyError(str(path), found, "it must hold tables or one .h5mu", "Move the others away.")
        return {"study": whole[0]}
    return _by_name(path, tables, listed)


def read_draft(path: Path) -> Draft:
    """Read all files of a study, see `find_files`."""
    files = find_files(path)
    if "study" in files:
        return _from_h5mu(files["study"])
    samples = index_samples(read_text_table(files["samples"]), files["samples"].name)
    pairs = read_text_table(files["known_pairs"]) if "known_pairs" in files else None
    tables = {
        name: read_table(file) for name, file in files.items() if name not in ("samples", "known_pairs")
    }
    return Draft(tables, samples, pairs, {name: file.name for name, file in files.items()})


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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            study = mudata.read_h5mu(path)
            study.obs = pd.DataFrame(
                {name: _plain(study.obs[name]) for name in study.obs}, index=study.obs.index
            )
    except DAMAGED as error:
        raise damaged(Path(path).name, "h5mu", error) from error
    if "known_pairs" in study.uns and isinstance(study.uns["known_pairs"], pd.DataFrame):
        study.uns["known_pairs"] = study.uns["known_pairs"].reset_index(drop=True)
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


def _is_side_file(file: Path) -> bool:
    stem = file.name.split(".")[0].upper()
    return file.name.startswith(".") or stem in {"README", "SOURCE"} or file.suffix.lower() in _SIDE_FILES


def _by_name(path: Path, tables: list[Path], listed: list[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in tables:
        name = split_suffix(file)[0]
        if not _MODALITY_NAME.fullmatch(name):
            expected = "a table's name must be small letters, digits and `_`"
            raise StudyError(file.name, f"table name `{name}`", expected, "Rename the file or move it away.")
        if name in found:
            both = f"{found[name].name} and {file.name}"
            raise StudyError(str(path), f"two files for {name}: {both}", "it must be one", "Move one away.")
        found[name] = file
    for name in (*MODALITIES, "samples"):
        if name not in found:
            has = first_few((file.name for file in listed), 10) or "nothing"
            ends = ".csv" if name == "samples" else ".csv, .tsv (also .gz), .parquet or .h5ad"
            expected = f"there must be {name}.* ending in {ends}"
            raise StudyError(str(path), f"no {name} file (found: {has})", expected, f"Add the {name} table.")
    for name in ("samples", "known_pairs"):
        if name in found and split_suffix(found[name])[1] not in TEXT_SUFFIXES:
            raise StudyError(
                found[name].name, "not a text file", f"it must be {name}.csv", "Export it as CSV."
            )
    order = [*MODALITIES, *(name for name in found if name not in MODALITIES)]
    return {name: found[name] for name in order}


def _from_h5mu(file: Path) -> Draft:
    study = read_stage(file)
    missing = [name for name in MODALITIES if name not in study.mod]
    if missing:
        has = ", ".join(study.mod) or "none"
        expected = f"it must have {' and '.join(MODALITIES)}"
        raise StudyError(file.name, f"its modalities are {has}", expected, "Rename or add the modality.")
    order = [*MODALITIES, *(name for name in study.mod if name not in MODALITIES)]
    names = {name: f"{file.name} {name}" for name in order} | {"samples": file.name, "known_pairs": file.name}
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
    draft.notes += said
    return draft
