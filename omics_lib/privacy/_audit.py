"""What may leave the house: an audit that looks for names.

A release holds aggregates; before it may leave, every
byte of it is searched for every original identifier.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from .._files import file_sha256
from ..errors import ReleaseError, first_few
from ._contents import Contents, NotAudited
from ._search import Search

COLUMNS = ["file", "sha256", "n_bytes", "n_found", "found", "where", "not_audited", "passed"]


def audit_release(folder: Path | str, identifiers: Iterable[str]) -> pd.DataFrame:
    """Look for every identifier in every byte and every name of a release; nothing is deleted.

    Parameters
    ----------
    folder : Path
        The release.
    identifiers : iterable of str
        Names that must not leave: samples, and whatever else is private.

    Returns
    -------
    DataFrame
        One row per file, empty folder or link: `file`, `sha256`, `n_bytes`, `n_found` (distinct identifiers
        found), `found` (up to five of them), `where` (the place and the way in which the first is written),
        `not_audited` (what could not be opened, and why) and `passed`: nothing found and all audited.
        `.attrs["n_not_searched"]` counts identifiers that are bare numbers of up to five digits or one
        character: nothing could tell them from ordinary content.

    Raises
    ------
    ReleaseError
        If the folder is missing.

    Notes
    -----
    Names are compared composed (NFKC) and without case, in UTF-8, UTF-16, UTF-32 and Latin-1, with and
    without the escapes of HTML, JSON, URLs and CSV, in base64 and hexadecimal digits; inside gzip, bzip2, xz,
    zlib, zip, tar, PNG, SVG, PDF, Parquet, HDF5 and notebooks; and in the names of files, folders and links.
    A model file (safetensors) never passes: its axes are made of samples.
    Names of five letters or more are found inside other words too, shorter ones as whole words. What was
    drawn as pixels cannot be read: figures for a release must not be given names in the first place.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("donor_7,1.5")
    >>> audit_release(folder, ["donor_7"])["passed"].tolist()
    [False]
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ReleaseError(str(folder), "no such folder", "it must hold the release", "Give its path.")
    search = Search(identifiers)
    audit = pd.DataFrame([_look(folder, path, search) for path in _entries(folder)], columns=COLUMNS)
    audit.attrs["n_not_searched"] = search.n_not_searched
    return audit


def _entries(folder: Path) -> Iterator[Path]:
    """Give every file, link and empty folder, without following links."""
    found = []
    for here, folders, files in os.walk(folder):
        found += [Path(here, name) for name in files]
        found += [Path(here, name) for name in folders if Path(here, name).is_symlink()]
        if not folders and not files and Path(here) != folder:
            found.append(Path(here))
    return iter(sorted(found))


def _look(folder: Path, path: Path, search: Search) -> dict[str, object]:
    name = path.relative_to(folder).as_posix()
    mode, trouble, sha256, n_bytes = path.lstat().st_mode, "", "", 0
    found = {hit: "its name" for hit in search.in_bytes(os.fsencode(name))}
    if stat.S_ISLNK(mode):
        target = os.readlink(path)
        found |= {hit: "where it points" for hit in search.in_bytes(os.fsencode(target))}
        trouble = f"a link to {target}"
    elif stat.S_ISREG(mode):
        sha256, n_bytes = file_sha256(path), path.stat().st_size
        try:
            for place, part in Contents().of(path.read_bytes()):
                for hit, way in search.in_bytes(part).items():
                    found.setdefault(hit, f"{place}, {way}" if place else way)
        except NotAudited as error:
            trouble = str(error)
    elif not stat.S_ISDIR(mode):
        trouble = "neither a file nor a folder"
    return {
        "file": name,
        "sha256": sha256,
        "n_bytes": n_bytes,
        "n_found": len(found),
        "found": first_few(sorted(found)),
        "where": found[min(found)] if found else "",
        "not_audited": trouble,
        "passed": not found and not trouble,
    }


def require_clean(audit: pd.DataFrame, folder: Path | str) -> None:
    """Raise where a release did not pass its audit; nothing is deleted.

    Parameters
    ----------
    audit : DataFrame
        From `audit_release`.
    folder : Path
        The audited release.

    Raises
    ------
    ReleaseError
        If any file did not pass.
    """
    held = audit[audit["n_found"] > 0]
    closed = audit[audit["not_audited"] != ""]
    if len(held):
        first = held.iloc[0]
        found = f"private names in {len(held)} file{'s' if len(held) > 1 else ''} ({first_few(held['file'])})"
        remedy = "Take it out, or rename what is called like a sample, or the samples called like its words."
        raise ReleaseError(
            f"{folder}/{first['file']}", f"{found}; first in {first['where']}", "a release holds none", remedy
        )
    if len(closed):
        first = closed.iloc[0]
        found = f"not audited: {first['not_audited']}"
        more = f" ({len(closed) - 1} more)" if len(closed) > 1 else ""
        raise ReleaseError(
            f"{folder}/{first['file']}",
            found + more,
            "all of it must be searched",
            "Leave it out, or unpack it.",
        )
