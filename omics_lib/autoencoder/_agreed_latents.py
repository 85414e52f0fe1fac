"""How many latents are worth keeping? As many as the folds agree on, beyond what shuffled samples give."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import scipy.linalg
from numpy.typing import ArrayLike
from sklearn.model_selection import KFold

from .._joined import Array

# Features at a time: a block of 1,000 samples is 64 MB, whatever the size of the table.
_BLOCK = 8192
# At this level the folds must agree beyond shuffled samples before any latent counts.
_LEVEL = 0.05
# What the presets of the source have, and the least that can be drawn as a map.
_SOURCE, _LEAST = 64, 2


class AgreedLatents(NamedTuple):
    """Number of latents that the folds agree on.

    Attributes
    ----------
    n_latent : int
        So many; 0 where the folds agree no more than shuffled samples do.
    p_value : float
        (b + 1) / (m + 1): whether shuffled samples agree as much beyond their mean, at any number.
    table : DataFrame
        `n_latent`; `shared`, dimensions that the principal axes of two folds have in common (mean over
        pairs of folds, at most `n_latent`); `shuffled`, the mean of that over shuffled samples.
    """

    n_latent: int
    p_value: float
    table: pd.DataFrame


def _gram(X: Array, rng: np.random.Generator | None) -> Array:
    """Inner products of the samples (n_samples, n_samples); with `rng`, each feature shuffled by itself."""
    found = np.zeros((len(X), len(X)))
    for start in range(0, X.shape[1], _BLOCK):
        block = X[:, start : start + _BLOCK].astype(np.float64)
        block = block if rng is None else rng.permuted(block, axis=0)
        found += block @ block.T
    return found


def _axes(gram: Array, train: Array, n_axes: int) -> Array:
    """Principal axes of the training samples, as weights of all samples (n_samples, n_axes)."""
    centre = np.eye(len(gram))[train]
    centre[:, train] -= 1 / len(train)
    size = len(train)
    values, vectors = scipy.linalg.eigh(centre @ gram @ centre.T, subset_by_index=(size - n_axes, size - 1))
    values, vectors = values[::-1], vectors[:, ::-1]
    varies = values > 1e-9 * max(values[0], np.finfo(float).tiny)
    scale = np.where(varies, 1 / np.sqrt(np.where(varies, values, 1)), 0)
    return centre.T @ (vectors * scale)


def _shared(gram: Array, folds: list[Array], n_axes: int) -> Array:
    """Dimensions that the first 1, 2, … axes of two folds have in common, in the mean over pairs of folds."""
    axes = [_axes(gram, train, n_axes) for train in folds]
    pairs = [(a, b) for i, a in enumerate(axes) for b in axes[:i]]
    overlap = np.mean([(a.T @ gram @ b) ** 2 for a, b in pairs], axis=0)
    return np.diagonal(overlap.cumsum(axis=0).cumsum(axis=1))


def agreed_latents(
    X: ArrayLike,
    *,
    n_folds: int = 5,
    n_permutations: int = 39,
    max_latents: int = 64,
    random_state: int | None = None,
) -> AgreedLatents:
    """Count the latents that folds agree on beyond shuffled samples.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        A preprocessed table.
    n_folds : int
        Each is left out once; the principal axes of the others are compared, two and two.
    n_permutations : int
        Tables in which each feature's samples are shuffled by themselves.
    max_latents : int
        No more are counted.
    random_state : int, optional
        Seed of folds and shuffles.

    Returns
    -------
    AgreedLatents

    Raises
    ------
    ValueError
        If there are fewer samples than folds, or values are missing or infinite.

    Notes
    -----
    The network of variant `auto` starts at the principal axes, so these are counted, which takes
    no training. The spans of the first k axes of two folds share ‖VᵀW‖² dimensions. Folds share most of
    their samples and so agree on noise too: the same is therefore done with shuffled samples, as in
    parallel analysis (Horn 1965, doi:10.1007/BF02289447; Buja and Eyuboglu 1992,
    doi:10.1207/s15327906mbr2704_2), and the k is kept at which the excess is largest.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(40, 3)) @ rng.normal(size=(3, 200)) + rng.normal(size=(40, 200))
    >>> agreed_latents(X, random_state=0).n_latent
    3
    """
    X = np.asarray(X)
    folds = [train for train, _ in KFold(n_folds, shuffle=True, random_state=random_state).split(X)]
    observed = _gram(X, None)
    if not np.isfinite(observed).all():
        raise ValueError("X must hold numbers only, got missing or infinite values.")
    rank = int(np.linalg.matrix_rank(observed - observed.mean(axis=0), tol=1e-9 * np.trace(observed)))
    most = min(max_latents, rank, min(len(train) for train in folds) - 1)
    if most < 1:
        return AgreedLatents(0, 1.0, pd.DataFrame(columns=["n_latent", "shared", "shuffled"]))
    rng = np.random.default_rng(random_state)
    shared = _shared(observed, folds, most)
    shuffled = np.array([_shared(_gram(X, rng), folds, most) for _ in range(n_permutations)])
    mean = np.vstack([shared[None], shuffled]).mean(axis=0)  # of all, so that they are exchangeable
    excess = shared - mean
    as_much = (shuffled - mean).max(axis=1) >= excess.max()
    p_value = (int(as_much.sum()) + 1) / (n_permutations + 1)
    table = pd.DataFrame(
        {"n_latent": np.arange(1, most + 1), "shared": shared, "shuffled": shuffled.mean(axis=0)}
    )
    return AgreedLatents(int(excess.argmax()) + 1 if p_value <= _LEVEL else 0, p_value, table)


def latents_to_keep(
    n_latent: int | Literal["auto"], agreed: AgreedLatents, variant: Literal["auto", "described", "counted"]
) -> int:
    """Turn the parameter `n_latent` into a number.

    Parameters
    ----------
    n_latent : int or "auto"
        A number is taken as it is.
    agreed : AgreedLatents
        What `auto` keeps for the variant `auto`, but two at least, so that there is a map to draw.
    variant : {"auto", "described", "counted"}
        The presets of the source have 64.

    Returns
    -------
    int

    Examples
    --------
    >>> none = AgreedLatents(0, 0.5, pd.DataFrame())
    >>> [latents_to_keep("auto", none, variant) for variant in ("auto", "counted")]
    [2, 64]
    """
    if n_latent != "auto":
        return n_latent
    return _SOURCE if variant != "auto" else max(agreed.n_latent, _LEAST)
