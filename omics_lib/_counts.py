"""Numbers in words, for the sentences of `narrate`."""

from __future__ import annotations

import math
from collections.abc import Iterable

# What is nearer to 0 than this, beside numbers of about 1, is rounding.
ROUNDING = 1e-9


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
    return f"{percent:.0f}%" if percent >= 1 or percent == 0 else f"{percent:.2g}%"


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
    return f"{value:,.{digits}f}"


def spread(least: float, most: float, digits: int = 3) -> str:
    """Write a range: `from 0.1 to 0.3`, or the one number that both ends come to."""
    low, high = number(least, digits), number(most, digits)
    return low if low == high else f"from {low} to {high}"


def p_value(p: float) -> str:
    """Write a p-value or a rate with its sign: `= 0.012`, `= 1`, `< 0.001`.

    Examples
    --------
    >>> [p_value(p) for p in (0.0123, 1 / 1001, 5e-15)]
    ['= 0.012', '= 0.001', '< 0.001']
    """
    return "< 0.001" if p < 0.00095 else f"= {p:.2g}"
