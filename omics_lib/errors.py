"""Errors that a user can act on.

The command line turns them into one message and exit code 2; anything else is a bug and
keeps its traceback.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

MOST_LISTED = 20  # violations of one file
_MOST_KEPT = 1_000


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
    row, column : str, optional
        Names of the row and the column of `where`.
    line : int, optional
        Line in the file, from 1.

    Attributes
    ----------
    file : str
        `where` as it was given; `where` itself names row and column as well.
    more : dict
        File to the number of violations in it that are not among them.

    Examples
    --------
    >>> print(StudyError("samples.csv", "no column `sample_id`", "it must be the first column", "Rename it."))
    samples.csv: no column `sample_id`; it must be the first column. Rename it.
    """

    def __init__(
        self, where: str, found: str, expected: str, remedy: str,
        *, row: str | None = None, column: str | None = None, line: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(where, found, expected, remedy)
        self.file, self.row, self.column, self.line = where, row, column, line
        self.where = where + _place(row, column, line)
        self.found, self.expected, self.remedy = found, expected, remedy
        self.others: list[OmicsError] = []
        self.more: dict[str, int] = {}

    @property
    def violations(self) -> list[OmicsError]:
        """Return this error, and those that were found beside it."""
        return [self, *self.others]

    def __str__(self) -> str:
        lines = [" ".join(each._sentence().splitlines()) for each in self.violations]
        return "\n".join([*lines, *(f"{file}: and {n:,} more." for file, n in self.more.items())])

    def _sentence(self) -> str:
        return f"{self.where}: {self.found}; {self.expected}. {self.remedy}"


class StudyError(OmicsError):
    """A study folder, or a table in it, cannot be used as it is."""


class ParameterError(OmicsError):
    """A parameter of a run is unknown, or its value does not fit."""


class RunError(OmicsError):
    """A run folder lacks something, or is in use by another process."""

    def __str__(self) -> str:
        return self._sentence()  # may hold several lines of another program


class ModelFileError(OmicsError):
    """A model file is damaged, or belongs to another table."""


class ReleaseError(OmicsError):
    """Something that must not leave the house was about to."""


def together(errors: Sequence[OmicsError], more: Mapping[str, int] | None = None) -> OmicsError:
    """Make one error of several, so that all that is wrong is told in one go.

    Parameters
    ----------
    errors : sequence of OmicsError
        At least one; of each file the first 20 are kept, and how many more there are.
    more : mapping, optional
        File to the number of further violations, which nobody kept.

    Returns
    -------
    OmicsError
        The first, with the others among its `violations`.

    Examples
    --------
    >>> print(together([ParameterError(name, "1", "it must be 2", "Mend it.") for name in "ab"]))
    a: 1; it must be 2. Mend it.
    b: 1; it must be 2. Mend it.
    """
    every = [each for error in errors for each in error.violations]
    beyond = Counter(more or {})
    for error in errors:
        beyond.update(error.more)
    kept: list[OmicsError] = []
    seen = Counter[str]()
    for each in every:
        seen[each.file] += 1
        if seen[each.file] <= MOST_LISTED:
            kept.append(each)
        else:
            beyond[each.file] += 1
    first = kept[0]
    for each in kept:
        each.others, each.more = [], {}
    first.others, first.more = kept[1:], dict(beyond)
    return first


class Gathered:
    """Collects the errors of several steps, to raise them together.

    Examples
    --------
    >>> problems = Gathered()
    >>> with problems:
    ...     raise StudyError("a.csv", "no rows", "there must be some", "Add them.")
    >>> len(problems.errors)
    1
    """

    def __init__(self) -> None:
        self.errors: list[OmicsError] = []

    def add(self, error: OmicsError) -> None:
        """Collect an error; of very many, only their number."""
        if len(self.errors) < _MOST_KEPT:
            self.errors.append(error)
        else:
            self.errors[-1].more[error.file] = self.errors[-1].more.get(error.file, 0) + 1

    def __enter__(self) -> Gathered:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if isinstance(error, OmicsError):
            self.add(error)
        return isinstance(error, OmicsError)

    def tell(self) -> None:
        """Raise what was collected, if anything was."""
        if self.errors:
            raise together(self.errors)


class TrainingDiverged(ValueError):
    """A network's loss is no longer a number: its steps were too long for the data."""


def _place(row: str | None, column: str | None, line: int | None) -> str:
    """Name row and column, as they follow the name of a file."""
    place = "" if line is None else f", line {line}"
    if row is not None:
        place = f", row {row}" + ("" if line is None else f" (line {line})")
    return place if column is None else f"{place}, column {column}"


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
