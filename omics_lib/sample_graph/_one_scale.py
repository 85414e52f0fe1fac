"""Centre latents and bring them to one scale, without making every latent count alike.

A z-score of each latent would whiten them: where all components are kept,
every two samples are then equally far apart.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import StudyError


class OneScale(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Subtract each column's mean and divide all columns by one number, so that their mean variance is 1.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,)
    scale_ : float
        Root of the mean variance of the training columns; 1 where none varies.
    """

    def fit(self, X, y=None):
        """Learn the means and the one scale from `X` (n_samples, n_features)."""
        X = validate_data(self, X, dtype=np.float64)
        self.mean_ = X.mean(axis=0)
        self.scale_ = float(np.sqrt(X.var(axis=0).mean())) or 1.0
        return self

    def transform(self, X):
        """Return `X` centred and scaled; distances keep their proportions."""
        check_is_fitted(self)
        return (validate_data(self, X, dtype=np.float64, reset=False) - self.mean_) / self.scale_


def side_by_side(latents: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put the latents of several tables next to each other, so that each table counts alike.

    Parameters
    ----------
    latents : mapping of str to DataFrame of shape (n_samples, n_latent)
        By table; joined by index.

    Returns
    -------
    DataFrame of shape (n_samples, sum of n_latent)
        Columns `<table>_<latent>`. Each table is centred and divided by one
        number, the root of its total variance; within a table a latent that
        varies more still counts for more.

    Raises
    ------
    StudyError
        If the tables do not hold the same samples.

    Examples
    --------
    >>> Z = pd.DataFrame({"z": [0.0, 2.0]}, index=["S1", "S2"])
    >>> side_by_side({"a": Z, "b": 100 * Z}).round(2).values.tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    first = next(iter(latents.values()))
    parts = []
    for name, Z in latents.items():
        if not Z.index.sort_values().equals(first.index.sort_values()):
            found = f"{len(Z)} samples that are not the {len(first)} of the first table"
            expected = "every table must have latents of the same samples"
            remedy = "Encode the samples that all tables have."
            raise StudyError(f"latents of {name}", found, expected, remedy)
        centred = Z - Z.mean()
        total = float(np.sqrt(centred.pow(2).mean().sum())) or 1.0
        parts.append((centred / total).add_prefix(f"{name}_"))
    return pd.concat(parts, axis=1).loc[first.index]
