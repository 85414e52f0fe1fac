"""A table of numbers as it was read: its names, its values, and what was handled on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import MOST_LISTED, Gathered, OmicsError, StudyError, first_few, together
from ._rows import empty_columns_note


class Table(NamedTuple):
    """A table of numbers: `values` is float64 of shape (rows, columns), missing cells are NaN."""

    rows: list[str]
    columns: list[str]
    values: np.ndarray
    label: str = "sample_id"
    notes: tuple[str, ...] = ()
    turned: bool = False  # whether `rows` were columns of the file
    wrong: OmicsError | None = None  # why it must not be used


def make_table(
    where: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: np.ndarray,
    label: str,
    notes: Sequence[str] = (),
    problems: Gathered | None = None,
) -> Table:
    """Put a table together; unfit names and numbers, and the `problems` before them, are its `wrong`."""
    names = [str(column) for column in columns]
    padding = [j for j, name in enumerate(names) if not name.strip() and np.isnan(values[:, j]).all()]
    if padding and len(padding) < len(names):
        values = np.delete(values, padding, axis=1)
        names = [name for j, name in enumerate(names) if j not in set(padding)]
        notes = [*notes, *empty_columns_note(where, len(padding))]
    table = Table([str(row) for row in rows], names, values, label, tuple(notes))
    problems = problems or Gathered()
    with problems:
        check_names(where, table.columns, "column", "header")
    with problems:
        check_names(where, table.rows, "row", "first column")
    with problems:
        remedy = "Leave the cell blank if the value is missing, or name its spelling in `na_values`."
        refuse_cells(where, table, np.isinf(values), "infinite value", "all values must be finite", remedy)
    return table._replace(wrong=together(problems.errors) if problems.errors else None)


def check_names(where: str, names: Sequence[str], kind: str, place: str) -> None:
    """Raise a StudyError if names are empty or stand twice."""
    errors = []
    for i, name in enumerate(names, 1):
        if not name.strip():
            found, remedy = f"an empty name in the {place} ({kind} {i})", f"Name the {kind}, or delete it."
            errors.append(StudyError(where, found, f"every {kind} needs a name", remedy))
    if len(set(names)) < len(names):
        seen: dict[str, list[int]] = {}
        for i, name in enumerate(names, 1):
            seen.setdefault(name, []).append(i)
        for name, at in seen.items():
            if len(at) > 1 and name.strip():
                found = f"a duplicate name in the {place} ({kind}s {first_few(at)})"
                expected, remedy = f"every {kind} needs a name of its own", f"Rename or merge the {kind}s."
                row, column = (name, None) if kind == "row" else (None, name)
                errors.append(StudyError(where, found, expected, remedy, row=row, column=column))
    if errors:
        raise together(errors)


def refuse_cells(where: str, table: Table, mask: np.ndarray, what: str, expected: str, remedy: str) -> None:
    """Raise a StudyError that names cells, by row and column of the file.

    Parameters
    ----------
    where : str
        The file.
    table : Table
    mask : ndarray of bool
        As `table.values`: True where a cell is not fit.
    what, expected, remedy : str
        What such a cell holds, in the singular; what it should hold, and what to do.
    """
    n = int(np.count_nonzero(mask))
    if not n:
        return
    errors: list[StudyError] = []
    for i, j in zip(*np.unravel_index(np.flatnonzero(mask)[:MOST_LISTED], mask.shape), strict=True):
        row, column = table.rows[i], table.columns[j]
        if table.turned:
            row, column = column, row
        found = f"{what} {table.values[i, j]:.15g}".replace(" nan", "")
        found += f", the first of {n:,} such cells" if n > 1 and not errors else ""
        errors.append(StudyError(where, found, expected, remedy, row=row, column=column))
    raise together(errors, {where: n - len(errors)} if n > len(errors) else None)
