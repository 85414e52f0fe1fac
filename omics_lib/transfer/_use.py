"""Is this cohort of any use here? Two answers that need no truth, and the default that follows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from ..autoencoder import CohortAxes, chosen_share, cohort_axes, cohort_gain
from ..correlation import Profiles
from ._alignment import alignment

_ALPHA = 0.01  # below 0.05, as a cohort that is of no use costs more than one that is left out


@dataclass(frozen=True)
class CohortUse:
    """Whether a cohort is of use for a study; made by `cohort_use`.

    Attributes
    ----------
    gains : DataFrame
        As `cohort_gain` returns it: the gain in cross-validation inside the study, by share.
    share : float
        The share that would be chosen.
    r, p : float
        Agreement of the associations of both sources, and its p against shuffled names (`alignment`).
    associations : str
        What they were: of genes with `metabolites`, or with `genes`.
    n_study, n_cohort : int
        Samples.
    """

    gains: pd.DataFrame = field(repr=False)
    share: float
    r: float
    p: float
    associations: str
    n_study: int
    n_cohort: int

    @property
    def gain(self) -> float:
        """Held-out R² that the chosen share adds, in cross-validation inside the study."""
        return float(self.gains.set_index("share").loc[self.share, "gain"])

    @property
    def axes_help(self) -> bool:
        """Whether cross-validation gives the cohort a share."""
        return self.share > 0

    @property
    def associations_agree(self) -> bool:
        """Whether both sources agree on what goes together more than shuffled names would: p ≤ .01."""
        return self.p <= _ALPHA

    @property
    def of_use(self) -> bool:
        """Whether the cohort is used by default: both answers are yes."""
        return self.axes_help and self.associations_agree


def cohort_use(
    X_genes: pd.DataFrame,
    cohort_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame | None = None,
    cohort_metabolites: pd.DataFrame | None = None,
    *,
    axes: CohortAxes | None = None,
    covariates: pd.DataFrame | None = None,
    cohort_covariates: pd.DataFrame | None = None,
    n_latent: int = 8,
    n_permutations: int = 199,
    random_state: int | None = None,
) -> CohortUse:
    """Ask, with no truth at hand, whether a cohort is of any use for a study.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        z-scores of the study.
    cohort_genes, cohort_metabolites : DataFrame of shape (n_cohort, n_features)
        The same of the cohort, z-scored within it. Without metabolites in both, genes are correlated with
        genes.
    axes : CohortAxes, optional
        Of `cohort_genes`, in the study's units; by default as if both had only z-scores in common.
    covariates, cohort_covariates : DataFrame, optional
        Regressed out of the associations of either source.
    n_latent, n_permutations, random_state
        As in `cohort_gain` and `alignment`.

    Returns
    -------
    CohortUse
    """
    if axes is None:
        axes = replace(cohort_axes(cohort_genes), comparable=False).aligned(X_genes.columns)
    gains = cohort_gain(X_genes.to_numpy(), axes, n_latent)
    paired = X_metabolites is not None and cohort_metabolites is not None
    tables = (X_genes, X_metabolites), (cohort_genes, cohort_metabolites)
    sources = [
        Profiles.of(genes, metabolites if paired else genes, covariates=held)
        for (genes, metabolites), held in zip(tables, (covariates, cohort_covariates), strict=True)
    ]
    agreement = alignment(*sources, n_permutations=n_permutations, random_state=random_state)
    return CohortUse(
        gains,
        chosen_share(gains),
        *agreement,
        "metabolites" if paired else "genes",
        len(X_genes),
        len(cohort_genes),
    )
