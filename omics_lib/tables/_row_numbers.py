"""Row numbers that a program wrote in front of a table."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import StudyError

# What pandas, R, readr and polars call a column that has no name.
_UNNAMED = {"", "unnamed: 0", "unnamed: 0.1", "index", "level_0", "x", "...1", "rownames", "column1"}


def row_numbers(rows: Sequence[str]) -> bool:
    """Say whether names are just 0, 1, 2, … or 1, 2, 3, … in this order."""
    if len(rows) < 2 or rows[0] not in ("0", "1"):
        return False
    return all(name == str(i) for i, name in enumerate(rows, int(rows[0])))


def is_unnamed(label: str) -> bool:
    """Say whether a program, not a person, has called a column so."""
    return label.strip().casefold() in _UNNAMED


def row_number_column(where: str, label: str, beside: str = "sample_id") -> StudyError:
    """Make the error for a column of row numbers in front of the names."""
    name = f" (`{label}`)" if label else ""
    found = f"the first column{name} holds row numbers, the names stand in `{beside}`"
    remedy = "Delete the first column, or write the table without it (pandas: index=False)."
    return StudyError(where, found, "the first column must hold the names", remedy)
