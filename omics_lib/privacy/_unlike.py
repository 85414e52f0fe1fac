"""Samples that are unlike all others: those whom small numbers give away."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._joined import Array

# Median absolute deviations to the standard deviation of a normal distribution.
_TO_SPREAD = 1.4826
# One feature says no more than this, in robust standard deviations.
_FURTHEST = 10.0


def robust_scores(X: ArrayLike) -> Array:
    """Return distances from the median of each column, in robust standard deviations.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Values on a log scale.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        0 in columns of which more than half of the values are the same.

    Examples
    --------
    >>> robust_scores([[1.0], [2.0], [3.0]]).round(2).ravel().tolist()
    [-0.67, 0.0, 0.67]
    """
    values = np.asarray(X, dtype=float)
    centred = values - np.median(values, axis=0)
    spread = _TO_SPREAD * np.median(np.abs(centred), axis=0)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)


def unlike_others(*tables: ArrayLike, times: float = 2.0) -> NDArray[np.bool_]:
    """Tell which samples are far from all others, over all features, in any of the tables.

    A held-out R², a spread over folds, the score of a ranking say that such a sample is in a study, however
    they are rounded. In a study that is run without them they say nothing about anybody.

    Parameters
    ----------
    *tables : arrays of shape (n_samples, n_features)
        Values of the same samples on a log scale.
    times : float
        How many times as far from the median as half of the samples are.

    Returns
    -------
    ndarray of bool of shape (n_samples,)

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(12, 50))
    >>> X[3] *= 5
    >>> unlike_others(X).nonzero()[0].tolist()
    [3]
    """
    unlike = []
    for table in tables:
        scores = np.clip(robust_scores(table), -_FURTHEST, _FURTHEST)
        far = np.sqrt(np.mean(scores**2, axis=1))
        unlike.append(far > times * np.median(far))
    return np.any(unlike, axis=0)
