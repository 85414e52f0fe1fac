"""Numbers in words, for the sentences of `narrate`."""

from __future__ import annotations


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
