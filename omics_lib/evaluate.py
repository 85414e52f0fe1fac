"""How good is it: reconstructions against the mean, rankings against known pairs."""

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

from ._baselines import baseline_rankings
from ._known_pairs import pairs_among
from ._mofa import mofa_installed, mofa_ranking
from ._ranked_pairs import METRICS
from ._ranking_differences import differences, saturated
from ._ranking_metrics import evaluate_ranking, evaluated
from ._rankings import KNOWLEDGE, KNOWN_PAIRS, Ranking
from .errors import ParameterError, TrainingDiverged
from .stability import latent_agreement

__all__ = [
    "CrossValidation",
    "Ranking",
    "baseline_rankings",
    "compare_rankings",
    "cross_validate_reconstruction",
    "evaluate_ranking",
    "metric_table",
    "mofa_installed",
    "mofa_ranking",
    "pairs_among",
    "reconstruction_r2",
    "saturated",
]


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


def compare_rankings(
    rankings: Mapping[str, Ranking],
    known_pairs: pd.DataFrame | None,
    *,
    n_permutations: int = 1000,
    n_bootstrap: int = 1000,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Score several rankings against the same known pairs, and compare those that know the same.

    Parameters
    ----------
    rankings : mapping of str to Ranking
        Name → ranking, the plain one first. One without scores stays in the
        table, with missing values. One that has learnt from known pairs gets no
        chance level and no p, since names permuted afterwards are no null for it.
    known_pairs, n_permutations, n_bootstrap, random_state
        As in `evaluate_ranking`; without known pairs the result has no rows.

    Returns
    -------
    DataFrame
        `method`, `knowledge`, `truth` (`known_pairs`), `metric`, `value`: one
        row per method and entry of `evaluate_ranking`, chance levels, p-values
        and limits of intervals among them, and for each metric the limits of
        `<metric>_behind_best` and `<metric>_over_plain`: how far a ranking is
        behind the best of its knowledge, and above the first, over the same
        draws of metabolites. `metric_table` lays one metric out.
    """
    known_as = {method: ranking.knowledge for method, ranking in rankings.items()}
    results: dict[str, dict[str, float]] = {}
    draws = {}
    for method, ranking in rankings.items() if known_pairs is not None else ():
        results[method] = dict.fromkeys(METRICS, np.nan)
        if ranking.scores is not None:
            found, draws[method] = evaluated(
                ranking.scores,
                known_pairs,
                n_permutations=0 if known_as[method] == KNOWN_PAIRS else n_permutations,
                n_bootstrap=n_bootstrap,
                random_state=random_state,
            )
            results[method] = found.to_dict()
    apart = differences(results, draws, known_as)
    rows = [
        (method, known_as[method], "known_pairs", metric, value)
        for method, result in results.items()
        for metric, value in (result | apart[method]).items()
    ]
    columns = ["method", "knowledge", "truth", "metric", "value"]
    return pd.DataFrame(rows, columns=columns).astype({"value": float})


def metric_table(evaluation: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Lay out one metric of several rankings: its value, interval, chance level and p.

    Parameters
    ----------
    evaluation : DataFrame
        `method`, `knowledge`, `metric`, `value`, as `compare_rankings` gives it.
    metric : str
        A metric of `evaluate_ranking`.

    Returns
    -------
    DataFrame
        `knowledge`, `method`, `value`, `low`, `high`, `chance` (the mean under
        permutation; without permutations the share of true pairs for average
        precision), `p`; a row per method, those of the same knowledge together,
        else in the order of `evaluation`. What was not computed is missing.

    Raises
    ------
    ParameterError
        If there is no such metric.

    Examples
    --------
    >>> rows = [("PLS", "mrr", 0.3), ("PLS", "mrr_p", 0.01), ("MOFA2", "mrr", None)]
    >>> evaluation = pd.DataFrame(rows, columns=["method", "metric", "value"]).assign(knowledge="tables")
    >>> metric_table(evaluation, "mrr")[["method", "value", "p"]]
      method  value     p
    0    PLS    0.3  0.01
    1  MOFA2    NaN   NaN
    """
    if metric not in METRICS:
        raise ParameterError(
            "metric", f"found {metric!r}", f"it must be one of {', '.join(METRICS)}", "Choose one."
        )
    methods = evaluation.drop_duplicates("method").set_index("method")["knowledge"]
    methods = methods.sort_values(key=lambda kind: kind.map(KNOWLEDGE.index), kind="stable")
    wide = evaluation.pivot(index="method", columns="metric", values="value")
    wide = wide.reindex(methods.index).rename_axis(columns=None)
    parts = {"value": metric, **{part: f"{metric}_{part}" for part in ("low", "high", "chance", "p")}}
    if f"{metric}_permuted" in wide:
        parts["chance"] = f"{metric}_permuted"
    table = wide.reindex(columns=list(parts.values())).set_axis(list(parts), axis=1).reset_index()
    table.insert(0, "knowledge", methods.to_numpy())
    return table
