"""Whether a run folder is what its manifest says: asked before a stage is trusted, and by `verify`.

Nothing in a run folder is believed, because somebody else may have made it: what it says of itself is checked
for its form, names lead nowhere outside, and links are refused.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from .._files import file_sha256
from ..errors import RunError
from ..schema import default_parameters, read_schema

MANIFEST = Path("manifest.json")
_LARGEST = 2**26  # bytes: far more than 10,000 files take
# As `whole_file` and `whole_folder` name what is not finished.
_PART, _PART_FOLDER = re.compile(r"\..+\.\d+\.part"), re.compile(r"\.release\.\w+")
# Costs, and what is made of the results; hidden files are what programs keep for themselves.
_APART = {"benchmarks", "book", "manifest.json", "ro-crate-metadata.json"}
_UNFINISHED = {"failed", "checkpoints"}


@dataclass
class Differences:
    """How a run folder differs from its manifest; names are relative to the folder."""

    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


def read_manifest(run: Path) -> dict[str, Any]:
    """Read the manifest of a run folder.

    Raises
    ------
    RunError
        If there is none, or it is not of the form that `build_manifest` writes.
    """
    import jsonschema

    path = run / MANIFEST
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("larger than any manifest")
        manifest = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(manifest, read_schema("manifest"))
        for name in (*manifest["inputs"], *manifest["outputs"]):
            _refuse_outside(name)
    except FileNotFoundError as error:
        raise RunError(
            str(run), "no manifest.json", "every finished run has one", "Run it to the end."
        ) from error
    except (OSError, ValueError, RecursionError, jsonschema.ValidationError) as error:
        why = getattr(error, "message", str(error))
        found = f"not readable as a manifest ({' '.join(why.split())[:200]})"
        raise RunError(str(path), found, "it must be what a run wrote", "Run it again.") from error
    return manifest


def parameters_of(run: Path) -> dict[str, Any]:
    """Return the parameters of a finished run, checked.

    Raises
    ------
    RunError
        If there is no finished run.
    """
    if not run.is_dir():
        raise RunError(str(run), "no such folder", "it must be the --out of a run", "Check the path.")
    refuse_links(run)
    import jsonschema

    parameters = default_parameters() | read_manifest(run)["parameters"]
    try:
        jsonschema.validate(parameters, read_schema("parameters"))
    except jsonschema.ValidationError as error:
        found = f"parameters that no run has ({' '.join(error.message.split())[:200]})"
        raise RunError(str(run / MANIFEST), found, "it must be what a run wrote", "Run it again.") from error
    return parameters


def _refuse_outside(name: str) -> None:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\0" in name or not pure.parts:
        raise ValueError(f"{name!r} leads out of the folder")


def run_files(run: Path) -> list[str]:
    """List what a run wrote: tables, models, figures, executed notebooks, the release, by relative name."""
    files = {path.relative_to(run) for path in _walk(run) if path.is_file()}
    return sorted(
        path.as_posix()
        for path in files
        if path.parts[0] not in _APART
        and not any(part in _UNFINISHED or part.startswith(".") for part in path.parts)
    )


def drop_unfinished(run: Path) -> None:
    """Delete what a process that was killed had begun to write under another name."""
    for path in run.rglob(".*"):
        if path.is_file() and _PART.fullmatch(path.name):
            path.unlink()
        elif path.is_dir() and _PART_FOLDER.fullmatch(path.name):
            shutil.rmtree(path)


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(here, name)


def compare(run: Path, outputs: Mapping[str, str]) -> Differences:
    """Compare the files of a run folder with the checksums of its manifest."""
    there = set(run_files(run))
    changed = [name for name in sorted(there & outputs.keys()) if file_sha256(run / name) != outputs[name]]
    return Differences(changed, sorted(outputs.keys() - there), sorted(there - outputs.keys()))


def refuse_links(run: Path) -> None:
    """Check that everything in a run folder lies in it.

    Raises
    ------
    RunError
        If there is a link, or anything but files and folders: what is written through it lands elsewhere.
    """
    for path in _walk(run) if run.is_dir() else ():
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found = f"a link to {os.readlink(path)}"
        elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISSOCK(mode)):
            found = "neither a file nor a folder"
        else:
            continue
        expected = "a run folder must hold its own files, or results would be written elsewhere"
        raise RunError(str(path), found, expected, "Remove it, or choose another --out.")
