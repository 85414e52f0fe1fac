"""Count permutations by Spearman's statistic: the table behind the exact null, and the script that makes it.

    python -m omics_lib._spearman_table   writes spearman_null.json, n = 2 to 22: 2 minutes, 8 GB

T = Σ i·π(i) over the n! permutations π. A permutation is a first half, which
gives the positions 1 … h the values of a subset A, and a second half, which
gives the rest their complement. Dynamic programming over subsets counts the
ways of each half by their sum (below 2^26, as 11! is); a matrix product in two
digits of 13 bits, exact in float64, joins the halves.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PATH = Path(__file__).with_name("spearman_null.json")
LARGEST = 22
_DIGIT = 13


def _bounds(n: int, k: int) -> tuple[int, int]:
    """Smallest and largest Σ i·value over k positions and values up to n."""
    i = np.arange(1, k + 1)
    return int((i * i[::-1]).sum()), int((i * (i + n - k)).sum())


def _halves(n: int, largest: int) -> dict[int, tuple[NDArray[np.int64], NDArray[np.uint32], int]]:
    """For the two largest sizes k of a subset: subsets, counts (n_subsets, n_sums), and the smallest sum."""
    size = np.array([mask.bit_count() for mask in range(1 << n)], dtype=np.int8)
    place = np.zeros(1 << n, dtype=np.int64)
    levels = {0: (np.zeros(1, dtype=np.int64), np.ones((1, 1), dtype=np.uint32), 0)}
    for k in range(1, largest + 1):
        _, before, low_before = levels[k - 1]
        masks = np.flatnonzero(size == k)
        low, high = _bounds(n, k)
        counts = np.zeros((len(masks), high - low + 1), dtype=np.uint32)
        for value in range(1, n + 1):  # the value at position k
            rows = np.flatnonzero(masks >> (value - 1) & 1)
            start = k * value + low_before - low
            from_, to = max(0, -start), min(before.shape[1], counts.shape[1] - start)
            for part in np.array_split(rows, max(1, len(rows) // 20_000)):
                earlier = before[place[masks[part] ^ (1 << (value - 1))], from_:to]
                counts[part, start + from_ : start + to] += earlier
        place[masks] = np.arange(len(masks))
        levels = {k - 1: levels[k - 1], k: (masks, counts, low)}
    return levels


def permutation_counts(n: int) -> list[int]:
    """Count the permutations of 1 … n by T, from the smallest T to the largest.

    Examples
    --------
    >>> permutation_counts(3)  # T = 10, 11, 12, 13, 14
    [1, 2, 0, 2, 1]
    """
    h = n // 2
    levels = _halves(n, n - h)
    firsts, F, low_f = levels[h]
    seconds, G, low_g = levels[n - h]
    everything = (1 << n) - 1
    complement = np.searchsorted(seconds, everything ^ firsts)
    sums = sum((firsts >> j & 1) * (j + 1) for j in range(n))
    low, high = _bounds(n, n)
    total = [0] * (high - low + 1)
    for s in np.unique(sums):
        rows = np.flatnonzero(sums == s)
        f, g = F[rows], G[complement[rows]]
        # In the second half each value counts h positions more than in a first half.
        start = low_f + low_g + h * (n * (n + 1) // 2 - int(s)) - low
        for i, left in enumerate(_digits(f)):
            for j, right in enumerate(_digits(g)):
                joined = (left.T @ right).astype(np.int64)  # below 2^46, and their sums below 2^57
                by_sum = np.zeros(sum(joined.shape) - 1, dtype=np.int64)
                for row, line in enumerate(joined):
                    by_sum[row : row + len(line)] += line
                for k in np.flatnonzero(by_sum):
                    total[start + k] += int(by_sum[k]) << (_DIGIT * (i + j))
    return total


def _digits(counts: NDArray[np.uint32]) -> list[NDArray[np.float64]]:
    return [(counts & ((1 << _DIGIT) - 1)).astype(np.float64), (counts >> _DIGIT).astype(np.float64)]


def main() -> None:
    """Write the table; each row is half of a symmetric one, the middle included."""
    table = {}
    for n in range(2, LARGEST + 1):
        counts = permutation_counts(n)
        assert sum(counts) == math.factorial(n)
        assert counts == counts[::-1]
        table[str(n)] = counts[: len(counts) // 2 + 1]
        print(n, len(counts), file=sys.stderr)
    PATH.write_text(json.dumps(table, separators=(",", ":")).replace('],"', '],\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
