"""Known pairs as truth: which count, and which are still there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import StudyError, first_few


def pairs_among(
    known_pairs: pd.DataFrame | None, genes: pd.Index, metabolites: pd.Index
) -> pd.DataFrame | None:
    """Keep the known pairs whose gene and metabolite are still there; None where none is left."""
    if known_pairs is None:
        return None
    there = known_pairs["gene_id"].isin(genes) & known_pairs["metabolite_id"].isin(metabolites)
    return known_pairs[there].reset_index(drop=True) if there.any() else None


def true_pairs(scores: pd.DataFrame, known_pairs: pd.DataFrame) -> NDArray[np.int8]:
    """Mark known pairs 1, listed pairs that are no evidence −1 and all others 0.

    Parameters
    ----------
    scores : DataFrame of shape (n_genes, n_metabolites)
        Only its names matter.
    known_pairs : DataFrame
        As in `evaluate_ranking`.

    Returns
    -------
    ndarray of int8, shape (n_genes, n_metabolites)

    Raises
    ------
    StudyError
        If a known pair names a feature without scores.
    """
    for column, axis in (("gene_id", scores.index), ("metabolite_id", scores.columns)):
        unknown = sorted(set(known_pairs[column]) - set(axis))
        if unknown:
            found = f"{len(unknown)} unknown {column} ({first_few(unknown)})"
            expected = "every id must be in the scores"
            raise StudyError("known_pairs", found, expected, "Drop these pairs, or score these features.")
    positive = pd.Series(True, index=known_pairs.index)
    if "tier" in known_pairs:
        positive &= known_pairs["tier"].isna() | (known_pairs["tier"] == "enzyme")
    if "currency" in known_pairs:
        positive &= ~known_pairs["currency"].eq(True).fillna(False).astype(bool)
    truth = np.zeros(scores.shape, dtype=np.int8)
    rows = scores.index.get_indexer(known_pairs["gene_id"])
    columns = scores.columns.get_indexer(known_pairs["metabolite_id"])
    chosen = positive.to_numpy(dtype=bool)
    truth[rows, columns] = -1
    truth[rows[chosen], columns[chosen]] = 1
    return truth
