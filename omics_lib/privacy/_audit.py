"""What may leave the house: an audit that looks for names.

A release holds aggregates; before it may leave, every
byte of it is searched for every original identifier.
"""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Iterable
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd

from .._files import file_sha256
from ..errors import ReleaseError, first_few
from ._contents import contents, texts

_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")


def _pattern(identifiers: Iterable[str]) -> re.Pattern[str] | None:
    """Match any identifier as a whole word, in any case."""
    escaped = sorted((re.escape(name) for name in identifiers), key=len, reverse=True)
    if not escaped:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(escaped)})(?![^\W_])", re.IGNORECASE)


def audit_release(folder: Path | str, identifiers: Iterable[str]) -> pd.DataFrame:
    """Look for every identifier in every byte and every name of a release.

    Parameters
    ----------
    folder : Path
        The release.
    identifiers : iterable of str
        Names that must not leave: samples, and whatever else is private.

    Returns
    -------
    DataFrame
        One row per file: `file`, `sha256`, `n_bytes`, `n_found` (distinct
        identifiers found), `found` (up to five of them) and `passed`.
        `.attrs["n_not_searched"]` counts identifiers that are bare numbers or
        one character: nothing could tell them from ordinary content.

    Raises
    ------
    ReleaseError
        If the folder is missing, or packed content cannot be unpacked.

    Notes
    -----
    Whole words are compared in any case, in UTF-8, UTF-16 and Latin-1, in file
    names, and inside gzip, zip, Parquet and PNG text. What was drawn as pixels cannot
    be read: figures for a release must not be given names in the first place.

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
    names = {str(name) for name in identifiers}
    searched = {name for name in names if len(name) > 1 and not _NUMBER.fullmatch(name)}
    pattern = _pattern(searched)
    rows = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found: set[str] = set()
        try:
            parts = [str(path.relative_to(folder)).encode(), *contents(path.read_bytes())]
        except (BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error) as error:
            raise ReleaseError(
                str(path), f"cannot be unpacked ({error})", "every byte must be searched", "Write it again."
            ) from error
        if pattern:
            words = (text for part in parts for text in texts(part))
            found |= {hit.lower() for text in words for hit in pattern.findall(text)}
        rows.append(
            {
                "file": path.relative_to(folder).as_posix(),
                "sha256": file_sha256(path),
                "n_bytes": path.stat().st_size,
                "n_found": len(found),
                "found": first_few(sorted(found)),
                "passed": not found,
            }
        )
    audit = pd.DataFrame(rows, columns=["file", "sha256", "n_bytes", "n_found", "found", "passed"])
    audit.attrs["n_not_searched"] = len(names) - len(searched)
    return audit


def require_clean(audit: pd.DataFrame, folder: Path | str) -> None:
    """Delete a release that did not pass its audit, and raise.

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
    bad = audit.loc[~audit["passed"], "file"]
    if len(bad):
        shutil.rmtree(folder)
        found = f"private names in {len(bad)} file{'s' if len(bad) > 1 else ''} ({first_few(bad)})"
        remedy = "It was deleted. Rename what is called like a sample, or the samples called like its words."
        raise ReleaseError(str(folder), found, "a release holds none", remedy)
