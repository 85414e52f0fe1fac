"""What is not detected: features that too few samples show, and values below the detection limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError

Array = NDArray[np.float64]


def detected_share(values: Array, min_detected: float) -> Array:
    """Tell in which share of the samples each feature (n_samples, n_features) is above zero.

    Raises
    ------
    ParameterError
        If no feature reaches `min_detected`.
    """
    shares = np.mean(np.nan_to_num(values) > 0, axis=0)
    if not (shares >= min_detected).any():
        raise ParameterError(
            "min_detected",
            f"no feature is detected in {min_detected:g} of the samples",
            f"the most frequent one is detected in {shares.max():.2g} of them",
            "Choose a smaller share.",
        )
    return shares


def half_minimum(values: Array) -> Array:
    """Take half the smallest positive value of each feature (n_samples, n_features).

    A feature without any takes the smallest limit of all features.
    """
    lowest = np.where(values > 0, values, np.inf).min(axis=0)
    seen = np.isfinite(lowest)
    lowest[~seen] = lowest[seen].min() if seen.any() else 1.0
    return lowest / 2


def fill_in(values: Array, limit: Array, *, zeros: bool) -> Array:
    """Return a copy with `limit` (n_features,) for missing values, and for what is not positive if asked."""
    replace = np.isnan(values) | (values <= 0) if zeros else np.isnan(values)
    return np.where(replace, limit, values)
