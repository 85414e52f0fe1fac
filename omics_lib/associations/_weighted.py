"""False discovery control where pairs weigh differently, by p over weight; and what it would be without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from .._joined import Array
from ..correlation import (
    EDGES,
    N_BINS,
    N_CLASSES,
    ClassedStream,
    NullDistribution,
    PairWeights,
    correction_factor,
    strongest_first,
)
from ._all_pairs import CHUNK, AllPairs, Block, most_in_slab


def split_by_cohort(block: Block, names: Sequence[pd.Index], weights: PairWeights) -> list[Block]:
    """Set apart the pairs of a block that the cohort has."""
    features = block.genes, block.metabolites
    places = [
        weights.places(k, axis[which]) for k, (axis, which) in enumerate(zip(names, features, strict=True))
    ]
    has = [at >= 0 for at in places]
    cohort = weights.side(0, places[0][has[0]]), weights.side(1, places[1][has[1]])
    parts = [
        replace(block, genes=block.genes[has[0]], metabolites=block.metabolites[has[1]], cohort=cohort),
        replace(block, genes=block.genes[has[0]], metabolites=block.metabolites[~has[1]]),
        replace(block, genes=block.genes[~has[0]]),
    ]
    return [part for part in parts if len(part.genes) and len(part.metabolites)]


@dataclass(frozen=True)
class Over:
    """p over weight; infinite where p itself is above `most`: no weight makes up for that."""

    null: NullDistribution
    weight: float
    most: float

    def p(self, rho: ArrayLike) -> Array:
        """Two-sided p-values over the weight."""
        p = self.null.p(rho)
        return np.where(p <= self.most, p / self.weight, np.inf)

    def critical(self, p: float) -> float:
        """Return a |rho| below which no p over weight is as small as `p`."""
        return self.null.critical(
            min(p * self.weight * (1 + 1e-12), self.most)
        )  # rounding may have cost a step


class WeightedPairs(AllPairs):
    """All tests of an alignment, weighted.

    Parameters
    ----------
    tests : AllPairs
        Of blocks that are split by the cohort.
    weights : PairWeights
    alpha : float
        No pair with a p above it is rejected.
    nulls : sequence of NullDistribution, optional
        One for each row of `counts`; those of the blocks by default.
    """

    order = "ordered"

    def __init__(
        self,
        tests: AllPairs,
        weights: PairWeights,
        alpha: float,
        nulls: Sequence[NullDistribution] | None = None,
    ) -> None:
        self.blocks, self._streamed, self.n_tests = tests.blocks, tests._streamed, tests.n_tests
        classed = sum(
            (s.counts_by_class.sum(axis=1) for _, s in self._streamed if isinstance(s, ClassedStream)),
            np.zeros(N_CLASSES, np.int64),
        )
        of_class = weights.of_classes(classed)
        of_blocks = [
            of_class if isinstance(stream, ClassedStream) else np.ones(1) for _, stream in self._streamed
        ]
        own = [block.null for block, each in zip(self.blocks, of_blocks, strict=True) for _ in each]
        self.weights = np.concatenate([*of_blocks, np.zeros(0)])
        self._over = [
            Over(null, float(weight), alpha) for null, weight in zip(nulls or own, self.weights, strict=True)
        ]
        self._first = np.cumsum([0, *map(len, of_blocks)])  # row of `counts` of each block

    @property
    def counts(self) -> NDArray[np.int64]:
        """|rho| counted in bins, one row a class of a block."""
        counts = [
            stream.counts_by_class if isinstance(stream, ClassedStream) else stream.counts[None]
            for _, stream in self._streamed
        ]
        return np.concatenate([*counts, np.zeros((0, N_BINS), np.int64)])

    def _laws(self) -> list[tuple[NullDistribution, float]]:
        rounding = [
            stream.rounding
            for (_, stream), n in zip(self._streamed, np.diff(self._first), strict=True)
            for _ in range(n)
        ]
        return list(zip(self._over, rounding, strict=True))

    @property
    def p_of_bin(self) -> Array:
        """Weighted p in each bin, of pooled nulls, in the shape of `counts`."""
        return np.array([over.p(EDGES[:-1] + 0.5 / N_BINS) for over in self._over]).reshape(-1, N_BINS)

    def slab(self, above: float, upto: float) -> pd.DataFrame:
        """Gather all pairs whose p over weight, `ordered`, lies in above < ordered ≤ upto, smallest first."""
        parts = [_NO_PAIRS]
        for (block, stream), first, end in zip(
            self._streamed, self._first[:-1], self._first[1:], strict=True
        ):
            laws = self._over[first:end]
            least = np.array([law.critical(upto) for law in laws])
            most = np.array([most_in_slab(law, above) for law in laws])
            if isinstance(stream, ClassedStream):
                pieces = list(stream.gather_by_class(least, most))
            else:
                pieces = [
                    (*piece, np.zeros(len(piece[0]), np.uint8)) for piece in stream.gather(least[0], most[0])
                ]
            if not pieces:
                continue
            g, m, rho, k = (np.concatenate(column) for column in zip(*pieces, strict=True))
            ordered = np.empty(len(rho))
            for c in np.unique(k):
                ordered[k == c] = laws[c].p(rho[k == c])
            columns = {"gene": block.genes[g], "metabolite": block.metabolites[m], "rho": rho}
            columns |= {"p": block.null.p(rho), "weight": self.weights[first + k], "ordered": ordered}
            parts.append(pd.DataFrame(columns)[(ordered > above) & (ordered <= upto)])
        found = pd.concat(parts[1:] or parts, ignore_index=True)
        found = found.iloc[strongest_first(*(found[c].to_numpy() for c in ("gene", "metabolite", "rho")))]
        return found.sort_values("ordered", kind="stable", ignore_index=True)


_NO_PAIRS = pd.DataFrame(
    {"gene": [], "metabolite": [], "rho": [], "p": [], "weight": [], "ordered": []}, dtype=float
)


class Unweighted:
    """The q-values that pairs have where all weigh the same.

    Attributes
    ----------
    n : int
        How many are at most alpha.
    """

    def __init__(self, tests: AllPairs, alpha: float, correction: str) -> None:
        rejected = tests.rejected(alpha, correction)
        self.n, self._largest, self._alpha = rejected.n, rejected.largest_p, alpha
        step = 1 + rejected.n // CHUNK
        p, q = [np.zeros(0)], [np.zeros(0)]
        for part in rejected.parts():
            kept = part.iloc[::-step][::-1]
            p.append(kept["p"].to_numpy())
            q.append(kept["q"].to_numpy())
        self._p, self._q = np.concatenate(p), np.concatenate(q)
        edges = (null.p(np.maximum(EDGES[:-1] - rounding, 0)) for null, rounding in tests._laws())
        levels = np.concatenate([*edges, np.zeros(0)])
        order = np.argsort(levels, kind="stable")
        self._levels, reached = levels[order], np.cumsum(tests.counts.ravel()[order])
        raw = (
            self._levels
            * tests.n_tests
            / np.maximum(reached, 1)
            * correction_factor(correction, tests.n_tests)
        )
        raw[reached == 0] = np.inf
        self._raw = np.minimum.accumulate(raw[::-1])[::-1]

    def q(self, p: Array) -> Array:
        """Return the q-values of pairs of these p: above alpha those of the bin that they lie in."""
        last = len(self._levels) - 1
        q = np.maximum(self._raw[np.minimum(np.searchsorted(self._levels, p), last)], self._alpha)
        listed = p <= self._largest
        q[listed] = self._q[np.searchsorted(self._p, p[listed])]
        return np.minimum(q, 1.0)
