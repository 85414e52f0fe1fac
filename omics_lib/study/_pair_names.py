"""Known pairs as a study gives them: typed, and matched to the features that were measured.

Between the reading of the files and the study. `omics_lib.knowledge._known_pairs` uses them as truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from ..errors import MOST_LISTED, Gathered, OmicsError, StudyError, first_few, together
from ..schema import validate_table
from ..tables import MISSING
from ._loose_names import shown_pairs, spelling

_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
_COLUMNS = ("gene_id", "metabolite_id", "tier", "currency", "source")


def type_pairs(
    frame: pd.DataFrame, genes: Sequence[str], metabolites: Sequence[str], where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Check known pairs and give their columns types.

    Parameters
    ----------
    frame : DataFrame
        Text cells as read.
    genes, metabolites : sequence of str
        The features as read, constant ones included.
    where : str
        File name, for notes and errors.

    Returns
    -------
    pairs : DataFrame
        `gene_id`, `metabolite_id`, and where given `tier`, `currency` (boolean), `source`.
    notes : list of str
        A sentence for each thing handled.

    Raises
    ------
    StudyError
        If a column is missing, no pair was measured, or `currency` is neither true nor false.

    Notes
    -----
    A name that differs from one feature, and only one, by case, blanks or Unicode form is that feature.
    Pairs of which a side was not measured are left out.
    """
    frame, notes = _measured(
        check_pairs(frame, where), {"gene_id": genes, "metabolite_id": metabolites}, where
    )
    extra = [name for name in frame.columns if name not in _COLUMNS]
    if extra:
        notes.append(f"{where}: columns not used: {first_few(extra)}.")
    pairs = frame[[name for name in _COLUMNS if name in frame.columns]].copy()
    for name in {"tier", "source"} & set(pairs.columns):
        pairs[name] = ["" if _blank(cell) else cell for cell in pairs[name]]
    again = pairs.duplicated(["gene_id", "metabolite_id"])
    if again.any():
        first = pairs[again].iloc[0]
        notes.append(
            f"{where}: {int(again.sum())} duplicate pairs dropped "
            f"(first: {first.gene_id}, {first.metabolite_id})."
        )
    return pairs[~again].reset_index(drop=True), notes


def check_pairs(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Check the columns of known pairs, whatever was measured; return them with `currency` as booleans."""
    if "currency" in frame:
        frame = frame.assign(currency=_booleans(where, list(frame["currency"])))
    validate_table(frame, "known_pairs")
    return frame


def _measured(
    frame: pd.DataFrame, features: dict[str, Sequence[str]], where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Give the ids the spelling of the tables, and leave out the pairs that were not measured."""
    notes, unknown = [], pd.Series(None, index=frame.index, dtype=object)
    for column, known in features.items():
        called = _spelled(list(frame[column]), known)
        respelt = [(name, feature) for name, feature in called.items() if feature and feature != name]
        if respelt:
            what = f"{len(respelt)} ids of {column} matched though they differ by case or blanks"
            notes.append(f"{where}: {what} ({shown_pairs(respelt)}).")
        unknown = unknown.mask(unknown.isna() & (frame[column].map(called) == ""), frame[column])
        frame = frame.assign(**{column: frame[column].map(called)})
    left_out = unknown.notna()
    if left_out.all():
        raise _none_measured(frame, features, unknown, where)
    if left_out.any():
        n_left = int(left_out.sum())
        named = first_few(name or "an empty cell" for name in unknown[left_out].unique())
        notes.append(
            f"{where}: {n_left} of {len(frame)} pairs left out, a side of them was not measured ({named})."
        )
    return frame[~left_out].reset_index(drop=True), notes


def _none_measured(
    frame: pd.DataFrame, features: dict[str, Sequence[str]], unknown: pd.Series, where: str
) -> OmicsError:
    """Make the error for pairs of which none was measured: one for the file, and one a pair."""
    found = f"none of the {len(frame)} pairs was measured"
    found += f" (not in the tables: {first_few(unknown.unique())})"
    expected = "every gene_id must be in transcriptomics, every metabolite_id in metabolomics"
    errors = [StudyError(where, found, expected, "Write the ids as the tables do, or delete the file.")]
    for i, name in enumerate(unknown[:MOST_LISTED]):
        column = next(column for column in features if frame[column].iloc[i] == "")
        place = {"gene_id": "transcriptomics", "metabolite_id": "metabolomics"}[column]
        said = (where, f'"{name}"', f"it must be a feature of {place}", "Correct the id.")
        errors.append(StudyError(*said, line=i + 2, column=column))
    more = len(unknown) - MOST_LISTED
    return together(errors, {where: more} if more > 0 else None)


def _spelled(names: list[str], features: Sequence[str]) -> dict[str, str]:
    """Map each name to the feature that it means: itself, the only one spelt like it, or none ("")."""
    exact, alike = set(features), defaultdict(list)
    found = {name: name if name in exact else "" for name in names}
    if all(found.values()):
        return found
    for feature in features:
        alike[spelling(feature)].append(feature)
    for name, feature in found.items():
        close = [] if feature else alike.get(spelling(name), [])
        if len(close) == 1:
            found[name] = close[0]
    return found


def _blank(cell: str) -> bool:
    return cell.strip().casefold() in MISSING


def _booleans(where: str, cells: list[str]) -> pd.Series:
    """Convert to bool, or to pandas' nullable boolean where a cell is blank."""
    values: list[bool | None] = []
    problems = Gathered()
    for line, cell in enumerate(cells, 2):
        word = cell.strip().casefold()
        if word not in _TRUE | _FALSE and not _blank(cell):
            expected = "it must be true, false or blank"
            said = (where, f'"{cell}"', expected, "Correct the cell.")
            problems.add(StudyError(*said, line=line, column="currency"))
        values.append(None if _blank(cell) else word in _TRUE)
    problems.tell()
    return pd.Series(values, dtype="boolean" if None in values else "bool")
