"""How well pipelines reconstruct samples that they never saw, against the mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from ..errors import TrainingDiverged
from ._stability import latent_agreement


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
    return _r2(pipeline[-1], np.asarray(pipeline[:-1].transform(X)))


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
    done: dict[str, list[_Fold]] = {name: [] for name in pipelines}
    for number, (train, test) in enumerate(folds, start=1):
        shared: dict[tuple[int, ...], tuple] = {}
        for name, pipeline in pipelines.items():
            steps = tuple(id(step) for _, step in pipeline.steps[:-1])
            if steps not in shared:  # what pipelines share is fitted once
                shared[steps] = prepared(pipeline[:-1], X, train, test)
            done[name].append(_fitted(pipeline[-1], number, *shared[steps]))
    agreement = []
    for name, of_folds in done.items():
        latents = [(fold.number, fold.latents) for fold in of_folds if fold.latents is not None]
        for (i, Z), (j, Z_other) in combinations(latents, 2):
            agreement.append((name, i, j, *latent_agreement(Z, Z_other, random_state=random_state)))
    scores = [(fold.number, name, *fold.scores) for name, of_folds in done.items() for fold in of_folds]
    history = [
        fold.history.assign(model=name, fold=fold.number)
        for name, of_folds in done.items()
        for fold in of_folds
        if fold.history is not None
    ]
    columns = ["fold", "model", "r2", "n_train", "n_test", "n_epochs"]
    curves = pd.concat(history, ignore_index=True) if history else pd.DataFrame()
    return CrossValidation(
        pd.DataFrame(scores, columns=columns).astype({"n_epochs": "Int64"}),
        curves.reindex(columns=["model", "fold", "epoch", "train_loss", "validation_loss"]),
        pd.DataFrame(agreement, columns=["model", "fold", "other", "procrustes", "chance"]),
    )


class _Fold(NamedTuple):
    """What one model gives in one fold."""

    number: int
    scores: tuple
    latents: np.ndarray | None = None
    history: pd.DataFrame | None = None


def prepared(steps: Pipeline, X, train: np.ndarray, test: np.ndarray) -> tuple:
    """Fit steps anew on the samples that train; return them, and z-scores of those, of the others, of all."""
    steps = clone(steps)
    fitted = steps.fit_transform(_safe_indexing(X, train))
    return steps, fitted, steps.transform(_safe_indexing(X, test)), steps.transform(X)


def _fitted(
    model, number: int, steps: Pipeline, train: np.ndarray, test: np.ndarray, everything: np.ndarray
) -> _Fold:
    """Fit a model on z-scores of the samples that train, and score the held-out ones."""
    model = clone(model)
    if (cohort := getattr(model, "cohort", None)) is not None:
        model.set_params(cohort=cohort.in_units_of(steps))
    sizes = len(train), len(test)
    try:
        model.fit(train)
    except TrainingDiverged:
        return _Fold(number, (np.nan, *sizes, pd.NA))
    scores = _r2(model, test), *sizes, getattr(model, "best_epoch_", pd.NA)
    return _Fold(number, scores, model.transform(everything), getattr(model, "history_", None))


def _r2(model, Z: np.ndarray) -> float:
    restored = np.asarray(model.inverse_transform(model.transform(Z)))
    return float(1 - np.sum((Z - restored) ** 2) / np.sum(Z**2))
