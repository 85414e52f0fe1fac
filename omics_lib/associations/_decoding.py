"""From significant pairs of latents back to pairs of genes and metabolites.

A latent is no molecule, so a correlation of two latents is spread over the genes and
the metabolites that follow them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from .._joined import Array, aligned_tables, matched
from ..correlation import Profiles, benjamini_hochberg, null_for
from ..errors import rate, whole_number
from ..pairs import PairScores, Products, largest_product


@dataclass(frozen=True)
class DecodedPairs:
    """What `decode_latent_pairs` found.

    Attributes
    ----------
    pairs : DataFrame
        Pairs with p_family ≤ alpha: `gene`, `metabolite`, `rho` (of the pair
        itself), `p` (of the decoded score, by permutation), `p_family` (the
        same against the strongest pair of each permutation), `score`.
    n_found : int
        How many those are; `pairs` are the strongest `max_pairs` of them.
    n_latent_pairs : int
        Latent pairs with q ≤ alpha that were decoded.
    null : DataFrame
        One row per permutation: `max_abs_rho` over the latent pairs,
        `n_significant` latent pairs, `max_score` over the decoded pairs.
    """

    pairs: pd.DataFrame
    n_found: int
    n_latent_pairs: int
    null: pd.DataFrame


def _strongest(rho: Array, n: int) -> Array:
    """Keep the `n` strongest entries of `rho` and set the others to 0."""
    if n == 0:
        return np.zeros_like(rho)
    floor = np.partition(np.abs(rho).ravel(), -n)[-n]
    return np.where(np.abs(rho) >= floor, rho, 0.0)


def _beside(table: pd.DataFrame, latents: ArrayLike) -> pd.DataFrame:
    """Put latents (n_samples, n_latent) of the same samples to the right of a table."""
    return pd.concat([table, pd.DataFrame(np.asarray(latents, dtype=np.float64), table.index)], axis=1)


def decode_latent_pairs(
    X_genes,
    X_metabolites,
    Z_genes,
    Z_metabolites,
    *,
    alpha: float = 0.05,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    groups: ArrayLike | None = None,
    n_permutations: int = 1000,
    max_pairs: int = 10_000_000,
    random_state: int | None = None,
) -> DecodedPairs:
    """Spread the significant latent pairs over genes and metabolites.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables of the same samples.
    Z_genes, Z_metabolites : DataFrame of shape (n_samples, n_latent)
        Their latents.
    alpha, covariates, remove_factors, groups, n_permutations, max_pairs, random_state
        As in `associate`.

    Returns
    -------
    DecodedPairs

    Notes
    -----
    score = Lg S Lmᵀ, where Lg (genes × latents) and Lm (metabolites × latents)
    hold the Spearman correlations of features with their own latents, and S
    the correlations of the significant latent pairs, 0 elsewhere. Each
    permutation of the alignment computes S anew from as many of its strongest
    latent pairs, so p = (b + 1) / (m + 1) asks whether chance decodes as
    strongly (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585). A decoded
    score is dense: where anything ties the two tables together, a third of all
    pairs may have a small p. So p_family asks more: whether the *strongest*
    pair of a permutation reaches the score (Westfall and Young 1993, ISBN
    0471557617), which bounds the chance of even one pair when the tables are
    independent. It is no false discovery rate: where something does tie the
    tables together, it says nothing of how many of the pairs are false, for
    neither p tests one pair against its neighbours. The shared
    factors of `remove_factors` are computed from the metabolites and their
    latents, anew in each permutation.
    """
    rate("alpha", alpha)
    whole_number("n_permutations", n_permutations)
    whole_number("max_pairs", max_pairs, 1)
    genes, metabolites = aligned_tables(X_genes, X_metabolites, ("gene", "metabolite"))
    left = _beside(genes, matched(Z_genes, X_genes))
    profiles = Profiles.of(
        left if isinstance(X_genes, pd.DataFrame) else left.to_numpy(),  # what has no ids goes by position
        _beside(metabolites.set_axis(genes.index), matched(Z_metabolites, X_genes)),
        covariates=covariates,
        remove_factors=remove_factors,
        groups=groups,
    )
    decode = _Decoder(n_genes=genes.shape[1], n_metabolites=metabolites.shape[1], alpha=alpha)
    observed = decode(profiles, None)
    n_latent_pairs = observed.n_significant
    seed = int(np.random.SeedSequence().generate_state(1)[0]) if random_state is None else random_state
    alignments = profiles.permuted(n_permutations, seed)
    shown = tqdm(alignments, "decoded permutations", n_permutations, delay=5, disable=None, leave=False)
    permuted = [decode(aligned, n_latent_pairs).row() for aligned in shown]
    null = pd.DataFrame(permuted, columns=["max_abs_rho", "n_significant", "max_score"])

    maxima = np.sort(null["max_score"].to_numpy(dtype=float))
    limit = _limit(maxima, alpha) / _LESS if n_latent_pairs else np.inf
    n_found, g, m = observed.scores(profiles).above(limit, max_pairs)
    pairs = _listed(profiles, decode, observed, (g, m), seed, maxima)
    return DecodedPairs(pairs, n_found, n_latent_pairs, null)


def _listed(
    profiles: Profiles,
    decode: _Decoder,
    observed: _Decoded,
    places: tuple[NDArray[np.intp], NDArray[np.intp]],
    seed: int,
    maxima: Array,
) -> pd.DataFrame:
    """List some pairs, the strongest first, with their p from the same permutations again."""
    (g, m), n_permutations, score = places, len(maxima), observed.at(*places)
    least, reached = np.abs(score) * _LESS, np.zeros(len(g), dtype=np.int64)
    for aligned in profiles.permuted(n_permutations, seed) if len(g) else ():
        reached += np.abs(decode(aligned, observed.n_significant).at(g, m)) >= least
    exceeded = n_permutations - np.searchsorted(maxima, least)
    return pd.DataFrame(
        {
            "gene": profiles.names[0].to_numpy(dtype=object)[g],
            "metabolite": profiles.names[1].to_numpy(dtype=object)[m],
            "rho": profiles.rho_at(g, m),
            "p": (reached + 1) / (n_permutations + 1),
            "p_family": (exceeded + 1) / (n_permutations + 1),
            "score": score,
        }
    ).sort_values("score", key=np.abs, ascending=False, kind="stable", ignore_index=True)


# Ranks tie: what differs from a score by rounding alone has reached it.
_LESS = 1 - 1e-9


def _limit(maxima: Array, alpha: float) -> float:
    """Return the score above which p_family is at most alpha, from the sorted maxima of the permutations."""
    allowed = int(alpha * (len(maxima) + 1) * (1 + 1e-12)) - 1  # permutations that may reach such a score
    if allowed < 0:
        return np.inf
    return float(maxima[-1 - allowed]) if allowed < len(maxima) else 0.0


@dataclass(frozen=True, eq=False)
class _Decoded:
    """One alignment, decoded: score = left · middle · right, for genes and metabolites of unit profiles."""

    left: Array
    middle: Array
    right: Array
    max_abs_rho: float
    n_significant: int

    def row(self) -> tuple[float, int, float]:
        """Return a row of `DecodedPairs.null`."""
        largest = largest_product(self.left, self.middle, self.right)
        return self.max_abs_rho, self.n_significant, largest

    def at(self, genes: NDArray[np.intp], metabolites: NDArray[np.intp]) -> Array:
        """Return the signed scores of some pairs."""
        left, right, found = self.left.T, (self.middle @ self.right).T, np.empty(len(genes))
        for start in range(0, len(genes), 200_000):
            part = slice(start, start + 200_000)
            found[part] = np.einsum("ij,ij->i", left[genes[part]], right[metabolites[part]])
        return found

    def scores(self, profiles: Profiles) -> PairScores:
        """Return |score| of all pairs."""
        genes, metabolites = profiles.names
        names = genes[: self.left.shape[1]], metabolites[: self.right.shape[1]]
        return Products(names, [(np.ascontiguousarray(self.left.T), (self.middle @ self.right).T)])


@dataclass(frozen=True)
class _Decoder:
    """Decode the profiles of two tables whose last columns are their latents."""

    n_genes: int
    n_metabolites: int
    alpha: float

    def __call__(self, aligned: Profiles, n: int | None) -> _Decoded:
        """Decode the `n` strongest latent pairs, those that are significant by default."""
        P, R, k, m = aligned.unit_left, aligned.unit_right, self.n_genes, self.n_metabolites
        G, Zg, M, Zm = P[:, :k], P[:, k:], R[:, :m], R[:, m:]
        rho = np.clip(Zg.T @ Zm, -1, 1)
        live = np.outer(Zg.any(axis=0), Zm.any(axis=0))
        law = null_for("spearman", "exact", aligned.degrees_of_freedom)
        n_significant = int(np.sum(benjamini_hochberg(law.p(rho[live])) <= self.alpha))
        chosen = _strongest(rho, n_significant if n is None else n)
        return _Decoded(G, Zg @ chosen @ Zm.T, M, float(np.abs(rho).max()), n_significant)
