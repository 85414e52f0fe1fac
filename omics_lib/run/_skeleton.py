"""A study folder from two tables, with a parameters file that says why: what `omics-book init` writes."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .._files import whole_folder
from .._modalities import MODALITIES
from ..advice import Finding, advise
from ..errors import ParameterError, StudyError
from ..schema import default_parameters
from ..study import read_study
from ..tables import KINDS_READ, Table, read_table, reading_of, split_suffix, unreadable
from ._checks import check_fit
from ._parameters_file import PARAMETERS, parameters_text

_LARGEST_LOG = 30  # log2 of a thousand million
_TEMPLATES = {
    "transcriptomics.csv": "sample_id,gene_1,gene_2\n",
    "metabolomics.csv": "sample_id,metabolite_1,metabolite_2\n",
    "samples.csv": "sample_id,group,batch\n",
}


def init_study(
    folder: Path | str,
    tables: Mapping[str, Path] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> list[str]:
    """Write a study folder with a commented parameters file, or templates where no tables are given.

    Parameters
    ----------
    folder : Path or str
        New or empty; written whole or not at all.
    tables : mapping of str to Path, optional
        `transcriptomics` and `metabolomics`, both or neither, and perhaps `samples`: files of any kind that
        a study may hold, copied under these names.
    parameters : mapping, optional
        As `read_parameters` returns them, for example how text is separated. Kinds and folds that are at
        their defaults are chosen by the values.

    Returns
    -------
    list of str
        What was handled and chosen, one sentence each; empty for templates.

    Raises
    ------
    StudyError
        If the folder holds something, a table is missing, or the study is not fit to run.
    """
    folder, tables = Path(folder), {name: Path(path) for name, path in (tables or {}).items()}
    settings = default_parameters() | dict(parameters or {})
    _refuse_full(folder)
    if not tables:
        with whole_folder(folder) as part:
            for name, header in _TEMPLATES.items():
                (part / name).write_text(header, encoding="utf-8", newline="\n")
            _write_parameters(part, folder, settings, [], None)
        return []
    _refuse_one_of_two(tables)
    with whole_folder(folder) as part:
        files = {name: _copy(path, part, name) for name, path in tables.items()}
        notes = [] if "samples" in files else [_write_samples(part, files, settings)]
        chosen: dict[str, Any] = dict(_choose_kinds(files, settings))
        study = read_study(part, settings | chosen)
        if 4 <= study.n_obs < 2 * settings["n_folds"]:
            chosen["n_folds"] = study.n_obs // 2
        settings |= chosen
        check_fit(study, settings)
        findings = advise(study, settings)
        _write_parameters(part, folder, settings, findings, study.obs)
    said = (f"`{name}: {value}` is set, as the values are." for name, value in chosen.items())
    return [*notes, *map(str, study.uns["notes"]), *said]


def _refuse_full(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        expected = "it must be a new or an empty folder"
        raise StudyError(str(folder), "it exists and is not empty", expected, "Name another one.")


def _refuse_one_of_two(tables: Mapping[str, Path]) -> None:
    for name in MODALITIES:
        if name not in tables:
            found = f"--{name} is not given"
            remedy = "Give both tables, or neither for templates to fill."
            raise ParameterError("init", found, "a study has both tables", remedy)


def _copy(path: Path, part: Path, name: str) -> Path:
    """Copy a table under the name that it has in a study; a study written before is no table."""
    unfit = unreadable(path)
    if unfit:
        raise unfit
    suffix = split_suffix(path)[1]
    if not suffix:
        remedy = f"Export the table as {KINDS_READ}."
        raise StudyError(
            path.name, "its kind cannot be told from its name", f"it must be {KINDS_READ}", remedy
        )
    return Path(shutil.copyfile(path, part / f"{name}{suffix}"))


def _write_samples(part: Path, files: Mapping[str, Path], settings: Mapping[str, Any]) -> str:
    """Write samples.csv with the ids that both tables have, in the order of the first."""
    one, other = (_read(files[name], settings) for name in MODALITIES)
    sides = [(a, set(b)) for a in (one.rows, one.columns) for b in (other.rows, other.columns)]
    ids = max(([name for name in a if name in b] for a, b in sides), key=len)
    if not ids:
        found = f"{files['transcriptomics'].name} and {files['metabolomics'].name} have no name in common"
        remedy = "Spell the ids alike in both tables, or give --samples and --set id_match=loose."
        raise StudyError("samples", found, "samples are joined by their ids", remedy)
    with (part / "samples.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([["sample_id"], *([name] for name in ids)])
    return (
        f"samples.csv: made of the {len(ids)} ids that both tables have; add a column for each thing that "
        "describes a sample, such as group and batch."
    )


def _choose_kinds(files: Mapping[str, Path], settings: Mapping[str, Any]) -> dict[str, str]:
    """Tell the kinds of the values where they are not given: those that the reader would not refuse."""
    chosen, defaults = {}, default_parameters()
    for name in MODALITIES:
        key = f"{name}_kind"
        values = _read(files[name], settings).values
        if settings[key] == defaults[key] and (kind := _kind(values, defaults[key])) != defaults[key]:
            chosen[key] = kind
    return chosen


def _kind(values: np.ndarray, default: str) -> str:
    """Tell `log` by negative values, and where counts are expected by small fractions too."""
    if (values < 0).any():
        return "log"
    whole = (np.isnan(values) | (values == np.round(values))).all()
    return "log" if default == "counts" and not whole and np.nanmax(values) < _LARGEST_LOG else default


def _read(path: Path, settings: Mapping[str, Any]) -> Table:
    return read_table(path, reading_of(settings))


def _write_parameters(
    part: Path,
    folder: Path,
    settings: Mapping[str, Any],
    findings: list[Finding],
    samples: pd.DataFrame | None,
) -> None:
    text = parameters_text(folder, settings, findings, samples)
    (part / PARAMETERS).write_text(text, encoding="utf-8", newline="\n")
