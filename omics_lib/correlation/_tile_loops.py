"""The loops over a tile of correlations, compiled; importing them loads numba."""

from __future__ import annotations

import numpy as np

from .._compiled import compiled


@compiled
def count(rho, counts):
    """Count a tile's |rho| by bin, into `counts`; return the highest bin met."""
    # Four histograms side by side: neighbours that fall into one bin need not wait for each other.
    four = np.zeros((4, counts.size), np.int32)
    bins = np.empty(1024, np.int32)
    flat, top = rho.ravel(), np.int32(0)
    scale = flat.dtype.type(counts.size - 2)
    for start in range(0, flat.size, 1024):
        part = flat[start : start + 1024]
        for j in range(part.size):
            bins[j] = np.int32(abs(part[j]) * scale)
        for j in range(part.size):
            top = max(top, bins[j])
        whole = part.size // 4 * 4
        for j in range(0, whole, 4):
            four[0, bins[j]] += 1
            four[1, bins[j + 1]] += 1
            four[2, bins[j + 2]] += 1
            four[3, bins[j + 3]] += 1
        for j in range(whole, part.size):
            four[0, bins[j]] += 1
    for k in range(4):
        for b in range(counts.size):
            counts[b] += four[k, b]
    return top


@compiled
def find(rho, least, most):
    """Return the places in a tile, flattened, where least ≤ |rho| ≤ most."""
    # Strong correlations are rare: count them in short stretches, look closely where there are any.
    flat, total = rho.ravel(), 0
    hits = np.zeros((flat.size + 255) // 256, np.int32)
    for k in range(hits.size):
        part = flat[256 * k : 256 * (k + 1)]
        here = np.int32(0)
        for j in range(part.size):
            here += np.int32(abs(part[j]) >= least) & np.int32(abs(part[j]) <= most)
        hits[k] = here
        total += int(here)
    found, n = np.empty(total, np.int64), 0
    for k in range(hits.size):
        if hits[k] == 0:
            continue
        part = flat[256 * k : 256 * (k + 1)]
        for j in range(part.size):
            if least <= abs(part[j]) <= most:
                found[n] = 256 * k + j
                n += 1
    return found


@compiled
def class_of(cohort, table):
    """Return the class of a pair by the cohort's |rho|."""
    return table[np.int32(abs(cohort) * np.float32(table.size - 2) + np.float32(0.318))]


@compiled
def count_classes(rho, cohort, table, counts):
    """Count a tile's |rho| by class and bin, into `counts` (n_classes, n_bins + 2)."""
    flat, theirs = rho.ravel(), cohort.ravel()
    scale = flat.dtype.type(counts.shape[1] - 2)
    for j in range(flat.size):
        counts[class_of(theirs[j], table), np.int32(abs(flat[j]) * scale)] += 1


@compiled
def find_classes(rho, cohort, table, least, most):
    """Return places in a tile, flattened, and classes, where |rho| lies within the class's limits."""
    flat, theirs, lowest, total = rho.ravel(), cohort.ravel(), least.min(), np.int64(0)
    for j in range(flat.size):
        size = abs(flat[j])
        if size >= lowest:
            k = class_of(theirs[j], table)
            total += np.int64(least[k] <= size) & np.int64(size <= most[k])
    found, classes, n = np.empty(total, np.int64), np.empty(total, np.uint8), 0
    for j in range(flat.size):
        size = abs(flat[j])
        if size >= lowest:
            k = class_of(theirs[j], table)
            if least[k] <= size and size <= most[k]:
                found[n], classes[n] = j, k
                n += 1
    return found, classes
