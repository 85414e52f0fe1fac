"""Which genes go with which metabolites: correlations and what they are worth.

Fourth step of the flow. All pairs are tested in blocks of genes, so that the
n_genes × n_metabolites matrix never exists; the sample alignment is permuted
to see what chance alone gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ._profiles import (
    Array,
    aligned_tables,
    design_matrix,
    matched,
    orthonormal_basis,
    permuted_alignments,
    profile_pair,
    rank_or_values,
)
from ._significance import benjamini_hochberg, compare_nulls, null_for
from .errors import ParameterError

__all__ = [
    "Associations",
    "associate",
    "benjamini_hochberg",
    "compare_nulls",
    "correlate_latents",
    "permutations_for",
    "residual_degrees_of_freedom",
    "spearman_matrix",
]

_BLOCK_ELEMENTS = 4_000_000


@dataclass(frozen=True)
class Associations:
    """What `associate` found.

    Attributes
    ----------
    pairs : DataFrame
        Significant pairs, strongest first: `gene`, `metabolite`, `rho`, `p`, `q`.
    n_tests, n_significant : int
        Pairs tested, and pairs with q ≤ alpha (more than `len(pairs)` only
        where `max_pairs` cut the table).
    threshold : float
        Smallest |rho| that is significant; NaN where none is.
    degrees_of_freedom : int
        Samples − 2 − columns regressed out, behind the p-values.
    strongest : Series
        `gene`, `metabolite`, `rho` of the strongest pair, significant or not.
    strongest_profile : DataFrame
        What that rho correlates: the ranks of its gene (first column) and its
        metabolite in each sample, with covariates and factors removed, scaled
        to mean 0 and standard deviation 1.
    null : DataFrame
        One row per permutation of the alignment: `max_abs_rho`, `n_significant`.
    dropped : dict
        Features left out because nothing of them varies, by side.
    """

    pairs: pd.DataFrame
    n_tests: int
    n_significant: int
    threshold: float
    degrees_of_freedom: int
    strongest: pd.Series
    strongest_profile: pd.DataFrame
    null: pd.DataFrame
    dropped: dict[str, list[str]] = field(default_factory=dict)


def correlation_blocks(genes: Array, metabolites: Array) -> Iterator[tuple[int, Array]]:
    step = max(1, _BLOCK_ELEMENTS // max(1, metabolites.shape[1]))
    for start in range(0, genes.shape[1], step):
        yield start, np.clip(genes[:, start : start + step].T @ metabolites, -1, 1)


def associate(
    X_genes,
    X_metabolites,
    *,
    method: str = "spearman",
    alpha: float = 0.05,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    groups: ArrayLike | None = None,
    null: str = "exact",
    n_permutations: int = 0,
    max_pairs: int = 10_000_000,
    random_state: int | None = None,
) -> Associations:
    """Test every gene against every metabolite.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame or array of shape (n_samples, n_features)
        The same samples; DataFrames are joined by their index.
    method : {"spearman", "pearson"}
        Correlation of ranks or of values.
    alpha : float
        False discovery rate.
    covariates : DataFrame of n_samples rows, optional
        Regressed out of both sides; joined by its index to the DataFrame `X_genes`.
    remove_factors : int
        Principal components of the metabolites regressed out of both sides.
    groups : Series or array of shape (n_samples,), optional
        Permutations stay within these groups; a Series is joined by its index.
    null : {"exact", "t"}
        Where p-values come from: the null distribution of Spearman's rho, or
        Student's t. Correlations of values (`pearson`) always take t.
    n_permutations : int
        Permutations of the sample alignment.
    max_pairs : int
        Keep at most this many pairs, the strongest.
    random_state : int, optional
        Seed of the permutations.

    Returns
    -------
    Associations

    Raises
    ------
    StudyError
        If the tables do not hold the same samples, or values are missing.
    ParameterError
        If the covariates leave nothing to correlate, or `alpha` is no rate.

    Notes
    -----
    Spearman's null distribution is exact up to 22 samples without ties and a
    saddlepoint approximation beyond. With c covariate columns and k factors
    regressed out it is that of n − c − k samples, which errs on the safe side;
    with ties it is an approximation that errs on either side, most where a
    feature has two values only. Student's t is too small in the far tail.
    `benchmarks/spearman_null.py` measures all three. The permutation null
    tests whether the two tables are independent, not whether one pair is.

    References
    ----------
    Spearman (1904), doi:10.2307/1412159. Benjamini and Hochberg (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> import numpy as np
    >>> genes = np.random.default_rng(0).normal(size=(30, 5))
    >>> found = associate(genes, genes[:, :2] ** 3)
    >>> found.pairs[["gene", "metabolite", "rho"]].head(2).round(3).values.tolist()
    [['gene_1', 'metabolite_1', 1.0], ['gene_2', 'metabolite_2', 1.0]]
    """
    if not 0 < alpha < 1:
        raise ParameterError("alpha", f"found {alpha}", "it must lie between 0 and 1", "Correct it.")
    genes, metabolites = aligned_tables(X_genes, X_metabolites, ("gene", "metabolite"))
    X, Y = rank_or_values(genes, method), rank_or_values(metabolites, method)
    basis = orthonormal_basis(design_matrix(matched(covariates, X_genes), len(X)))
    P, R, df = profile_pair(X, Y, basis, remove_factors)
    live_genes, live_metabolites = P.any(axis=0), R.any(axis=0)
    n_tests = int(live_genes.sum()) * int(live_metabolites.sum())
    law = null_for(method, null, df)
    edge = law.critical(alpha)

    found, top = [], (-1.0, 0, 0, 0.0)
    for start, rho in correlation_blocks(P, R):
        place = np.unravel_index(np.abs(rho).argmax(), rho.shape)
        top = max(
            top,
            (abs(rho[place]), int(place[0]) + start, int(place[1]), float(rho[place])),
            key=lambda t: t[0],
        )
        g, m = np.nonzero(np.abs(rho) >= edge)
        found.append((g + start, m, rho[g, m]))
    g, m, rho = (np.concatenate(part) for part in zip(*found, strict=True))
    p = law.p(rho)
    q = benjamini_hochberg(p, n_tests)
    order = np.lexsort((m, g, -np.abs(rho)))[: int(np.sum(q <= alpha))]
    kept = order[:max_pairs]
    pairs = pd.DataFrame(
        {
            "gene": genes.columns.to_numpy(dtype=object)[g[kept]],
            "metabolite": metabolites.columns.to_numpy(dtype=object)[m[kept]],
            "rho": rho[kept],
            "p": p[kept],
            "q": q[kept],
        }
    )

    chance, groups = [], matched(groups, X_genes)
    for A, B in permuted_alignments(X, Y, basis, groups, n_permutations, random_state):
        P0, R0, _ = profile_pair(A, B, basis, remove_factors)
        biggest, strong = 0.0, []
        for _, rho0 in correlation_blocks(P0, R0):
            strength = np.abs(rho0)
            biggest = max(biggest, float(strength.max()))
            strong.append(strength[strength >= edge])
        chance.append((biggest, law.n_rejected(np.concatenate(strong), n_tests, alpha)))
    return Associations(
        pairs=pairs,
        n_tests=n_tests,
        n_significant=len(order),
        threshold=float(np.abs(rho[order]).min()) if len(order) else float("nan"),
        degrees_of_freedom=df,
        strongest=pd.Series(
            {"gene": genes.columns[top[1]], "metabolite": metabolites.columns[top[2]], "rho": top[3]}
        ),
        strongest_profile=pd.DataFrame(
            np.column_stack([P[:, top[1]], R[:, top[2]]]) * np.sqrt(len(P)),
            index=genes.index,
            columns=[genes.columns[top[1]], metabolites.columns[top[2]]],
        ),
        null=pd.DataFrame(chance, columns=["max_abs_rho", "n_significant"]),
        dropped={
            "genes": list(genes.columns[np.flatnonzero(~live_genes)]),
            "metabolites": list(metabolites.columns[np.flatnonzero(~live_metabolites)]),
        },
    )


def permutations_for(asked: int | str, n_pairs: int) -> int:
    """Turn `auto` into a number of permutations: 1,000, fewer above 10 million pairs, at least 19.

    Examples
    --------
    >>> permutations_for("auto", 10_000), permutations_for("auto", 922_260_420), permutations_for(50, 10)
    (1000, 19, 50)
    """
    return max(19, min(1000, 10**10 // max(1, n_pairs))) if asked == "auto" else int(asked)


def residual_degrees_of_freedom(
    n_samples: int, covariates: pd.DataFrame | None = None, remove_factors: int = 0
) -> int:
    """Return n − 2 − covariate columns − removed factors; fewer than 1 is a `ParameterError`."""
    basis = orthonormal_basis(design_matrix(covariates, n_samples), remove_factors)
    return n_samples - 1 - basis.shape[1] - remove_factors


def correlate_latents(
    Z_genes,
    Z_metabolites,
    *,
    method: str = "spearman",
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    null: str = "exact",
) -> pd.DataFrame:
    """Correlate every gene latent with every metabolite latent, over the samples.

    Parameters
    ----------
    Z_genes, Z_metabolites : DataFrame or array of shape (n_samples, n_latent)
        Latents of the same samples; DataFrames are joined by their index.
    method, covariates, remove_factors, null
        As in `associate`.

    Returns
    -------
    DataFrame
        `gene_latent`, `metabolite_latent`, `rho`, `p`, `q`, one row per pair of
        live latents, strongest first. Latents that do not vary are left out;
        `.attrs["n_dead"]` counts them.

    Notes
    -----
    Latents of one autoencoder are correlated with each other, so the tests
    are far from independent; `decode_latent_pairs` has the permutation null.

    Examples
    --------
    >>> import numpy as np
    >>> Z = np.random.default_rng(0).normal(size=(12, 2))
    >>> correlate_latents(Z, Z).loc[0, "rho"]
    np.float64(1.0)
    """
    left, right = aligned_tables(Z_genes, Z_metabolites, ("gene_latent", "metabolite_latent"))
    basis = orthonormal_basis(design_matrix(matched(covariates, Z_genes), len(left)))
    P, R, df = profile_pair(
        rank_or_values(left, method), rank_or_values(right, method), basis, remove_factors
    )
    live_left, live_right = np.flatnonzero(P.any(axis=0)), np.flatnonzero(R.any(axis=0))
    rho = np.clip(P[:, live_left].T @ R[:, live_right], -1, 1)
    names = pd.MultiIndex.from_product([left.columns[live_left], right.columns[live_right]])
    pairs = names.to_frame(index=False, name=["gene_latent", "metabolite_latent"])
    pairs["rho"] = rho.ravel()
    pairs["p"] = null_for(method, null, df).p(pairs["rho"])
    pairs["q"] = benjamini_hochberg(pairs["p"]) if len(pairs) else pairs["p"]
    pairs = pairs.sort_values("rho", key=np.abs, ascending=False, kind="stable", ignore_index=True)
    pairs.attrs["n_dead"] = left.shape[1] - len(live_left) + right.shape[1] - len(live_right)
    return pairs


def spearman_matrix(
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
) -> pd.DataFrame:
    """Correlate every gene with every metabolite; the absolute value is the baseline of every ranking.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        The same samples, joined by their index.
    covariates, remove_factors
        As in `associate`.

    Returns
    -------
    DataFrame of shape (n_genes, n_metabolites)
        Spearman's rho; 0 for features that do not vary.
    """
    basis = orthonormal_basis(design_matrix(matched(covariates, X_genes), len(X_genes)))
    left = rank_or_values(X_genes, "spearman")
    right = rank_or_values(matched(X_metabolites, X_genes), "spearman")
    genes, metabolites, _ = profile_pair(left, right, basis, remove_factors)
    return pd.DataFrame(np.clip(genes.T @ metabolites, -1, 1), X_genes.columns, X_metabolites.columns)
