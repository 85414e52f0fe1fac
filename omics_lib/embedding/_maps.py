"""Latents laid flat, and ordered by similarity."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from .._joined import Array

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


def _one_scale(latents: pd.DataFrame) -> Array:
    """Centre latents and divide all by one number; what does not vary is left out."""
    Z = np.asarray(latents, dtype=np.float64)
    Z = Z - Z.mean(axis=0)
    spread = Z.std(axis=0)
    largest = spread.max(initial=0.0)
    if largest <= _DEAD * np.abs(np.asarray(latents, dtype=np.float64)).max(initial=1.0):
        return Z[:, :0]
    return Z[:, spread > _DEAD * largest] / np.sqrt(np.sum(spread**2))


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
