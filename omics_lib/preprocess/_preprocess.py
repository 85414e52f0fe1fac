"""Preprocessing as scikit-learn pipelines, one per kind of values.

Second step of the flow. Everything that learns (filters, imputation, means and
standard deviations) is a transformer, so that cross-validation refits it on
the training samples of each fold and held-out samples teach it nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from mudata import MuData, set_options
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.feature_selection import SelectorMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import ParameterError
from ._composition import CentredLogRatio
from ._normalise import Normalise, depth_scaler

Kind = Literal["counts", "abundance", "log", "clr"]
KINDS: tuple[Kind, ...] = ("counts", "abundance", "log", "clr")


def _log2_plus_one(X):
    return np.log2(X + 1)


def _two_to_minus_one(X):
    return np.exp2(X) - 1


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
        X = validate_data(self, X, dtype="numeric", ensure_all_finite="allow-nan")
        self.detected_ = np.mean(np.nan_to_num(X) > 0, axis=0)
        if not self._get_support_mask().any():
            raise ParameterError(
                "min_detected",
                f"no feature is detected in {self.min_detected:g} of the samples",
                f"the most frequent one is detected in {self.detected_.max():.2g} of them",
                "Choose a smaller share.",
            )
        return self

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
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        lowest = np.where(X > 0, X, np.inf).min(axis=0)
        seen = np.isfinite(lowest)
        lowest[~seen] = lowest[seen].min() if seen.any() else 1.0
        self.limit_ = lowest / 2
        return self

    def transform(self, X):
        """Return a copy of `X` (n_samples, n_features) without missing values."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        replace = np.isnan(X) | (X <= 0) if self.zeros else np.isnan(X)
        return np.where(replace, self.limit_, X)


def preprocessor(
    kind: Kind, *, log: bool = False, min_detected: float = 0.0, normalise: Normalise = "none"
) -> Pipeline:
    """Build the preprocessing pipeline for one kind of values.

    Parameters
    ----------
    kind : {"counts", "abundance", "log", "clr"}
        `counts`: log2(x + 1), then z-score; `abundance`: missing values become
        half the feature's minimum, then z-score; `log`: missing values become
        the feature's median, then z-score; `clr`: zeros and missing values
        become half the feature's minimum, then log2 of each part over the
        geometric mean of its sample, then z-score.
    log : bool
        Only for `abundance`: take log2 first; zeros become half the feature's
        minimum.
    min_detected : float
        Only for `counts`: drop features detected in less than this share of
        the training samples.
    normalise : {"none", "cpm", "median_of_ratios"}
        Only for `counts`: bring the samples to one depth first. `cpm` divides
        by the library size, relative to the median one of the training
        samples; `median_of_ratios` by the size factors of DESeq2, whose
        reference is the geometric mean of the training samples.

    Returns
    -------
    sklearn.pipeline.Pipeline
        From (n_samples, n_features) to z-scores, mean 0 and standard deviation
        1 (ddof 0) over the samples it was fitted on; a feature that is
        constant there becomes 0.

    Raises
    ------
    ParameterError
        If `kind` or `normalise` is none of those. When fitted: no feature is detected often
        enough, or none is counted in every sample, which `median_of_ratios` needs.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.array([[0.0, 3.0], [1.0, 7.0], [3.0, 15.0]])
    >>> preprocessor("counts").fit_transform(counts).mean(axis=0).round(12)
    array([0., 0.])
    """
    steps: list[tuple[str, BaseEstimator]]
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
    else:
        raise ParameterError(
            "kind", f"found {kind!r}", f"it must be one of {', '.join(KINDS)}", "Choose one."
        )
    return Pipeline([*steps, ("scale", StandardScaler())])


def preprocessor_for(modality: str, parameters: Mapping[str, Any]) -> Pipeline:
    """Build the pipeline that the parameters of a run ask for.

    Parameters
    ----------
    modality : str
        `transcriptomics` or `metabolomics`.
    parameters : mapping
        As `read_parameters` returns them, or those of preprocessing alone, which chapter 2
        leaves in the `uns["preprocessing"]` of `preprocessed.h5mu`.

    Returns
    -------
    sklearn.pipeline.Pipeline
        As `preprocessor` builds it.

    Examples
    --------
    >>> from omics_lib.schema import default_parameters
    >>> list(preprocessor_for("metabolomics", default_parameters() | {"metabolomics_log": True}).named_steps)
    ['impute', 'log2', 'scale']
    """
    return preprocessor(
        parameters[f"{modality}_kind"],
        log=bool(parameters.get(f"{modality}_log", False)),
        min_detected=float(parameters["min_detected"]) if modality == "transcriptomics" else 0.0,
        normalise=parameters["normalise"],
    )


def preprocess_study(study: MuData, pipelines: Mapping[str, Pipeline]) -> MuData:
    """Preprocess whole tables, for everything that is not cross-validated.

    Parameters
    ----------
    study : MuData
        As `read_study` returns it.
    pipelines : mapping of str to Pipeline
        One `preprocessor` per modality; fitted here on all samples.

    Returns
    -------
    MuData
        Each modality has its values as they came in `layers["raw"]`, z-scores
        in `X` (0 for features that a filter dropped) and `var["kept"]`.
        Cross-validation starts from `raw`, so that it refits the pipeline.
    """
    with set_options(pull_on_update=False), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="var_names are not unique")  # modalities may share a name
        result = study.copy()
    for name, pipeline in pipelines.items():
        data = result[name]
        table = data.to_df()
        scores = pipeline.fit_transform(table)
        kept = np.isin(table.columns, pipeline[:-1].get_feature_names_out())
        data.layers["raw"] = table.to_numpy()
        data.X = np.zeros(table.shape)
        data.X[:, kept] = scores
        data.var["kept"] = kept
    return result


def preprocessed_table(study: MuData, modality: str) -> pd.DataFrame:
    """Return the z-scores (n_samples, n_features) of the features that were kept."""
    data = study[modality]
    return data[:, data.var["kept"].to_numpy(dtype=bool)].to_df()
