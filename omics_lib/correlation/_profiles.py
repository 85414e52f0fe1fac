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

from .._joined import Array, aligned_tables, finite_numbers, group_labels, matched
from ..errors import one_of, whole_number
from ._design import design_matrix, in_words, orthonormal_basis, require_degrees_of_freedom


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
            yield replace(self, right=residuals[self.shuffled(rng)])

    def removes_the_same_as(self, other: Profiles) -> bool:
        """Whether both are of the same samples, in any order, with the same regressed out of them."""
        order = other.samples.get_indexer(self.samples)
        if self.n_factors != other.n_factors or self.n_samples != other.n_samples or (order < 0).any():
            return False
        mine, theirs = self.design, other.design[order]
        return bool(np.allclose(mine @ mine.T, theirs @ theirs.T, atol=1e-9))


def residualise(values: Array, basis: Array) -> Array:
    """Remove the part of each column (n_samples, …) that lies in the span of `basis`."""
    return values - basis @ (basis.T @ values)


def unit_columns(values: Array) -> Array:
    """Scale columns to length 1; columns that are 0 up to rounding become exactly 0."""
    length = np.linalg.norm(values, axis=0)
    alive = length > 1e-9 * np.sqrt(len(values))
    return np.where(alive, values / np.where(alive, length, 1), 0.0)


def rank_or_values(X: Any, method: str) -> Array:
    """Return average ranks (`spearman`) or z-scores (`pearson`) of the columns of a table or array."""
    one_of("method", method, ("spearman", "pearson"))
    X = finite_numbers(X)
    result = np.empty_like(X, order="C")
    for part in _chunks(X):
        if method == "spearman":
            result[:, part] = pd.DataFrame(X[:, part]).rank()  # three times as fast as scipy's
        else:
            spread = X[:, part].std(axis=0)
            result[:, part] = (X[:, part] - X[:, part].mean(axis=0)) / np.where(spread > 0, spread, 1)
    return result


def _chunks(values: Array, n_values: int = 4_000_000) -> Iterator[slice]:
    """Cut columns into chunks of few values, so that what is computed on the way stays small."""
    step = max(1, n_values // max(1, len(values)))
    for start in range(0, values.shape[1], step):
        yield slice(start, start + step)


def leading_factors(residuals: Array, n_factors: int) -> Array:
    """Return the first principal components (n_samples, ≤ n_factors) of unit profiles."""
    left, size, _ = np.linalg.svd(unit_columns(residuals), full_matrices=False)
    return left[:, :n_factors][:, size[:n_factors] > 1e-10 * max(size[0], 1e-300)]


def unit_profiles(values: Array, basis: Array) -> Array:
    """Residualise columns (n_samples, n_features) and scale them to length 1; 0 where nothing is left."""
    profiles = np.empty(values.shape, order="F")  # a feature after the other, as streams of pairs want them
    for part in _chunks(values):
        profiles[:, part] = unit_columns(residualise(values[:, part], basis))
    return profiles


def rank_profiles(table: Any) -> Array:
    """Return unit profiles of one table's ranks, nothing regressed out."""
    return unit_profiles(rank_or_values(table, "spearman"), orthonormal_basis(np.empty((len(table), 0))))


def shuffled(n_samples: int, groups: Any, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw a permutation of the samples, within `groups` where given; missing labels are a group."""
    if groups is None:
        return rng.permutation(n_samples)
    order = np.arange(n_samples)
    codes = pd.factorize(group_labels(groups, n_samples), use_na_sentinel=False)[0]
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        order[members] = rng.permutation(members)
    return order
