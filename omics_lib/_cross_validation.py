"""How well pipelines reconstruct samples that they never saw, against the mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from .errors import TrainingDiverged
from .stability import latent_agreement


def reconstruction_r2(pipeline, X, y=None) -> float:
    """Score how well a fitted pipeline reconstructs samples it may never have seen.

    A scikit-learn scorer: use it as `scoring=reconstruction_r2` in
    `cross_validate`, for an autoencoder and for PCA alike.

    Parameters
    ----------
    pipeline : Pipeline
        Preprocessing that ends in z-scores, and a last step with `transform`
        and `inverse_transform`.
    X : array of shape (n_samples, n_features)
        Samples before preprocessing.
    y : ignored

    Returns
    -------
    float
        1 − Σ(z − ẑ)² / Σz², over samples and features: 1 is perfect, 0 is no
        better than predicting the training mean, below 0 is worse. z-scores
        are relative to the training samples, whose mean is 0.
    """
    Z = np.asarray(pipeline[:-1].transform(X))
    restored = np.asarray(pipeline[-1].inverse_transform(pipeline[-1].transform(Z)))
    return float(1 - np.sum((Z - restored) ** 2) / np.sum(Z**2))


@dataclass(frozen=True)
class CrossValidation:
    """What `cross_validate_reconstruction` found.

    Attributes
    ----------
    scores : DataFrame
        `fold`, `model`, `r2` (held out; missing where training diverged), `n_train`,
        `n_test`, `n_epochs` (of the weights kept; missing for models without epochs).
    history : DataFrame
        `model`, `fold`, `epoch`, `train_loss`, `validation_loss` of the models
        that have a history.
    agreement : DataFrame
        `model`, `fold`, `other`, `procrustes`, `chance`: how much of the
        latents of all samples two folds' models agree on (`latent_agreement`).
    """

    scores: pd.DataFrame
    history: pd.DataFrame
    agreement: pd.DataFrame


def cross_validate_reconstruction(
    pipelines: Mapping[str, Pipeline], X, *, n_folds: int = 5, random_state: int | None = None
) -> CrossValidation:
    """Cross-validate how well pipelines reconstruct samples that they never saw.

    Parameters
    ----------
    pipelines : mapping of str to Pipeline
        Name → preprocessing and a model with `inverse_transform`; every step
        is fitted anew in every fold.
    X : DataFrame or array of shape (n_samples, n_features)
        Samples before preprocessing.
    n_folds : int
    random_state : int, optional
        Seed of the folds, the same for all pipelines.

    Returns
    -------
    CrossValidation
    """
    folds = list(KFold(n_folds, shuffle=True, random_state=random_state).split(X))
    scores, history, agreement = [], [], []
    for name, pipeline in pipelines.items():
        latents = {}
        for fold, (train, test) in enumerate(folds, start=1):
            fitted = clone(pipeline)
            try:
                fitted.fit(_safe_indexing(X, train))
            except TrainingDiverged:
                scores.append((fold, name, np.nan, len(train), len(test), pd.NA))
                continue
            r2 = reconstruction_r2(fitted, _safe_indexing(X, test))
            epochs = getattr(fitted[-1], "best_epoch_", pd.NA)
            scores.append((fold, name, r2, len(train), len(test), epochs))
            latents[fold] = fitted.transform(X)
            if hasattr(fitted[-1], "history_"):
                history.append(fitted[-1].history_.assign(model=name, fold=fold))
        for (i, Z), (j, Z_other) in combinations(latents.items(), 2):
            agreement.append((name, i, j, *latent_agreement(Z, Z_other, random_state=random_state)))
    columns = ["fold", "model", "r2", "n_train", "n_test", "n_epochs"]
    curves = pd.concat(history, ignore_index=True) if history else pd.DataFrame()
    return CrossValidation(
        pd.DataFrame(scores, columns=columns).astype({"n_epochs": "Int64"}),
        curves.reindex(columns=["model", "fold", "epoch", "train_loss", "validation_loss"]),
        pd.DataFrame(agreement, columns=["model", "fold", "other", "procrustes", "chance"]),
    )
