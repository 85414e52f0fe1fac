"""How good is it: reconstructions against the mean, rankings against known pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import Pipeline

from ._baselines import baseline_rankings
from ._known_pairs import pairs_among, true_pairs
from .stability import latent_agreement

__all__ = [
    "CrossValidation",
    "baseline_rankings",
    "compare_rankings",
    "cross_validate_reconstruction",
    "evaluate_ranking",
    "pairs_among",
    "reconstruction_r2",
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
        `fold`, `model`, `r2` (held out), `n_train`, `n_test`, `n_epochs` (of
        the weights kept; missing for models without epochs).
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
        result = cross_validate(pipeline, X, cv=folds, scoring=reconstruction_r2, return_estimator=True)
        latents = [fitted.transform(X) for fitted in result["estimator"]]
        for fold, (r2, fitted) in enumerate(
            zip(result["test_score"], result["estimator"], strict=True), start=1
        ):
            train, test = (len(part) for part in folds[fold - 1])
            epochs = getattr(fitted[-1], "best_epoch_", pd.NA)
            scores.append((fold, name, r2, train, test, epochs))
            if hasattr(fitted[-1], "history_"):
                history.append(fitted[-1].history_.assign(model=name, fold=fold))
        for (i, Z), (j, Z_other) in combinations(enumerate(latents, start=1), 2):
            agreement.append((name, i, j, *latent_agreement(Z, Z_other, random_state=random_state)))
    columns = ["fold", "model", "r2", "n_train", "n_test", "n_epochs"]
    curves = pd.concat(history, ignore_index=True) if history else pd.DataFrame()
    return CrossValidation(
        pd.DataFrame(scores, columns=columns).astype({"n_epochs": "Int64"}),
        curves.reindex(columns=["model", "fold", "epoch", "train_loss", "validation_loss"]),
        pd.DataFrame(agreement, columns=["model", "fold", "other", "procrustes", "chance"]),
    )


def _best_ranks(scores: pd.DataFrame, truth: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return, for each metabolite with a known gene, the best rank of any of its genes."""
    best = []
    for j in np.flatnonzero((truth == 1).any(axis=0)):
        eligible = truth[:, j] >= 0
        ranks = rankdata(-scores.to_numpy()[eligible, j])
        best.append(ranks[truth[eligible, j] == 1].min())
    return np.array(best)


def evaluate_ranking(
    scores: pd.DataFrame,
    known_pairs: pd.DataFrame,
    *,
    n_permutations: int = 1000,
    random_state: int | None = None,
) -> pd.Series:
    """Score a ranking of all pairs against known pairs.

    Parameters
    ----------
    scores : DataFrame of shape (n_genes, n_metabolites)
        Higher is stronger, comparable across metabolites.
    known_pairs : DataFrame
        `gene_id`, `metabolite_id`, optionally `tier` and `currency`. Pairs of
        tier `enzyme` (all, without that column) that are no currency are the
        truth; the other listed pairs count neither as true nor as false.
    n_permutations : int
        Permutations of the genes behind `mrr_p`.
    random_state : int, optional
        Seed of the permutations.

    Returns
    -------
    Series
        `average_precision` over all pairs, and `average_precision_chance`, the
        share of true pairs; over the metabolites with a known gene, by the
        best rank of any of them: `mrr` (mean reciprocal rank), `mrr_chance`
        and `mrr_p` from permuted genes, `hits_at_1`, `hits_at_10`,
        `hits_at_100` (counts); `n_metabolites`, `n_pairs`. Ties share the mean
        of their ranks.

    Raises
    ------
    StudyError
        If a known pair names a feature without scores.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"m": [0.9, 0.5, 0.1]}, index=["a", "b", "c"])
    >>> known = pd.DataFrame({"gene_id": ["b"], "metabolite_id": ["m"]})
    >>> evaluate_ranking(scores, known, n_permutations=0)[["mrr", "average_precision"]].tolist()
    [0.5, 0.5]
    """
    truth = true_pairs(scores, known_pairs)
    counted = truth >= 0
    best = _best_ranks(scores, truth)
    result: dict[str, float] = {"n_metabolites": len(best), "n_pairs": int((truth == 1).sum())}
    if not len(best):
        return pd.Series(result, dtype=float)
    result |= {
        "average_precision": average_precision_score(truth[counted], scores.to_numpy()[counted]),
        "average_precision_chance": result["n_pairs"] / int(counted.sum()),
        "mrr": float(np.mean(1 / best)),
        **{f"hits_at_{k}": int(np.sum(best <= k)) for k in (1, 10, 100)},
    }
    rng = np.random.default_rng(random_state)
    sizes = (truth == 1).sum(axis=0)[(truth == 1).any(axis=0)]
    n_eligible = counted.sum(axis=0)[(truth == 1).any(axis=0)]
    chance = [_chance_mrr(sizes, n_eligible, rng) for _ in range(n_permutations)]
    if chance:
        result["mrr_chance"] = float(np.mean(chance))
        least = result["mrr"] * (1 - 1e-9)  # the same ranks in another order may differ by rounding
        result["mrr_p"] = (1 + sum(c >= least for c in chance)) / (n_permutations + 1)
    return pd.Series(result, dtype=float)


def compare_rankings(
    rankings: Mapping[str, pd.DataFrame],
    known_pairs: pd.DataFrame | None,
    *,
    n_permutations: int = 1000,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Score several rankings against the same known pairs.

    Parameters
    ----------
    rankings : mapping of str to DataFrame
        Name → scores (n_genes, n_metabolites).
    known_pairs, n_permutations, random_state
        As in `evaluate_ranking`; without known pairs the result has no rows.

    Returns
    -------
    DataFrame
        `method`, `truth` (`known_pairs`), `metric`, `value`: one row per
        method and metric of `evaluate_ranking`.
    """
    rows = []
    for method, scores in rankings.items():
        if known_pairs is None:
            break
        result = evaluate_ranking(
            scores, known_pairs, n_permutations=n_permutations, random_state=random_state
        )
        rows += [(method, "known_pairs", metric, value) for metric, value in result.items()]
    return pd.DataFrame(rows, columns=["method", "truth", "metric", "value"]).astype({"value": float})


def _chance_mrr(sizes, n_eligible, rng: np.random.Generator) -> float:
    """Draw the MRR of one ranking whose genes are shuffled for every metabolite."""
    best = [rng.choice(n, size=k, replace=False).min() + 1 for k, n in zip(sizes, n_eligible, strict=True)]
    return float(np.mean(1 / np.array(best)))
