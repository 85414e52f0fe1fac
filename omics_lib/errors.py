"""Errors that a user can act on.

The command line turns them into one message and exit code 2; anything else is a bug and
keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from numbers import Integral, Real
from typing import Any


class OmicsError(ValueError):
    """Base class: something the user gave is wrong and can be put right.

    Parameters
    ----------
    where : str
        File, and row or column where it applies.
    found : str
        What is there.
    expected : str
        What should be there instead.
    remedy : str
        What to do about it.

    Examples
    --------
    >>> print(StudyError("samples.csv", "no column `sample_id`", "it must be the first column", "Rename it."))
    samples.csv: no column `sample_id`; it must be the first column. Rename it.
    """

    def __init__(self, where: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(where, found, expected, remedy)
        self.where, self.found, self.expected, self.remedy = where, found, expected, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.found}; {self.expected}. {self.remedy}"


class StudyError(OmicsError):
    """A study folder, or a table in it, cannot be used as it is."""


class ParameterError(OmicsError):
    """A parameter of a run is unknown, or its value does not fit."""


class RunError(OmicsError):
    """A run folder lacks something, or is in use by another process."""


class ModelFileError(OmicsError):
    """A model file is damaged, or belongs to another table."""


class ReleaseError(OmicsError):
    """Something that must not leave the house was about to."""


class TrainingDiverged(ValueError):
    """A network's loss is no longer a number: its steps were too long for the data."""


def first_few(items: Iterable[object], n: int = 5) -> str:
    """List up to `n` items and say how many more there are.

    Examples
    --------
    >>> first_few(["S1", "S2", "S3"], n=2)
    'S1, S2 and 1 more'
    """
    listed = [str(item) for item in items]
    more = len(listed) - n
    return ", ".join(listed[:n]) + (f" and {more} more" if more > 0 else "")


def one_of(name: str, value: object, allowed: Collection[str]) -> None:
    """Raise a `ParameterError` unless `value` is one of those `allowed`."""
    if value not in list(allowed):
        expected = f"it must be one of {', '.join(allowed)}"
        raise ParameterError(name, f"found {value!r}", expected, "Choose one.")


def whole_number(name: str, value: Any, least: int = 0) -> int:
    """Return `value` if it is a whole number of at least `least`, else raise a `ParameterError`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        found = f"found {value!r}"
        raise ParameterError(name, found, f"it must be a whole number, {least} or more", "Correct it.")
    return int(value)


def rate(name: str, value: Any) -> float:
    """Return `value` if it lies between 0 and 1, else raise a `ParameterError`."""
    if not isinstance(value, Real) or not 0 < float(value) < 1:
        raise ParameterError(name, f"found {value!r}", "it must lie between 0 and 1", "Correct it.")
    return float(value)
