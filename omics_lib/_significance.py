"""From correlations to p-values, and from p-values to false discovery rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


def benjamini_hochberg(p: ArrayLike, n_tests: int | None = None) -> NDArray[np.float64]:
    """Adjust p-values for the false discovery rate.

    Parameters
    ----------
    p : array of shape (m,)
        p-values: all of them, or the smallest m of `n_tests`.
    n_tests : int, optional
        Number of tests made; m by default. With fewer p-values than tests the
        result is exact for every q below the smallest p left out.

    Returns
    -------
    ndarray of shape (m,)
        q-values, in the order of `p`.

    Notes
    -----
    Controls the rate when the tests are independent or positively dependent.

    References
    ----------
    Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3)
    array([0.03, 0.04, 0.04])
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    raw = p[order] * ((n_tests or p.size) / np.arange(1, p.size + 1))  # so that rounding never gives q < p
    q = np.empty_like(raw)
    q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q


def correlation_p(rho: ArrayLike, degrees_of_freedom: int) -> NDArray[np.float64]:
    """Two-sided p-value of a correlation from Student's t (an approximation for ranks)."""
    # arctanh-free form that keeps its precision where |rho| is close to 1.
    rho = np.clip(np.abs(np.asarray(rho, dtype=np.float64)), 0, 1)
    with np.errstate(divide="ignore"):
        t = rho * np.sqrt(degrees_of_freedom / ((1 - rho) * (1 + rho)))
    return 2 * stats.t.sf(t, degrees_of_freedom)


def critical_correlation(p: float, degrees_of_freedom: int) -> float:
    """Smallest |rho| whose two-sided p-value is at most `p`."""
    t = stats.t.isf(p / 2, degrees_of_freedom)
    return float(t / np.sqrt(degrees_of_freedom + t**2))


def n_rejected(strong: ArrayLike, n_tests: int, alpha: float, degrees_of_freedom: int) -> int:
    """Count Benjamini–Hochberg rejections among the |rho| with p ≤ alpha."""
    p = np.sort(correlation_p(strong, degrees_of_freedom))
    below = np.flatnonzero(p * n_tests <= alpha * np.arange(1, p.size + 1))
    return int(below[-1]) + 1 if below.size else 0
