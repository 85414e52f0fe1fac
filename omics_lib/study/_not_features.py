"""Rows and columns that are neither samples nor features: counters, and what describes features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .._words import count
from ..errors import StudyError, first_few
from ..tables import ANNOTATION, Table

_HTSEQ = {"no_feature", "ambiguous", "too_low_aqual", "not_aligned", "alignment_not_unique"}
_STAR = {"n_unmapped", "n_multimapping", "n_nofeature", "n_ambiguous"}

_FEATURE_COUNTS = {
    f"unassigned_{why}"
    for why in (
        "unmapped", "read_type", "singleton", "mappingquality", "chimera", "fragmentlength", "duplicate",
        "multimapping", "secondary", "nonsplit", "split", "nonjunction", "nofeatures", "overlapping_length",
        "ambiguity",
    )
}  # fmt: skip


def refuse_shared(tables: Mapping[str, Table]) -> None:
    """Raise a StudyError if features of one name have the same values in both tables, by file name."""
    (one, left), (other, right) = tables.items()
    at = {column: j for j, column in enumerate(right.columns)}
    shared = [
        column
        for j, column in enumerate(left.columns)
        if column in at and np.array_equal(left.values[:, j], right.values[:, at[column]], equal_nan=True)
    ]
    if shared:
        named = f"{count(len(shared), 'feature')} with the same values in both ({first_few(shared)})"
        remedy = "Check that each file holds its own table, and delete what stands in both from one of them."
        raise StudyError(f"{one} and {other}", named, "a feature would go with itself", remedy)


def drop_annotation(table: Table, samples: Sequence[str], where: str) -> tuple[Table, list[str]]:
    """Drop the rows of a turned table that describe its features, and say which."""
    ids = set(samples)
    extra = [row for row in table.rows if row not in ids and row.strip().casefold() in ANNOTATION]
    if not extra or len(extra) == len(table.rows):
        return table, []
    keep = np.array([row not in extra for row in table.rows])
    rows = [row for row in table.rows if row not in extra]
    note = f"{where}: {len(extra)} columns that describe features left out ({first_few(extra)})."
    return table._replace(rows=rows, values=table.values[keep]), [note]


def drop_counters(table: Table, where: str) -> tuple[Table, list[str]]:
    """Drop what htseq-count, STAR and featureCounts count beside the genes, and say which.

    Examples
    --------
    >>> counts = Table(["S1"], ["g1", "__no_feature"], np.array([[3.0, 900.0]]))
    >>> drop_counters(counts, "t.csv")[1]
    ['t.csv: 1 counters of an aligner or counting program dropped, they are no genes (__no_feature).']
    """
    in_rows, in_columns = _counters(table.rows), _counters(table.columns)
    if (
        not (in_rows or in_columns)
        or len(in_rows) == len(table.rows)
        or len(in_columns) == len(table.columns)
    ):
        return table, []
    keep_rows = [i for i, row in enumerate(table.rows) if row not in in_rows]
    keep_columns = [j for j, column in enumerate(table.columns) if column not in in_columns]
    kept = table._replace(
        rows=[table.rows[i] for i in keep_rows],
        columns=[table.columns[j] for j in keep_columns],
        values=table.values[np.ix_(keep_rows, keep_columns)],
    )
    dropped = in_rows or in_columns
    what = f"{len(dropped)} counters of an aligner or counting program dropped, they are no genes"
    return kept, [f"{where}: {what} ({first_few(dropped)})."]


def _counters(names: Sequence[str]) -> list[str]:
    bare = {name: name.strip().casefold().removeprefix("x__").strip("_") for name in names}
    old = len(_HTSEQ.intersection(bare.values())) >= 3  # htseq-count once wrote them without underscores
    return [
        name
        for name, key in bare.items()
        if key in _STAR or (key in _HTSEQ and (old or "__" in name)) or key in _FEATURE_COUNTS
    ]
