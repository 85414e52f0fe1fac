"""Where pairs stand among all pairs: counted in one pass, whatever the number of all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._scores import PairScores

Whole = NDArray[np.int64]
Keys = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Counted:
    """How many pairs score as high as some that were asked for.

    Attributes
    ----------
    place : array of int, of the shape asked for
        Of each pair asked for, its place among the distinct scores of all of them, lowest first.
    above, upto : array of int, shape (n_distinct,)
        Pairs, of all, with a higher score than that, and with one at least as high.
    doubled : array of int, of the shape asked for, or None
        Twice the rank among the genes of its metabolite; ties share the mean of their ranks.
    own_above, own_upto : array of int, shape (n_own, n_metabolites), or None
        The same counts for each metabolite, at the distinct scores of `own`, lowest first.
    """

    place: NDArray[np.int32]
    above: Whole
    upto: Whole
    doubled: NDArray[np.int32] | None = None
    own_above: NDArray[np.int32] | None = None
    own_upto: NDArray[np.int32] | None = None


def count_places(
    scores: PairScores, genes: Any, metabolites: Any, *, ranked: bool = False, own: Any = None
) -> Counted:
    """Count how many pairs stand above, and up to, some pairs.

    Parameters
    ----------
    scores : PairScores
    genes, metabolites : array of int, of shapes that broadcast
        Places of the pairs asked for, the metabolites along the last axis.
    ranked : bool
        Count within each metabolite as well.
    own : array of bool, shape of the last axis, optional
        Of which of the first row of pairs to count metabolite by metabolite.
    """
    genes, metabolites = np.asarray(genes, dtype=np.intp), np.asarray(metabolites, dtype=np.intp)
    keys, place = _distinct(scores, genes, np.broadcast_to(metabolites, genes.shape))
    below, level = np.zeros((2, len(keys)), np.int64)
    doubled = np.empty(genes.shape, np.int32) if ranked else None
    columns = _columns(metabolites, scores.shape[1]) if ranked else []
    asked = None if own is None else np.unique(place[0, own])
    shape = (0 if asked is None else len(asked), scores.shape[1])
    own_above, own_upto = np.zeros((2, *shape), np.int32)

    def work(block: slice) -> tuple[Whole, Whole]:
        from ._count import tally

        here = np.zeros((2, len(keys)), np.int64)
        for m, row in zip(range(block.start, block.stop), scores.keys(block), strict=True):
            row = np.sort(row)
            tally(row, keys, *here)
            if asked is not None:
                own_above[:, m] = len(row) - np.searchsorted(row, keys[asked], side="right")
                own_upto[:, m] = len(row) - np.searchsorted(row, keys[asked], side="left")
            if doubled is not None and len(columns[m]):
                mine = keys[place[..., columns[m]]]
                not_above = np.searchsorted(row, mine, side="right")
                doubled[..., columns[m]] = 2 * len(row) + 1 - not_above - np.searchsorted(row, mine)
        return here[0], here[1]

    for _, (more_below, more_level) in scores.each(work):
        below += more_below
        level += more_level
    upto = scores.size - np.cumsum(below) - np.cumsum(level) + level
    counts = (place, upto - level, upto, doubled)
    return Counted(*counts) if asked is None else Counted(*counts, own_above, own_upto)


def _distinct(
    scores: PairScores, genes: NDArray[np.intp], metabolites: NDArray[np.intp]
) -> tuple[Keys, NDArray[np.int32]]:
    """Return the distinct keys of pairs, and the place of each pair's among them."""
    if genes.size <= scores.size:
        keys, place = np.unique(scores.keys_at(genes, metabolites), return_inverse=True)
        return keys, place.reshape(genes.shape).astype(np.int32)
    # More are asked for than there are: all of them, then.
    table = np.concatenate([scores.keys(block) for block in scores.blocks()])
    keys, place = np.unique(table, return_inverse=True)
    return keys, place.reshape(table.shape).astype(np.int32)[metabolites, genes]


def _columns(metabolites: NDArray[np.intp], n_metabolites: int) -> list[NDArray[np.intp]]:
    """Tell, for each metabolite, which of the pairs along the last axis are its own."""
    order = np.argsort(metabolites, kind="stable")
    cuts = np.searchsorted(metabolites[order], np.arange(1, n_metabolites))
    return np.split(order, cuts)
