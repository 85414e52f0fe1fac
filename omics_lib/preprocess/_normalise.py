"""Bring counts to one depth: scikit-learn transformers that learn from the training samples.

A step of the pipeline of `preprocess`, before the logarithm. What a training
set teaches is a typical depth; each new sample is then scaled by its own counts
and by nothing of the other new samples.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import ParameterError

Normalise = Literal["none", "cpm", "median_of_ratios"]
NORMALISE: tuple[Normalise, ...] = ("none", "cpm", "median_of_ratios")


class _Depth(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Divide each sample by a factor of its own; subclasses say which."""

    def fit(self, X, y=None):
        """Learn the depth that all samples are brought to."""
        self._learn(validate_data(self, X, dtype=np.float64))
        return self

    def size_factors(self, X):
        """Tell by which factor each sample of `X` is divided, (n_samples,)."""
        check_is_fitted(self)
        return self._factors(validate_data(self, X, dtype=np.float64, reset=False))

    def transform(self, X):
        """Return the counts (n_samples, n_genes) of samples of one depth."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return X / self._factors(X)[:, None]


class LibrarySizeScaler(_Depth):
    """Counts per million, brought back to the median library size of the training samples.

    The factor of a sample is its total over that median. A million would do as
    well, but for log2(x + 1): with few reads the 1 would be a fraction of a
    read, with many of them dozens. At the median it stays one read of a typical
    sample. Ranks over the samples are those of counts per million.
    """

    def _learn(self, X):
        totals = X.sum(axis=1)
        self.library_size_ = float(np.median(totals[totals > 0])) if (totals > 0).any() else 1.0

    def _factors(self, X):
        totals = X.sum(axis=1)
        return np.where(totals > 0, totals, self.library_size_) / self.library_size_


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
        self.reference_ = (X > 0).all(axis=0)
        self.log_means_ = np.log(X[:, self.reference_]).mean(axis=0)
        if not self.reference_.any():
            raise _no_reference("no gene is counted in every training sample")

    def _factors(self, X):
        X = X[:, self.reference_]
        if not (X > 0).any(axis=1).all():
            raise _no_reference("a sample has none of the genes that every training sample has")
        ratios = np.log(np.where(X > 0, X, np.nan)) - self.log_means_
        return np.exp(np.nanmedian(ratios, axis=1))


def _no_reference(found: str) -> ParameterError:
    expected = "`normalise: median_of_ratios` compares the counts of such genes"
    return ParameterError("normalise", found, expected, "Set `normalise: cpm`.")


def depth_scaler(normalise: Normalise) -> _Depth | None:
    """Build the transformer that `normalise` names; None for `none`."""
    if normalise not in NORMALISE:
        allowed = f"it must be one of {', '.join(NORMALISE)}"
        raise ParameterError("normalise", f"found {normalise!r}", allowed, "Choose one.")
    return {"none": None, "cpm": LibrarySizeScaler(), "median_of_ratios": MedianOfRatios()}[normalise]
