"""Pseudonyms from a keyed hash, whose key never enters a run."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from .errors import ReleaseError


def new_key() -> bytes:
    """Draw a key for `pseudonymize`; keep it out of every run and every release."""
    return secrets.token_bytes(32)


def pseudonymize(names: Iterable[str], key: bytes, *, prefix: str = "F") -> dict[str, str]:
    """Give each name a pseudonym from a keyed hash.

    Parameters
    ----------
    names : iterable of str
        Distinct names.
    key : bytes
        At least 16 bytes; whoever has it can undo the pseudonyms by trying names.
    prefix : str
        Put in front of each pseudonym.

    Returns
    -------
    dict
        Name → prefix and 16 hexadecimal digits of HMAC-SHA256, ordered by
        pseudonym, so that the order of the names is not told.

    Raises
    ------
    ReleaseError
        If the key is too short, or two names would share a pseudonym.

    References
    ----------
    Krawczyk, Bellare and Canetti (1997), RFC 2104, doi:10.17487/RFC2104.

    Examples
    --------
    >>> table = pseudonymize(["TP53", "MYC"], b"sixteen bytes or more")
    >>> sorted(table) == ["MYC", "TP53"], list(table.values()) == sorted(table.values())
    (True, True)
    """
    if len(key) < 16:
        raise ReleaseError("key", f"{len(key)} bytes", "at least 16 are needed", "Draw one with `new_key()`.")
    names = list(dict.fromkeys(names))
    coded = {name: prefix + hmac.digest(key, name.encode(), hashlib.sha256).hex()[:16] for name in names}
    if len(set(coded.values())) < len(names):
        raise ReleaseError(
            "names", "two share a pseudonym", "pseudonyms must be distinct", "Draw another key."
        )
    return dict(sorted(coded.items(), key=lambda item: item[1]))
