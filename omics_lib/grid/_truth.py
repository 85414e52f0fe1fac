"""The truth of a simulated study, from the files beside it: what was planted, and what depends on what."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .._modalities import MODALITIES


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of a simulated study.

    Attributes
    ----------
    planted : MultiIndex
        Planted pairs (gene, metabolite): all of them, or those that a knowledge base would list.
    kinds : Series
        Of each planted pair, its `source`.
    factors : tuple of DataFrame
        Of genes and of metabolites (rows), the factors (columns) that they follow, true or false.
    """

    planted: pd.MultiIndex
    kinds: pd.Series
    factors: tuple[pd.DataFrame, pd.DataFrame]

    def dependent(self, pairs: pd.DataFrame, given: Collection[str] = ()) -> np.ndarray:
        """Tell of pairs (`gene`, `metabolite`) whether the two depend on each other, factors `given`.

        They do where both follow one factor that is not given, or where the pair is planted.
        """
        sides = (
            factors.drop(columns=list(given), errors="ignore").reindex(pairs[column], fill_value=False)
            for factors, column in zip(self.factors, ("gene", "metabolite"), strict=True)
        )
        left, right = (side.to_numpy(dtype=bool) for side in sides)
        planted = pd.MultiIndex.from_frame(pairs[["gene", "metabolite"]]).isin(self.planted)
        return (left & right).any(axis=1) | planted


def read_truth(study: Path) -> Truth | None:
    """Read what was planted in a study; None where it is not a simulated one."""
    written = study / "planted_factors.json"
    if not written.exists():
        return None
    planted = json.loads(written.read_text(encoding="utf-8"))
    known = study / "known_pairs.csv"
    columns = ["gene_id", "metabolite_id", "source"]
    pairs = pd.read_csv(known, dtype=str) if known.exists() else pd.DataFrame(columns=columns, dtype=str)
    genes, metabolites = (_factors(planted[modality]) for modality in MODALITIES)
    factors = list(dict.fromkeys([*genes, *metabolites]))
    sides = tuple(side.reindex(columns=factors, fill_value=False) for side in (genes, metabolites))
    return Truth(pd.MultiIndex.from_frame(pairs[columns[:2]]), pairs["source"], (sides[0], sides[1]))


def _factors(followers: dict[str, list[str]]) -> pd.DataFrame:
    features = list(dict.fromkeys(feature for followed in followers.values() for feature in followed))
    table = pd.DataFrame(False, index=pd.Index(features, dtype=object), columns=list(followers))
    for factor, followed in followers.items():
        table.loc[followed, factor] = True
    return table
