"""Preprocessing as scikit-learn pipelines, one per kind of values.

Second step of the flow. Everything that learns (filters, imputation, means and
standard deviations) is a transformer, so that cross-validation refits it on
the training samples of each fold and held-out samples teach it nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from mudata import MuData, set_options

from ._detection import detected_share
from ._normalise import Normalise, size_factors

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from ._estimators import Kind


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
    from ._estimators import pipeline

    return pipeline(kind, log, min_detected, normalise)


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
    return preprocessor(**_recipe(modality, parameters))


def _recipe(modality: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": parameters[f"{modality}_kind"],
        "log": bool(parameters.get(f"{modality}_log", False)),
        "min_detected": float(parameters["min_detected"]) if modality == "transcriptomics" else 0.0,
        "normalise": parameters["normalise"],
    }


def check_preprocessing(table: pd.DataFrame, modality: str, parameters: Mapping[str, Any]) -> None:
    """Check that the pipeline of `preprocessor_for` can be fitted, without building it.

    Parameters
    ----------
    table : DataFrame of shape (n_samples, n_features)
        Values of `modality`, as `read_study` returns them.
    modality, parameters
        As in `preprocessor_for`.

    Raises
    ------
    ParameterError
        What fitting would raise.
    """
    recipe = _recipe(modality, parameters)
    if recipe["kind"] == "counts":
        counts = table.to_numpy(dtype=float)
        scaled = counts / size_factors(counts, recipe["normalise"])[:, None]
        detected_share(scaled, recipe["min_detected"])


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
        kept = table.columns.isin(pipeline[:-1].get_feature_names_out())
        data.layers["raw"] = table.to_numpy()
        data.X = np.zeros(table.shape)
        data.X[:, kept] = scores
        data.var["kept"] = kept
    return result


def preprocessed_table(study: MuData, modality: str) -> pd.DataFrame:
    """Return the z-scores (n_samples, n_features) of the features that were kept."""
    data = study[modality]
    return data[:, data.var["kept"].to_numpy(dtype=bool)].to_df()
