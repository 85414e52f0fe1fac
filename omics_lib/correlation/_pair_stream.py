"""All pairs of two tables, streamed: a tile of correlations is computed, counted or searched, and forgotten.

Memory holds the profiles and a few tiles, whatever the number of pairs. Tiles
are single-precision matrix products, so counts are good to `rounding`; what is
picked out is computed again in double precision.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pairs import in_threads, n_threads

N_BINS = 4096
EDGES = np.arange(N_BINS + 1) / N_BINS
_TILE_ELEMENTS = 450_000  # a tile of single precision stays in a core's second-level cache
_LARGEST_IN_SINGLE = 2000  # samples; beyond, rounding would come near the width of a bin

Pairs = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]


@dataclass(frozen=True)
class Side:
    """One table of unit profiles, (n_features, n_samples), in double precision and in that of the tiles."""

    exact: NDArray[np.float64]
    tile: NDArray[Any]

    @classmethod
    def of(cls, profiles: NDArray[np.float64]) -> Side:
        """Take profiles of shape (n_samples, n_features)."""
        exact = np.ascontiguousarray(profiles.T)
        return cls(exact, exact.astype(np.float32) if len(profiles) <= _LARGEST_IN_SINGLE else exact)

    def take(self, which: NDArray[np.int32]) -> Side:
        """Keep some features."""
        return self if len(which) == len(self.exact) else Side(self.exact[which], self.tile[which])


class PairStream:
    """Every gene against every metabolite.

    Parameters
    ----------
    genes, metabolites : Side
        Unit profiles; the correlation of two features is their inner product.
    n_jobs : int, optional
        Threads, see `n_threads`. The result does not depend on them.

    Attributes
    ----------
    rounding : float
        How far a counted correlation may lie from the exact one.
    """

    def __init__(self, genes: Side, metabolites: Side, n_jobs: int | None = None) -> None:
        self.genes, self.metabolites = genes, metabolites
        self.n_threads, self._scratch = n_threads(n_jobs), threading.local()
        n_samples = genes.exact.shape[1]
        self.rounding = (n_samples + 4) * 2.0 ** (-24 if genes.tile.dtype == np.float32 else -53)
        self._columns = np.ascontiguousarray(metabolites.tile.T)
        n_genes, n_metabolites = len(genes.exact), len(metabolites.exact)
        self.n_pairs = n_genes * n_metabolites
        width = max(1, min(n_metabolites, 4096))
        height = max(1, _TILE_ELEMENTS // width)
        self._tiles = [
            (slice(g, min(g + height, n_genes)), slice(m, min(m + width, n_metabolites)))
            for g in range(0, n_genes, height)
            for m in range(0, n_metabolites, width)
        ]

    def _tile(self, place: tuple[slice, slice]) -> NDArray[Any]:
        genes, metabolites = self.genes.tile[place[0]], self._columns[:, place[1]]
        n = len(genes) * metabolites.shape[1]
        if getattr(self._scratch, "size", 0) < n:  # one buffer a thread, used again and again
            self._scratch.tile, self._scratch.size = np.empty(n, genes.dtype), n
        return np.matmul(genes, metabolites, out=self._scratch.tile[:n].reshape(len(genes), -1))

    def _each(self, work: Callable[[int], Any], tiles: Sequence[int]) -> Iterator[tuple[int, Any]]:
        """Do `work` on tiles, in threads; yield the results in the order of the tiles."""
        return in_threads(work, tiles, self.n_threads)

    @cached_property
    def _counted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        from ._tile_loops import count

        def work(t: int) -> tuple[NDArray[np.int64], int]:
            counts = np.zeros(N_BINS + 2, np.int64)  # one bin more for 1, one for rounding above it
            return counts, count(self._tile(self._tiles[t]), counts)

        total, tops = np.zeros(N_BINS + 2, np.int64), np.zeros(len(self._tiles), np.int64)
        for t, (counts, top) in self._each(work, range(len(self._tiles))):
            total += counts
            tops[t] = top
        total[N_BINS - 1] += total[N_BINS:].sum()
        return total[:N_BINS], tops

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many |rho| lie in each of `N_BINS` equal bins from 0 to 1, the last with 1 itself."""
        return self._counted[0]

    def _exact(self, place: tuple[slice, slice], found: NDArray[np.intp]) -> Pairs:
        genes, metabolites = place
        g, m = np.divmod(found, metabolites.stop - metabolites.start)
        g, m = (g + genes.start).astype(np.int32), (m + metabolites.start).astype(np.int32)
        rho = np.empty(len(g))
        for start in range(0, len(g), 100_000):
            part = slice(start, start + 100_000)
            np.einsum("ij,ij->i", self.genes.exact[g[part]], self.metabolites.exact[m[part]], out=rho[part])
        # What is equal but for rounding shall be equal, so that ties are ties in any order of samples.
        return g, m, np.clip(np.round(rho, 13), -1, 1)

    def gather(self, least: float, most: float = 2.0) -> Iterator[Pairs]:
        """Yield gene, metabolite and exact rho of all pairs with least ≤ |rho| ≤ most, and some just outside.

        In pieces, in the order of genes, then metabolites within a tile.
        """
        from ._tile_loops import find

        single = self.genes.tile.dtype.type
        floor, ceiling = single(least - self.rounding), single(most + self.rounding)

        def work(t: int) -> Pairs | None:
            found = find(self._tile(self._tiles[t]), floor, ceiling)
            return self._exact(self._tiles[t], found) if len(found) else None

        tiles = np.flatnonzero(self._counted[1] + 1 >= floor * N_BINS).tolist()
        yield from (pairs for _, pairs in self._each(work, tiles) if pairs is not None)

    @cached_property
    def strongest(self) -> tuple[int, int, float]:
        """Gene, metabolite and exact rho of the strongest pair.

        Among equals it is the first, by gene and metabolite.
        """
        from ._tile_loops import find

        tops = self._counted[1]

        def work(t: int) -> tuple[int, int, float]:
            tile = self._tile(self._tiles[t])
            floor = np.abs(tile).max() - tile.dtype.type(2 * self.rounding)
            found = find(tile, floor, tile.dtype.type(2))
            g, m, rho = self._exact(self._tiles[t], found)
            first = strongest_first(g, m, rho)[0]
            return int(g[first]), int(m[first]), float(rho[first])

        best = [pair for _, pair in self._each(work, np.flatnonzero(tops >= tops.max() - 1).tolist())]
        g, m, rho = (np.array(column) for column in zip(*best, strict=True))
        first = strongest_first(g, m, rho)[0]
        return int(g[first]), int(m[first]), float(rho[first])


def strongest_first(g: NDArray[Any], m: NDArray[Any], rho: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order pairs by |rho|, then by gene, then by metabolite."""
    return np.lexsort((m, g, -np.abs(rho)))
