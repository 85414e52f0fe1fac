"""How often chance alone gives a Spearman correlation as strong: p-values that hold in the far tail.

Up to 22 samples without ties the null distribution is known exactly, by
counting (`_spearman_table`). Beyond, a saddlepoint approximation: the moment
generating function of Spearman's statistic is a permanent divided by n!, and a
permanent of a positive matrix is close to that of its doubly stochastic
scaling.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._joined import Array
from ._spearman_table import LARGEST, PATH

if TYPE_CHECKING:
    from scipy.interpolate import PchipInterpolator

# Ranks give a correlation up to rounding; what differs by less is the same value of the statistic.
_ROUNDING = 1e-9


@lru_cache(maxsize=1)
def _table() -> dict[str, list[int]]:
    return json.loads(PATH.read_text(encoding="utf-8"))


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A null distribution that is known value by value.

    Attributes
    ----------
    values : array of shape (n_values,)
        Every |rho| that there can be, ascending.
    tail : array of shape (n_values,)
        P(|rho0| ≥ |rho|) of each.
    """

    values: Array
    tail: Array

    @classmethod
    def of(cls, distance: NDArray[np.int64], counts: list[int], largest: float) -> Tabulated:
        """Take how often the statistic lies how far from its middle, and the distance where |rho| is 1."""
        by_distance: dict[int, int] = {}
        for d, count in zip(np.abs(distance).tolist(), counts, strict=True):
            by_distance[d] = by_distance.get(d, 0) + count
        values, tail, reached, total = sorted(by_distance), [], 0, sum(counts)
        for d in reversed(values):
            reached += by_distance[d]
            tail.append(reached / total)
        return cls(np.array(values) / largest, np.array(tail[::-1]))

    def p(self, rho: ArrayLike) -> Array:
        """Two-sided p-values of correlations, in any shape."""
        rho = np.clip(np.abs(np.asarray(rho, dtype=np.float64)), 0, 1)
        return self.tail[np.minimum(np.searchsorted(self.values, rho - _ROUNDING), len(self.values) - 1)]

    def critical(self, p: float) -> float:
        """Return the smallest |rho| whose p-value is at most `p`; above 1 where none is."""
        found = np.flatnonzero(self.tail <= p)
        if not found.size:
            return 2.0
        # Between two values of the statistic p is that of the upper one.
        return float(self.values[found[0] - 1] + _ROUNDING) if found[0] else 0.0


@cache
def exact_null(n: int) -> Tabulated:
    """Return the null distribution of rho between n ranks without ties and as many others."""
    half = _table()[str(n)]
    n_sums = n * (n * n - 1) // 6 + 1
    counts = half + half[: n_sums - len(half)][::-1]
    return Tabulated.of(2 * np.arange(n_sums) - (n_sums - 1), counts, n_sums - 1)


@cache
def two_valued_null(n: int, k: int, other: int = 0) -> Tabulated:
    """Return the null distribution of rho where one side has two values only, one of them k times.

    Against n ranks without ties it is that of the rank sum (Wilcoxon 1945,
    doi:10.2307/3001968); against a side that has two values as well, one of
    them `other` times, that of the overlap, which is hypergeometric.
    """
    spread = k * (n - k)
    if other:
        overlap = np.arange(max(0, k + other - n), min(k, other) + 1)
        counts = [math.comb(k, a) * math.comb(n - k, other - a) for a in overlap.tolist()]
        return Tabulated.of(n * overlap - k * other, counts, math.sqrt(spread * other * (n - other)))
    # ways[j][s]: subsets of j of the ranks so far with sum s
    ways = [[1] + [0] * (n * (n + 1) // 2)] + [[0] * (n * (n + 1) // 2 + 1) for _ in range(k)]
    for rank in range(1, n + 1):
        for j in range(min(rank, k), 0, -1):
            for total in range(rank * (rank + 1) // 2, rank - 1, -1):
                ways[j][total] += ways[j - 1][total - rank]
    sums = np.flatnonzero(np.array(ways[k], dtype=object))
    return Tabulated.of(
        2 * sums - k * (n + 1), [ways[k][s] for s in sums], math.sqrt(spread * (n * n - 1) / 3)
    )


def _scaled(M: Array, start: Array) -> tuple[Array, Array]:
    """Find f so that B = exp(M + f + fᵀ) has rows that sum to 1, for a symmetric M; return f and B."""
    B = np.exp(M + start[:, None] + start[None, :])
    d = np.ones(len(M))
    for _ in range(2000):
        rows = d * (B @ d)
        if np.abs(rows - 1).max() < 1e-11:
            break
        d /= np.sqrt(rows)
    return start + np.log(d), B * np.outer(d, d)


@lru_cache(maxsize=32)
def _saddlepoint(n: int) -> PchipInterpolator:
    """Interpolate log P(|rho0| ≥ |rho|) over |rho|, for n ranks without ties."""
    from scipy import interpolate, stats  # here, because few need it and it loads slowly

    x = np.arange(n) - (n - 1) / 2
    x /= np.linalg.norm(x)  # so that rho = Σ x_i x_π(i)
    product = np.outer(x, x)
    theta = n * np.concatenate([[0.0], np.geomspace(0.02, 60, 80)])
    log_permanent: list[float] = []
    correction: list[float] = []
    mean: list[float] = []
    f = np.full(n, -0.5 * np.log(n))
    for t in theta:
        f, B = _scaled(t * product, f)
        log_permanent.append(-2 * f.sum() - n * np.log(n))
        # log det(I + J/n − B²): the eigenvalue 1 of B, of the constant, gives 1 − 1 + 1.
        correction.append(-0.5 * np.linalg.slogdet(np.eye(n) + 1 / n - B @ B)[1])
        mean.append(np.sum(B * product))
        if log_permanent[-1] - t * mean[-1] < -740:  # p is below what a float can hold
            break
    theta = theta[: len(mean)]
    slope = interpolate.CubicSpline(theta, correction)
    fine = np.concatenate([np.linspace(0, theta[1], 20)[1:], np.geomspace(theta[1], theta[-1], 1500)[1:]])
    K = interpolate.CubicSpline(theta, np.add(log_permanent, correction) - correction[0])(fine)
    first = interpolate.CubicSpline(theta, np.add(mean, slope(theta, 1)))
    rho, variance = first(fine), first(fine, 1)
    step = 12 / (n * (n * n - 1))  # between neighbouring values of rho; ranks make a lattice
    w = np.sqrt(np.maximum(2 * (fine * rho - K), 1e-300))
    u = 2 / step * np.sinh(np.minimum(fine * step / 2, 300)) * np.sqrt(variance)
    log_p = stats.norm.logsf(w) + np.log1p(
        np.exp(stats.norm.logpdf(w) - stats.norm.logsf(w)) * (1 / u - 1 / w)
    )
    log_p += np.log(2)
    least = math.log(2) - math.lgamma(n + 1)  # rho = 1: two permutations of n!
    rho = rho + step / 2
    good = (w > 0.2) & (rho < 1) & (log_p > least) & np.isfinite(log_p)
    rho, log_p = rho[good], np.minimum.accumulate(log_p[good])
    keep = np.concatenate([[True], np.diff(rho) > 1e-12])
    return interpolate.PchipInterpolator(
        np.concatenate([[0.0], rho[keep], [1.0]]), np.concatenate([[0.0], log_p[keep], [least]])
    )


def spearman_p(rho: ArrayLike, n: int) -> Array:
    """Two-sided p-value of Spearman's rho among n samples: P(|rho0| ≥ |rho|).

    Parameters
    ----------
    rho : array
        Correlations.
    n : int
        Samples; with c columns regressed out of the ranks, n − c of them.

    Returns
    -------
    ndarray
        Never 0.

    Notes
    -----
    Up to n = 22 exact without ties, by counting; beyond, the Lugannani–Rice
    saddlepoint formula with a continuity correction, on McCullagh's
    approximation of the permanent. The Edgeworth series of Best and Roberts
    (1975, AS 89) is good near the middle only and turns negative in the tail.
    With ties, or columns regressed out, either is an approximation.
    `benchmarks/spearman_null.py` measures how far off each of them is.

    References
    ----------
    McCullagh (2014), Journal of Statistical Computation and Simulation 84, 404–414. Lugannani and Rice
    (1980), doi:10.2307/1426607.
    """
    if n <= LARGEST:
        return exact_null(n).p(rho)
    log_p = _saddlepoint(n)(np.clip(np.abs(np.asarray(rho, dtype=np.float64)), 0, 1))
    return np.exp(np.maximum(log_p, -700.0))  # smaller ones a float would turn into 0


@cache
def saddlepoint_error() -> float:
    """Return by what share the saddlepoint is off where both are known: 22 samples, p from 0.5 to 1e-12."""
    known = exact_null(LARGEST)
    there = (known.tail <= 0.5) & (known.tail >= 1e-12)
    ratio = np.exp(_saddlepoint(LARGEST)(known.values[there])) / known.tail[there]
    return float(np.abs(ratio - 1).max())


def critical_spearman(p: float, n: int) -> float:
    """Return a |rho| at or just below the smallest whose two-sided p-value is at most `p`, or 2."""
    if n <= LARGEST:
        return exact_null(n).critical(p)
    # A grid, not a root by `brentq`: the tail has steps, and a limit may lie below but never above.
    grid = np.linspace(0, 1, 200_001)
    found = np.flatnonzero(spearman_p(grid, n) <= p)
    return float(grid[max(found[0] - 1, 0)]) if found.size else 2.0
