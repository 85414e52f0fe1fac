"""Whether samples that lie near each other are of one kind, beside chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import pdist, squareform
from scipy.stats import rankdata

from .._joined import Array, same_length
from ..errors import whole_number

# Numbers with more values than this are compared as numbers, as `plot_embedding` colours them.
_MANY_LEVELS = 10
_TIE = 1e-6  # relative: neighbours whose distances differ by less are equally near


class NeighbourAgreement(NamedTuple):
    """How much a sample's nearest neighbour tells of its label, what chance gives, and how rarely."""

    value: float
    chance: float
    p: float


def neighbour_agreement(
    points: ArrayLike, labels: pd.Series, *, n_permutations: int = 999, random_state: int | None = None
) -> NeighbourAgreement:
    """Ask whether samples that lie near each other are of one kind, more than chance would have it.

    Parameters
    ----------
    points : array of shape (n_samples, d)
        Latents, or a map of the samples.
    labels : Series of n_samples
        In the same order. A missing label is a level of its own.
    n_permutations : int
        Shuffles of the labels behind `p`.
    random_state : int, optional
        Seed of the shuffles.

    Returns
    -------
    NeighbourAgreement
        `value`: the share of samples whose nearest neighbour has their label
        (neighbours that are equally near share the vote); for numbers of more
        than 10 values, the correlation of ranks between samples and their
        nearest neighbours. `chance`: what shuffled labels give in the mean. `p`:
        (b + 1) / (m + 1), of shuffles that reach the value.

    Raises
    ------
    StudyError
        If there is not one label for each point.

    References
    ----------
    Schilling (1986), Multivariate two-sample tests based on nearest neighbors,
    doi:10.1080/01621459.1986.10478337.

    Examples
    --------
    >>> points = [[0.0], [0.1], [5.0], [5.1], [9.0], [9.1]]
    >>> found = neighbour_agreement(points, pd.Series(list("aabbcc")), random_state=0)
    >>> found.value, round(found.chance, 2)
    (1.0, 0.2)
    """
    whole_number("n_permutations", n_permutations, 1)
    points = np.asarray(points, dtype=np.float64)
    same_length(labels, len(points), "labels")
    nearest, n_samples = _nearest(points), len(points)
    agreement: Callable[[Array, NDArray[Any]], float]
    if is_number(labels):
        codes, agreement = rankdata(labels.fillna(labels.mean())), _correlated
        chance = -1 / (n_samples - 1)
    else:
        codes, agreement = pd.factorize(labels, use_na_sentinel=False)[0], _alike
        sizes = np.bincount(codes)
        chance = float(np.sum(sizes * (sizes - 1)) / (n_samples * (n_samples - 1)))
    value = agreement(nearest, codes)
    rng = np.random.default_rng(random_state)
    null = [agreement(nearest, rng.permutation(codes)) for _ in range(n_permutations)]
    n_reached = sum(other >= value - 1e-9 for other in null)
    return NeighbourAgreement(value, chance, (1 + n_reached) / (n_permutations + 1))


def _alike(nearest: Array, codes: NDArray[Any]) -> float:
    return float(np.sum(nearest * (codes[:, None] == codes)) / len(codes))


def _correlated(nearest: Array, ranks: NDArray[Any]) -> float:
    theirs = nearest @ ranks
    return float(np.corrcoef(ranks, theirs)[0, 1]) if np.ptp(theirs) > 0 else 0.0


def _nearest(points: Array) -> Array:
    """Return an (n, n) matrix whose rows share a vote of 1 among the nearest other points."""
    distance = squareform(pdist(points))
    np.fill_diagonal(distance, np.inf)
    nearest = distance <= distance.min(axis=1, keepdims=True) * (1 + _TIE)
    return nearest / nearest.sum(axis=1, keepdims=True)


def is_number(labels: pd.Series) -> bool:
    """Say whether labels are compared (and coloured) as numbers, not as levels."""
    return pd.api.types.is_numeric_dtype(labels) and labels.nunique() > _MANY_LEVELS


def neighbours_by_map(
    latents: pd.DataFrame,
    maps: Mapping[str, Array],
    labels: pd.Series,
    *,
    n_permutations: int = 999,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Compare nearest neighbours with chance, in the latents themselves and in each map of them.

    Returns
    -------
    DataFrame
        One row for `latents` and each map: `where`, and the fields of
        `neighbour_agreement`. No rows where the labels are all alike or all
        different, and so say nothing.
    """
    number, n_levels = is_number(labels), labels.nunique(dropna=False)
    says_something = n_levels > 1 and (number or n_levels < len(labels))
    how: dict[str, Any] = {"n_permutations": n_permutations, "random_state": random_state}
    rows = [
        (where, *neighbour_agreement(points, labels, **how))
        for where, points in ({"latents": latents.to_numpy()} | dict(maps)).items()
        if says_something
    ]
    return pd.DataFrame(rows, columns=["where", *NeighbourAgreement._fields])
