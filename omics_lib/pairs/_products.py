"""Scores that are sizes of inner products: two thin matrices, and the pairs that differ from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ._scores import Array, PairScores, Places

Part = tuple[Any, Any]  # (n_genes, d) and (n_metabolites, d); the first may be sparse, then both are
_CHUNK = 4_000_000  # numbers gathered at a time, for single pairs


@dataclass(frozen=True, eq=False)
class Apart:
    """Pairs whose scores are no products.

    Attributes
    ----------
    metabolites, genes : array of int
        Their places, sorted by metabolite, then gene, each pair once.
    values : array
    """

    metabolites: Places
    genes: Places
    values: Array

    @classmethod
    def of(cls, genes: NDArray[Any], metabolites: NDArray[Any], values: NDArray[Any]) -> Apart:
        """Sort pairs; the last value of a pair counts."""
        order = np.lexsort((np.arange(len(genes)), genes, metabolites))
        g, m = (np.asarray(side, dtype=np.intp)[order] for side in (genes, metabolites))
        last = np.append((np.diff(g) != 0) | (np.diff(m) != 0), True)[: len(g)]
        return cls(m[last], g[last], np.asarray(values, dtype=np.float64)[order][last])

    def put(self, rows: Array, block: slice) -> None:
        """Write the values into the rows (n_metabolites of the block, n_genes), in place."""
        start, stop = np.searchsorted(self.metabolites, [block.start, block.stop])
        here = slice(start, stop)
        rows[self.metabolites[here] - block.start, self.genes[here]] = self.values[here]

    def find(self, genes: Places, metabolites: Places, n_genes: int) -> tuple[NDArray[np.bool_], Array]:
        """Tell which of some pairs are apart, and the values of those."""
        keys = self.metabolites * n_genes + self.genes
        asked = metabolites * n_genes + genes
        place = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
        found = keys[place] == asked if len(keys) else np.zeros(len(asked), dtype=bool)
        return found, self.values[place[found]]


class Products(PairScores):
    """Sizes of inner products of a gene's vector with a metabolite's: of several, the largest or the mean.

    Parameters
    ----------
    names : pair of Index
        Genes and metabolites.
    parts : sequence of pairs of arrays, (n_genes, d) and (n_metabolites, d)
        Weights of single nodes are lengths of their vectors.
    combine : {"largest", "mean"}
    apart : Apart, optional
        Pairs whose score is another one.
    """

    def __init__(
        self,
        names: tuple[pd.Index, pd.Index],
        parts: Sequence[Part],
        combine: Literal["largest", "mean"] = "largest",
        apart: Apart | None = None,
    ) -> None:
        self.names, self.parts, self.combine, self.apart = names, list(parts), combine, apart

    def rows(self, metabolites: slice) -> Array:
        """Compute the scores (n_metabolites of the slice, n_genes) of some metabolites with all genes."""
        total = self._combined(np.abs(_dense(right[metabolites] @ left.T)) for left, right in self.parts)
        if self.apart is not None:
            start, stop, _ = metabolites.indices(self.shape[1])
            self.apart.put(total, slice(start, stop))
        return total

    def _at(self, genes: Places, metabolites: Places) -> Array:
        found = np.empty(len(genes))
        step = max(1, int(_CHUNK // max(1, *(_width(side) for part in self.parts for side in part))))
        for start in range(0, len(genes), step):
            part = slice(start, start + step)
            g, m = genes[part], metabolites[part]
            found[part] = self._combined(np.abs(_pairwise(left[g], right[m])) for left, right in self.parts)
        if self.apart is not None:
            differ, values = self.apart.find(genes, metabolites, self.shape[0])
            found[differ] = values
        return found

    def _combined(self, values: Any) -> Array:
        total = None
        for value in values:
            if total is None:
                total = value
            else:
                (np.maximum if self.combine == "largest" else np.add)(total, value, out=total)
        assert total is not None
        return total / len(self.parts) if self.combine == "mean" and len(self.parts) > 1 else total


def _dense(values: Any) -> Array:
    return values.toarray() if _is_sparse(values) else values


def _pairwise(left: Any, right: Any) -> Array:
    if _is_sparse(left):
        return np.asarray(left.multiply(right).sum(axis=1)).ravel()
    return np.einsum("ij,ij->i", left, right)


def _width(values: Any) -> float:
    """Return how many numbers a row holds, on average."""
    return values.nnz / max(values.shape[0], 1) if _is_sparse(values) else values.shape[1]


def _is_sparse(values: Any) -> bool:
    return hasattr(values, "toarray")
