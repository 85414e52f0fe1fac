"""The largest values of each row, compiled; importing it loads numba."""

from __future__ import annotations

import numpy as np

from .._compiled import compiled


@compiled
def largest(rows, n):
    """Return the `n` largest values of each row, largest first; −∞ where there are fewer."""
    found = np.full((rows.shape[0], n), -np.inf)
    for i in range(rows.shape[0]):
        mine = found[i]
        for value in rows[i]:
            if value > mine[n - 1]:
                j = n - 1
                while j > 0 and mine[j - 1] < value:
                    mine[j] = mine[j - 1]
                    j -= 1
                mine[j] = value
    return found
