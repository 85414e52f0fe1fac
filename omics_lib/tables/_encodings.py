"""Decide how the bytes of a text file are decoded: UTF-8, or what the run's parameter says."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import StudyError
from ._reading import Reading

_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def chosen_encoding(given: str | None, opened: Callable[[], Any]) -> str:
    """Return `given` for a file that is not UTF-8, else UTF-8 (with or without a byte order mark)."""
    if given is None:
        return "utf-8-sig"
    decoder = codecs.getincrementaldecoder("utf-8")()
    wide = codecs.lookup(given).name.startswith(("utf-16", "utf-32"))
    with opened() as stream:
        try:
            while chunk := stream.read(1 << 20):
                if wide and b"\0" in chunk:
                    return given
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return given
    return "utf-8-sig"


def not_decodable(path: Path, reading: Reading, error: UnicodeError, line: int) -> StudyError:
    """Make the error for bytes that are no text in the encoding; name the parameter and what may help."""
    given = reading.encoding or "UTF-8"
    if isinstance(error, UnicodeDecodeError):
        byte, head = f" (byte 0x{error.object[error.start]:02x} after line {line})", bytes(error.object[:2])
    else:
        byte, head = f" ({error})", b""
    export = "or export it again as UTF-8 CSV."
    if reading.encoding:
        remedy = f"Correct `encoding`, {export}"
    elif head in _MARKS and line == 0:
        remedy = f'It is UTF-16, as Excel writes "Unicode Text": give --set encoding=utf-16, {export}'
    else:
        remedy = f"If it is Latin-1, give --set encoding=latin-1 (from Windows: cp1252), {export}"
    return StudyError(path.name, f"not {given} text{byte}", f"it must be a text file in {given}", remedy)
