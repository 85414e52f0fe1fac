"""Where the files lie that the library needs beside its modules, and all that it is made of.

A checkout has them beside the package; a wheel carries a copy inside it. Nothing
else in the library knows which of the two it runs from.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


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
    checkout = _PACKAGE.parent
    root = checkout if (checkout / "data_schema").is_dir() else _PACKAGE / "_project"
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
    found = [*_PACKAGE.rglob("*"), *project_file("data_schema").rglob("*")]
    files = (path for path in found if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(_PACKAGE.parent).as_posix(): path for path in files}
