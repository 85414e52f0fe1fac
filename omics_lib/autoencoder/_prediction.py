"""What latents are good for: predicting a label of samples that neither network nor classifier has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ._cohort_axes import fit_pipeline


def label_to_predict(samples: pd.DataFrame, column: str | None = None, n_folds: int = 5) -> pd.Series | None:
    """Choose a column of the metadata whose levels are large enough to be predicted.

    Parameters
    ----------
    samples : DataFrame
        Metadata.
    column : str, optional
        The one that is wanted, if it will do.
    n_folds : int
        Every level must have a sample for each fold.

    Returns
    -------
    Series or None
        That column, else the first that will do: text or truth values, of two levels or more.
    """
    wanted = [column] if column in samples else []
    for name in dict.fromkeys([*wanted, *samples.columns]):
        values = samples[name]
        sizes = values.astype(str).value_counts()
        numbers = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        if not numbers and len(sizes) > 1 and sizes.min() >= n_folds and values.notna().all():
            return values.astype(str)
    return None


def cross_validate_labels(
    models: Mapping[str, Any],
    X: pd.DataFrame,
    labels: pd.Series,
    *,
    n_folds: int = 5,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Predict a label of held-out samples from what a model makes of their table.

    Parameters
    ----------
    models : mapping of str to Pipeline
        Preprocessing and model; all of it is fitted on the training samples of a fold.
    X : DataFrame of shape (n_samples, n_features)
        Before preprocessing.
    labels : Series of n_samples
        A level each.
    n_folds : int
        Folds, stratified by the label.
    random_state : int, optional
        Seed of the folds.

    Returns
    -------
    DataFrame
        A row a model and fold: `model`, `fold`, `balanced_accuracy` (the mean over levels of the share
        that is told rightly; by chance one over their number).

    Notes
    -----
    A logistic regression with an L2 penalty on what the model gives, which is scaled as a whole: such a
    penalty does not depend on the axes, so that all components of a table stand for the table itself.
    """
    from sklearn.base import clone
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import StratifiedKFold

    rows = []
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=random_state)
    for fold, (train, test) in enumerate(folds.split(X, labels), 1):
        for name, model in models.items():
            fitted = fit_pipeline(clone(model), X.iloc[train])
            seen, held_out = (fitted.transform(X.iloc[rows_]) for rows_ in (train, test))
            centre, scale = seen.mean(axis=0), seen.std() or 1.0
            told = LogisticRegression(max_iter=2000).fit((seen - centre) / scale, labels.iloc[train])
            guessed = told.predict((held_out - centre) / scale)
            score = balanced_accuracy_score(labels.iloc[test], guessed)
            rows.append({"model": name, "fold": fold, "balanced_accuracy": float(score)})
    return pd.DataFrame(rows)
