"""Spearman's rho of every gene with every metabolite, in memory."""

from __future__ import annotations

import pandas as pd

from ._profiles import Profiles


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
    return Profiles.of(X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors).rho()
