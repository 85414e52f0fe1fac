"""From correlations to p-values: how strong chance alone makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special  # gives what scipy.stats.t does, and loads quickly

from ..errors import ParameterError, rate, whole_number
from ._spearman_null import critical_spearman, exact_null, spearman_p
from ._spearman_table import LARGEST


class NullDistribution(Protocol):
    """A monotone map between |rho| and p."""

    def p(self, rho: ArrayLike) -> NDArray[np.float64]:
        """Two-sided p-values of correlations, in any shape."""

    def critical(self, p: float) -> float:
        """Return a |rho| below which no p-value is as small as `p`, close to the smallest that reaches it."""


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
        return 2 * special.stdtr(self.degrees_of_freedom, -t)

    def critical(self, p: float) -> float:
        """Smallest |rho| whose two-sided p-value is at most `p`; above 1 where there is none."""
        if p >= 1:
            return 0.0
        if self.kind == "exact":
            return critical_spearman(p, self.degrees_of_freedom + 2)
        t = special.stdtrit(self.degrees_of_freedom, max(p, 1e-150) / 2)  # smaller ones may have become 0
        return float(1 / np.sqrt(1 + self.degrees_of_freedom / t**2))


@dataclass(frozen=True)
class PooledNull:
    """What permutations of the alignment give, all pairs and permutations pooled.

    Attributes
    ----------
    p_of_bin : array of shape (n_bins,)
        (1 + correlations in permutations that reach a bin) / (1 + all of
        them), ascending in |rho| (Phipson and Smyth 2010,
        doi:10.2202/1544-6115.1585): never 0.
    """

    p_of_bin: NDArray[np.float64]

    @classmethod
    def of(cls, counts: NDArray[np.int64]) -> PooledNull:
        """Take how many correlations of all permutations fell into each bin of |rho|."""
        reached = counts[::-1].cumsum()[::-1]
        return cls((1 + reached) / (1 + counts.sum()))

    def p(self, rho: ArrayLike) -> NDArray[np.float64]:
        """Two-sided p-values of correlations: those of the bin that they lie in."""
        n_bins = len(self.p_of_bin)
        # What lies on an edge, up to rounding, belongs to the bin below: p errs on the safe side.
        bins = np.floor((np.abs(np.asarray(rho, dtype=np.float64)) - 1e-5) * n_bins)
        return self.p_of_bin[np.clip(bins, 0, n_bins - 1).astype(int)]

    def critical(self, p: float) -> float:
        """Lower edge of the lowest bin whose p-value is at most `p`; above 1 where there is none."""
        small = np.flatnonzero(self.p_of_bin <= p)
        return float(small[0] / len(self.p_of_bin)) if small.size else 2.0


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
        values = exact_null(degrees_of_freedom + 2).values
        edges = values[np.searchsorted(values, edges)]
    edges = edges[edges < 1]  # at 1 Student's p is 0, and no number of times too small
    table = pd.DataFrame({"abs_rho": edges, "exact": exact.p(edges), "t": student.p(edges)})
    return table.assign(ratio=table["exact"] / table["t"])


def bonferroni_limits(n_tests: int, degrees_of_freedom: int, alpha: float = 0.05) -> pd.DataFrame:
    """Show how strong one correlation must be to stand out from all that were tested.

    Parameters
    ----------
    n_tests, degrees_of_freedom : int
        As in `Associations`.
    alpha : float
        Chance of even one false pair.

    Returns
    -------
    DataFrame
        One row per `null` (`t`, `exact`): `abs_rho`, the smallest |rho| whose
        p-value under this null is at most alpha / n_tests (1 where no
        correlation is enough), and `promise_broken`, the exact p-value of that
        |rho| over alpha / n_tests: how many times too often it comes up.

    Examples
    --------
    >>> limits = bonferroni_limits(132_129 * 6_980, 19)
    >>> limits["abs_rho"].round(3).tolist(), limits["promise_broken"].round().tolist()
    ([0.949, 0.964], [11.0, 1.0])
    """
    level = rate("alpha", alpha) / whole_number("n_tests", n_tests, 1)
    whole_number("degrees_of_freedom", degrees_of_freedom, 1)
    exact, student = Null("exact", degrees_of_freedom), Null("t", degrees_of_freedom)
    edges = np.minimum([student.critical(level), exact.critical(level)], 1.0)
    if degrees_of_freedom + 2 <= LARGEST:  # few enough samples for rho to come in steps
        values = exact_null(degrees_of_freedom + 2).values
        edges[1] = values[min(np.searchsorted(values, edges[1]), len(values) - 1)]
    else:
        edges[1] = min(edges[1] + 1e-5, 1.0)  # `critical` may lie just below the limit
    return pd.DataFrame({"null": ["t", "exact"], "abs_rho": edges, "promise_broken": exact.p(edges) / level})
