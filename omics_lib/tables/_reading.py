"""How the files of a study are to be read, as the run's parameters say; nothing of it is guessed.

Below everything that reads a table: a `Reading` goes with each file from the bytes to the numbers.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ParameterError

MISSING = frozenset({"", "na", "nan", "n/a", "null"})
_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "blank": " ", "bar": "|"}
SEPARATOR_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", " ": "blanks", "|": "bars"}


@dataclass(frozen=True)
class Reading:
    """Spellings of missing (in small letters), separator, decimal mark and encoding of a study's files."""

    missing: frozenset[str] = MISSING
    missing_numbers: tuple[float, ...] = ()  # spellings that are numbers, such as -9
    sep: str | None = None  # None: as the file's name says
    decimal: str = "."
    encoding: str | None = None  # of the files that are not UTF-8
    max_unpacked_gb: float = 16.0  # what a file may become

    def is_missing(self, text: str) -> bool:
        """Tell whether a cell is a spelling of missing."""
        return text.strip().casefold() in self.missing


DEFAULT = Reading()


def reading_of(parameters: Mapping[str, Any]) -> Reading:
    r"""Take how files are to be read out of a run's parameters.

    Parameters
    ----------
    parameters : mapping
        `na_values`, `sep`, `decimal`, `encoding` and `max_unpacked_gb`; what is not there is at its default.

    Returns
    -------
    Reading

    Raises
    ------
    ParameterError
        If `sep` is no separator, equals the decimal mark, or `encoding` is unknown.

    Examples
    --------
    >>> reading_of({"sep": "tab", "na_values": ["nd"]}).sep
    '\t'
    """
    spellings = [str(spelling).strip().casefold() for spelling in parameters.get("na_values") or ()]
    decimal = parameters.get("decimal") or "."
    sep = _separator(parameters.get("sep"))
    if sep is not None and sep == decimal:
        raise ParameterError("sep", f"`{sep}`", "it must not be the decimal mark too", "Correct one of them.")
    return Reading(
        MISSING | set(spellings),
        tuple(number for number in map(_number, spellings) if not math.isnan(number)),
        sep,
        decimal,
        _encoding(parameters.get("encoding")),
        float(parameters.get("max_unpacked_gb") or 16.0),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _separator(given: str | None) -> str | None:
    if given is None:
        return None
    sep = _SEPARATORS.get(given.casefold(), given)
    if len(sep) != 1 or sep.isalnum() or sep in "\"'\n\r\0.+-_":
        found = f"`{given}`"
        expected = "it must be comma, semicolon, tab, blank, bar, or another single mark"
        raise ParameterError("sep", found, expected, "Write for example `--set sep=';'` or `--set sep=tab`.")
    return sep


def _encoding(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        codecs.lookup(given)
        "a".encode(given)  # some codecs turn bytes into bytes
    except (LookupError, ValueError) as error:
        found = f"`{given}`"
        remedy = "Write for example `--set encoding=utf-16` or `--set encoding=latin-1`."
        raise ParameterError("encoding", found, "it must be an encoding that Python knows", remedy) from error
    return given
