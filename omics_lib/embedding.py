"""Two-dimensional views of the samples."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler


def embed(latents: pd.DataFrame, *, random_state: int | None = None) -> dict[str, np.ndarray]:
    """Lay latents flat in three ways.

    Parameters
    ----------
    latents : DataFrame of shape (n_samples, n_latent)
        At least 5 samples; z-scored here, so that every latent counts alike.
        Latents that do not vary are left out; where none varies, all samples
        lie in one place.
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
    from umap import UMAP  # compiles for seconds when first imported

    Z = StandardScaler().fit_transform(latents)
    Z = Z[:, Z.std(axis=0) > 1e-9]
    n_samples = len(Z)
    if Z.shape[1] == 0:
        return {name: np.zeros((n_samples, 2)) for name in ("PCA", "t-SNE", "UMAP")}
    if Z.shape[1] == 1:
        Z = np.hstack([Z, np.zeros_like(Z)])
    pca = PCA(2, svd_solver="full").fit_transform(Z)
    tsne = TSNE(perplexity=min(30.0, (n_samples - 1) / 3), init="pca", random_state=random_state)
    umap = UMAP(n_neighbors=min(15, n_samples - 1), init="pca", n_jobs=1, random_state=random_state)
    return {"PCA": pca, "t-SNE": tsne.fit_transform(Z), "UMAP": umap.fit_transform(Z)}


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
