"""Write a study, as one .h5mu file or as a folder of CSV files: whole or not at all."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from anndata import AnnData
from mudata import MuData

from .._files import whole_file
from ..errors import StudyError


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


def write_study_folder(study: MuData, path: Path | str) -> Path:
    """Write a study as a folder of CSV files: whole or not at all.

    Parameters
    ----------
    study : MuData
        As `read_study` or `simulate_study` returns it.
    path : Path or str
        The folder; it must be new or empty.

    Returns
    -------
    Path
        The folder, with `<modality>.csv` for each modality, `samples.csv`, `known_pairs.csv` if any, and
        for a simulated study `planted_factors.json`: by modality and factor, the features that follow it.

    Raises
    ------
    StudyError
        If the folder exists and is not empty.
    """
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        found = "it exists and is not empty"
        raise StudyError(str(path), found, "it must be a new folder", "Choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        for modality, adata in study.mod.items():
            _write_table(adata, part / f"{modality}.csv")
        samples = study.obs.rename_axis("sample_id")
        samples.to_csv(part / "samples.csv", lineterminator="\r\n")
        if "known_pairs" in study.uns:
            study.uns["known_pairs"].to_csv(part / "known_pairs.csv", index=False, lineterminator="\r\n")
        if all("factors" in adata.varm for adata in study.mod.values()):
            planted = {
                modality: {factor: list(on.index[on]) for factor, on in adata.varm["factors"].items()}
                for modality, adata in study.mod.items()
            }
            (part / "planted_factors.json").write_text(json.dumps(planted, indent=1) + "\n", encoding="utf-8")
        part.chmod(0o755)  # mkdtemp makes it private
        if path.exists():
            path.rmdir()
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return path


def _write_table(adata: AnnData, path: Path) -> None:
    matrix = adata.X.toarray() if hasattr(adata.X, "toarray") else np.asarray(adata.X)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sample_id", *adata.var_names])
        for sample, row in zip(adata.obs_names, matrix.tolist(), strict=True):
            writer.writerow([sample, *map(_cell, row)])


def _cell(value: float) -> str:
    """Write a number so that it reads back the same: 3, 3.25, or nothing for NaN."""
    if value != value:
        return ""
    return repr(int(value)) if abs(value) < 1e15 and value == int(value) else repr(float(value))
