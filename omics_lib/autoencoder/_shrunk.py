"""Axes of a study's covariance, shrunk towards a cohort's."""

from __future__ import annotations

from typing import Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .._joined import Array
from ..rowspace import RowSpace, fit_row_space
from ._cohort_axes import CohortAxes
from ._shrinkage import chosen_share, cohort_gain


def share_in(X: Array, cohort: CohortAxes | None, n_latent: int) -> float:
    """Return the share that a cohort gets in a study, 0 without one."""
    if cohort is None:
        return 0.0
    if len(cohort.features) != X.shape[1]:
        raise ValueError(
            f"cohort must have the {X.shape[1]} features of X, got {len(cohort.features)}; "
            "bring it to them with cohort.aligned or cohort.in_units_of."
        )
    return chosen_share(cohort_gain(X, cohort, n_latent))


def shrunk_space(X: Array, cohort: CohortAxes | None, share: float) -> RowSpace:
    """Return the row space of a study, or of both where the cohort has a share."""
    beside = None if cohort is None else lambda part: cohort.rows(part=part)
    return fit_row_space(X, beside=beside, share=share)


class ShrunkPCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """PCA whose axes are those of a study's covariance, shrunk towards a cohort's.

    Parameters
    ----------
    n_components : int
    cohort : CohortAxes, optional
        Of the features of `X`; None: PCA.
    share : float or "auto"
        What the cohort counts for, below 1; `auto`: chosen by cross-validation inside `X`
        (`cohort_gain`), 0 unless another share is clearly ahead (`chosen_share`).

    Attributes
    ----------
    space_ : RowSpace
        Of the rows of `X`, and of the cohort's where it has a share.
    share_ : float
    components_ : ndarray of shape (n_components, n_features)

    Notes
    -----
    The axes are those of (1 − s) · S + s · S_cohort, with both traces the same. The study's mean stays
    the origin. Both sources are z-scored for themselves.

    References
    ----------
    Ledoit and Wolf (2004), doi:10.1016/S0047-259X(03)00096-4, on shrinking a covariance.
    """

    def __init__(
        self,
        n_components: int = 2,
        cohort: CohortAxes | None = None,
        share: float | Literal["auto"] = "auto",
    ):
        self.n_components, self.cohort, self.share = n_components, cohort, share

    def fit(self, X, y=None):
        """Find the axes of `X` (n_samples, n_features); `y` is ignored."""
        X = validate_data(self, X, dtype=np.float64, ensure_min_samples=4)
        chosen = share_in(X, self.cohort, self.n_components) if self.share == "auto" else self.share
        self.share_ = chosen if self.cohort is not None else 0.0
        self.space_ = shrunk_space(X, self.cohort, self.share_)
        self.components_ = self.space_.basis[:, : self.n_components].T
        self._n_features_out = len(self.components_)
        return self

    def transform(self, X):
        """Project `X` (n_samples, n_features) onto the axes."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return (X - self.space_.mean) @ self.components_.T

    def inverse_transform(self, Z):
        """Turn coordinates (n_samples, n_components) back into rows."""
        check_is_fitted(self)
        return np.asarray(Z) @ self.components_ + self.space_.mean
