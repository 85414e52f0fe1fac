"""The loop that counts sorted scores between thresholds, compiled; importing it loads numba."""

from __future__ import annotations

from .._compiled import compiled


@compiled
def tally(row, keys, below, level):
    """Add how many of a sorted row lie between each key and the one before, and how many on it."""
    j, n = 0, keys.size
    for value in row:
        while j + 8 < n and keys[j + 8] < value:
            j += 8
        while j < n and keys[j] < value:
            j += 1
        if j == n:
            return
        if keys[j] == value:
            level[j] += 1
        else:
            below[j] += 1
