"""All pairs in their order, and what a set of true pairs scores in it.

The scores are sorted once. Everything after that reads the places of the true
pairs alone, so that a permutation of the genes costs a sort of the true pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from .._joined import Array

Whole = NDArray[np.int64]

PRECISION_AT = (10, 100, 1000)
HITS_AT = (1, 10, 100)
BEST_SHARE = 0.01
METRICS = (
    "average_precision",
    *(f"precision_at_{k}" for k in PRECISION_AT),
    "enrichment",
    "mrr",
    *(f"hits_at_{k}" for k in HITS_AT),
)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs by the places of their gene and metabolite, a metabolite after the other."""

    rows: Whole
    columns: Whole

    @classmethod
    def marked(cls, where: NDArray[np.bool_]) -> Pairs:
        """Take the pairs that are marked in a table (n_genes, n_metabolites)."""
        columns, rows = np.nonzero(where.T)
        return cls(rows, columns)

    def renamed(self, names: Whole) -> Pairs:
        """Give every gene the place of another."""
        return Pairs(names[self.rows], self.columns)


@dataclass(frozen=True, eq=False)
class RankedPairs:
    """Where every pair stands: among all pairs, and among those of its metabolite.

    Attributes
    ----------
    above, upto : array of int32, shape (n_genes, n_metabolites)
        Pairs with a higher score, and with one at least as high.
    doubled : array of int32, shape (n_genes, n_metabolites)
        Twice the rank among the metabolite's genes; ties share the mean of their ranks.
    """

    above: NDArray[np.int32]
    upto: NDArray[np.int32]
    doubled: NDArray[np.int32]

    @classmethod
    def of(cls, scores: Array) -> RankedPairs:
        """Sort scores (n_genes, n_metabolites), the highest first."""
        flat = scores.ravel()
        order = np.argsort(-flat)
        ordered = flat[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        ends = np.append(starts[1:], len(flat))
        above, upto = np.empty(len(flat), dtype=np.int32), np.empty(len(flat), dtype=np.int32)
        above[order], upto[order] = np.repeat(starts, ends - starts), np.repeat(ends, ends - starts)
        doubled = np.empty(scores.shape, dtype=np.int32)
        places = upto.reshape(scores.shape)
        for j in range(scores.shape[1]):
            doubled[:, j] = 2 * rankdata(places[:, j])
        return cls(above.reshape(scores.shape), places, doubled)

    def best_ranks(self, true: Pairs, left_out: Pairs) -> Array:
        """Return the best rank of a true gene, for each metabolite that has one."""
        first = np.flatnonzero(np.append(True, true.columns[1:] != true.columns[:-1]))
        best = np.minimum.reduceat(self.doubled[true.rows, true.columns], first)
        if len(left_out.rows):
            slots = np.full(self.upto.shape[1], -1)
            slots[true.columns[first]] = np.arange(len(first))
            here = slots[left_out.columns]
            ranks = self.doubled[left_out.rows, left_out.columns][here >= 0]
            here = here[here >= 0]
            # What is left out makes room for one rank where it stood above, for half of one where it tied.
            room = 2.0 * (ranks < best[here]) + (ranks == best[here])
            best = best - np.bincount(here, weights=room, minlength=len(first))
        return best / 2

    def places(self, true: Pairs, left_out: Pairs) -> tuple[Whole, Whole]:
        """Return how many eligible pairs stand above, and up to, each true pair, in their order."""
        above = np.sort(self.above[true.rows, true.columns]).astype(np.int64)
        upto = np.sort(self.upto[true.rows, true.columns]).astype(np.int64)
        if not len(left_out.rows):
            return above, upto
        gone = np.sort(self.upto[left_out.rows, left_out.columns])
        return above - np.searchsorted(gone, upto), upto - np.searchsorted(gone, upto, side="right")


def n_best(n_eligible: float) -> int:
    """Return how many pairs the best 1% are: at least one."""
    return math.ceil(n_eligible * BEST_SHARE)


def found_within(k: float, above: Whole, upto: Whole) -> float:
    """Count the true pairs among the first k; of a tie across the border, the share that fits."""
    n = np.searchsorted(above, k)
    return float(np.minimum((k - above[:n]) / (upto[:n] - above[:n]), 1).sum())


def average_precision(upto: Whole) -> float:
    """Average the precision at each true pair's place; tied pairs count as found together."""
    last = np.flatnonzero(np.append(upto[1:] != upto[:-1], True))
    return float(np.sum(np.diff(last, prepend=-1) * (last + 1) / upto[last]) / len(upto))


def metrics(ranked: RankedPairs, true: Pairs, left_out: Pairs) -> tuple[Array, Array]:
    """Return the values of `METRICS`, and the best rank of each metabolite with a true gene."""
    above, upto = ranked.places(true, left_out)
    n_eligible = ranked.upto.size - len(left_out.rows)
    best, top = ranked.best_ranks(true, left_out), n_best(n_eligible)
    depths = [min(k, n_eligible) for k in PRECISION_AT]
    values = [
        average_precision(upto),
        *(found_within(k, above, upto) / k for k in depths),
        found_within(top, above, upto) / top * n_eligible / len(upto),
        np.mean(1 / best),
        *(np.sum(best <= k) for k in HITS_AT),
    ]
    return np.array(values, dtype=np.float64), best


def permuted_metrics(
    ranked: RankedPairs, true: Pairs, left_out: Pairs, n: int, rng: np.random.Generator
) -> Array:
    """Draw the values of `METRICS` (n, n_metrics) with the labels of the genes permuted, once for all."""
    null = np.empty((n, len(METRICS)))
    for i in range(n):
        names = rng.permutation(len(ranked.upto))
        null[i] = metrics(ranked, true.renamed(names), left_out.renamed(names))[0]
    return null
