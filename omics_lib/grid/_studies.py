"""The studies of a grid: where they lie, and those that are simulated for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mudata import MuData

from .._files import library_files, tree_sha256, write_json
from .._modalities import MODALITIES
from ..study import dependent_pairs, simulate_study, write_study_folder
from ._plan import GridRun


def study_of(run: GridRun, out: Path) -> Path:
    """Return where the study of a run lies."""
    return run.path or out / "studies" / run.study_name


def simulate_studies(runs: Iterable[GridRun], out: Path) -> None:
    """Write the simulated studies that are not there as this library simulates them."""
    library = tree_sha256(library_files())
    for run in {run.study_name: run for run in runs if run.path is None}.values():
        folder = study_of(run, out)
        note = folder.with_suffix(".json")
        made_of = {"simulate": run.simulate, "seed": run.seed, "library": library}
        if folder.exists() and note.exists() and json.loads(note.read_text(encoding="utf-8")) == made_of:
            continue
        note.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        write_study_folder(_simulated(dict(run.simulate), run.seed), folder)
        write_json(made_of, note)


def _simulated(told: dict[str, Any], seed: int) -> MuData:
    known = told.pop("known_pairs", "listed")
    study = simulate_study(**told, random_state=seed)
    if known == "all":
        _list_all_pairs(study)
    return study


def _list_all_pairs(study: MuData) -> None:
    """Make every true pair a known one, all but those that a batch or a tissue alone ties together.

    A ranking that is held against a part of the truth is scored down for what it finds of the rest.
    """
    factors = study[MODALITIES[0]].varm["factors"]
    true = dependent_pairs(study, [name for name in ("batch", "tissue") if name in factors]).stack()
    pairs = true[true].index.to_frame(index=False, name=["gene_id", "metabolite_id"])
    if len(pairs):
        listed = study.uns["known_pairs"]
        study.uns["known_pairs"] = pairs.merge(listed, how="left").fillna({"source": "module"})
