"""Identifiers in bytes, however they are written there: the search of an audit.

Text is brought into one form (composed, without case) in every encoding that the bytes could have, with and
without the escapes of HTML, JSON, URLs and CSV; what looks like base64 or hexadecimal digits is decoded too.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

# From this length on a name is found inside other words too; a shorter one would be, by chance.
GLUED = 5
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_LONG_NUMBER = 6  # digits from which on a number is no ordinary content
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{6,}")
_BROKEN_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{20,}={0,2}(?:\\n|\r?\n)?)+")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}[\s:,-]?(?:0x|\\x)?){4,}[0-9a-fA-F]?")
_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def folded(text: str) -> str:
    r"""Bring text into the form in which it is compared: compatible letters composed, no case.

    Examples
    --------
    >>> folded("Groß\tA\u030a ") == folded("GROSS Å")
    True
    """
    once = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


class Search:
    """A search for many identifiers at once.

    Parameters
    ----------
    identifiers : iterable of str
        Names that must not be found. Bare numbers of up to five digits, and single characters, are not
        searched for: nothing could tell them from ordinary content.
    """

    def __init__(self, identifiers: Iterable[str]) -> None:
        import ahocorasick

        names = {folded(str(name)): str(name) for name in identifiers}
        self.names = {name: shown for name, shown in names.items() if _can_be_told(name)}
        self.n_not_searched = len(names) - len(self.names)
        self._automaton, self._wide = ahocorasick.Automaton(), ahocorasick.Automaton()
        for name, shown in self.names.items():
            self._automaton.add_word(name, name)
            for encoding, written in _wide(shown):
                self._wide.add_word(written.decode("latin-1"), (name, encoding))
        for automaton in (self._automaton, self._wide):
            if len(automaton):
                automaton.make_automaton()

    def in_bytes(self, data: bytes) -> dict[str, str]:
        """Find the identifiers in bytes; name each, folded, and the way in which it is written there."""
        found: dict[str, str] = {}
        for packed, part in _pieces(data):
            for way, text in _texts(part):
                for name in self.in_text(text):
                    found.setdefault(name, packed + way)
            for _, (name, encoding) in self._wide.iter(part.decode("latin-1")) if len(self._wide) else ():
                found.setdefault(name, packed + encoding)
        return found

    def in_text(self, text: str) -> set[str]:
        """Find the identifiers in a text, folded."""
        if not self.names:
            return set()
        line = folded(text)
        hits = set()
        for end, name in self._automaton.iter(line):
            if name not in hits and (_anywhere(name) or _is_word(line, end - len(name) + 1, end + 1)):
                hits.add(name)
        return hits


def _can_be_told(name: str) -> bool:
    digits = sum(letter.isdigit() for letter in name)
    return len(name) > 1 and not (_NUMBER.fullmatch(name) and digits < _LONG_NUMBER)


def _anywhere(name: str) -> bool:
    weight = sum(1 if letter.isascii() else 2 for letter in name)
    return weight >= GLUED and not _NUMBER.fullmatch(name)


def _is_word(line: str, start: int, end: int) -> bool:
    before, after = line[start - 1 : start] if start else "", line[end : end + 1]
    return not (before.isalnum() or after.isalnum())


def _pieces(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give bytes as they are, and what base64 and hexadecimal digits in them stand for."""
    yield "", data
    for kind, pattern, decode in (
        ("base64, ", _BASE64, _from_base64), ("base64, ", _BROKEN_BASE64, _from_base64),
        ("hex, ", _HEX, _from_hex),
    ):  # fmt: skip
        for match in pattern.finditer(data):
            yield from ((kind, decoded) for decoded in decode(match[0]))


def _texts(data: bytes) -> Iterator[tuple[str, str]]:
    """Give the texts that bytes can be read as, and how."""
    for encoding, text in _decoded(data):
        yield encoding, text
        yield from ((f"{encoding}, {escape}", plain) for escape, plain in _unescaped(text))


def _decoded(data: bytes) -> Iterator[tuple[str, str]]:
    yield "UTF-8", data.decode("utf-8", errors="replace")
    if not data.isascii():
        yield "Latin-1", data.decode("latin-1")
    if b"\0" in data:  # Latin letters in UTF-16 and UTF-32 are those of Latin-1 between zeros
        yield "UTF-16 or UTF-32", data.replace(b"\0", b"").decode("latin-1")


def _wide(name: str) -> Iterator[tuple[str, bytes]]:
    """Write a name that Latin-1 cannot hold in UTF-16 and UTF-32, in the usual forms."""
    if name.isascii() or all(ord(letter) < 256 for letter in unicodedata.normalize("NFC", name)):
        cases: set[str] = {unicodedata.normalize("NFD", name)} if not name.isascii() else set()
    else:
        cases = {name, name.upper(), name.lower(), name.casefold()}
    for text in {unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")}:
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            yield encoding.upper(), text.encode(encoding, errors="surrogatepass")


def _unescaped(text: str) -> Iterator[tuple[str, str]]:
    if "&" in text:
        yield "HTML", html.unescape(text)
    if "%" in text:
        yield "URL", unquote_to_bytes(text.replace("+", " ")).decode("utf-8", errors="replace")
        yield "URL", unquote_to_bytes(text.replace("+", " ")).decode("latin-1")
    if "\\" in text:
        plain = _JSON_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", errors="replace")
        yield "JSON", plain.replace('\\"', '"').replace("\\/", "/").replace("\\\\", "\\")
    if '""' in text:
        yield "CSV", text.replace('""', '"')


def _from_base64(found: bytes) -> Iterator[bytes]:
    run = re.sub(rb"\\n|[\r\n=]", b"", found).translate(bytes.maketrans(b"-_", b"+/"))
    for start in range(min(4, len(run) - 3)):
        part = run[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        try:
            yield base64.b64decode(part + b"=" * (-len(part) % 4))
        except (binascii.Error, ValueError):
            continue


def _from_hex(found: bytes) -> Iterator[bytes]:
    run = re.sub(rb"0x|\\x|[\s:,-]", b"", found)
    for start in (0, 1):
        part = run[start:]
        yield bytes.fromhex(part[: len(part) // 2 * 2].decode())
