"""The metadata of a .h5mu file: the global ones, and those that each modality has of its own."""

from __future__ import annotations

import mudata
import pandas as pd

from ..errors import StudyError, first_few


def join_metadata(study: mudata.MuData, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Join global metadata with those of the modalities, by sample id.

    A column that several have is kept once where they agree on every sample that they share. Text and whole
    numbers that disagree are refused: two batches of one name are not one. Measurements that disagree
    (totals of quality control) are kept for each modality.

    Returns
    -------
    frame : DataFrame
        Indexed by all sample ids.
    notes : list of str
        Says which columns were kept apart.

    Raises
    ------
    StudyError
        If a column has different values in two places.
    """
    columns: dict[str, pd.Series] = {}
    notes: list[str] = []
    ids = study.obs.index
    for name, places in _sources(study).items():
        pairs = [(one, other) for one in places for other in places if one < other]
        differs = {pair: unlike for pair in pairs if (unlike := _differ(places[pair[0]], places[pair[1]]))}
        if not differs:
            joined = pd.concat([column.astype(object).dropna() for column in places.values()])
            columns[name] = joined[~joined.index.duplicated()].reindex(ids)
            continue
        (one, other), unlike = next(iter(differs.items()))
        if not all(_measured(column) for column in places.values()):
            found = f"`{name}` of {one} and of {other} differ in {len(unlike)} samples ({first_few(unlike)})"
            remedy = f"Correct it, or rename one of them (`{other}_{name}`), and write the file again."
            raise StudyError(where, found, "a column must say the same of a sample in every modality", remedy)
        for place, column in places.items():
            columns[f"{place}:{name}"] = column.reindex(ids)
        notes.append(f"{where}: {name} differs between {' and '.join(places)}, kept for each.")
    return pd.DataFrame(columns, index=ids), notes


def _sources(study: mudata.MuData) -> dict[str, dict[str, pd.Series]]:
    """Return every column by name and place; a column `<modality>:<name>` of the whole is the modality's."""
    found: dict[str, dict[str, pd.Series]] = {}
    for name in study.obs:
        modality, colon, bare = str(name).partition(":")
        if not (colon and modality in study.mod and bare):
            found.setdefault(str(name), {})["the whole"] = study.obs[name]
        elif bare not in study.mod[modality].obs:
            found.setdefault(bare, {})[modality] = study.obs[name].reindex(study.mod[modality].obs_names)
    for modality, adata in study.mod.items():
        for name in adata.obs:
            found.setdefault(str(name), {})[modality] = adata.obs[name]
    return found


def _differ(one: pd.Series, other: pd.Series) -> list[str]:
    """List the samples of which both say something, and not the same."""
    there = one.dropna().index.intersection(other.dropna().index)
    pairs = zip(there, one[there], other[there], strict=True)
    return [sample for sample, a, b in pairs if a != b and str(a) != str(b)]


def _measured(column: pd.Series) -> bool:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    return column.nunique() > len(column) / 2
