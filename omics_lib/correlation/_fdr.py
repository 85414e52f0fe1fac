"""From p-values to false discovery rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from ..errors import ParameterError, one_of


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

    Raises
    ------
    ParameterError
        If these are no p-values, or more than `n_tests`.

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
    return np.minimum(_step_up(p, n_tests), 1.0)


def benjamini_yekutieli(p: ArrayLike, n_tests: int | None = None) -> NDArray[np.float64]:
    """Adjust p-values for the false discovery rate, whatever the dependence between the tests.

    Parameters
    ----------
    p, n_tests
        As in `benjamini_hochberg`.

    Returns
    -------
    ndarray of shape (m,)
        q-values, in the order of `p`: those of Benjamini and Hochberg times 1 + 1/2 + … + 1/n_tests.

    References
    ----------
    Benjamini and Yekutieli (2001), doi:10.1214/aos/1013699998.

    Examples
    --------
    >>> benjamini_yekutieli([0.01, 0.04, 0.03]).round(3)
    array([0.055, 0.073, 0.073])
    """
    factor = correction_factor("by", n_tests or np.size(p))
    return np.minimum(_step_up(p, n_tests) * factor, 1.0)


def correction_factor(correction: str, n_tests: int) -> float:
    """Return what multiplies the q-values of `bh`: 1, or for `by` the n_tests-th harmonic number."""
    one_of("correction", correction, ("bh", "by"))
    return 1.0 if correction == "bh" else float(special.digamma(max(n_tests, 1) + 1) + np.euler_gamma)


def _step_up(p: ArrayLike, n_tests: int | None) -> NDArray[np.float64]:
    """Return min over j ≥ i of p_(j) n_tests / j for each p, not yet cut at 1."""
    p = np.asarray(p, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all() or (n_tests is not None and n_tests < p.size):
        found = f"{p.size} values for {n_tests or p.size} tests"
        raise ParameterError("p", found, "each must be a p-value of one test", "Check them.")
    # Not scipy's `false_discovery_control`: it knows no n_tests beyond those given, and rounds otherwise.
    order = np.argsort(p, kind="stable")
    raw = p[order] * ((n_tests or p.size) / np.arange(1, p.size + 1))  # so that rounding never gives q < p
    q = np.empty_like(raw)
    q[order] = np.minimum.accumulate(raw[::-1])[::-1]
    return q
