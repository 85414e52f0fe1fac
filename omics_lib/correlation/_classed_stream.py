"""All pairs of two tables as a stream, told apart by how strong they are in another one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ._pair_stream import N_BINS, PairStream, Side

# Geometric steps of the cohort's |rho|: the weight of a class is about twice that of the class below. They
# are looked up at 4,096 places, beside which no rank correlation of few samples lies.
_STEPS = 4096
CLASS_EDGES = (np.round(np.geomspace(0.05, 0.95, 23) * _STEPS) - 0.318) / _STEPS
N_CLASSES = len(CLASS_EDGES) + 1
_CLASS_OF_STEP = np.digitize(np.arange(_STEPS + 2) / _STEPS, CLASS_EDGES).astype(np.uint8)

ClassedPairs = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.uint8]]


class ClassedStream(PairStream):
    """Every gene against every metabolite, in a study and beside it in a cohort.

    Parameters
    ----------
    genes, metabolites, n_jobs
        As in `PairStream`.
    cohort : pair of Side
        The same genes and metabolites, profiles of other samples.
    """

    def __init__(
        self, genes: Side, metabolites: Side, cohort: tuple[Side, Side], n_jobs: int | None = None
    ) -> None:
        super().__init__(genes, metabolites, n_jobs)
        self._cohort = PairStream(*cohort, n_jobs)  # as many features, so the same tiles

    @cached_property
    def _by_class(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        from ._tile_loops import count_classes

        def work(t: int) -> NDArray[np.int32]:
            counts = np.zeros((N_CLASSES, N_BINS + 2), np.int32)
            place = self._tiles[t]
            count_classes(self._tile(place), self._cohort._tile(place), _CLASS_OF_STEP, counts)
            return counts

        total = np.zeros((N_CLASSES, N_BINS + 2), np.int64)
        tops = np.zeros((len(self._tiles), N_CLASSES), np.int64)
        for t, counts in self._each(work, range(len(self._tiles))):
            total += counts
            met = counts > 0
            tops[t] = np.where(met.any(axis=1), N_BINS + 1 - met[:, ::-1].argmax(axis=1), -2)
        total[:, N_BINS - 1] += total[:, N_BINS:].sum(axis=1)
        return total[:, :N_BINS], tops

    @cached_property
    def _counted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        counts, tops = self._by_class
        return counts.sum(axis=0), tops.max(axis=1)

    @property
    def counts_by_class(self) -> NDArray[np.int64]:
        """As `counts`, one row a class of the cohort's |rho|."""
        return self._by_class[0]

    def gather_by_class(
        self, least: NDArray[np.float64], most: NDArray[np.float64]
    ) -> Iterator[ClassedPairs]:
        """As `gather`, with a least and a most for each class; yield the classes as well."""
        from ._tile_loops import find_classes

        single = self.genes.tile.dtype.type
        floor, ceiling = (least - self.rounding).astype(single), (most + self.rounding).astype(single)

        def work(t: int) -> ClassedPairs | None:
            place = self._tiles[t]
            rho, theirs = self._tile(place), self._cohort._tile(place)
            found, classes = find_classes(rho, theirs, _CLASS_OF_STEP, floor, ceiling)
            return (*self._exact(place, found), classes) if len(found) else None

        tiles = np.flatnonzero((self._by_class[1] + 1 >= floor * N_BINS).any(axis=1)).tolist()
        yield from (pairs for _, pairs in self._each(work, tiles) if pairs is not None)
