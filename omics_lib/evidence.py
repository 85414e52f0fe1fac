"""Results that are too expensive to make with every book: stored with what made them, read with its age.

Each lies in `evidence/NAME/` of the project: small tables as CSV, and `manifest.json`. A page that reads
them says when and on what machine they were made, and whether the code has changed since.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ._code import code_sha256, commit_of, versions
from ._files import file_sha256, project_file, tree_sha256, whole_file, write_json
from ._machine import machine_facts
from .errors import RunError

FOLDER = "evidence"
# Pages that have nothing to do with a study → the stored results that they show; a run has them where its
# parameter `stored_results` is set.
PAGES: dict[str, tuple[str, ...]] = {
    "four_worlds": (),
    "cohort": ("cohort", "cohort_axes", "cohort_use"),
    "full_size": ("full_size", "growth"),
    "sample_size": ("sample_size",),
    "disclosure": ("disclosure",),
}


@dataclass(frozen=True)
class Evidence:
    """Stored results, and what they were made of.

    Attributes
    ----------
    name : str
    tables : dict of str to DataFrame
        By the name of their file.
    manifest : dict
        `script`, `command` (that makes them again), `settings`, `code` (sha256 of library, notebooks
        and Snakefile, and of the script), `commit`, `versions`, `machine` (`cpu`, `cores`, `memory_gb`,
        `gpu`, `system`), `date` (UTC).
    now : dict
        `code`, as it is now.
    """

    name: str
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    now: dict[str, str]

    @property
    def stale(self) -> bool:
        """Whether the code is no longer the one that made these results."""
        return self.manifest["code"] != self.now


def _code(script: str) -> dict[str, str]:
    """Return the checksums of the code; an installed package has no scripts beside it."""
    path = project_file("Snakefile").parent / script
    return {"library": code_sha256()} | ({"script": file_sha256(path)} if path.exists() else {})


def write_evidence(
    name: str,
    tables: Mapping[str, pd.DataFrame],
    *,
    script: str,
    command: str,
    settings: Mapping[str, Any] | None = None,
    folder: Path | None = None,
) -> Path:
    """Store results with what made them, in place of earlier ones.

    Parameters
    ----------
    name : str
        Name of the results.
    tables : mapping of str to DataFrame
        Small ones; their index is not written.
    script : str
        What made them, as a path from the project's root.
    command : str
        What makes them again, such as ``make full-size``.
    settings : mapping, optional
        What the script was told: sizes, seeds.
    folder : Path, optional
        Where `name` is made; None: `evidence/` of the project.

    Returns
    -------
    Path
        The folder of the results.
    """
    root = project_file("Snakefile").parent
    place = Path(folder or root / FOLDER) / name
    manifest = {
        "script": script,
        "command": command,
        "settings": dict(settings or {}),
        "code": _code(script),
        "commit": commit_of(root, apart_from=FOLDER),
        "versions": versions(),
        "machine": machine_facts(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for table, rows in tables.items():
        with whole_file(place / f"{table}.csv") as part:
            rows.to_csv(part, index=False, lineterminator="\n")
    write_json(manifest, place / "manifest.json")
    return place


def evidence_sha256() -> dict[str, str]:
    """Return what pages about stored results depend on, by name: sha256 of the results, and of the code."""
    code = code_sha256()
    folders = sorted(path.parent for path in project_file(FOLDER).glob("*/manifest.json"))
    stored = {folder.name: tree_sha256({p.name: p for p in folder.iterdir()}) for folder in folders}
    return {name: f"{sha256} {code}" for name, sha256 in stored.items()}


def read_evidence(name: str, folder: Path | None = None) -> Evidence:
    """Read stored results.

    Parameters
    ----------
    name : str
        Name of the results.
    folder : Path, optional
        Where they lie; None: `evidence/` of the project.

    Returns
    -------
    Evidence

    Raises
    ------
    RunError
        If there are none.
    """
    place = Path(folder or project_file("Snakefile").parent / FOLDER) / name
    if not (place / "manifest.json").is_file():
        expected = "results that a page shows must have been stored"
        raise RunError(f"{FOLDER}/{name}", "no such results", expected, "Make them: see `make help`.")
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    as_written = {"keep_default_na": False, "na_values": [""]}  # a design may be called `null`
    tables = {path.stem: pd.read_csv(path, **as_written) for path in sorted(place.glob("*.csv"))}
    here = _code(manifest["script"])
    now = {what: here.get(what, then) for what, then in manifest["code"].items()}
    return Evidence(name, tables, manifest, now)
