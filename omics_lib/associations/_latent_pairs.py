"""Every gene latent against every metabolite latent."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..correlation import Profiles, benjamini_hochberg
from ._permutations import Calibrated, Testing, calibrate


def correlate_latents(
    Z_genes,
    Z_metabolites,
    *,
    method: str = "spearman",
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    groups: ArrayLike | None = None,
    null: str = "exact",
    n_permutations: int = 0,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Correlate every gene latent with every metabolite latent, over the samples.

    Parameters
    ----------
    Z_genes, Z_metabolites : DataFrame or array of shape (n_samples, n_latent)
        Latents of the same samples; DataFrames are joined by their index.
    method, covariates, remove_factors, groups, null, n_permutations, random_state
        As in `associate`; permutations are made only for `groups`.

    Returns
    -------
    DataFrame
        `gene_latent`, `metabolite_latent`, `rho`, `p`, `q`, one row per pair of
        live latents, strongest first. Latents that do not vary are left out.

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
    profiles = Profiles.of(
        Z_genes,
        Z_metabolites,
        covariates=covariates,
        remove_factors=remove_factors,
        groups=groups,
        method=method,
        kinds=("gene_latent", "metabolite_latent"),
    )
    n_permutations = n_permutations if groups is not None else 0
    how = Testing(method, null, n_permutations=n_permutations, random_state=random_state)
    calibrated = calibrate(profiles, how)
    pairs = _listed(calibrated)
    pairs["q"] = benjamini_hochberg(pairs["p"])
    return pairs.sort_values("rho", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def _listed(calibrated: Calibrated) -> pd.DataFrame:
    """List all pairs of live latents, with rho and p."""
    profiles, tables, chance = calibrated.tables.profiles, calibrated.tables, calibrated.chance
    rho = np.clip(np.round(tables.genes.exact @ tables.metabolites.exact.T, 13), -1, 1)
    p = np.ones_like(rho)
    for block in chance.blocks:
        among = np.ix_(block.genes, block.metabolites)
        p[among] = block.null.p(rho[among])
    live = np.ix_(*tables.live)
    g, m = (places.ravel() for places in np.meshgrid(*tables.live, indexing="ij"))
    names = [axis.to_numpy(dtype=object) for axis in profiles.names]
    return pd.DataFrame(
        {
            "gene_latent": names[0][g],
            "metabolite_latent": names[1][m],
            "rho": rho[live].ravel(),
            "p": p[live].ravel(),
        }
    )
