"""The design `tissues`: modules, direct links and shifts by tissue in one study, measured as instruments do.

A gene's counts have the library sizes, the zeros and the overdispersion of RNA sequencing; a metabolite's
abundances are skewed, and missing more often where they are low.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ._planted import Planted, followers, follows, link_to_genes, standardised

TISSUES = ("brain", "kidney", "liver", "muscle")
# What is planted, and how much of it; written beside the study.
SHARES = {
    "genes_expressed": 0.5,
    "genes_in_modules": 0.25,
    "metabolites_in_modules": 0.4,
    "metabolites_linked": 0.25,
    "features_shifted_by_tissue": 0.5,
    "known_module_pairs_per_link": 2,
}
_LINK = 0.8  # correlation of a metabolite with its gene, before either is shifted or measured
_MOST_MISSING = 0.4  # of a metabolite's samples: one that is hardly measured is no feature of a study


def plant_tissues(
    size: tuple[int, int, int],
    tissue: np.ndarray,
    *,
    n_modules: int,
    strength: float,
    rng: np.random.Generator,
) -> Planted:
    """Draw the features of a study of `size`; `tissue` is the number of each sample's tissue.

    By their places, genes are first those of modules, then the other expressed ones, among them the parents
    of the links, then those of low expression; metabolites first those of modules, then the linked ones.
    """
    planted = Planted.nothing(*size, rng)
    factors = standardised(rng.normal(size=(size[0], n_modules)))
    for values, module, share in (
        (planted.genes, planted.modules[0], SHARES["genes_in_modules"]),
        (planted.metabolites, planted.modules[1], SHARES["metabolites_in_modules"]),
    ):
        n = int(share * values.shape[1])
        values[:, :n], module[:n] = followers(factors, n, strength, rng)
    shifts = [_shifts(n, rng) for n in size[1:]]
    planted.genes += shifts[0][tissue]
    free = np.arange((planted.modules[0] >= 0).sum(), n_expressed(size[1]))
    n_links, first = max(1, int(SHARES["metabolites_linked"] * size[2])), (planted.modules[1] >= 0).sum()
    links = link_to_genes(planted, free, first + np.arange(n_links), _LINK, rng)
    planted.metabolites += shifts[1][tissue]
    genes, metabolites = (
        follows(module, n_modules).assign(tissue=(shift != 0).any(axis=0))
        for module, shift in zip(planted.modules, shifts, strict=True)
    )
    metabolites.loc[links[:, 1], "tissue"] |= genes["tissue"].to_numpy()[links[:, 0]]
    planted.factors = genes, metabolites
    of_genes, of_metabolites = (pd.DataFrame(shift.T, columns=list(TISSUES)) for shift in shifts)
    planted.shifts = of_genes, of_metabolites
    planted.know(links, int(SHARES["known_module_pairs_per_link"]) * len(links), rng)
    return planted


def n_expressed(n_genes: int) -> int:
    """Tell how many genes, the first ones by their places, are well expressed."""
    return int(SHARES["genes_expressed"] * n_genes)


def _shifts(n_features: int, rng: np.random.Generator) -> np.ndarray:
    """Draw by how much each tissue shifts each feature, (n_tissues, n_features), in standard deviations."""
    shifted = rng.random(n_features) < SHARES["features_shifted_by_tissue"]
    return np.where(shifted, rng.normal(size=(len(TISSUES), n_features)), 0.0)


def sequenced(genes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn latent values into counts: library sizes, half of the genes low, dispersion falling with the mean.

    The dispersion is 0.05 + 1 / mean, scattered about that trend. A gene that is seen in no sample,
    or as often in all, is drawn again at twice the mean: no table of counts would list it.
    """
    n_samples, n_genes = genes.shape
    expressed = np.arange(n_genes) < n_expressed(n_genes)
    log_mean = np.where(expressed, rng.normal(4.5, 1.5, n_genes), rng.normal(-0.5, 1.0, n_genes))
    scatter = np.exp(rng.normal(0, 0.4, n_genes))
    depth = rng.normal(0, 0.3, size=(n_samples, 1))
    counts = np.zeros(genes.shape)
    again = np.arange(n_genes)
    while len(again):
        shape = 1 / (scatter[again] * (0.05 + np.exp(-log_mean[again])))
        expected = np.exp(log_mean[again] + depth + 0.7 * genes[:, again])
        counts[:, again] = rng.poisson(expected * rng.gamma(shape, 1 / shape, size=expected.shape))
        again = again[np.ptp(counts[:, again], axis=0) == 0]
        log_mean[again] += np.log(2)
    return counts


def detected(metabolites: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn latent values into skewed abundances, missing (NaN) more often where they are low.

    About a tenth is missing: more of metabolites of low mean, and of each the lower values rather than
    the higher, at most 40% of its samples.
    """
    n_samples, n_metabolites = metabolites.shape
    log_mean = rng.normal(8, 1.5, n_metabolites)
    abundance = np.round(np.exp(log_mean + 0.7 * metabolites), 3)
    rate = 0.3 / (1 + np.exp(log_mean - 7))
    n_missing = np.minimum(rng.binomial(n_samples, rate), int(_MOST_MISSING * n_samples))
    low = standardised(metabolites) - rng.gumbel(size=metabolites.shape)
    rank = np.argsort(np.argsort(low, axis=0), axis=0)
    abundance[rank < n_missing] = np.nan
    return abundance
