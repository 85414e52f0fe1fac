"""What a cohort says beforehand of every pair: weights, fixed before the study is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .._joined import Array
from ..errors import StudyError, first_few, rate
from ._classed_stream import CLASS_EDGES
from ._pair_stream import Side
from ._profiles import Profiles

_POWER = 6  # of the cohort's Fisher z: chosen with the rest on splits of cell lines, docs/decisions/
_LARGEST = 300.0  # no pair of the study is declared for the cohort's sake alone


@dataclass(frozen=True, eq=False)
class PairWeights:
    """Weights of all pairs, from the correlations in a cohort; made by `cohort_weights`.

    Attributes
    ----------
    profiles : Profiles
        The cohort's genes and metabolites.
    uniform : float
        The share of the weight that all pairs have alike.

    Notes
    -----
    Weights come in 24 classes of the cohort's |rho|. Before they are scaled, that of a class is the
    sixth power of the Fisher z of its middle; then their mean over the pairs that are tested is 1,
    and so it stays with the uniform share mixed in, and none is above 300. Pairs that the cohort lacks,
    or in which nothing varies there, weigh 1.
    """

    profiles: Profiles
    uniform: float

    def refuse_samples(self, samples: pd.Index) -> None:
        """Raise a `StudyError` if samples of the study are in the cohort: weights must not know them."""
        mine = self.profiles.samples
        if isinstance(samples, pd.RangeIndex) or isinstance(mine, pd.RangeIndex):
            return  # nobody named them
        shared = samples[samples.isin(mine)]
        if len(shared):
            found, expected = (
                f"{first_few(shared)} in the study and in the cohort",
                "weights must not know the study",
            )
            raise StudyError("weights", found, expected, "Take the study's samples out of the cohort.")

    def places(self, side: int, names: pd.Index) -> NDArray[np.intp]:
        """Where features (side 0 genes, 1 metabolites) lie in the cohort; −1 where they do not."""
        found = self.profiles.names[side].get_indexer(names)
        varies = np.any((self.profiles.unit_left, self.profiles.unit_right)[side], axis=0)
        return np.where(np.asarray(varies)[found] & (found >= 0), found, -1)

    def side(self, side: int, places: NDArray[np.intp]) -> Side:
        """Return the cohort's profiles of some features."""
        return Side.of((self.profiles.unit_left, self.profiles.unit_right)[side][:, places])


def class_weights(n_pairs: NDArray[np.int64], uniform: float) -> Array:
    """Return weights of mean 1 over the pairs: a share alike for all, the rest by the cohort's |rho|."""
    edges = np.array([CLASS_EDGES[0] / 2, *CLASS_EDGES, 0.99])
    share = np.arctanh(np.sqrt(edges[:-1] * edges[1:])) ** _POWER
    most, n = (_LARGEST - uniform) / (1 - uniform), n_pairs.sum()
    capped = np.zeros(len(share), bool)
    for _ in share:  # what is cut off the strongest goes to the others
        free = ~capped & (n_pairs > 0)
        left = n - most * n_pairs[capped].sum()
        scaled = share * left / max((share * n_pairs)[free].sum(), 1e-300)
        if not (free & (scaled > most)).any():
            break
        capped |= free & (scaled > most)
    weights = np.where(capped, most, scaled)
    return uniform + (1 - uniform) * weights


def cohort_weights(
    X_genes: Any,
    X_metabolites: Any,
    *,
    uniform: float = 0.2,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    method: str = "spearman",
) -> PairWeights:
    """Weigh all pairs by how strongly they are correlated in a cohort, before the study is looked at.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        The cohort, whose samples must not be the study's. Features are matched by name.
    uniform : float
        The share of the weight that all pairs have alike: what a misleading cohort cannot take away.
    covariates, remove_factors, method
        What is regressed out within the cohort, as in `associate`.

    Returns
    -------
    PairWeights
        For `associate(…, weights=…)`.

    Raises
    ------
    StudyError, ParameterError
        As in `associate`.

    References
    ----------
    Genovese, Roeder and Wasserman (2006), doi:10.1093/biomet/93.3.509.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(40, 5))
    >>> cohort, study = pd.DataFrame(values[:30]), pd.DataFrame(values[30:])
    >>> weights = cohort_weights(cohort, cohort[[0]] ** 3)
    >>> from omics_lib import associate
    >>> found = associate(study, study[[0]] ** 3, weights=weights).pairs
    >>> found[["gene", "metabolite", "weight"]].round(2).values.tolist()
    [[0, 0, 4.2]]
    """
    rate("uniform", uniform)
    profiles = Profiles.of(
        X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors, method=method
    )
    return PairWeights(profiles, float(uniform))
