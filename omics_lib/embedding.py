"""Two-dimensional views of the samples, and whether they show more than chance would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import pdist, squareform
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from ._aligned import same_length, whole_number

Array = NDArray[np.float64]

MANY_LEVELS = (
    10  # numbers with more values than this are compared as numbers, as `plot_embedding` colours them
)
_TIE = 1e-6  # relative: neighbours whose distances differ by less are equally near
_DEAD = 1e-9  # relative to the largest spread: a latent that varies less does not vary


def embed(latents: pd.DataFrame, *, random_state: int | None = None) -> dict[str, Array]:
    """Lay latents flat in three ways.

    Parameters
    ----------
    latents : DataFrame of shape (n_samples, n_latent)
        At least 4 samples. Taken as they are: a latent that varies more counts
        for more. (Scaled to one spread, as many latents as the samples span
        dimensions would put every two samples equally far apart.) Where none
        varies, all samples lie in one place.
    random_state : int, optional
        Seed of t-SNE and UMAP.

    Returns
    -------
    dict
        `PCA`, `t-SNE` and `UMAP` → coordinates (n_samples, 2). Neighbourhoods
        are as large as usual, or as the samples allow.

    References
    ----------
    van der Maaten and Hinton (2008), Journal of Machine Learning Research 9,
    2579–2605. McInnes, Healy and Melville (2018), arXiv:1802.03426.
    """
    Z = _one_scale(latents)
    n_samples = len(Z)
    if Z.shape[1] == 0:
        return {name: np.zeros((n_samples, 2)) for name in ("PCA", "t-SNE", "UMAP")}
    if Z.shape[1] == 1:
        Z = np.hstack([Z, np.zeros_like(Z)])
    pca = PCA(2, svd_solver="full").fit_transform(Z)
    tsne = TSNE(perplexity=min(30.0, (n_samples - 1) / 3), init="pca", random_state=random_state)
    umap = _umap()(n_neighbors=min(15, n_samples - 1), init="pca", n_jobs=1, random_state=random_state)
    return {"PCA": pca, "t-SNE": tsne.fit_transform(Z), "UMAP": umap.fit_transform(Z)}


def _umap() -> type:
    """Import UMAP so that Numba keeps what it compiles of it: the next process has it at once."""
    from numba.core.dispatcher import Dispatcher
    from umap import UMAP, layouts, umap_

    for module in (umap_, layouts):
        for function in vars(module).values():
            if isinstance(function, Dispatcher) and not function.signatures:
                function.enable_caching()
    return UMAP


def variance_explained(latents: pd.DataFrame) -> Array:
    """Return the share of the latents' variance along each axis of their PCA, largest first.

    Parameters
    ----------
    latents : DataFrame of shape (n_samples, n_latent)

    Returns
    -------
    array of shape (n_axes,)
        Sums to 1; no entries where nothing varies.

    Examples
    --------
    >>> variance_explained(pd.DataFrame({"a": [0.0, 2, 0, 2], "b": [0.0, 0, 1, 1]})).round(2).tolist()
    [0.8, 0.2]
    """
    Z = _one_scale(latents)
    size = np.linalg.svd(Z, compute_uv=False) ** 2
    return size / size.sum() if Z.shape[1] else np.zeros(0)


def shuffled_latents(latents: pd.DataFrame, *, random_state: int | None = None) -> pd.DataFrame:
    """Deal each latent's values out to other samples, each latent by itself: what nothing looks like.

    Parameters
    ----------
    latents : DataFrame of shape (n_samples, n_latent)
    random_state : int, optional
        Seed of the shuffles.

    Returns
    -------
    DataFrame of shape (n_samples, n_latent)
        Every latent keeps its values; no sample keeps its own.

    Examples
    --------
    >>> sorted(shuffled_latents(pd.DataFrame({"a": [1, 2, 3]}), random_state=0)["a"])
    [1, 2, 3]
    """
    rng = np.random.default_rng(random_state)
    values = rng.permuted(latents.to_numpy(), axis=0)
    return pd.DataFrame(values, latents.index, latents.columns)


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


def is_number(labels: pd.Series) -> bool:
    """Say whether labels are compared (and coloured) as numbers, not as levels."""
    return pd.api.types.is_numeric_dtype(labels) and labels.nunique() > MANY_LEVELS


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
    rows = [
        (
            where,
            *neighbour_agreement(points, labels, n_permutations=n_permutations, random_state=random_state),
        )
        for where, points in ({"latents": latents.to_numpy()} | dict(maps)).items()
        if says_something
    ]
    return pd.DataFrame(rows, columns=["where", *NeighbourAgreement._fields])


def _one_scale(latents: pd.DataFrame) -> Array:
    """Centre latents and divide all by one number; what does not vary is left out."""
    Z = np.asarray(latents, dtype=np.float64)
    Z = Z - Z.mean(axis=0)
    spread = Z.std(axis=0)
    largest = spread.max(initial=0.0)
    if largest <= _DEAD * np.abs(np.asarray(latents, dtype=np.float64)).max(initial=1.0):
        return Z[:, :0]
    return Z[:, spread > _DEAD * largest] / np.sqrt(np.sum(spread**2))


def _nearest(points: Array) -> Array:
    """Return an (n, n) matrix whose rows share a vote of 1 among the nearest other points."""
    distance = squareform(pdist(points))
    np.fill_diagonal(distance, np.inf)
    nearest = distance <= distance.min(axis=1, keepdims=True) * (1 + _TIE)
    return nearest / nearest.sum(axis=1, keepdims=True)


def by_similarity(table: pd.DataFrame) -> pd.DataFrame:
    """Sort rows and columns so that similar ones lie together (average linkage).

    Examples
    --------
    >>> import pandas as pd
    >>> by_similarity(pd.DataFrame([[1, 0], [0, 1], [1, 0]], index=list("abc"))).index.tolist()
    ['b', 'a', 'c']
    """
    rows, columns = (_order(values) for values in (table.to_numpy(), table.to_numpy().T))
    return table.iloc[rows, columns]


def _order(values: np.ndarray) -> np.ndarray:
    if len(values) < 3:
        return np.arange(len(values))
    return leaves_list(linkage(values, "average"))
