"""Two tables in their observed alignment and in permuted ones: what chance alone gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from tqdm.auto import tqdm

from .._joined import Array
from ..correlation import (
    EDGES,
    LARGEST,
    N_BINS,
    NullDistribution,
    PairWeights,
    PooledNull,
    Profiles,
    Side,
    correction_factor,
    null_for,
    two_valued_null,
)
from ..errors import ParameterError, whole_number
from ._all_pairs import AllPairs, Block, rejected_in_bins
from ._weighted import WeightedPairs, split_by_cohort

_ROUNDING = 1e-9  # correlations that differ by less are equal


@dataclass(frozen=True)
class Testing:
    """How all pairs are tested; the parameters of `associate` that bear these names."""

    method: str = "spearman"
    null: str = "exact"
    alpha: float = 0.05
    correction: str = "bh"
    n_permutations: int = 0
    random_state: int | None = None
    n_jobs: int | None = None
    weights: PairWeights | None = None

    def judged(self, tests: AllPairs, nulls: Sequence[NullDistribution] | None = None) -> AllPairs:
        """Return the tests as pairs are rejected: weighted, where there are weights."""
        return tests if self.weights is None else WeightedPairs(tests, self.weights, self.alpha, nulls)


class Tables:
    """Both tables as streams take them, in any alignment.

    Parameters
    ----------
    profiles : Profiles
        Genes on the left, metabolites on the right.
    how : Testing

    Attributes
    ----------
    genes, metabolites : Side
        As they are aligned.
    live : pair of arrays
        Places of the features that vary.
    """

    def __init__(self, profiles: Profiles, how: Testing) -> None:
        self.profiles, self.how = profiles, how
        self.genes, self.metabolites = Side.of(profiles.unit_left), Side.of(profiles.unit_right)
        self.live = _live(self.genes), _live(self.metabolites)

    def blocks(self, null: NullDistribution) -> list[Block]:
        """Return the tests to make, all with one null; none where nothing varies in one of the tables."""
        if not all(map(len, self.live)):
            return []
        return self._split([Block(self.live[0], self.live[1], null)])

    def blocks_by_ties(self, null: NullDistribution) -> list[Block]:
        """As `blocks`, but features of two values are set apart, with nulls of their own."""
        n_samples, sides = self.profiles.n_samples, (self.profiles.left, self.profiles.right)
        classes = [_smaller_half(X)[live] for X, live in zip(sides, self.live, strict=True)]
        blocks = []
        for k, other in product(*map(np.unique, classes)):
            genes, metabolites = (
                live[which == size] for live, which, size in zip(self.live, classes, (k, other), strict=True)
            )
            two_valued = sorted((int(k), int(other)), reverse=True)
            own = two_valued_null(n_samples, *two_valued) if two_valued[0] else null
            blocks.append(Block(genes, metabolites, own))
        return self._split(blocks)

    def _split(self, blocks: list[Block]) -> list[Block]:
        weights, names = self.how.weights, self.profiles.names
        if weights is None:
            return blocks
        return [part for block in blocks for part in split_by_cohort(block, names, weights)]

    def observed(self, blocks: Sequence[Block]) -> AllPairs:
        """Return all tests of the alignment as it is."""
        sides = [self.genes.take(block.genes) for block in blocks]
        return AllPairs(sides, self.metabolites, blocks, self.how.n_jobs)

    def permuted(self, blocks: Sequence[Block]) -> Iterator[AllPairs]:
        """Yield all tests of each permutation; whatever depends on the alignment is computed again."""
        sides, n = [self.genes.take(block.genes) for block in blocks], self.how.n_permutations
        alignments = self.profiles.permuted(n, self.how.random_state)
        for aligned in tqdm(alignments, "permutations", n, delay=5, disable=None, leave=False):
            if aligned.n_factors:
                genes = Side.of(aligned.unit_left)
                sides = [genes.take(block.genes) for block in blocks]
            yield AllPairs(sides, Side.of(aligned.unit_right), blocks, self.how.n_jobs)


def _live(side: Side) -> NDArray[np.int32]:
    return np.flatnonzero(side.exact.any(axis=1)).astype(np.int32)


def _smaller_half(ranks: Array) -> NDArray[np.intp]:
    """Return, for features of two values, how many samples have the rarer one; 0 for all others."""
    low, high = ranks == ranks.min(axis=0), ranks == ranks.max(axis=0)
    n_low = low.sum(axis=0)
    return np.where((low | high).all(axis=0), np.minimum(n_low, len(ranks) - n_low), 0)


@dataclass(frozen=True)
class Chance:
    """What the permutations gave.

    Attributes
    ----------
    blocks : list of Block
        The tests, with the null asked for or the pooled one of the permutations.
    counts : array of shape (n_blocks, N_BINS)
        |rho| of all permutations, counted.
    table : DataFrame
        One row per permutation: `max_abs_rho`, `min_p`, `n_significant`.
    class_nulls : sequence of NullDistribution, optional
        Pooled over the pairs of one class of weights, where pairs are weighted.
    """

    blocks: Sequence[Block]
    counts: NDArray[np.int64]
    table: pd.DataFrame
    class_nulls: Sequence[NullDistribution] | None = None

    def family(self, p: ArrayLike) -> Array:
        """Share of permutations whose smallest p is as small: (b + 1) / (m + 1)."""
        least = np.sort(self.table["min_p"].to_numpy())
        reached = np.searchsorted(least, np.asarray(p) * (1 + _ROUNDING), side="right")
        return (reached + 1) / (len(least) + 1)

    def n_family(self, tests: AllPairs, alpha: float) -> int:
        """Count the pairs whose `family` p is at most alpha."""
        n = len(self.table)
        allowed = int(alpha * (n + 1) * (1 + _ROUNDING)) - 1  # permutations that may reach such a pair
        if allowed < 0 or not self.blocks:
            return 0
        if allowed >= n:
            return tests.n_tests
        limit = float(np.sort(self.table["min_p"])[allowed])
        return sum(int((self.family(p) <= alpha * (1 + _ROUNDING)).sum()) for p in tests.p_upto(limit))

    def pooled(self, p: ArrayLike, observed: NDArray[np.int64]) -> Array:
        """Pairs as strong that permutations give, over those observed, at the best level that includes p."""
        levels = np.concatenate([block.null.p(EDGES[:-1] + 2e-5) for block in self.blocks])
        order = np.argsort(levels, kind="stable")
        levels = levels[order]
        last = np.append(np.flatnonzero(np.diff(levels)), len(levels) - 1)
        n, n_chance = (np.cumsum(counts.ravel()[order])[last] for counts in (observed, self.counts))
        rate = (1 + n_chance) / (1 + self.counts.sum()) * observed.sum() / np.maximum(n, 1)
        rate = np.minimum(np.minimum.accumulate(rate[::-1])[::-1], 1.0)
        return rate[np.minimum(np.searchsorted(levels[last], p), len(last) - 1)]


def permute(tables: Tables, blocks: list[Block]) -> Chance:
    """Make one pass over all pairs for each permutation, with the nulls of the blocks."""
    rows, counts, how = [], np.zeros((len(blocks), N_BINS), np.int64), tables.how
    if not blocks:
        return Chance(blocks, counts, _table([(0.0, 1.0, 0)] * how.n_permutations))
    for tests in tables.permuted(blocks):
        counts += tests.counts
        _, _, rho, p = tests.strongest
        rows.append((abs(rho), p, how.judged(tests).rejected(how.alpha, how.correction).n))
    return Chance(blocks, counts, _table(rows))


def permute_and_pool(tables: Tables, blocks: list[Block]) -> Chance:
    """As `permute`, and take p-values from all permutations and pairs of a block together."""
    if not blocks:
        return permute(tables, blocks)
    n, how = tables.how.n_permutations, tables.how
    each, largest = np.zeros((n, len(blocks), N_BINS), np.int64), np.zeros(n)
    by_class = []
    for i, tests in enumerate(tables.permuted(blocks)):
        each[i], largest[i] = tests.counts, abs(tests.strongest[2])
        if how.weights is not None:
            by_class.append(how.judged(tests).counts.astype(np.int32))
    nulls = [PooledNull.of(counts) for counts in each.sum(axis=0)]
    p_of_bin = np.array([null.p_of_bin for null in nulls])
    level = how.alpha / correction_factor(how.correction, int(each[0].sum()))
    class_nulls, judged, n_in_bins = None, p_of_bin, each
    if how.weights is not None:
        # Pairs of one weight share a null of their own: where groups make the same pairs strong in the cohort
        # and in chance, a null of all pairs would be too mild to those that weigh most.
        n_in_bins = np.array(by_class)
        class_nulls = [PooledNull.of(counts) for counts in n_in_bins.sum(axis=0, dtype=np.int64)]
        judged = WeightedPairs(tests, how.weights, how.alpha, class_nulls).p_of_bin
    rows = [
        (float(rho), float(p_of_bin[counts > 0].min()), rejected_in_bins(judged, classes, level))
        for rho, counts, classes in zip(largest, each, n_in_bins, strict=True)
    ]
    pooled = [replace(block, null=null) for block, null in zip(blocks, nulls, strict=True)]
    return Chance(pooled, each.sum(axis=0), _table(rows), class_nulls)


def _table(rows: Sequence[tuple[float, float, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["max_abs_rho", "min_p", "n_significant"])


@dataclass(frozen=True)
class Calibrated:
    """Two tables, what their permutations gave, and where p-values come from."""

    tables: Tables
    chance: Chance
    null_kind: str


def calibrate(profiles: Profiles, how: Testing) -> Calibrated:
    """Permute the profiles, and choose the null of every pair."""
    whole_number("n_permutations", how.n_permutations)
    if how.random_state is not None:
        whole_number("random_state", how.random_state)
    if profiles.groups is not None and how.n_permutations == 0:
        expected = "with groups, p-values come from permutations within them"
        remedy = "Ask for n_permutations, 1,000 for a small study; or regress the groups out as covariates."
        raise ParameterError("groups", "no permutations", expected, remedy)
    tables = Tables(profiles, how)
    law = null_for(how.method, how.null, profiles.degrees_of_freedom)
    if profiles.groups is not None:
        return Calibrated(tables, permute_and_pool(tables, tables.blocks(law)), "permutation")
    # Ranks that fall into two values have a null of their own, known where nothing is regressed out.
    known = law.kind == "exact" and profiles.n_samples <= LARGEST and profiles.is_plain
    blocks = tables.blocks_by_ties(law) if known else tables.blocks(law)
    return Calibrated(tables, permute(tables, blocks), law.kind)
