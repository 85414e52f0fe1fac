"""Scores of all pairs of two tables, one metabolite after the other: the table of all is never made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import StudyError
from ._threads import in_threads

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Result = TypeVar("Result")

_BLOCK = 4_000_000  # scores computed at a time by each thread


class PairScores(ABC):
    """A score of every gene with every metabolite; higher is stronger.

    What ranks pairs here is made of a few numbers a gene and a few a metabolite, so the scores of one
    metabolite are computed when they are asked for. Order is that of single precision (`keys`): what
    differs by rounding alone is a tie.

    Attributes
    ----------
    names : pair of Index
        Genes and metabolites.
    """

    names: tuple[pd.Index, pd.Index]
    _little = 2.0**-20  # added before scores are compared: what is 0 up to rounding (below 3e-14) ties with 0

    @abstractmethod
    def rows(self, metabolites: slice) -> Array:
        """Compute the scores (n_metabolites of the slice, n_genes) of some metabolites with all genes."""

    @abstractmethod
    def _at(self, genes: Places, metabolites: Places) -> Array:
        """Compute the scores of single pairs, given by the places of both."""

    @property
    def shape(self) -> tuple[int, int]:
        """Genes, metabolites."""
        return len(self.names[0]), len(self.names[1])

    @property
    def size(self) -> int:
        """Pairs."""
        return self.shape[0] * self.shape[1]

    def keys(self, metabolites: slice) -> NDArray[np.int32]:
        """Return whole numbers in place of `rows`, in the same order, equal where scores tie."""
        return self._keys_of(self.rows(metabolites), metabolites)

    def _keys_of(self, rows: Array, metabolites: slice) -> NDArray[np.int32]:
        """Return the keys of `rows` that are computed already."""
        return self._keys(rows)

    def keys_at(self, genes: Places, metabolites: Places) -> NDArray[np.int32]:
        """Return whole numbers in place of `at`, as `keys` does."""
        return self._keys(self.at(genes, metabolites))

    def _keys(self, scores: Array) -> NDArray[np.int32]:
        """Read scores ≥ 0 in single precision as whole numbers: their bits are in the same order."""
        return (np.asarray(scores, dtype=np.float32) + np.float32(self._little)).view(np.int32)

    def at(self, genes: Any, metabolites: Any) -> Array:
        """Return the scores of single pairs.

        Parameters
        ----------
        genes, metabolites : array of int, of one shape
            Places of either side of each pair.
        """
        genes, metabolites = (np.asarray(side, dtype=np.intp) for side in (genes, metabolites))
        if genes.size > self.size:  # more than there are: each is computed once
            return np.asarray(self)[genes, metabolites]
        return self._at(genes.ravel(), metabolites.ravel()).reshape(genes.shape)

    def blocks(self) -> list[slice]:
        """Cut the metabolites so that a block of scores is small, whatever the number of genes."""
        n_genes, n_metabolites = self.shape
        height = max(1, _BLOCK // max(n_genes, 1))
        return [slice(m, min(m + height, n_metabolites)) for m in range(0, n_metabolites, height)]

    def each(self, work: Callable[[slice], Result]) -> Iterator[tuple[slice, Result]]:
        """Do `work` on blocks of metabolites, in threads; yield block and result in their order."""
        return in_threads(work, self.blocks())

    def best(self, n: int) -> tuple[Places, Array]:
        """Return the best genes of every metabolite, and their scores.

        Parameters
        ----------
        n : int
            How many; all of them where there are fewer.

        Returns
        -------
        genes : ndarray of int, shape (n_metabolites, n)
            Their places, best first; of equals, the first.
        scores : ndarray of shape (n_metabolites, n)
        """
        n_genes, n_metabolites = self.shape
        n = min(n, n_genes)
        genes, scores = np.empty((n_metabolites, n), np.intp), np.empty((n_metabolites, n))

        def work(block: slice) -> tuple[Places, Array]:
            rows = self.rows(block)
            chosen = np.stack([_best(keys, n) for keys in self._keys_of(rows, block)])
            return chosen, np.take_along_axis(rows, chosen, axis=1)

        for block, (chosen, values) in self.each(work):
            genes[block], scores[block] = chosen, values
        return genes, scores

    def above(self, least: float, most_pairs: int) -> tuple[int, Places, Places]:
        """Find the pairs that score more than `least`.

        Returns
        -------
        n : int
            How many there are.
        genes, metabolites : ndarray of int, shape (min(n, most_pairs),)
            Places of the best of them, metabolite by metabolite.
        """
        n, parts, held, floor = 0, [], 0, least
        if least == np.inf:
            return 0, np.zeros(0, np.intp), np.zeros(0, np.intp)

        def work(block: slice) -> tuple[int, NDArray[Any]]:
            rows = self.rows(block)
            count = int(np.count_nonzero(rows > least))
            m, g = np.nonzero(rows > floor)
            return count, np.stack([m + block.start, g, rows[m, g]])

        for _, (count, found) in self.each(work):
            n, held = n + count, held + found.shape[1]
            parts.append(found)
            if held > 2 * most_pairs:  # the weakest go, and weaker ones are not collected any more
                parts, held = [_strongest_columns(parts, most_pairs)], most_pairs
                floor = parts[0][2].min()
        kept = _strongest_columns(parts, most_pairs) if parts else np.zeros((3, 0))
        return n, kept[1].astype(np.intp), kept[0].astype(np.intp)

    def strongest(self) -> tuple[str, str]:
        """Return the gene and the metabolite of the best pair; of equals, the first gene's."""
        first = self.best(1)[0]
        keys = self.keys_at(first[:, 0], np.arange(len(first)))
        tops = np.flatnonzero(keys == keys.max())
        metabolite = tops[np.argmin(first[tops, 0])]
        return self.names[0][first[metabolite, 0]], self.names[1][metabolite]

    def of(self, metabolite: str) -> pd.Series:
        """Return the scores of all genes with one metabolite.

        Raises
        ------
        StudyError
            If there is no such metabolite.
        """
        if metabolite not in self.names[1]:
            raise StudyError("scores", f"unknown {metabolite}", "it must be scored", "Check the name.")
        place = int(self.names[1].get_loc(metabolite))
        return pd.Series(self.rows(slice(place, place + 1))[0], self.names[0], name=metabolite)

    def to_frame(self) -> pd.DataFrame:
        """Return all scores (n_genes, n_metabolites), 8 bytes each: for small tables."""
        return pd.DataFrame(np.asarray(self), *self.names)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all scores, as `to_frame` does."""
        table = np.empty(self.shape[::-1])
        for block, rows in self.each(self.rows):
            table[block] = rows
        return np.ascontiguousarray(table.T).astype(dtype or np.float64, copy=False)


def _strongest_columns(parts: list[NDArray[Any]], n: int) -> NDArray[Any]:
    """Join parts (metabolite, gene, score) and keep the pairs with the highest scores, in their order."""
    joined = np.concatenate(parts, axis=1)
    if joined.shape[1] <= n:
        return joined
    return joined[:, np.sort(np.argsort(-joined[2], kind="stable")[:n])]


def _best(keys: NDArray[np.int32], n: int) -> Places:
    """Return the places of the `n` largest, largest first, of equals the first."""
    if n < len(keys):
        least = np.partition(keys, len(keys) - n)[len(keys) - n]
        above, level = np.flatnonzero(keys > least), np.flatnonzero(keys == least)
        chosen = np.sort(np.concatenate([above, level[: n - len(above)]]))
    else:
        chosen = np.arange(len(keys))
    return chosen[np.argsort(-keys[chosen], kind="stable")]


class FrameScores(PairScores):
    """Scores that are a table already, any numbers (n_genes, n_metabolites)."""

    def __init__(self, scores: pd.DataFrame) -> None:
        self.names = scores.index, scores.columns
        self._values = np.ascontiguousarray(scores.to_numpy(dtype=np.float64).T)
        _, order = np.unique(self._values, return_inverse=True)
        self._order = order.reshape(self._values.shape).astype(np.int32)

    def rows(self, metabolites: slice) -> Array:
        """Return the scores (n_metabolites of the slice, n_genes) of some metabolites."""
        return self._values[metabolites]

    def _keys_of(self, rows: Array, metabolites: slice) -> NDArray[np.int32]:
        """Return the places of the scores among all distinct ones."""
        return self._order[metabolites]

    def keys_at(self, genes: Places, metabolites: Places) -> NDArray[np.int32]:
        """Return the places of single scores among all distinct ones."""
        return self._order[metabolites, genes]

    def _at(self, genes: Places, metabolites: Places) -> Array:
        return self._values[metabolites, genes]
