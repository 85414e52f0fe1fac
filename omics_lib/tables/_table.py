"""A table of numbers as it was read: its names, its values, and what was handled on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import StudyError, first_few
from ._rows import empty_columns_note


class Table(NamedTuple):
    """A table of numbers: `values` is float64 of shape (rows, columns), missing cells are NaN."""

    rows: list[str]
    columns: list[str]
    values: np.ndarray
    label: str = "sample_id"
    notes: tuple[str, ...] = ()


def make_table(
    where: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: np.ndarray,
    label: str,
    notes: Sequence[str] = (),
) -> Table:
    """Put a table together; raise a StudyError if its names or numbers are not fit."""
    names = [str(column) for column in columns]
    padding = [j for j, name in enumerate(names) if not name.strip() and np.isnan(values[:, j]).all()]
    if padding and len(padding) < len(names):
        values = np.delete(values, padding, axis=1)
        names = [name for j, name in enumerate(names) if j not in set(padding)]
        notes = [*notes, *empty_columns_note(where, len(padding))]
    table = Table([str(row) for row in rows], names, values, label, tuple(notes))
    check_names(where, table.columns, "column", "header")
    check_names(where, table.rows, "row", "first column")
    infinite = np.isinf(values)
    if infinite.any():
        i, j = (int(k) for k in np.unravel_index(int(infinite.argmax()), values.shape))
        raise StudyError(
            where,
            f"{int(infinite.sum())} infinite values (first: row {table.rows[i]}, column {table.columns[j]}, "
            f"{values[i, j]})",
            "all values must be finite",
            "Leave the cell blank if the value is missing, or name its spelling in `na_values`.",
        )
    return table


def check_names(where: str, names: Sequence[str], kind: str, place: str) -> None:
    """Raise a StudyError if a name is empty or stands twice."""
    empty = [i for i, name in enumerate(names, 1) if not name.strip()]
    if empty:
        found = f"{len(empty)} empty names in the {place} (first: {kind} {empty[0]})"
        raise StudyError(where, found, f"every {kind} needs a name", f"Name the {kind}, or delete it.")
    if len(set(names)) == len(names):
        return
    seen: dict[str, list[int]] = {}
    for i, name in enumerate(names, 1):
        seen.setdefault(name, []).append(i)
    twice = {name: at for name, at in seen.items() if len(at) > 1}
    first, at = next(iter(twice.items()))
    found = (
        f"{len(twice)} duplicate names in the {place}: {first_few(twice)} ({first}: {kind}s {first_few(at)})"
    )
    raise StudyError(where, found, f"every {kind} needs a name of its own", f"Rename or merge the {kind}s.")
