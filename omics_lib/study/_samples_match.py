"""Which samples the tables have in common, and ids that differ only in how they are written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import pandas as pd

from ..errors import StudyError, first_few
from ..tables import Table, row_numbers
from ._loose_names import loose, shown_pairs


def near_pairs(names: Sequence[str], others: Sequence[str]) -> list[tuple[str, str]]:
    """Pair the names that stand on one side only and have the same loose form.

    Examples
    --------
    >>> near_pairs(["S1", "2", "3"], ["S1", "02", "4"])
    [('2', '02')]
    """
    there, known = set(names), set(others)
    alone = defaultdict(list)
    for other in others:
        if other not in there:
            alone[loose(other)].append(other)
    return [(name, other) for name in names if name not in known for other in alone.get(loose(name), ())]


def match_samples(
    table: Table, samples: Sequence[str], files: tuple[str, str], id_match: str, decides: bool
) -> tuple[Table, list[str]]:
    """Find ids that are near those in `samples.csv`; join them if asked to.

    Parameters
    ----------
    table : Table
        Rows are samples.
    samples : sequence of str
        The ids in `samples.csv`.
    files : tuple of str
        Name of the table's file and of `samples.csv`.
    id_match : str
        `exact`: near ids are refused; `loose`: they take the form that they have in `samples.csv`.
    decides : bool
        False for a further table, for which near ids are only said.

    Returns
    -------
    table : Table
        With the ids of `samples.csv`.
    notes : list of str
        Lists what was joined.

    Raises
    ------
    StudyError
        If there are near ids: any with `exact`, those that are not alone in their loose form with `loose`.
    """
    pairs = near_pairs(table.rows, samples)
    if not pairs:
        return table, []
    where, samples_file = files
    n_equal = len(set(samples).intersection(table.rows))
    if id_match == "loose":
        _refuse_ambiguous(pairs, table.rows, samples, files)
        called = dict(pairs)
        rows = [called.get(row, row) for row in table.rows]
        joined = f"{len(pairs)} ids joined loosely to those of {samples_file} ({shown_pairs(pairs, 20)})"
        return table._replace(rows=rows), [f"{where}: {joined}."]
    found = f"{len(pairs)} sample ids differ only in how they are written ({shown_pairs(pairs)})"
    if not decides:
        return table, [f"{where}: {found}, not joined; id_match: loose would."]
    raise StudyError(
        f"{where} and {samples_file}",
        f"{found}; {n_equal} of {len(table.rows)} agree",
        "ids must agree letter by letter",
        "Write them alike (spreadsheets take leading zeros, R writes X and `.`), or join them as they are "
        "with `id_match: loose` (--set id_match=loose).",
    )


def _refuse_ambiguous(
    pairs: list[tuple[str, str]], rows: Sequence[str], samples: Sequence[str], files: tuple[str, str]
) -> None:
    near = {loose(row) for row, _ in pairs}
    for names, where in zip((rows, samples), files, strict=True):
        counted = Counter(map(loose, names))
        alike = [name for name in names if loose(name) in near and counted[loose(name)] > 1]
        if alike:
            found = f"id_match is loose, and these ids are alike then: {first_few(map(repr, alike))}"
            raise StudyError(where, found, "every id must stay one of its own", "Rename them in every file.")


def refuse_other_ids(table: Table, samples: pd.DataFrame, where: str, samples_file: str) -> None:
    """Raise a StudyError if a metadata column holds the ids of a table, and `sample_id` fewer of them."""
    in_ids = len(set(samples.index).intersection(table.rows))
    for names in (table.rows,) if in_ids else (table.rows, table.columns):
        for column in samples.columns:
            found = set(samples[column]).intersection(names)
            if len(found) > in_ids and 2 * len(found) >= len(names) and samples[column].is_unique:
                raise StudyError(
                    samples_file,
                    f"the column `{column}` holds {len(found)} of the {len(names)} ids in {where}, "
                    f"`sample_id` {in_ids}",
                    "samples are joined by `sample_id`",
                    f"Make `{column}` the first column, called `sample_id`, or rename those in {where}.",
                )


def refuse_near_tables(tables: Mapping[str, Table]) -> None:
    """Raise a StudyError if two tables, by file name, write the ids of the same samples in two ways."""
    (one, left), (other, right) = tables.items()
    pairs = near_pairs(left.rows, right.rows)
    if pairs:
        found = f"{len(pairs)} sample ids differ only in how they are written ({shown_pairs(pairs)})"
        expected = "ids must agree letter by letter"
        raise StudyError(f"{one} and {other}", found, expected, "Write the ids alike in every file.")


def common_samples(ids: Mapping[str, Sequence[str]], samples_file: str) -> tuple[list[str], list[str]]:
    """Find the samples that all tables have.

    Parameters
    ----------
    ids : mapping
        File name to sample ids.
    samples_file : str
        The key whose order counts.

    Returns
    -------
    common : list of str
        In the order of `samples_file`.
    notes : list of str
        A sentence for each file of which samples were left out.

    Raises
    ------
    StudyError
        If fewer than half of the smallest table are in common.
    """
    sets = {where: set(listed) for where, listed in ids.items()}
    everywhere = set.intersection(*sets.values())
    common = [sample for sample in ids[samples_file] if sample in everywhere]
    if not common or 2 * len(common) < min(len(listed) for listed in sets.values()):
        found = "no sample in common" if not common else f"only {len(common)} samples in common"
        sides = "; ".join(f"{where} has {first_few(listed)}" for where, listed in ids.items())
        expected = "at least half of the smallest table must have the same sample ids"
        numbered = [where for where, listed in ids.items() if row_numbers(listed)]
        hint = f" The first column of {first_few(numbered)} holds row numbers." if numbered else ""
        remedy = f"Write the ids alike in every file.{hint}"
        raise StudyError(" and ".join(ids), f"{found} ({sides})", expected, remedy)
    notes = []
    for where, listed in ids.items():
        alone = [sample for sample in listed if sample not in everywhere]
        if alone:
            left_out = f"{len(alone)} of {len(listed)} samples left out, another table lacks them"
            notes.append(f"{where}: {left_out} ({first_few(alone)}).")
    return common, notes


def select_samples(table: Table, samples: Sequence[str]) -> Table:
    """Put the rows of a table into the order of `samples`."""
    at = {row: i for i, row in enumerate(table.rows)}
    return table._replace(rows=list(samples), values=table.values[[at[sample] for sample in samples]])
