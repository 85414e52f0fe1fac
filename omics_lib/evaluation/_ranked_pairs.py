"""Where true pairs stand among all pairs, and what they score there.

One pass over all pairs counts those above each true pair, as the names of the genes are and permuted.
Everything after that reads the places of the true pairs alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._joined import Array
from ..pairs import Counted, PairScores, count_places

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
class Listed:
    """The pairs that known pairs list, by the places of gene and metabolite, a metabolite after the other.

    Those that are not true are left out: they count neither as true nor as false.
    """

    genes: NDArray[np.intp]
    metabolites: NDArray[np.intp]
    is_true: NDArray[np.bool_]

    @property
    def n_true(self) -> int:
        """Pairs that count as true."""
        return int(self.is_true.sum())

    def n_left_out(self, n_metabolites: int) -> Whole:
        """Count the pairs left out, metabolite by metabolite."""
        return np.bincount(self.metabolites[~self.is_true], minlength=n_metabolites)


@dataclass(frozen=True, eq=False)
class RankedPairs:
    """Where the listed pairs stand in one ranking, among all pairs and among those of their metabolite.

    The first row is the ranking as it is; each further one has the genes' names permuted.

    Attributes
    ----------
    listed : Listed
    n_pairs, n_metabolites : int
        All of them.
    counted : Counted
        Of shape (1 + n_permutations, n_listed).
    """

    listed: Listed
    n_pairs: int
    n_metabolites: int
    counted: Counted

    @classmethod
    def of(
        cls, scores: PairScores, listed: Listed, renamed: list[NDArray[np.intp]], *, own: bool
    ) -> RankedPairs:
        """Count how the pairs stand, and how each time that they have other genes (n_listed,)."""
        genes = np.stack([listed.genes, *renamed])
        asked = listed.is_true if own else None
        counted = count_places(scores, genes, listed.metabolites, ranked=True, own=asked)
        return cls(listed, scores.size, scores.shape[1], counted)

    def best_ranks(self, row: int) -> Array:
        """Return the best rank of a true gene, for each metabolite that has one."""
        assert self.counted.doubled is not None
        is_true, doubled = self.listed.is_true, self.counted.doubled[row]
        columns = self.listed.metabolites[is_true]
        first = np.flatnonzero(np.append(True, columns[1:] != columns[:-1]))
        best = np.minimum.reduceat(doubled[is_true], first).astype(np.int64)
        if not is_true.all():
            slots = np.full(self.n_metabolites, -1)
            slots[columns[first]] = np.arange(len(first))
            here = slots[self.listed.metabolites[~is_true]]
            ranks = doubled[~is_true][here >= 0]
            here = here[here >= 0]
            # What is left out makes room for one rank where it stood above, for half of one where it tied.
            room = 2.0 * (ranks < best[here]) + (ranks == best[here])
            best = best - np.bincount(here, weights=room, minlength=len(first))
        return best / 2

    def places(self, row: int) -> tuple[Whole, Whole]:
        """Return how many eligible pairs stand above, and up to, each true pair, in their order."""
        is_true, place = self.listed.is_true, self.counted.place[row]
        above = np.sort(self.counted.above[place[is_true]])
        upto = np.sort(self.counted.upto[place[is_true]])
        if is_true.all():
            return above, upto
        gone = np.sort(self.counted.upto[place[~is_true]])
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


def metrics(ranked: RankedPairs, row: int = 0) -> tuple[Array, Array]:
    """Return the values of `METRICS`, and the best rank of each metabolite with a true gene."""
    above, upto = ranked.places(row)
    n_eligible = ranked.n_pairs - (len(ranked.listed.genes) - ranked.listed.n_true)
    best, top = ranked.best_ranks(row), n_best(n_eligible)
    depths = [min(k, n_eligible) for k in PRECISION_AT]
    values = [
        average_precision(upto),
        *(found_within(k, above, upto) / k for k in depths),
        found_within(top, above, upto) / top * n_eligible / len(upto),
        np.mean(1 / best),
        *(np.sum(best <= k) for k in HITS_AT),
    ]
    return np.array(values, dtype=np.float64), best


def permuted_metrics(ranked: RankedPairs) -> Array:
    """Return the values of `METRICS` (n_permutations, n_metrics) with the names of the genes permuted."""
    rows = range(1, len(ranked.counted.place))
    return np.array([metrics(ranked, row)[0] for row in rows]).reshape(len(rows), len(METRICS))
