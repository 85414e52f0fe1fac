"""What a cohort says beforehand of every pair: weights, fixed before the study is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from .._joined import Array
from ..errors import StudyError, first_few, rate
from ._classed_stream import CLASS_EDGES
from ._pair_stream import Side
from ._profiles import Profiles

_KEPT = 0.7  # of the cohort's Fisher z: chosen with the rest on splits of cell lines, docs/decisions/
_RATE = 0.05  # of false discoveries, for which weights are made
_LEVELS = np.geomspace(1e-14, _RATE, 300)
_BOUNDS = np.array([CLASS_EDGES[0] / 2, *CLASS_EDGES, 0.99])
_PRICES = np.geomspace(1e13, 0.1, 150)
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
    degrees_of_freedom : int
        Of the study; `associate` fills it in.

    Notes
    -----
    Weights come in 24 classes of the cohort's |rho|. Before they are scaled, that of a class is the level
    at which its pairs are tested where most discoveries are expected of a study of this size (Roeder and
    Wasserman 2009), at an expected rate of false ones of 5% (`levels_of_classes`). Then their mean over
    the pairs that are tested is 1, and so it stays with the uniform share mixed in, and none is above 300.
    Pairs that the cohort lacks, or in which nothing varies there, weigh 1.
    """

    profiles: Profiles
    uniform: float
    degrees_of_freedom: int = 0

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

    def of_classes(self, n_pairs: NDArray[np.int64]) -> Array:
        """Return the weight of each class, by the pairs in them."""
        return class_weights(n_pairs, self.uniform, self.degrees_of_freedom, self.profiles.degrees_of_freedom)

    def places(self, side: int, names: pd.Index) -> NDArray[np.intp]:
        """Where features (side 0 genes, 1 metabolites) lie in the cohort; −1 where they do not."""
        found = self.profiles.names[side].get_indexer(names)
        varies = np.any((self.profiles.unit_left, self.profiles.unit_right)[side], axis=0)
        return np.where(np.asarray(varies)[found] & (found >= 0), found, -1)

    def side(self, side: int, places: NDArray[np.intp]) -> Side:
        """Return the cohort's profiles of some features."""
        return Side.of((self.profiles.unit_left, self.profiles.unit_right)[side][:, places])


@lru_cache  # permutations ask again
def levels_of_classes(n_of_class: tuple[int, ...], df: int, df_cohort: int) -> Array:
    """Return levels to test the classes at, by which most discoveries are expected of a study.

    Parameters
    ----------
    n_of_class : tuple of int
        Pairs in each of the N_CLASSES classes of the cohort's |rho|.
    df, df_cohort : int
        Degrees of freedom of the study and of the cohort.

    Notes
    -----
    Of a class as many pairs are taken to be correlated as there are more than chance gives a cohort of that
    size. Their Fisher z in the study is taken to be normal: 0.7 times that of the cohort in the mean, with
    a variance of 1 / (df − 1) for the study's samples and 0.7 / (df_cohort − 1) for the cohort's. Levels
    are best where the last false discovery costs as many true ones in every class (`_PRICES`); of these the
    mildest is taken whose expected rate of false discoveries is 5%. Levels rise with the class.
    """
    n_pairs = np.array(n_of_class)
    z, df, df_cohort = np.arctanh(np.sqrt(_BOUNDS[:-1] * _BOUNDS[1:])), max(df, 2), max(df_cohort, 2)
    beyond = np.array([1, *(2 * special.ndtr(-np.arctanh(CLASS_EDGES) * np.sqrt(df_cohort - 1))), 0])
    true = np.clip(1 + n_pairs.sum() * np.diff(beyond) / np.maximum(n_pairs, 1), 0, n_pairs > 0)
    mean = np.sqrt(df - 1) * _KEPT * z[:, None]
    spread, bar = np.sqrt(1 + (df - 1) * _KEPT / (df_cohort - 1)), -special.ndtri(_LEVELS / 2)
    power = special.ndtr((mean - bar) / spread) + special.ndtr((-mean - bar) / spread)
    found = true[:, None] * power
    best = np.zeros(len(z))
    for price in _PRICES:
        worth = found - price * _LEVELS
        chosen, taken = worth.argmax(axis=1), worth.max(axis=1) > 0
        levels = np.where(taken, _LEVELS[chosen], 0)
        expected = np.where(taken, found[np.arange(len(z)), chosen], 0) + (1 - true) * levels
        if best.any() and n_pairs @ levels > _RATE * (n_pairs @ expected):
            break
        best = levels
    return np.maximum.accumulate(np.maximum(best, _LEVELS[0]))


def class_weights(n_pairs: NDArray[np.int64], uniform: float, df: int, df_cohort: int) -> Array:
    """Return weights of mean 1 over the pairs: a share alike for all, the rest by the cohort's |rho|."""
    share = levels_of_classes(tuple(n_pairs.tolist()), df, df_cohort)
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
    Genovese, Roeder and Wasserman (2006), doi:10.1093/biomet/93.3.509; Roeder and Wasserman (2009),
    doi:10.1214/09-STS289.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(40, 5))
    >>> cohort, study = pd.DataFrame(values[:30]), pd.DataFrame(values[30:])
    >>> weights = cohort_weights(cohort, cohort[[0]] ** 3)
    >>> from omics_lib import associate
    >>> found = associate(study, study[[0]] ** 3, weights=weights).pairs
    >>> found[["gene", "metabolite", "weight"]].round(2).values.tolist()
    [[0, 0, 2.16]]
    """
    rate("uniform", uniform)
    profiles = Profiles.of(
        X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors, method=method
    )
    return PairWeights(profiles, float(uniform))
