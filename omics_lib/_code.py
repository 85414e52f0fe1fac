"""The code that makes a result: its checksum, its commit, and the versions of what it stands on."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ._files import library_files, project_file, tree_sha256

_PACKAGES = (
    "omics_lib", "anndata", "humangemlib", "jupyter-book", "mofapy2", "mudata", "numpy", "pandas",
    "papermill", "pyarrow", "python-libsbml", "scikit-learn", "scipy", "snakemake", "torch",
    "torch-geometric", "umap-learn",
)  # fmt: skip

_NO_RESULTS = tuple(f"omics_lib/{room}/" for room in ("_project", "narrate", "plots", "book"))


def code_sha256() -> str:
    """Return one sha256 of all that makes results: library, schemas, notebooks and Snakefile.

    A checkout and a package installed from it have the same. Rooms that only word results, draw them or
    bind them into a book do not count.
    """
    root = project_file("Snakefile").parent
    project = [
        root / "Snakefile",
        *root.glob("*.smk"),
        *root.glob("notebooks/*.ipynb"),
        *root.glob("data_schema/*.json"),
    ]
    inside = {n: path for n, path in library_files().items() if n.startswith("omics_lib/")}
    library = {n: path for n, path in inside.items() if not n.startswith(_NO_RESULTS)}
    return tree_sha256(library | {path.relative_to(root).as_posix(): path for path in project})


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on, where they are installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _git(folder: Path, *words: str) -> str:
    command = ["git", *words]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=True
    )
    return done.stdout.strip()


def date_of(folder: Path) -> str:
    """Return the day of a checkout's commit, or of the release where there is no checkout, as YYYY-MM-DD."""
    try:
        return _git(folder, "show", "--no-patch", "--format=%cs", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        import yaml

        citation = yaml.safe_load(project_file("CITATION.cff").read_text(encoding="utf-8"))
        return citation["date-released"].isoformat()


def commit_of(folder: Path, apart_from: str | None = None) -> str | None:
    """Return a checkout's commit, with `+changes` where files differ from it; None where there is none.

    Changes in the folder `apart_from` do not count.
    """
    without = ["--", ".", f":(exclude){apart_from}"] if apart_from else []
    try:
        head, status = (
            _git(folder, "rev-parse", "HEAD"),
            _git(folder, "status", "--porcelain", *without),
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return head + ("+changes" if status else "")
