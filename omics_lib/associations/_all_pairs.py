"""False discovery control over all pairs without ever holding them.

A counting pass bounds the threshold from above; a gathering pass takes what
lies within the bound and finds the threshold exactly. More than `CHUNK` pairs
are gathered slab by slab of p, in as many passes; pairs of one p, or one bin,
stay together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .._joined import Array
from ..correlation import (
    EDGES,
    N_BINS,
    ClassedStream,
    NullDistribution,
    PairStream,
    Side,
    correction_factor,
    strongest_first,
)

CHUNK = 2_000_000  # pairs held at a time, some 200 bytes each with all copies on the way
_ULP = 1 + 1e-12  # p = alpha rank / n is within the rate, also where rounding puts it just above


@dataclass(frozen=True)
class Block:
    """Pairs that share a null distribution: some of the genes against some of the metabolites."""

    genes: NDArray[np.int32]
    metabolites: NDArray[np.int32]
    null: NullDistribution
    cohort: tuple[Side, Side] | None = None  # what weights of these pairs come from

    def stream(self, genes: Side, metabolites: Side, n_jobs: int | None) -> PairStream:
        """Return the pairs of an alignment as a stream."""
        if self.cohort is None:
            return PairStream(genes, metabolites, n_jobs)
        return ClassedStream(genes, metabolites, self.cohort, n_jobs)


class AllPairs:
    """All tests of one alignment of two tables.

    Parameters
    ----------
    genes : sequence of Side
        The genes of each block.
    metabolites : Side
        All metabolites.
    blocks : sequence of Block
    n_jobs : int, optional
        See `PairStream`.
    """

    order = "p"  # the column of a slab that pairs are rejected by

    def __init__(
        self, genes: Sequence[Side], metabolites: Side, blocks: Sequence[Block], n_jobs: int | None = None
    ) -> None:
        self.blocks = blocks
        self._streamed = [
            (block, block.stream(side, metabolites.take(block.metabolites), n_jobs))
            for side, block in zip(genes, blocks, strict=True)
        ]
        self.n_tests = sum(stream.n_pairs for _, stream in self._streamed)

    @property
    def counts(self) -> NDArray[np.int64]:
        """|rho| counted in bins, one row a block."""
        return np.array([stream.counts for _, stream in self._streamed]).reshape(-1, N_BINS)

    @cached_property
    def strongest(self) -> tuple[int, int, float, float]:
        """Gene, metabolite, rho and p of the pair with the greatest |rho|; the p is the smallest of all."""
        found = []
        for block, stream in self._streamed:
            g, m, rho = stream.strongest
            found.append((int(block.genes[g]), int(block.metabolites[m]), rho, float(block.null.p(rho))))
        g, m, rho, _ = max(found, key=lambda pair: (round(abs(pair[2]), 12), -pair[0], -pair[1]))
        return g, m, rho, min(p for *_, p in found)

    def _laws(self) -> list[tuple[NullDistribution, float]]:
        """Return for each row of `counts` what turns |rho| into p, and how far |rho| may be off."""
        return [(block.null, stream.rounding) for block, stream in self._streamed]

    def _bound(self, alpha: float) -> tuple[Array, NDArray[np.int64]]:
        """Return the p-values that bins can reach, ascending up to all that can be rejected, and counts.

        A pair in a bin has at least the p of the bin's upper edge, so counts
        accumulated over those p are upper bounds of how many pairs are as small.
        """
        edges = ((null, EDGES[1:] + rounding) for null, rounding in self._laws())
        least = np.concatenate([null.p(np.minimum(rho, 1.0)) for null, rho in edges])
        order = np.argsort(least, kind="stable")
        p, reached = least[order], np.cumsum(self.counts.ravel()[order])
        can = np.flatnonzero(p <= alpha * reached / self.n_tests)
        if not can.size:
            return np.zeros(0), np.zeros(0, np.int64)
        last = can[-1]
        largest = alpha * reached[last] / self.n_tests
        if last + 1 < len(p):
            largest = min(largest, max(p[last], np.nextafter(p[last + 1], 0)))
        return np.append(p[:last], largest), reached[: last + 1]

    def slab(self, above: float, upto: float) -> pd.DataFrame:
        """Gather all pairs with above < p ≤ upto, smallest p first."""
        found: list[tuple[NDArray[Any], ...]] = []
        for block, stream in self._streamed:
            pieces = list(stream.gather(block.null.critical(upto), most_in_slab(block.null, above)))
            if pieces:
                g, m, rho = (np.concatenate(column) for column in zip(*pieces, strict=True))
                p = block.null.p(rho)
                inside = (p > above) & (p <= upto)
                found.append((block.genes[g[inside]], block.metabolites[m[inside]], rho[inside], p[inside]))
        if not found:
            return pd.DataFrame({"gene": [], "metabolite": [], "rho": [], "p": []})
        gene, metabolite, rho, p = (np.concatenate(column) for column in zip(*found, strict=True))
        order = strongest_first(gene, metabolite, rho)
        if len(self.blocks) > 1:
            order = order[np.argsort(p[order], kind="stable")]
        return pd.DataFrame(
            {"gene": gene[order], "metabolite": metabolite[order], "rho": rho[order], "p": p[order]}
        )

    def p_upto(self, limit: float) -> Iterator[Array]:
        """Yield, in pieces, the p-values of all pairs with p ≤ limit."""
        for block, stream in self._streamed:
            for _, _, rho in stream.gather(block.null.critical(limit)):
                p = block.null.p(rho)
                yield p[p <= limit]

    def rejected(self, alpha: float, correction: str = "bh") -> Rejected:
        """Find all pairs whose q-value is at most alpha."""
        factor = correction_factor(correction, self.n_tests)
        if not self.blocks:
            return Rejected(self, [], factor, alpha)
        p, reached = self._bound(alpha * _ULP / factor)
        if not p.size:
            return Rejected(self, [], factor, alpha)
        cuts = np.searchsorted(reached, np.arange(CHUNK, reached[-1], CHUNK))
        limits = np.unique(np.concatenate([p[cuts[cuts < len(p) - 1]], p[-1:]]))
        return Rejected(self, list(zip([-1.0, *limits[:-1]], limits, strict=True)), factor, alpha)


def most_in_slab(null: NullDistribution, above: float) -> float:
    """Return a |rho| that no pair with p > `above` exceeds.

    `critical` may be a little low, and lower still where p is next to nothing: what lies well above that
    of `above` belongs to earlier slabs.
    """
    return null.critical(above) + 1e-4 if above > 1e-140 else 2.0


class Rejected:
    """The pairs that a false discovery rate of alpha lets through, smallest p first, slab by slab.

    Where pairs are weighted, `order` in place of p.

    Attributes
    ----------
    n : int
        How many there are.
    largest_p, least_rho : float
        The greatest p and the smallest |rho| among them; NaN where there are none.
    """

    def __init__(
        self, tests: AllPairs, limits: list[tuple[float, float]], factor: float, alpha: float
    ) -> None:
        self._tests, self._limits = tests, limits
        self._only = None
        self.n, self.largest_p, self.least_rho = 0, float("nan"), float("nan")
        before, weakest, largest, least = (
            0,
            2.0,
            0.0,
            [],
        )  # of earlier slabs: pairs, |rho|, p, smallest q of each
        for above, upto in limits:
            slab = tests.slab(above, upto)
            ranks = before + 1 + np.arange(len(slab))
            raw = slab[tests.order].to_numpy() * (tests.n_tests / ranks) * factor
            least.append(raw.min(initial=np.inf))
            below = np.flatnonzero(raw <= alpha * _ULP)
            if below.size:
                self.n = int(ranks[below[-1]])
                self.largest_p = max(largest, float(slab["p"].iloc[: below[-1] + 1].max()))
                self.least_rho = min(weakest, float(slab["rho"].iloc[: below[-1] + 1].abs().min()))
            before += len(slab)
            if len(slab):
                weakest, largest = min(weakest, slab["rho"].abs().min()), max(largest, slab["p"].max())
            self._only = slab if len(limits) == 1 else None
        # What weaker slabs allow bounds q from above: the step up goes over all of them.
        self._later = np.minimum.accumulate(np.array([np.inf, *least[:0:-1]]))[::-1][: len(limits)]
        self._factor, self._alpha = factor, alpha

    def parts(self, most: int | None = None) -> Iterator[pd.DataFrame]:
        """Yield `gene`, `metabolite` (places), `rho`, `p`, `q`, the first `most` in all."""
        wanted = self.n if most is None else min(self.n, most)
        before = 0
        for (above, upto), later in zip(self._limits, self._later, strict=True):
            if before >= wanted:
                return
            slab = self._tests.slab(above, upto) if self._only is None else self._only
            ranks = before + 1 + np.arange(len(slab))
            raw = slab[self._tests.order].to_numpy() * (self._tests.n_tests / ranks) * self._factor
            q = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], later)
            yield slab.assign(q=np.where(ranks <= self.n, np.minimum(q, self._alpha), 1.0)).head(
                wanted - before
            )
            before += len(slab)


def rejected_in_bins(p_of_bin: Array, counts: NDArray[np.int64], alpha: float) -> int:
    """Count rejections where p depends on the bin alone; both in the same order, any shape."""
    p, n = p_of_bin.ravel(), counts.ravel()
    order = np.argsort(p, kind="stable")
    reached = np.cumsum(n[order])
    below = np.flatnonzero((p[order] <= alpha * reached / max(1, n.sum())) & (reached > 0))
    return int(reached[below[-1]]) if below.size else 0
