"""Do two fits find the same latents? Compared as a whole, for latents have no names.

Restarts are compared with it, and in chapter 3 folds. Latent k of one fit is not latent
k of another, and any rotation of the latents describes the samples as well, so column
by column there is nothing to compare.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._joined import Array


class Agreement(NamedTuple):
    """Agreement of two sets of latents, and what shuffled samples give."""

    value: float
    chance: float


def _centred(Z: ArrayLike) -> Array:
    Z = np.asarray(Z, dtype=np.float64)
    return Z - Z.mean(axis=0)


def _procrustes(A: Array, B: Array) -> float:
    size = np.linalg.norm(A) * np.linalg.norm(B)
    return float((np.linalg.norm(A.T @ B, ord="nuc") / size) ** 2) if size else 0.0


def _basis(A: Array) -> Array:
    left, values, _ = np.linalg.svd(A, full_matrices=False)
    return left[:, values > 1e-9 * max(values.max(initial=0.0), np.finfo(float).tiny)]


def _mean_squared_cca(A: Array, B: Array) -> float:
    values = np.linalg.svd(_basis(A).T @ _basis(B), compute_uv=False)
    return float(np.mean(np.clip(values, 0, 1) ** 2)) if values.size else 0.0


def latent_agreement(
    Z: ArrayLike,
    Z_other: ArrayLike,
    *,
    method: Literal["procrustes", "cca"] = "procrustes",
    n_permutations: int = 100,
    random_state: int | None = None,
) -> Agreement:
    """Compare two sets of latents of the same samples, whatever their rotation and scale.

    Parameters
    ----------
    Z : array of shape (n_samples, n_latent)
        Latents of one fit.
    Z_other : array of shape (n_samples, n_latent_other)
        Latents of another fit, the samples in the same order.
    method : {"procrustes", "cca"}
        `procrustes`: the share of the variance of one that the other explains
        after the best shift, rotation and scaling. `cca`: the mean squared
        canonical correlation, blind to any linear map; with as many latents as
        samples it is 1 for any two tables, so read it beside `chance`.
    n_permutations : int
        Shuffles of the samples behind `chance`.
    random_state : int, optional
        Seed of the shuffles.

    Returns
    -------
    Agreement
        `value` from 0 to 1, and `chance`, the mean over shuffled samples.

    Raises
    ------
    ValueError
        If the numbers of samples differ, or `method` is unknown.

    References
    ----------
    Schönemann (1966), doi:10.1007/BF02289451. Hotelling (1936), doi:10.1093/biomet/28.3-4.321.

    Examples
    --------
    >>> import numpy as np
    >>> Z = np.random.default_rng(0).normal(size=(30, 2))
    >>> turned = Z @ np.array([[0.0, -2.0], [2.0, 0.0]]) + 5
    >>> round(latent_agreement(Z, turned, random_state=0).value, 6)
    1.0
    """
    A, B = _centred(Z), _centred(Z_other)
    if len(A) != len(B):
        raise ValueError(f"Z and Z_other must hold the same samples, got {len(A)} and {len(B)} of them.")
    if not (np.isfinite(A).all() and np.isfinite(B).all()):
        raise ValueError("Z and Z_other must hold numbers only, got missing or infinite values.")
    measures = {"procrustes": _procrustes, "cca": _mean_squared_cca}
    if method not in measures:
        raise ValueError(f"method must be one of 'procrustes', 'cca', got {method!r}.")
    measure = measures[method]
    rng = np.random.default_rng(random_state)
    chance = [measure(A, B[rng.permutation(len(B))]) for _ in range(n_permutations)]
    return Agreement(measure(A, B), float(np.mean(chance)) if chance else float("nan"))
