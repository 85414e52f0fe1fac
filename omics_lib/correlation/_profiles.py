"""Two tables as unit profiles, on which every correlation is one matrix product.

A profile is a column of ranks, centred, with covariates and shared factors
regressed out, scaled to length 1: the correlation of two features is the inner
product of their profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .._joined import Array, aligned_tables, group_labels, matched
from ..errors import whole_number
from ..pairs import Products
from ._columns import leading_factors, rank_or_values, residualise, shuffled, unit_profiles
from ._design import design_matrix, in_words, orthonormal_basis, require_degrees_of_freedom

_CHUNK = 200_000  # single pairs computed at a time


@dataclass(frozen=True, eq=False)
class Profiles:
    """Two tables of the same samples, ready to be correlated; made by `Profiles.of`.

    Attributes
    ----------
    left, right : array of shape (n_samples, n_features)
        Ranks (`spearman`) or z-scores (`pearson`).
    samples : Index
    names : pair of Index
        Features of either side.
    design : array of shape (n_samples, 1 + c)
        Orthonormal basis of the constant and the covariates.
    covariates : tuple of str
        What they are called.
    n_factors : int
        Principal components of the right side regressed out of both as well.
    groups : array of shape (n_samples,), or None
        Samples are exchangeable within these groups only.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(10, 4))
    >>> profiles = Profiles.of(X, X[:, :2], covariates=pd.DataFrame({"age": range(10)}))
    >>> profiles.removed, profiles.degrees_of_freedom, profiles.rho().iloc[0, 0].round(6)
    ('age', 7, np.float64(1.0))
    """

    left: Array = field(repr=False)
    right: Array = field(repr=False)
    samples: pd.Index = field(repr=False)
    names: tuple[pd.Index, pd.Index] = field(repr=False)
    design: Array = field(repr=False)
    covariates: tuple[str, ...] = ()
    n_factors: int = 0
    groups: NDArray[Any] | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        left: Any,
        right: Any,
        *,
        covariates: pd.DataFrame | None = None,
        remove_factors: int = 0,
        groups: Any = None,
        method: str = "spearman",
        kinds: tuple[str, str] = ("gene", "metabolite"),
    ) -> Profiles:
        """Join two tables, rank them, and say what is to be regressed out.

        Parameters
        ----------
        left, right : DataFrame or array of shape (n_samples, n_features)
        covariates : DataFrame of n_samples rows, optional
            DataFrames are joined by their index to `left`.
        remove_factors : int
            Principal components of the right side to regress out of both.
        groups : Series or array of shape (n_samples,), optional
            Labels within which permutations stay; missing ones are a group.
        method : {"spearman", "pearson"}
            Ranks, or z-scores.
        kinds : pair of str
            What the features of either side are, for names and errors.

        Raises
        ------
        StudyError, ParameterError
            If samples differ or values are missing; if nothing would be left to correlate.
        """
        whole_number("remove_factors", remove_factors)
        one, other = aligned_tables(left, right, kinds)
        ranks = rank_or_values(one, method), rank_or_values(other, method)
        held = matched(covariates, left)
        return cls(
            *ranks,
            samples=one.index,
            names=(one.columns, other.columns),
            design=orthonormal_basis(design_matrix(held, len(one)), remove_factors),
            covariates=() if held is None else tuple(map(str, pd.DataFrame(held).columns)),
            n_factors=remove_factors,
            groups=None if groups is None else group_labels(matched(groups, left), len(one)),
        )

    @property
    def n_samples(self) -> int:
        """Rows of both sides."""
        return len(self.left)

    @cached_property
    def basis(self) -> Array:
        """Orthonormal basis (n_samples, 1 + c + k) of all that is regressed out."""
        if not self.n_factors:
            return self.design
        # Factors of residuals are orthogonal to what was removed already, so the basis grows by them.
        factors = leading_factors(residualise(self.right, self.design), self.n_factors)
        grown = np.hstack([self.design, factors])
        require_degrees_of_freedom(self.n_samples, grown.shape[1])
        return grown

    @property
    def degrees_of_freedom(self) -> int:
        """Samples − 2 − covariate columns − factors."""
        return self.n_samples - 1 - self.basis.shape[1]

    @property
    def is_plain(self) -> bool:
        """Whether nothing is regressed out."""
        return self.design.shape[1] + self.n_factors == 1

    @property
    def removed(self) -> str:
        """What is regressed out, in words."""
        return in_words(self.covariates, self.n_factors)

    @cached_property
    def unit_left(self) -> Array:
        """Unit profiles of the left side; 0 where nothing is left of a feature."""
        return self.unit(self.left)

    @cached_property
    def unit_right(self) -> Array:
        """Unit profiles of the right side; 0 where nothing is left of a feature."""
        return self.unit(self.right)

    def unit(self, values: Array) -> Array:
        """Regress out of any columns (n_samples, n_features) what is regressed out here, and scale."""
        return unit_profiles(values, self.basis)

    def rho(self) -> pd.DataFrame:
        """Correlate every feature of the left side with every one of the right; 0 where one does not vary."""
        return pd.DataFrame(np.clip(self.unit_left.T @ self.unit_right, -1, 1), *self.names)

    def rho_at(self, genes: Any, metabolites: Any) -> Array:
        """Correlate single pairs (n_pairs,), given by the places of both sides."""
        left, right = self.unit_left.T, self.unit_right.T
        found = np.empty(len(genes))
        for start in range(0, len(found), _CHUNK):
            part = slice(start, start + _CHUNK)
            found[part] = np.einsum("ij,ij->i", left[genes[part]], right[metabolites[part]])
        return np.clip(found, -1, 1)

    def scores(self) -> Products:
        """Score every pair by the size of its correlation."""
        sides = np.ascontiguousarray(self.unit_left.T), np.ascontiguousarray(self.unit_right.T)
        return Products(self.names, [sides])

    def plain(self) -> Profiles:
        """Return the same two sides with nothing regressed out."""
        constant = orthonormal_basis(np.zeros((self.n_samples, 0)))
        return replace(self, design=constant, covariates=(), n_factors=0)

    def with_more_factors(self, n_factors: int) -> Profiles:
        """Return the same two sides with `n_factors` factors more regressed out."""
        return replace(self, n_factors=self.n_factors + n_factors)

    def shuffled(self, rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw a permutation of the samples, within the groups where there are any."""
        return shuffled(self.n_samples, self.groups, rng)

    def permuted(self, n: int, random_state: int | None) -> Iterator[Profiles]:
        """Yield `n` times the profiles with the samples of the right side permuted.

        With covariates their residuals are permuted and residualised again
        (Freedman and Lane 1983, doi:10.1080/07350015.1983.10509354); factors are
        those of the permuted side.
        """
        rng = np.random.default_rng(random_state)
        residuals = residualise(self.right, self.design)
        for _ in range(n):
            aligned = replace(self, right=residuals[self.shuffled(rng)])
            if not self.n_factors:  # then nothing of the left side depends on the alignment
                aligned.__dict__["unit_left"] = self.unit_left
            yield aligned

    def removes_the_same_as(self, other: Profiles) -> bool:
        """Whether the same is regressed out of the same samples, whatever their order."""
        order = other.samples.get_indexer(self.samples)
        if self.n_factors != other.n_factors or self.n_samples != other.n_samples or (order < 0).any():
            return False
        mine, theirs = self.design, other.design[order]
        return bool(np.allclose(mine @ mine.T, theirs @ theirs.T, atol=1e-9))

    def ranks_the_same_as(self, other: Profiles) -> bool:
        """Whether both sides hold the same ranks (or values) of the same samples, whatever their order."""
        order = other.samples.get_indexer(self.samples)
        pairs = zip((self.left, self.right), (other.left, other.right), strict=True)
        return all(np.array_equal(mine, theirs[order]) for mine, theirs in pairs)
