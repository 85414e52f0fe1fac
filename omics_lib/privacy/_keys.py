"""Keys and lists of identifiers: private files, which stay where they are."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from ..errors import ReleaseError

_KEY_BYTES = 32
_LARGEST = 2**26


def read_key(path: Path | str, *apart: Path) -> bytes:
    """Read a key for pseudonyms; make one, for its owner alone, where there is none.

    Parameters
    ----------
    path : Path
        The key's file, 64 hexadecimal digits.
    *apart : Path
        Folders in which it must not lie: what is released, the study, a run.

    Returns
    -------
    bytes
        32 of them.

    Raises
    ------
    ReleaseError
        If it lies in one of those folders, others may read it, or it is no key.
    """
    path = Path(path)
    for folder in apart:
        if path.resolve().is_relative_to(folder.resolve()):
            expected = "a key must not lie beside what it protects"
            raise ReleaseError(str(path), f"it lies in {folder}", expected, "Name another place.")
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) or mode & 0o077:
        found = "others may read it" if stat.S_ISREG(mode) else "not a file"
        raise ReleaseError(str(path), found, "a key is for its owner alone", f"chmod 600 {path}")
    text = path.read_bytes()[: 4 * _KEY_BYTES].strip()
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        expected = "it must hold 64 hexadecimal digits"
        raise ReleaseError(
            str(path), "not a key", expected, "Name a file that does not exist, and one is made."
        )
    return key


def read_identifiers(path: Path | str) -> list[str]:
    """Read identifiers, one a line, in UTF-8 (other bytes are read as Latin-1).

    Raises
    ------
    ReleaseError
        If there is no such file, or it names nothing.
    """
    path = Path(path)
    if not path.is_file() or path.stat().st_size > _LARGEST:
        found = "no such file" if not path.is_file() else "larger than any list of identifiers"
        raise ReleaseError(str(path), found, "it must hold an identifier a line", "Check the path.")
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not names:
        raise ReleaseError(str(path), "no identifier in it", "it must hold one a line", "Write them there.")
    return names
