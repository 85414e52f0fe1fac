"""Filters on a table's correlation graph, and the curved profile of a feature."""

from __future__ import annotations

import numpy as np

from .._joined import Array
from ..correlation import unit_columns

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
    left, size, right = np.linalg.svd(profiles, full_matrices=False)
    relative = size**2 / max(np.sum(size**2) / len(profiles), 1e-300)
    return unit_columns((left * (size * (relative + RIDGE) ** power)) @ right)
