"""Exact coordinates of n samples in p >> n dimensions.

The training samples span at most n dimensions. A linear layer that reads them
learns only inside this row space: its gradient is a combination of training
rows. `RowSpace` holds an orthonormal basis Q (n_features, rank) of the centred
training rows, so that a network of p inputs is trained as one of `rank` inputs
and its weights are read back as V Qᵀ. Used by `autoencoder`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


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
        return (np.asarray(X, dtype=np.float64) - self.mean) @ self.basis

    def expand(self, coordinates: ArrayLike) -> Array:
        """Turn coordinates (n_samples, rank) back into rows (n_samples, n_features)."""
        return np.asarray(coordinates, dtype=np.float64) @ self.basis.T + self.mean

    def residual_share(self, X: ArrayLike) -> Array:
        """Share of each row's squared distance from the mean outside the row space.

        No reconstruction confined to the row space can explain this part. It is
        0 for the training rows themselves.
        """
        centred = np.asarray(X, dtype=np.float64) - self.mean
        total = np.einsum("ij,ij->i", centred, centred)
        inside = np.square(centred @ self.basis).sum(axis=1)
        return np.clip(1 - inside / np.where(total > 0, total, 1), 0, 1)


def fit_row_space(X: ArrayLike, *, rtol: float = 1e-10) -> RowSpace:
    """Compute an orthonormal basis of the centred rows of `X`.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        Training rows.
    rtol : float
        Directions whose variance is below `rtol` times the largest are dropped.

    Returns
    -------
    RowSpace
        Of rank at most min(n_samples - 1, n_features).

    Raises
    ------
    ValueError
        If all rows are identical.

    Notes
    -----
    The basis comes from the n × n Gram matrix, so time and memory grow with
    n_features only linearly. One re-orthogonalisation removes the rounding
    error that the Gram matrix squares.

    Examples
    --------
    >>> import numpy as np
    >>> space = fit_row_space(np.arange(12.0).reshape(3, 4) ** 2)
    >>> space.basis.shape
    (4, 2)
    """
    X = np.asarray(X, dtype=np.float64)
    mean = X.mean(axis=0)
    centred = X - mean
    variance, vectors = np.linalg.eigh(centred @ centred.T)
    rounding = X.size * (np.finfo(np.float64).eps * np.abs(X).max()) ** 2
    keep = variance > max(rtol * variance[-1], rounding)
    if not keep.any():
        raise ValueError("all rows of X are identical: there is no variation to learn from.")
    variance, vectors = variance[keep][::-1], vectors[:, keep][:, ::-1]
    basis, _ = np.linalg.qr(centred.T @ (vectors / np.sqrt(variance)))
    # Signs are arbitrary: each column's largest entry is positive, so that the order of samples is no matter.
    largest = np.abs(basis).argmax(axis=0)
    return RowSpace(mean, basis * np.sign(basis[largest, np.arange(basis.shape[1])]))
