"""Nearest neighbours among features: by the size of the cosine, with its sign."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..pairs import in_threads

_BLOCK = 2_000_000  # cosines computed at a time by each thread
MOST_NEIGHBOURS = 100
MOST_CANDIDATES = 10_000


def usual_number(n_nodes: int) -> int:
    """Return the number of neighbours that a node has unless told: the square root of all, up to 100."""
    return min(max(1, round(n_nodes**0.5)), MOST_NEIGHBOURS)


def candidates(n_nodes: int) -> NDArray[np.intp]:
    """Return the nodes among which neighbours are looked for: all, or some drawn of many, always the same."""
    if n_nodes <= MOST_CANDIDATES:
        return np.arange(n_nodes)
    return np.sort(np.random.default_rng(0).choice(n_nodes, MOST_CANDIDATES, replace=False))


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

    Notes
    -----
    Up to 10,000 rows the neighbours are exact. Of more, 10,000 are drawn at
    random that can *be* neighbours, of all rows: time grows with the rows, not
    with their square. `benchmarks/neighbours.py` measures what that costs,
    beside an exact search and an approximate index.
    """
    among = candidates(len(rows))
    n_nodes, n_candidates = len(rows), len(among)
    kept = min(n_neighbors, n_candidates - 1)
    neighbours = np.empty((n_nodes, max(kept, 0)), dtype=np.intp)
    cosines = np.empty(neighbours.shape, dtype=rows.dtype)
    if kept < 1:
        return neighbours, cosines
    facing = np.ascontiguousarray(rows[among].T)
    place = np.full(n_nodes, -1)
    place[among] = np.arange(n_candidates)
    # Ranks of few samples tie often: the earlier wins, whatever the last digits say (of double precision).
    later = 1e-12 * np.arange(n_candidates) if rows.dtype == np.float64 else None

    def work(block: slice) -> tuple[NDArray[np.intp], NDArray]:
        found = rows[block] @ facing
        size, own = np.abs(found), place[block]
        size[own >= 0, own[own >= 0]] = -1.0
        if later is not None:
            size -= later
        np.negative(size, out=size)
        chosen = np.sort(np.argpartition(size, kept - 1, axis=1)[:, :kept], axis=1)
        return chosen, np.take_along_axis(found, chosen, axis=1)

    step = max(1, _BLOCK // n_candidates)
    blocks = [slice(start, min(start + step, n_nodes)) for start in range(0, n_nodes, step)]
    for block, (chosen, values) in in_threads(work, blocks):
        neighbours[block], cosines[block] = among[chosen], values
    return neighbours, cosines


def directed_edges(neighbours: NDArray[np.intp]) -> NDArray[np.intp]:
    """Turn neighbours (n_nodes, k) into edges (2, n_nodes · k) from the neighbour to the node."""
    n_nodes, kept = neighbours.shape
    return np.stack([neighbours.ravel(), np.repeat(np.arange(n_nodes), kept)])
