"""Filters on a table's correlation graph, and the curved profile of a feature."""

from __future__ import annotations

import numpy as np

from .._joined import Array
from ..correlation import unit_columns
from ..rowspace import blocks

RIDGE = 3.0


def curved(ranks: Array) -> Array:
    """Return each value's squared distance from the middle of its column (n_samples, n_features)."""
    return (ranks - ranks.mean(axis=0)) ** 2


def high_pass(profiles: Array, *, power: float = -1.0) -> Array:
    """Damp the principal components that features share: x ↦ (A + λ)^power x on the correlation graph A.

    Parameters
    ----------
    profiles : array of shape (n_samples, n_features)
        Unit profiles; A = profilesᵀ profiles is the complete correlation graph
        of the features, and is never formed.
    power : float
        −1 is two layers of the power −½ each.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        Unit profiles again. λ is 3 times the mean eigenvalue of A over the
        samples.
    """
    variance, components = np.linalg.eigh(profiles @ profiles.T)
    relative = np.maximum(variance, 0) / max(variance.mean(), 1e-300)
    damped = (components * (relative + RIDGE) ** power) @ components.T
    result = np.empty(profiles.shape, order="F")  # a feature after the other, as streams of pairs want them
    for part in blocks(profiles.shape[1]):
        result[:, part] = unit_columns(damped @ profiles[:, part])
    return result
