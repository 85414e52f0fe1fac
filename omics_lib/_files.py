"""Files: where those lie that the library needs beside its modules, how they are written, their checksums.

A checkout has them beside the package; a wheel carries a copy inside it. Nothing
else in the library knows which of the two it runs from.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import StudyError

PACKAGE = Path(__file__).resolve().parent


def project_file(name: str) -> Path:
    """Locate a file or folder of the project.

    Parameters
    ----------
    name : str
        Path from the project's root, such as ``"Snakefile"`` or ``"data_schema/samples.schema.json"``.

    Returns
    -------
    Path
        In the checkout if the package lies in one, else in the installed package.

    Raises
    ------
    FileNotFoundError
        If the project has no such file: the installation is incomplete.

    Examples
    --------
    >>> project_file("data_schema").name
    'data_schema'
    """
    checkout = PACKAGE.parent
    root = checkout if (checkout / "data_schema").is_dir() else PACKAGE / "_project"
    path = root / name
    if not path.exists():
        raise FileNotFoundError(f"{name} is missing from {root}; install omics_lib again")
    return path


def library_files() -> dict[str, Path]:
    """Return every file that results may depend on, by its name from the root: modules, their data, schemas.

    Examples
    --------
    >>> "omics_lib/errors.py" in library_files()
    True
    """
    found = [*PACKAGE.rglob("*"), *project_file("data_schema").rglob("*")]
    names = {path.relative_to(PACKAGE.parent): path for path in found if path.is_file()}
    hidden = ("__pycache__", ".")  # compiled files, and those of editors
    left_out = {name for name in names if any(part.startswith(hidden) for part in name.parts)}
    return {name.as_posix(): path for name, path in names.items() if name not in left_out}


def beside_study(study: Path | str, folder: str | None) -> Path | None:
    """Return where a folder lies that a parameter names; a relative path starts at the study's folder.

    Examples
    --------
    >>> beside_study("data/mine", "../ccle").as_posix()
    'data/mine/../ccle'
    """
    home = Path(study)
    return (home.parent if home.is_file() else home) / folder if folder is not None else None


@contextmanager
def whole_file(path: Path | str) -> Iterator[Path]:
    """Give a name to write to; once on the disk it takes the place of `path`, if nothing was raised."""
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        _to_disk(part)
        os.replace(part, path)
        _to_disk(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def whole_folder(path: Path | str) -> Iterator[Path]:
    """Give a folder to fill; it takes the place of `path`, and of what was there, if nothing was raised."""
    import shutil
    import tempfile  # loads `random`, which a folder on PYTHONPATH might have

    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield part
        part.chmod(0o755)  # mkdtemp makes it private
        if path.exists():
            shutil.rmtree(path)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write JSON with sorted keys, whole or not at all."""
    with whole_file(path) as part:
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        # Half a character, as a terminal can give, becomes JSON's own escape for it.
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_unchanged(files: Mapping[str, str]) -> None:
    """Check that files are still what they were when a run began.

    Parameters
    ----------
    files : mapping
        Path → sha256.

    Raises
    ------
    StudyError
        If one is gone or has changed.
    """
    for name, digest in files.items():
        path = Path(name)
        if not path.is_file() or file_sha256(path) != digest:
            found = (
                "changed while the run was under way"
                if path.is_file()
                else "gone while the run was under way"
            )
            expected = "a study must stay as it is until the run is done"
            raise StudyError(path.name, found, expected, "Give the same command again.")


def tree_sha256(files: Mapping[str, Path]) -> str:
    """Return one sha256 over files: the names they go by, and their contents."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\0{file_sha256(path)}\n".encode())
    return digest.hexdigest()
