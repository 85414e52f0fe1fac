"""The steps of preprocessing as scikit-learn transformers, which learn from the training samples.

The rules themselves stand in `_detection`, `_normalise` and `_composition`, where nothing
loads scikit-learn: `omics-book check` and the advice take them from there.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.feature_selection import SelectorMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import one_of
from ._composition import centred_log_ratio
from ._detection import detected_share, fill_in, half_minimum
from ._normalise import (
    NORMALISE,
    Normalise,
    library_factors,
    median_library,
    ratio_factors,
    ratio_reference,
)

Kind = Literal["counts", "abundance", "log", "clr"]
KINDS: tuple[Kind, ...] = ("counts", "abundance", "log", "clr")


def _log2_plus_one(X):
    return np.log2(X + 1)


def _two_to_minus_one(X):
    return np.exp2(X) - 1


def _checked(step: BaseEstimator, X, *, reset: bool = True, **how) -> np.ndarray:
    """Check names and values as `validate_data` does, without its slow loop over the columns of a frame."""
    validate_data(step, X, reset=reset, skip_check_array=True)
    if isinstance(X, pd.DataFrame):
        X = X.to_numpy(dtype=np.float64, na_value=np.nan)
    return check_array(X, estimator=step, input_name="X", **how)


class DetectionFilter(SelectorMixin, BaseEstimator):
    """Keep features with a value above zero in at least a share of the samples.

    Parameters
    ----------
    min_detected : float
        Share of the training samples, from 0 (keep all) to 1.
    """

    def __init__(self, min_detected: float = 0.0):
        self.min_detected = min_detected

    def fit(self, X, y=None):
        """Count in which share of the samples each feature is detected."""
        X = _checked(self, X, dtype="numeric", ensure_all_finite="allow-nan")
        self.detected_ = detected_share(X, self.min_detected)
        return self

    def transform(self, X):
        """Return `X` (n_samples, n_features) with the features that are kept."""
        check_is_fitted(self, "detected_")
        X = _checked(self, X, reset=False, dtype="numeric", ensure_all_finite="allow-nan")
        return X[:, self._get_support_mask()]

    def _get_support_mask(self):
        check_is_fitted(self, "detected_")
        return self.detected_ >= self.min_detected


class HalfMinimumImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Replace missing values, and zeros if asked, by half the smallest positive value.

    The usual choice for abundances below the detection limit. The limit is
    learned per feature from the training samples; a feature without any
    positive training value takes the smallest limit of all features.

    Parameters
    ----------
    zeros : bool
        Replace zeros too (needed before a logarithm).
    """

    def __init__(self, zeros: bool = False):
        self.zeros = zeros

    def fit(self, X, y=None):
        """Learn half of the smallest positive value of each feature."""
        X = _checked(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        self.limit_ = half_minimum(X)
        return self

    def transform(self, X):
        """Return a copy of `X` (n_samples, n_features) without missing values."""
        check_is_fitted(self)
        X = _checked(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        return fill_in(X, self.limit_, zeros=self.zeros)


class CentredLogRatio(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Take log2, then subtract the mean of the sample: log2 of a part over the sample's geometric mean.

    Values must be positive, so zeros are replaced before. Nothing is learned:
    a sample is compared with itself.
    """

    def fit(self, X, y=None):
        """Learn nothing but the number of features."""
        _checked(self, X, dtype=np.float64)
        return self

    def transform(self, X):
        """Return the log ratios (n_samples, n_features); those of a sample sum to 0."""
        return centred_log_ratio(_checked(self, X, reset=False, dtype=np.float64))


class _Depth(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Divide each sample by a factor of its own; subclasses say which."""

    def fit(self, X, y=None):
        """Learn the depth that all samples are brought to."""
        self._learn(_checked(self, X, dtype=np.float64))
        return self

    def size_factors(self, X):
        """Tell by which factor each sample of `X` is divided, (n_samples,)."""
        check_is_fitted(self)
        return self._factors(_checked(self, X, reset=False, dtype=np.float64))

    def transform(self, X):
        """Return the counts (n_samples, n_genes) of samples of one depth."""
        check_is_fitted(self)
        X = _checked(self, X, reset=False, dtype=np.float64)
        return X / self._factors(X)[:, None]


class LibrarySizeScaler(_Depth):
    """Counts per million, brought back to the median library size of the training samples.

    The factor of a sample is its total over that median. A million would do as
    well, but for log2(x + 1): with few reads the 1 would be a fraction of a
    read, with many of them dozens. At the median it stays one read of a typical
    sample. Ranks over the samples are those of counts per million.
    """

    def _learn(self, X):
        self.library_size_ = median_library(X)

    def _factors(self, X):
        return library_factors(X, self.library_size_)


class MedianOfRatios(_Depth):
    """Size factors of DESeq2: the median ratio of a sample's counts to a reference.

    The reference of a gene is its geometric mean over the training samples; a
    gene that is 0 in any of them has none and does not take part. Unlike a
    total, a median is not moved by a few loud genes.

    Raises
    ------
    ParameterError
        If no gene is counted in every training sample, or a sample has none of
        those that are.

    References
    ----------
    Anders & Huber (2010), doi:10.1186/gb-2010-11-10-r106.
    """

    def _learn(self, X):
        self.reference_, self.log_means_ = ratio_reference(X)

    def _factors(self, X):
        return ratio_factors(X, self.reference_, self.log_means_)


def depth_scaler(normalise: Normalise) -> _Depth | None:
    """Build the transformer that `normalise` names; None for `none`."""
    one_of("normalise", normalise, NORMALISE)
    return {"none": None, "cpm": LibrarySizeScaler(), "median_of_ratios": MedianOfRatios()}[normalise]


def pipeline(kind: Kind, log: bool, min_detected: float, normalise: Normalise) -> Pipeline:
    """Build what `preprocessor` describes."""
    one_of("kind", kind, KINDS)
    steps: list[tuple[str, BaseEstimator]] = []
    scaler = depth_scaler(normalise)
    if kind == "counts":
        log2 = FunctionTransformer(
            _log2_plus_one, _two_to_minus_one, validate=True, feature_names_out="one-to-one"
        )
        steps = [("normalise", scaler)] if scaler is not None else []
        steps += [("detected", DetectionFilter(min_detected)), ("log2", log2)]
    elif kind == "clr":
        steps = [("impute", HalfMinimumImputer(zeros=True)), ("clr", CentredLogRatio())]
    elif kind == "abundance" and log:
        log2 = FunctionTransformer(np.log2, np.exp2, validate=True, feature_names_out="one-to-one")
        steps = [("impute", HalfMinimumImputer(zeros=True)), ("log2", log2)]
    elif kind == "abundance":
        steps = [("impute", HalfMinimumImputer())]
    elif kind == "log":
        steps = [("impute", SimpleImputer(strategy="median", keep_empty_features=True))]
    return Pipeline([*steps, ("scale", StandardScaler())])
