"""From correlations to p-values, and from p-values to false discovery rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ._spearman_null import critical_spearman, exact_null, spearman_p
from ._spearman_table import LARGEST
from .errors import ParameterError


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


@dataclass(frozen=True)
class Null:
    """How strong chance alone makes a correlation.

    Attributes
    ----------
    kind : {"exact", "t"}
        `exact`: Spearman's null distribution of `degrees_of_freedom` + 2
        samples (`_spearman_null`); `t`: Student's t.
    degrees_of_freedom : int
        Samples − 2 − columns regressed out.
    """

    kind: str
    degrees_of_freedom: int

    def p(self, rho: ArrayLike) -> NDArray[np.float64]:
        """Two-sided p-values of correlations, in any shape."""
        if self.kind == "exact":
            return spearman_p(rho, self.degrees_of_freedom + 2)
        # A form that keeps its precision where |rho| is close to 1.
        rho = np.clip(np.abs(np.asarray(rho, dtype=np.float64)), 0, 1)
        with np.errstate(divide="ignore"):
            t = rho * np.sqrt(self.degrees_of_freedom / ((1 - rho) * (1 + rho)))
        return 2 * stats.t.sf(t, self.degrees_of_freedom)

    def critical(self, p: float) -> float:
        """Smallest |rho| whose two-sided p-value is at most `p`; above 1 where there is none."""
        if self.kind == "exact":
            return critical_spearman(p, self.degrees_of_freedom + 2)
        t = stats.t.isf(p / 2, self.degrees_of_freedom)
        return float(t / np.sqrt(self.degrees_of_freedom + t**2))

    def n_rejected(self, strong: ArrayLike, n_tests: int, alpha: float) -> int:
        """Count Benjamini–Hochberg rejections among the |rho| with p ≤ alpha."""
        p = np.sort(self.p(strong))
        below = np.flatnonzero(p * n_tests <= alpha * np.arange(1, p.size + 1))
        return int(below[-1]) + 1 if below.size else 0


def null_for(method: str, null: str, degrees_of_freedom: int) -> Null:
    """Choose the null distribution; a correlation of values has no exact one and takes Student's t."""
    if null not in ("exact", "t"):
        raise ParameterError("null", f"found {null!r}", "it must be one of exact, t", "Choose one.")
    return Null(null if method == "spearman" else "t", degrees_of_freedom)


def compare_nulls(
    degrees_of_freedom: int, p: Sequence[float] = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
) -> pd.DataFrame:
    """Show what Student's t says where Spearman's own null distribution says p.

    Parameters
    ----------
    degrees_of_freedom : int
        As in `Associations`.
    p : sequence of float
        p-values to look at; those that no correlation can reach are left out.

    Returns
    -------
    DataFrame
        `abs_rho`: the smallest |rho| whose p-value is at most the one asked
        for; `exact` and `t`: its p-values; `ratio`: exact / t.

    Examples
    --------
    >>> compare_nulls(19, [1e-6]).round(3)["abs_rho"].tolist()
    [0.87]
    """
    exact, student = Null("exact", degrees_of_freedom), Null("t", degrees_of_freedom)
    edges = np.array([edge for edge in map(exact.critical, p) if edge < 1])
    if degrees_of_freedom + 2 <= LARGEST:  # few enough samples for rho to come in steps
        values, _ = exact_null(degrees_of_freedom + 2)
        edges = values[np.searchsorted(values, edges)]
    table = pd.DataFrame({"abs_rho": edges, "exact": exact.p(edges), "t": student.p(edges)})
    return table.assign(ratio=table["exact"] / table["t"])
