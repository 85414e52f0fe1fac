"""The ranking of all pairs by a study, by a cohort, and by both together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._joined import Array
from ..correlation import Profiles
from ..pairs import Products, Ranking
from ..refinement import high_pass


def cohort_rankings(
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    cohort_genes: pd.DataFrame,
    cohort_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
    cohort_covariates: pd.DataFrame | None = None,
) -> dict[str, Ranking]:
    """Rank the pairs that a study and a cohort share by either, and by the evidence of both.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables of the study.
    cohort_genes, cohort_metabolites : DataFrame of shape (n_cohort, n_features)
        The same of the cohort.
    covariates, cohort_covariates : DataFrame, optional
        Regressed out within either source.

    Returns
    -------
    dict of str to Ranking
        `cohort alone`, first, as that is what the study has to add to; `study and cohort`; `study alone`.
        Genes and metabolites are those that both have, in the order of the study.

    Notes
    -----
    The evidence of a source is the cosine of a gene with a metabolite after both tables have been
    sharpened, as `refine` does where single links dominate: what many features share is damped. Times √df
    it is about normal where nothing is linked, and the two are added with the weights √n (Stouffer's
    method), signs included: where the sources disagree, the pair falls.

    References
    ----------
    Stouffer et al. (1949), The American Soldier, volume 1, Princeton University Press. Zaykin (2011),
    doi:10.1111/j.1420-9101.2011.02297.x, on the weights.
    """
    genes = X_genes.columns.intersection(cohort_genes.columns, sort=False)
    metabolites = X_metabolites.columns.intersection(cohort_metabolites.columns, sort=False)
    study, n_study = _sharpened(X_genes[genes], X_metabolites[metabolites], covariates)
    cohort, n_cohort = _sharpened(cohort_genes[genes], cohort_metabolites[metabolites], cohort_covariates)
    weights = np.sqrt([n_study, n_cohort])
    weights /= weights.max()
    weighted = (study[0] * weights[0], cohort[0] * weights[1])
    both = [np.hstack(weighted), np.hstack([study[1], cohort[1]])]
    found = {"cohort alone": cohort, "study and cohort": both, "study alone": study}
    return {
        name: Ranking(Products((genes, metabolites), [(left, right)]), "network")
        for name, (left, right) in found.items()
    }


def _sharpened(
    X_genes: pd.DataFrame, X_metabolites: pd.DataFrame, covariates: pd.DataFrame | None
) -> tuple[list[Array], int]:
    """Return both sides, sharpened (n_features, n_samples), and samples × degrees of freedom."""
    source = Profiles.of(X_genes, X_metabolites, covariates=covariates)
    sides = [high_pass(source.unit(side)).T for side in (source.left, source.right)]
    return sides, source.n_samples * source.degrees_of_freedom
