"""Axes of a study's covariance, shrunk towards a cohort's: how far, the study's own samples decide."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.model_selection import KFold
from sklearn.utils.validation import check_is_fitted, validate_data

from .._joined import Array
from ..rowspace import RowSpace, fit_row_space
from ._cohort_axes import CohortAxes

_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)
_N_FOLDS = 10
_LEAST_LEAD = 1.5  # standard errors
_LEAST_GAIN = 0.005  # held-out R²


def cohort_gain(X: Array, cohort: CohortAxes, n_latent: int, *, n_folds: int = _N_FOLDS) -> pd.DataFrame:
    """Cross-validate, inside a study, how much of its covariance should be the cohort's.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        z-scores of the study's training samples; z-scored again in each fold.
    cohort : CohortAxes
        Of the same features, `aligned`.
    n_latent : int
        Axes that are kept.
    n_folds : int
        At most n_samples.

    Returns
    -------
    DataFrame
        One row a `share`, from 0: `r2` (held out); its `gain` over share 0, and what it is `behind` the
        best, each with the standard error of the difference over the samples, `gain_se` and `behind_se`.

    Notes
    -----
    Held-out errors need inner products of rows alone, so nothing of n_features × n_features is made.
    """
    X = np.asarray(X, dtype=np.float64)
    errors, totals = np.zeros((len(_SHARES), len(X))), np.zeros(len(X))
    folds = KFold(min(n_folds, len(X)), shuffle=True, random_state=0)
    for train, test in folds.split(X):
        scale = X[train].std(axis=0)
        scale = np.where(scale > 1e-9 * scale.max(), scale, 1)
        Z = (X - X[train].mean(axis=0)) / scale
        totals[test] = np.square(Z[test]).sum(axis=1)
        explained = _explained(Z[train], cohort.rows(scale), Z[test], n_latent)
        errors[:, test] = totals[test] - explained
    r2 = 1 - errors.sum(axis=1) / totals.sum()
    gain, behind = (errors[0] - errors) / totals.mean(), (errors - errors[r2.argmax()]) / totals.mean()
    columns = {"share": _SHARES, "r2": r2}
    for name, values in (("gain", gain), ("behind", behind)):
        columns |= {name: values.mean(axis=1), f"{name}_se": values.std(axis=1, ddof=1) / np.sqrt(len(X))}
    return pd.DataFrame(columns)


def _explained(Z: Array, rows: Array, held_out: Array, n_latent: int) -> Array:
    """Return, a row a share, the squared length of held-out rows along the leading axes."""
    stacked, n = np.vstack([Z, rows]), len(Z)
    gram, across = stacked @ stacked.T, held_out @ stacked.T
    traces = np.trace(gram[:n, :n]), np.trace(gram[n:, n:])
    found = np.empty((len(_SHARES), len(held_out)))
    for i, share in enumerate(_SHARES):
        weights = np.sqrt(np.repeat([(1 - share) / traces[0], share / traces[1]], [n, len(rows)]))
        variance, vectors = np.linalg.eigh(gram * np.outer(weights, weights))
        kept = np.flatnonzero(variance > 1e-10 * variance[-1])[-n_latent:]
        coordinates = (across * weights) @ (vectors[:, kept] / np.sqrt(variance[kept]))
        found[i] = np.square(coordinates).sum(axis=1)
    return found


def chosen_share(gains: pd.DataFrame) -> float:
    """Choose a share from what `cohort_gain` returns, 0 unless another is clearly ahead.

    The best share counts only if its gain is above 1.5 standard errors, and above .005: a cohort that is of
    use adds many times that, and one of no use now and then a little by luck. Then the smallest share is
    taken that is ahead of 0 by as many, and behind the best by no more than the standard error of that
    difference (Breiman et al. 1984, the rule of one standard error).
    """
    best, least = gains.loc[gains["r2"].idxmax()], _LEAST_LEAD * gains["gain_se"]
    near = (gains["gain"] > least) & (gains["behind"] <= gains["behind_se"])
    of_use = best["gain"] > max(_LEAST_LEAD * best["gain_se"], _LEAST_GAIN)
    return float(gains.loc[near, "share"].min()) if of_use else 0.0


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
    return fit_row_space(X, beside=cohort.rows() if cohort is not None and share else None, share=share)


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
