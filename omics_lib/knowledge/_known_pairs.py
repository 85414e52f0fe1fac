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


def pairs_to_follow(
    known_pairs: pd.DataFrame | None, genes: pd.Index, metabolites: pd.Index, most: int = 5
) -> pd.DataFrame:
    """Choose a handful of known pairs, to be followed by name: the first ones, from each source in turn.

    Parameters
    ----------
    known_pairs : DataFrame or None
        `gene_id`, `metabolite_id`, and where given `source`.
    genes, metabolites : Index
        Features that are there.
    most : int
        How many.

    Returns
    -------
    DataFrame
        `gene`, `metabolite`, and `source`, if it is given; each gene and each metabolite once. Empty
        without known pairs.
    """
    there = pairs_among(known_pairs, genes, metabolites)
    if there is None:
        return pd.DataFrame(columns=["gene", "metabolite"], dtype=object)
    once = there[~there["gene_id"].duplicated() & ~there["metabolite_id"].duplicated()]
    if "source" in once:
        turn = once.groupby("source", sort=False).cumcount()
        once = once.assign(turn=turn).sort_values("turn", kind="stable")
    names = {"gene_id": "gene", "metabolite_id": "metabolite"}
    kept = [name for name in ("gene", "metabolite", "source") if name in once.rename(columns=names)]
    return once.rename(columns=names)[kept].head(most).reset_index(drop=True)


def listed_pairs(
    known_pairs: pd.DataFrame, genes: pd.Index, metabolites: pd.Index
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return where known pairs stand, and which of them are true.

    Parameters
    ----------
    known_pairs : DataFrame
        As in `evaluate_ranking`.
    genes, metabolites : Index
        The features that are scored.

    Returns
    -------
    genes, metabolites : ndarray of int, shape (n_pairs,)
        Places of each pair, listed once, sorted by metabolite, then gene.
    is_true : ndarray of bool, shape (n_pairs,)
        False for pairs that are listed but no evidence.

    Raises
    ------
    StudyError
        If a known pair names a feature without scores.
    """
    for column, axis in (("gene_id", genes), ("metabolite_id", metabolites)):
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
    places = pd.DataFrame(
        {
            "metabolite": metabolites.get_indexer(known_pairs["metabolite_id"]),
            "gene": genes.get_indexer(known_pairs["gene_id"]),
            "is_true": positive.to_numpy(dtype=bool),
        }
    )
    listed = places.groupby(["metabolite", "gene"], as_index=False)["is_true"].any()
    return (
        listed["gene"].to_numpy(dtype=np.intp),
        listed["metabolite"].to_numpy(dtype=np.intp),
        listed["is_true"].to_numpy(dtype=bool),
    )
