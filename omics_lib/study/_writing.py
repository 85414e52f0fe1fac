"""Write a study, as one .h5mu file or as a folder of tables: whole or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Literal

import numpy as np
from anndata import AnnData
from mudata import MuData

from .._files import whole_file, whole_folder, write_json
from ..errors import StudyError, one_of
from ._gene_sets import FILE as GENE_SETS
from ._gene_sets import write_gene_sets


def write_study(study: MuData, path: Path | str) -> None:
    """Write a study, or a later stage of it, to one .h5mu file, whole or not at all.

    Parameters
    ----------
    study : MuData
        Left as it is.
    path : Path or str
        The file, replaced if it exists.

    Notes
    -----
    The same study gives the same bytes.
    """
    with whole_file(path) as part:
        study.write_h5mu(part)


def write_study_folder(study: MuData, path: Path | str, kind: Literal["csv", "parquet"] = "csv") -> Path:
    """Write a study as a folder of tables: whole or not at all.

    Parameters
    ----------
    study : MuData
        As `read_study` or `simulate_study` returns it.
    path : Path or str
        The folder; it must be new or empty.
    kind : {"csv", "parquet"}
        How the modalities are written. Parquet takes a row a feature and a column a sample, as a format
        by columns is quick with few and long ones; readers turn it by the sample ids.

    Returns
    -------
    Path
        The folder, with `<modality>.csv` or `.parquet` for each modality, `samples.csv`, and, if any,
        `known_pairs.csv` and `gene_sets.gmt`. A simulated study has its truth beside it, which
        `read_study` passes over:
        `planted_factors.json` (by modality and factor, the features that depend on it),
        `planted_<modality>.csv` (`var`: a row a feature) and `planted_design.json` (what was asked for).

    Raises
    ------
    ParameterError
        If the kind is unknown.
    StudyError
        If the folder exists and is not empty.
    """
    one_of("kind", kind, ("csv", "parquet"))
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        found = "it exists and is not empty"
        raise StudyError(str(path), found, "it must be a new folder", "Choose another name.")
    with whole_folder(path) as part:
        for modality, adata in study.mod.items():
            (_write_csv if kind == "csv" else _write_parquet)(adata, part / f"{modality}.{kind}")
        samples = study.obs.rename_axis("sample_id")
        samples.to_csv(part / "samples.csv", lineterminator="\r\n")
        if "known_pairs" in study.uns:
            study.uns["known_pairs"].to_csv(part / "known_pairs.csv", index=False, lineterminator="\r\n")
        if "gene_sets" in study.uns:
            write_gene_sets(study.uns["gene_sets"], part / GENE_SETS)
        if "design" in study.uns:
            _write_planted(study, part)
    return path


def _write_planted(study: MuData, folder: Path) -> None:
    """Write what a simulated study was made of."""
    planted = {
        modality: {factor: list(on.index[on]) for factor, on in adata.varm["factors"].items()}
        for modality, adata in study.mod.items()
    }
    (folder / "planted_factors.json").write_text(json.dumps(planted, indent=1) + "\n", encoding="utf-8")
    for modality, adata in study.mod.items():
        features = adata.var.rename_axis("feature_id").round(4)
        features.to_csv(folder / f"planted_{modality}.csv", lineterminator="\r\n")
    write_json(study.uns["design"], folder / "planted_design.json")


def _matrix(adata: AnnData) -> np.ndarray:
    return adata.X.toarray() if hasattr(adata.X, "toarray") else np.asarray(adata.X)


def _write_parquet(adata: AnnData, path: Path) -> None:
    from pyarrow import parquet, table

    columns = dict(zip(adata.obs_names, _matrix(adata), strict=True))
    parquet.write_table(table({"feature_id": adata.var_names.to_numpy(), **columns}), path)


def _write_csv(adata: AnnData, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sample_id", *adata.var_names])
        for sample, row in zip(adata.obs_names, _matrix(adata).tolist(), strict=True):
            writer.writerow([sample, *map(_cell, row)])


def _cell(value: float) -> str:
    """Write a number so that it reads back the same: 3, 3.25, or nothing for NaN."""
    if value != value:
        return ""
    return repr(int(value)) if abs(value) < 1e15 and value == int(value) else repr(float(value))
