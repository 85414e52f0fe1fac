"""Exact coordinates of n samples in p >> n dimensions.

The training samples span at most n dimensions. A linear layer that reads them
learns only inside this row space: its gradient is a combination of training
rows. `RowSpace` holds an orthonormal basis Q (n_features, rank) of the centred
training rows, so that a network of p inputs is trained as one of `rank` inputs
and its weights are read back as V Qᵀ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike

from ._joined import Array

# Features at a time: a block of 1,000 samples is 64 MB, whatever the size of the table.
_BLOCK = 8192


def blocks(n_features: int) -> Iterator[slice]:
    """Cut features into parts that are small beside the table."""
    return (slice(start, start + _BLOCK) for start in range(0, n_features, _BLOCK))


def _centred(X: ArrayLike, mean: Array) -> Iterator[tuple[slice, Array]]:
    """Yield blocks of features, and the rows of `X` less the mean in them."""
    X = np.asarray(X)
    return ((part, X[:, part].astype(np.float64) - mean[part]) for part in blocks(X.shape[1]))


@dataclass(frozen=True)
class RowSpace:
    """Orthonormal basis of the centred training rows.

    Attributes
    ----------
    mean : ndarray of shape (n_features,)
        Mean of the training rows; the origin of the coordinates.
    basis : ndarray of shape (n_features, rank)
        Orthonormal columns, ordered by the variance they carry.
    """

    mean: Array
    basis: Array

    @property
    def rank(self) -> int:
        """Number of dimensions that the training rows span around their mean."""
        return self.basis.shape[1]

    def coordinates(self, X: ArrayLike) -> Array:
        """Project rows (n_samples, n_features) onto the basis: (n_samples, rank)."""
        found = np.zeros((len(np.asarray(X)), self.rank))
        for part, centred in _centred(X, self.mean):
            found += centred @ self.basis[part]
        return found

    def expand(self, coordinates: ArrayLike) -> Array:
        """Turn coordinates (n_samples, rank) back into rows (n_samples, n_features)."""
        return np.asarray(coordinates, dtype=np.float64) @ self.basis.T + self.mean

    def squared_distance(self, X: ArrayLike) -> Array:
        """Squared distance of each row from the mean: (n_samples,)."""
        total = np.zeros(len(np.asarray(X)))
        for _, centred in _centred(X, self.mean):
            total += np.square(centred).sum(axis=1)
        return total

    def residual_share(self, X: ArrayLike) -> Array:
        """Share of each row's squared distance from the mean outside the row space.

        No reconstruction confined to the row space can explain this part, so 1
        minus it bounds a sample's R². It is 0 for the training rows themselves.
        """
        total = self.squared_distance(X)
        inside = np.square(self.coordinates(X)).sum(axis=1)
        return np.clip(1 - inside / np.where(total > 0, total, 1), 0, 1)


def fit_row_space(
    X: ArrayLike,
    *,
    beside: Callable[[slice], Array] | None = None,
    share: float = 0.0,
    rtol: float = 1e-13,
) -> RowSpace:
    """Compute an orthonormal basis of the centred rows of `X`, and of rows beside them.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Training rows.
    beside : function of a slice of features, optional
        Returns further rows (n_rows, n_features in the slice), as deviations from a mean of their own: the
        basis spans both. There may be many, and never are all their features asked for at once.
    share : float
        What `beside` counts for, from 0 (nothing: it is left out) to below 1: the basis is ordered by
        the covariance (1 − share) · S + share · S_beside, both of the same trace.
    rtol : float
        Directions whose variance is below `rtol` times the largest are dropped.

    Returns
    -------
    RowSpace
        Of rank at most min(n_samples - 1 + n_rows, n_features); its origin is the mean of `X`.

    Raises
    ------
    ValueError
        If all rows are identical.

    Notes
    -----
    The basis comes from the n × n Gram matrix, summed over blocks of features
    in float64, so that time and memory grow with n_features only linearly. A
    Cholesky step then removes the rounding error that the Gram matrix squares
    (CholeskyQR: Yamamoto et al. 2015, Electronic Transactions on Numerical
    Analysis 44, 306–326).

    Examples
    --------
    >>> import numpy as np
    >>> space = fit_row_space(np.arange(12.0).reshape(3, 4) ** 2)
    >>> space.basis.shape
    (4, 2)
    """
    X = np.asarray(X)
    mean = X.mean(axis=0, dtype=np.float64)

    def rows(part: slice) -> Array:
        own = X[:, part].astype(np.float64) - mean[part]
        return np.vstack([own, beside(part)]) if beside is not None and share else own

    gram = np.asarray(sum(block @ block.T for block in map(rows, blocks(X.shape[1]))))
    weights = np.ones(len(gram))
    if len(gram) > len(X):
        variances = np.diag(gram)
        weights[: len(X)] = np.sqrt((1 - share) / variances[: len(X)].sum())
        weights[len(X) :] = np.sqrt(share / variances[len(X) :].sum())
    largest = max(X.max(), -X.min()) * weights[0]
    rounding = X.size * (np.finfo(np.float64).eps * largest) ** 2
    basis = _ordered_basis(rows, X.shape[1], gram, weights, rtol, rounding)
    return RowSpace(mean, basis)


def _ordered_basis(
    rows: Callable[[slice], Array], n_features: int, gram: Array, weights: Array, rtol: float, rounding: float
) -> Array:
    """Return an orthonormal basis of rows with this Gram matrix, by the variance of the weighted ones."""
    variance, vectors = np.linalg.eigh(gram * np.outer(weights, weights))
    keep = variance > max(rtol * variance[-1], rounding)
    if not keep.any():
        raise ValueError("all rows that train are identical: there is no variation to learn from.")
    combined = weights[:, None] * (vectors[:, keep] / np.sqrt(variance[keep]))[:, ::-1]

    basis = np.empty((n_features, combined.shape[1]))
    overlap = np.zeros((basis.shape[1], basis.shape[1]))
    for part in blocks(n_features):
        basis[part] = rows(part).T @ combined
        overlap += basis[part].T @ basis[part]
    triangle = scipy.linalg.cholesky(overlap, lower=True)
    for part in blocks(n_features):
        basis[part] = scipy.linalg.solve_triangular(triangle, basis[part].T, lower=True).T
    # Signs are arbitrary: each column's largest entry is positive, so that the order of samples is no matter.
    for axis in basis.T:
        axis *= np.sign(axis[np.abs(axis).argmax()])
    return basis
