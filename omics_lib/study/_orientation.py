"""Which way round a table lies, and whether its first column holds names or row numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import StudyError, first_few
from ..tables import Table, is_unnamed, row_numbers
from ._loose_names import loose


def turn_table(table: Table, samples: Sequence[str], where: str) -> tuple[Table, list[str]]:
    """Turn a table whose header holds the sample ids.

    Parameters
    ----------
    table : Table
        As read.
    samples : sequence of str
        The ids in `samples.csv`.
    where : str
        File name, for the note.

    Returns
    -------
    table : Table
        Rows are samples.
    notes : list of str
        Says it, if the table was turned.

    Raises
    ------
    StudyError
        If first column and header are both like the sample ids: neither agrees twice as well as the other,
        names that are no ids counted against it.

    Examples
    --------
    >>> turned, notes = turn_table(Table(["g"], ["S1", "S2"], np.ones((1, 2))), ["S1", "S2"], "t.csv")
    >>> turned.rows, notes
    (['S1', 'S2'], ['t.csv: turned, samples were in columns.'])
    """
    ids, rows, columns = set(samples), set(table.rows), set(table.columns)
    if not ids & (rows | columns):
        ids, rows, columns = ({loose(name) for name in names} for names in (ids, rows, columns))
    in_rows, in_columns = len(ids & rows), len(ids & columns)
    as_rows, as_columns = in_rows / (len(ids) + len(rows)), in_columns / (len(ids) + len(columns))
    if in_rows and in_columns and max(as_rows, as_columns) < 2 * min(as_rows, as_columns):
        raise StudyError(
            where,
            f"{in_rows} of {len(ids)} sample ids among the {len(rows)} names of the first column, and "
            f"{in_columns} among the {len(columns)} of the header",
            "samples must be told from features by their names",
            "Put a letter before the names of the features (m1 for 1), or rename the samples.",
        )
    if as_columns <= as_rows:
        return table, []
    turned = table._replace(
        rows=table.columns, columns=table.rows, values=np.ascontiguousarray(table.values.T), turned=True
    )
    return turned, [f"{where}: turned, samples were in columns."]


def refuse_row_numbers(table: Table, samples: Sequence[str], where: str) -> list[str]:
    """Raise a StudyError if the first column holds row numbers where it should hold names; say if it may.

    Row numbers look like ids where samples are numbered, and would join every row to the wrong sample.
    They are told by another column that holds the ids, or by having no name while not all are ids.
    """
    numbered = row_numbers(table.rows)
    unnamed = is_unnamed(table.label)
    ids = {loose(sample) for sample in samples}
    column, n_found = _column_of_ids(table, ids)
    if not column and not (numbered and unnamed):
        return []
    in_rows = len(ids.intersection(map(loose, table.rows)))
    named = table.label == "sample_id" and in_rows == len(table.rows)
    if column and not named and (n_found > in_rows or ((numbered or unnamed) and n_found == in_rows)):
        raise _row_number_error(table, where, f"and the column `{column}` the sample ids")
    if not (numbered and unnamed):
        return []
    if 0 < in_rows < len(table.rows):
        also = f"and only {in_rows} of {len(ids)} sample ids are among them"
        raise _row_number_error(table, where, also)
    in_columns = sum(loose(name) in ids for name in table.columns)
    if 2 * in_columns >= len(ids) and loose(table.columns[0]) not in ids:
        raise _row_number_error(table, where, f"and the names stand behind them, in `{table.columns[0]}`")
    if not in_rows:
        return []
    ends = f"{table.rows[0]} to {table.rows[-1]}"
    return [
        f"{where}: the first column has no name and holds {ends} in this order, as the ids are: taken for "
        "them. If a program numbered the rows, every row is another sample's: write the table with its ids."
    ]


def _column_of_ids(table: Table, ids: set[str]) -> tuple[str, int]:
    """Find the column whose values are sample ids, each once: most of the ids, and hardly anything else."""
    n_rows = len(table.rows)
    best = ("", 0)
    if n_rows < 2 or not any(name.isdigit() for name in ids):
        return best
    whole = (table.values == np.round(table.values)).all(axis=0) & (np.abs(table.values) < 2**53).all(axis=0)
    distinct = whole & (np.diff(np.sort(table.values, axis=0), axis=0) != 0).all(axis=0)
    for j in np.flatnonzero(distinct):
        found = len(ids.intersection(str(int(value)) for value in table.values[:, j]))
        if 2 * found >= len(ids) and found >= 0.9 * n_rows and found > best[1]:
            best = (table.columns[j], found)
    return best


def _row_number_error(table: Table, where: str, also: str) -> StudyError:
    label = f"`{table.label}`" if table.label else "it has no name"
    numbers = f"row numbers {table.rows[0]} to {table.rows[-1]}"
    what = numbers if row_numbers(table.rows) else first_few(table.rows, 3)
    found = f"{what} in the first column ({label}), {also}"
    remedy = "Delete the first column, or write the table without it (pandas: index=False)."
    return StudyError(where, found, "the first column must hold the names", remedy)
