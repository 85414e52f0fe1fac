"""Robust rank aggregation: one p-value for several ranks of a gene."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from .._joined import Array
from ..errors import ParameterError


def _chance_of_minimum(score: Array, k: int) -> Array:
    """Return the chance that k uniform numbers have a smallest beta score of at most `score`, shape (m,).

    Walks up the k limits that the order statistics must not reach. Every term
    is positive, so that small p-values keep their digits.
    """
    j = np.arange(1, k + 1)
    limits = special.betaincinv(j, k - j + 1, score[:, None])
    alive, reached, below = np.zeros((len(score), k + 1)), np.zeros(len(score)), np.zeros(len(score))
    alive[:, 0] = 1.0  # column c: c numbers lie below, and no limit has been reached yet
    for i in range(k):
        share = np.divide(limits[:, i] - below, 1 - below, out=np.ones_like(below), where=below < 1)
        moved = np.zeros_like(alive)
        for c in range(i + 1):
            for more in range(k - c + 1):
                chance = comb(k - c, more) * share**more * (1 - share) ** (k - c - more)
                moved[:, c + more] += alive[:, c] * chance
        reached += moved[:, i + 1 :].sum(axis=1)
        moved[:, i + 1 :] = 0.0
        alive, below = moved, limits[:, i]
    return np.minimum(reached, 1.0)


def robust_rank_aggregation(scaled_ranks: ArrayLike) -> Array:
    """Ask of each gene whether its ranks are better than chance ranks, allowing some of them to be poor.

    Parameters
    ----------
    scaled_ranks : array of shape (n_genes, n_lines)
        Rank over number of genes ranked, in (0, 1], 1 for the worst; NaN where
        a gene was not tested.

    Returns
    -------
    ndarray of shape (n_genes,)
        p-values; 1 for a gene with no rank at all.

    Raises
    ------
    ParameterError
        If a value lies outside (0, 1], or the table has not two dimensions.

    Notes
    -----
    The beta score of a gene's j-th smallest of k scaled ranks is the chance
    that so small a value comes j-th of k uniform ones; the rho score is the
    smallest of the k (Kolde et al.). They bound its p-value by k times the rho
    score; here it is exact: the chance that k independent uniform numbers
    have a rho score as small, a joint distribution of order statistics as in
    Stuart et al. k is the number of lines that tested the gene. Scaled ranks
    are a little larger than uniform, which errs on the safe side.

    References
    ----------
    Kolde, Laur, Adler and Vilo (2012), doi:10.1093/bioinformatics/btr709.
    Stuart, Segal, Koller and Kim (2003), doi:10.1126/science.1087447.

    Examples
    --------
    >>> robust_rank_aggregation([[0.01, 0.02, 0.9], [0.5, float("nan"), float("nan")]]).round(4)
    array([0.0034, 0.5   ])
    """
    ranks = np.asarray(scaled_ranks, dtype=np.float64)
    if ranks.ndim != 2 or ((ranks <= 0) | (ranks > 1)).any():
        raise ParameterError(
            "scaled_ranks",
            f"an array of {ranks.ndim} dimensions" if ranks.ndim != 2 else "values outside (0, 1]",
            "there must be one row a gene and one column a line, of ranks over the number of genes ranked",
            "Rank first.",
        )
    # Genes of the same ranks get the same p to the last bit, wherever they stand.
    ordered = np.sort(np.where(np.isnan(ranks), 2.0, ranks), axis=1)
    ordered, where = np.unique(ordered, axis=0, return_inverse=True)
    n_tested, p = (ordered <= 1).sum(axis=1), np.ones(len(ordered))
    for k in range(1, ranks.shape[1] + 1):
        rows, j = n_tested == k, np.arange(1, k + 1)
        score = special.betainc(j, k - j + 1, ordered[rows, :k]).min(axis=1)
        p[rows] = _chance_of_minimum(score, k)
    return p[where.ravel()]
