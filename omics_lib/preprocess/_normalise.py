"""By which factor the counts of each sample are divided, so that all have one depth.

What a training set teaches is a typical depth; each new sample is then scaled by
its own counts and by nothing of the other new samples.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError

Normalise = Literal["none", "cpm", "median_of_ratios"]
NORMALISE: tuple[Normalise, ...] = ("none", "cpm", "median_of_ratios")

Array = NDArray[np.float64]


def size_factors(counts: Array, normalise: Normalise) -> Array:
    """Tell by which factor each sample of `counts` (n_samples, n_genes) is divided, all of them known.

    Raises
    ------
    ParameterError
        For `median_of_ratios`, if no gene is counted in every sample.
    """
    if normalise == "cpm":
        return library_factors(counts, median_library(counts))
    if normalise == "median_of_ratios":
        return ratio_factors(counts, *ratio_reference(counts))
    return np.ones(len(counts))


def median_library(counts: Array) -> float:
    """Take the median library size of the samples that have any counts, 1 where none has."""
    totals = counts.sum(axis=1)
    return float(np.median(totals[totals > 0])) if (totals > 0).any() else 1.0


def library_factors(counts: Array, library_size: float) -> Array:
    """Divide the total of each sample by a typical library size; an empty sample counts as typical."""
    totals = counts.sum(axis=1)
    return np.where(totals > 0, totals, library_size) / library_size


def ratio_reference(counts: Array) -> tuple[NDArray[np.bool_], Array]:
    """Tell which genes are counted in every sample, and the mean logarithms of these."""
    reference = np.all(counts > 0, axis=0)
    if not reference.any():
        raise _no_reference("no gene is counted in every training sample")
    return reference, np.log(counts[:, reference]).mean(axis=0)


def ratio_factors(counts: Array, reference: NDArray[np.bool_], log_means: Array) -> Array:
    """Take the median ratio of each sample's counts to the reference, genes that it lacks left out."""
    counts = counts[:, reference]
    if not (counts > 0).any(axis=1).all():
        raise _no_reference("a sample has none of the genes that every training sample has")
    ratios = np.log(np.where(counts > 0, counts, np.nan)) - log_means
    return np.exp(np.nanmedian(ratios, axis=1))


def _no_reference(found: str) -> ParameterError:
    expected = "`normalise: median_of_ratios` compares the counts of such genes"
    return ParameterError("normalise", found, expected, "Set `normalise: cpm`.")
