"""How good are predicted labels, and how little do so few samples decide."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from ..errors import whole_number

_KEYS = ["repeat", "fold", "head", "model"]
_SUMMARY = [
    "head", "model", "n_samples", "n_classes", "accuracy", "lowest", "highest", "interval_low",
    "interval_high", "balanced_accuracy", "p", "better", "worse", "p_difference",
]  # fmt: skip


def label_scores(predictions: pd.DataFrame) -> pd.DataFrame:
    """Score predicted labels fold by fold.

    Parameters
    ----------
    predictions : DataFrame
        As `held_out_labels` returns it.

    Returns
    -------
    DataFrame
        `repeat`, `fold`, `head`, `model`, `accuracy`, `balanced_accuracy`
        (mean share found of each class present), `n_test`.
    """
    right = _with_right(predictions)
    by_fold = right.groupby(_KEYS, sort=False)["right"]
    by_class = right.groupby([*_KEYS, "truth"], sort=False)["right"].mean()
    scores = pd.DataFrame(
        {
            "accuracy": by_fold.mean(),
            "balanced_accuracy": by_class.groupby(level=_KEYS, sort=False).mean(),
            "n_test": by_fold.size(),
        }
    )
    return scores.reset_index()


def _with_right(predictions: pd.DataFrame) -> pd.DataFrame:
    return predictions.assign(right=(predictions["truth"] == predictions["predicted"]).astype(float))


def label_summary(
    predictions: pd.DataFrame,
    *,
    model: str = "graph attention",
    n_permutations: int = 999,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Sum predicted labels up over the folds, with what chance alone would do.

    Parameters
    ----------
    predictions : DataFrame
        As `held_out_labels` returns it.
    model : str
        The model that the others are compared with.
    n_permutations : int
        Shuffles of the labels behind `p`.
    random_state : int, optional
        Seed of the shuffles.

    Returns
    -------
    DataFrame
        One row for each `head` and `model`: `n_samples`, `n_classes`;
        `accuracy`, its `lowest` and `highest` over the repeats, and
        `interval_low`, `interval_high`, the 95% interval of Wilson for so many
        samples; `balanced_accuracy`; `p`: shuffled labels agree as well with the
        predictions; `better`, `worse`: samples that `model` predicts right
        more often, or less often, than this one over the repeats, and
        `p_difference`, the sign test of the two.

    Notes
    -----
    Repeats are other folds of the same samples: they are averaged, never
    counted as further samples. Predictions of different folds share training
    samples, so the interval and both p-values are approximate; shuffling the
    labels of finished predictions is not training on shuffled labels.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953. Ojala and Garriga
    (2010), Permutation tests for studying classifier performance, Journal of
    Machine Learning Research 11, 1833–1863.

    Examples
    --------
    >>> predictions = pd.DataFrame(
    ...     [(1, 1, i, "group", name, "ab"[i % 2], "ab"[i % 2] if name == "this" else "a")
    ...      for i in range(10) for name in ("this", "other")],
    ...     columns=["repeat", "fold", "sample", "head", "model", "truth", "predicted"])
    >>> summary = label_summary(predictions, model="this", random_state=0)
    >>> summary[["model", "accuracy", "better", "worse", "p_difference"]].values.tolist()
    [['this', 1.0, 0, 0, 1.0], ['other', 0.5, 5, 0, 0.0625]]
    """
    whole_number("n_permutations", n_permutations, 1)
    rows = []
    for head, of_head in _with_right(predictions).groupby("head", sort=False):
        share = of_head.pivot_table(index="sample", columns="model", values="right", sort=False)
        for name, found in of_head.groupby("model", sort=False):
            rng = np.random.default_rng(random_state)  # the same shuffles for every model
            balanced, p = _agreement(found, n_permutations, rng)
            better, worse, p_difference = _differences(share[model], share[name])
            by_repeat = found.groupby("repeat")["right"].mean()
            low, high = _interval(by_repeat.mean(), len(share))
            counts = (head, name, len(share), found["truth"].nunique())
            spread = (by_repeat.mean(), by_repeat.min(), by_repeat.max(), low, high)
            rows.append((*counts, *spread, balanced, p, better, worse, p_difference))
    return pd.DataFrame(rows, columns=_SUMMARY)


def _interval(accuracy: float, n_samples: int) -> tuple[float, float]:
    interval = binomtest(round(accuracy * n_samples), n_samples).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _differences(ours: pd.Series, theirs: pd.Series) -> tuple[int, int, float]:
    gap = (ours - theirs).round(9)
    better, worse = int((gap > 0).sum()), int((gap < 0).sum())
    p = float(binomtest(better, better + worse).pvalue) if better + worse else 1.0
    return better, worse, p


def _agreement(found: pd.DataFrame, n_permutations: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the balanced accuracy over all folds, and how often shuffled labels reach it."""
    truth = found.groupby("sample", sort=False)["truth"].first()
    codes, classes = pd.factorize(truth, sort=True)
    # How often each sample is said to be of each class: (n_samples, n_classes).
    said = pd.crosstab(found["sample"], found["predicted"], normalize="index")
    said = said.reindex(index=truth.index, columns=classes, fill_value=0.0).to_numpy()
    weight = 1 / (np.bincount(codes) * len(classes))

    def balanced(labels: NDArray[np.intp]) -> float:
        return float(np.sum(said[np.arange(len(labels)), labels] * weight[labels]))

    value = balanced(codes)
    least = value * (1 - 1e-9)  # the same sum in another order may differ by rounding
    n_as_good = sum(balanced(rng.permutation(codes)) >= least for _ in range(n_permutations))
    return value, (1 + n_as_good) / (n_permutations + 1)
