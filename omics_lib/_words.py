"""Numbers in words and in tables, for the sentences of `narrate` and what stands beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

# What is nearer to 0 than this, beside numbers of about 1, is rounding.
ROUNDING = 1e-9
# Ties are rounded away from 0, in numbers and in percent alike: 0.975 is 0.98 and 98%.
_TIE = 1 + 1e-12


class Caption(NamedTuple):
    """The words of a figure.

    Attributes
    ----------
    finding : str
        What the figure finds: its caption, in Markdown.
    shown : str
        What it shows, with its numbers, for those who cannot see it: plain text.
    """

    finding: str
    shown: str


def count(n: int, noun: str) -> str:
    """Count things: `1 file`, `2 files`, `no files`."""
    plural = noun if n == 1 else f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{n:,} {plural}" if n else f"no {plural}"


def counted(n: int, noun: str, singular: str = "was", plural: str = "were") -> str:
    """Count with a verb: `1 file was`, `2 files were`, `no files were`."""
    return f"{count(n, noun)} {singular if n == 1 else plural}"


def share(part: float, whole: float) -> str:
    """Write a part of a whole in percent."""
    percent = 100 * part / whole if whole else 0.0
    if 0 < percent < 0.01:
        return "less than 0.01%"
    if 99 < percent < 100:
        return "more than 99%"
    return f"{percent * _TIE:.0f}%" if percent >= 1 or percent == 0 else f"{percent:.2g}%"


def listed(words: Iterable[object]) -> str:
    """Join words: `a`, `a and b`, `a, b and c`."""
    *first, last = (f"{word:,}" if isinstance(word, int) else str(word) for word in words)
    return f"{', '.join(first)} and {last}" if first else last


def number(value: float, digits: int = 3) -> str:
    """Write a number of about 1 with so many digits behind the point, small ones by their magnitude.

    Examples
    --------
    >>> [number(value) for value in (0.12345, -0.00012, 0.0, 5e-15)]
    ['0.123', '-0.00012', '0', '0 to rounding']
    """
    if not value:
        return "0"
    if abs(value) < ROUNDING:
        return "0 to rounding"
    if abs(value) < 0.5 * 10.0**-digits:
        return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"
    return f"{value * _TIE:,.{digits}f}"


def amount(value: float) -> str:
    """Write a number of any size: three digits, from a thousand upwards all of them.

    Examples
    --------
    >>> [amount(value) for value in (23021.4, 12.34, 0.01234)]
    ['23,021', '12.3', '0.0123']
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def spread(least: float, most: float, digits: int = 3) -> str:
    """Write a range: `from 0.1 to 0.3`, or the one number that both ends come to."""
    low, high = number(least, digits), number(most, digits)
    return low if low == high else f"from {low} to {high}"


# Columns in which a number next to nothing is a result; in all others it is rounding.
_CHANCES = frozenset(
    {"p", "q", "q_weighted", "p_family", "q_pooled", "p_independent", "q_independent", "exact", "t"}
)

_LIKE_MISSING = ("None", "nan", "NaN", "<NA>", "NaT")  # as pandas writes what is missing


def table(frame: pd.DataFrame, digits: int = 3) -> pd.DataFrame | None:
    """Write a table for readers: numbers cut to what they say, `–` for what is missing; None if it is empty.

    Numbers get `digits` behind the point, from 10 upwards fewer. p- and q-values keep two digits,
    however small; elsewhere what is next to nothing beside its column becomes 0.

    Examples
    --------
    >>> print(table(pd.DataFrame({"rho": [0.93051, -1e-16, None], "p": [5e-15, 0.000999, 0.2]})))
         rho      p
    0  0.931  5e-15
    1      0  0.001
    2      –    0.2
    """
    if frame.empty:
        return None
    written = frame.astype(object)
    for i, name in enumerate(frame.columns):
        column, last = frame.iloc[:, i], name[-1] if isinstance(name, tuple) else name
        values = [_cell(value) for value in column]
        numbers = [abs(value) for value in values if isinstance(value, float) and math.isfinite(value)]
        largest = max(numbers, default=0.0)
        style = _chance if last in _CHANCES else partial(_beside, largest=largest, digits=digits)
        written.isetitem(i, [style(value) if isinstance(value, float) else value for value in values])
    return written


def _cell(value: object) -> object:
    """Turn a cell into a float, or into the text that is shown."""
    if value is None or value is pd.NA or value is pd.NaT:
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, str) and value in _LIKE_MISSING:  # a name or a level that is called so
        return f"“{value}”"
    return float(value) if isinstance(value, float | np.floating) else value


def _chance(value: float) -> str:
    return f"{value or 0:.2g}" if math.isfinite(value) else _no_number(value)


def _no_number(value: float) -> str:
    return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"


def _beside(value: float, largest: float, digits: int) -> str:
    if not math.isfinite(value):
        return _no_number(value)
    if abs(value) >= 1e12:
        return f"{value:.3g}"
    if abs(value) < max(1e-7 * largest, 1e-12):  # single precision leaves as much
        return "0"
    return number(value, max(digits - max(math.floor(math.log10(abs(value))), 0), 0))
