"""Nearest neighbours among features: by the size of the cosine, with its sign."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CHUNK = 20_000_000


def usual_number(n_nodes: int) -> int:
    """Return the number of neighbours that a graph of `n_nodes` has unless told: the square root."""
    return max(1, round(n_nodes**0.5))


def nearest(rows: NDArray, n_neighbors: int) -> tuple[NDArray[np.intp], NDArray]:
    """Find each row's neighbours with the largest |cosine|.

    Parameters
    ----------
    rows : array of shape (n_nodes, n_dimensions)
        Rows of length 1 (or 0, for features that do not vary).
    n_neighbors : int
        Fewer are returned where there are fewer other rows.

    Returns
    -------
    neighbours : ndarray of int, shape (n_nodes, k)
        In the order of their numbers; a row is no neighbour of itself. Where
        cosines tie (in double precision), the rows that come first.
    cosines : ndarray of shape (n_nodes, k)
    """
    n_nodes = len(rows)
    kept = min(n_neighbors, n_nodes - 1)
    neighbours = np.empty((n_nodes, max(kept, 0)), dtype=np.intp)
    cosines = np.empty(neighbours.shape, dtype=rows.dtype)
    if kept < 1:
        return neighbours, cosines
    step = max(1, _CHUNK // n_nodes)
    for start in range(0, n_nodes, step):
        found = rows[start : start + step] @ rows.T
        here = np.arange(len(found))
        size = np.abs(found)
        size[here, start + here] = -1.0
        # Ranks of few samples tie often: the earlier wins, whatever the last digits say.
        size -= 1e-12 * np.arange(n_nodes)
        chosen = np.sort(np.argpartition(-size, kept - 1, axis=1)[:, :kept], axis=1)
        neighbours[start : start + step] = chosen
        cosines[start : start + step] = found[here[:, None], chosen]
    return neighbours, cosines


def directed_edges(neighbours: NDArray[np.intp]) -> NDArray[np.intp]:
    """Turn neighbours (n_nodes, k) into edges (2, n_nodes · k) from the neighbour to the node."""
    n_nodes, kept = neighbours.shape
    return np.stack([neighbours.ravel(), np.repeat(np.arange(n_nodes), kept)])
