"""The loop that counts sorted scores between thresholds, compiled; importing it loads numba."""

from __future__ import annotations

import numba


@numba.njit(nogil=True)
def tally(row, keys, below, level):
    """Add how many of a sorted row lie between each key and the one before, and how many on it."""
    j = 0
    for i in range(keys.size):
        start = j
        while j < row.size and row[j] < keys[i]:
            j += 1
        below[i] += j - start
        start = j
        while j < row.size and row[j] == keys[i]:
            j += 1
        level[i] += j - start
