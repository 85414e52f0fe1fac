"""The greatest of all inner products, found without looking at most of them."""

from __future__ import annotations

import numpy as np

from ._scores import Array

_BLOCK = 1_000_000


def largest_product(left: Array, middle: Array, right: Array) -> float:
    """Return the greatest |leftᵀ middle right| of any two columns.

    Parameters
    ----------
    left, right : array of shape (n_samples, n_features)
    middle : array of shape (n_samples, n_samples)

    Returns
    -------
    float

    Notes
    -----
    Exact. No product exceeds that of the two lengths (Cauchy and Schwarz), so features are met from the
    longest down, until no two that are left can reach the greatest product found.
    """
    turn, size, other = np.linalg.svd(middle)
    kept = size > 1e-14 * size[0]  # latents are few, and their correlations of that rank
    root = np.sqrt(size[kept])[:, None]
    axes = turn.T[kept], other[kept]
    one, two = (_longest_first(root * (axis @ side)) for axis, side in zip(axes, (left, right), strict=True))
    (rows, lengths), (facing, reach) = one, two
    best, start = 0.0, 0
    while start < len(rows) and lengths[start] * reach[0] > best:
        n_facing = int(np.searchsorted(-reach, -best / max(lengths[start], 1e-300), side="right"))
        stop = start + max(1, min(_BLOCK // max(n_facing, 1), 64 if start == 0 else 4096))
        best = max(best, float(np.abs(rows[start:stop] @ facing[:n_facing].T).max(initial=0.0)))
        start = stop
    return best


def _longest_first(columns: Array) -> tuple[Array, Array]:
    """Return the columns as rows (n_features, n_samples), and their lengths, the longest first."""
    lengths = np.linalg.norm(columns, axis=0)
    order = np.argsort(-lengths, kind="stable")
    return np.ascontiguousarray(columns.T[order]), lengths[order]
