"""A graph attention network over the samples that predicts their metadata, beside plain rivals.

Besides the flow: it reads the latents of both tables and the columns of
`samples.csv`, and says what the samples' neighbours add to the latents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from .._joined import matched, same_length
from ..errors import ParameterError, whole_number
from ._classifier import SampleGraphClassifier
from ._labels import stratified_folds
from ._network import SampleNetwork, one_thread
from ._one_scale import OneScale
from ._scores import label_scores

_PREDICTIONS = ["repeat", "fold", "sample", "head", "model", "truth", "predicted"]


def count_sample_parameters(n_inputs: int, n_classes: Sequence[int]) -> int:
    """Count the parameters of the network, without making its weights.

    Parameters
    ----------
    n_inputs : int
        Latents of a sample, of both tables together.
    n_classes : sequence of int
        Classes of each head.

    Returns
    -------
    int

    Examples
    --------
    >>> count_sample_parameters(128, [4, 2, 2])
    79880
    """
    whole_number("n_inputs", n_inputs, 1)
    with torch.device("meta"):
        network = SampleNetwork(n_inputs, n_classes)
    return sum(weight.numel() for weight in network.parameters())


def held_out_labels(
    latents: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    n_folds: int = 5,
    n_repeats: int = 3,
    model: SampleGraphClassifier | None = None,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Predict every sample's labels from the other folds, by graph attention and by plain rivals.

    Parameters
    ----------
    latents : DataFrame of shape (n_samples, n_latent)
        Latents of both tables, side by side.
    labels : DataFrame of shape (n_samples, n_heads)
        As `sample_heads` returns them, joined by index. Without columns the
        result has no rows.
    n_folds, n_repeats : int
        Folds of one cross-validation, stratified over all heads, and how often
        it is done with other folds.
    model : SampleGraphClassifier, optional
        The network's settings; its `random_state` is not used.
    random_state : int, optional
        Seed of the folds and the networks.

    Returns
    -------
    DataFrame
        `repeat`, `fold`, `sample`, `head`, `model` (`graph attention`, the same
        network with `no graph`, `logistic regression`, `majority`), `truth`,
        `predicted`: one row for each sample with a label. Everything is fitted
        on the other folds alone.

    Raises
    ------
    ParameterError
        If there are fewer than two folds, or more folds than samples.
    StudyError
        If the tables hold other samples.

    Notes
    -----
    Latents learnt from all samples (without labels) have seen the held-out
    samples; only what is fitted here has not.
    """
    labels = matched(labels, latents)
    same_length(labels, len(latents), "labels")
    n_folds = whole_number("n_folds", n_folds, 2)
    if n_folds > len(latents):
        found = f"found {n_folds} for {len(latents)} samples"
        raise ParameterError("n_folds", found, "there must be a sample for every fold", "Lower it.")
    rng = np.random.default_rng(random_state)
    parts = [
        part
        for repeat in range(1, whole_number("n_repeats", n_repeats, 1) + 1)
        for part in _one_repeat(latents, labels, n_folds, model or SampleGraphClassifier(), rng, repeat)
    ]
    none = pd.DataFrame(columns=_PREDICTIONS, dtype=object)
    return pd.concat([none, *parts], ignore_index=True).astype({"repeat": int, "fold": int})


def _one_repeat(
    latents: pd.DataFrame,
    labels: pd.DataFrame,
    n_folds: int,
    model: SampleGraphClassifier,
    rng: np.random.Generator,
    repeat: int,
) -> Iterator[pd.DataFrame]:
    if not labels.shape[1]:
        return
    fold = stratified_folds(labels, n_folds, rng)
    for k in range(n_folds):
        train, test = fold != k, fold == k
        if not test.any():
            continue
        seed = int(rng.integers(2**31 - 1))
        ways = {"graph attention": {}, "no graph": {"n_neighbors": 0}}
        predicted = {
            name: clone(model)
            .set_params(random_state=seed, **way)
            .fit(latents[train], labels[train])
            .predict(latents[test])
            for name, way in ways.items()
        } | _rivals(latents, labels, train, test)
        for head in labels:
            truth = labels.loc[test, head].dropna()
            for name, table in predicted.items():
                columns = {"sample": truth.index, "truth": truth, "predicted": table.loc[truth.index, head]}
                columns |= {"head": head, "model": name, "repeat": repeat, "fold": k + 1}
                yield pd.DataFrame(columns)[_PREDICTIONS]


def _rivals(
    latents: pd.DataFrame, labels: pd.DataFrame, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> dict[str, pd.DataFrame]:
    """Predict each head by logistic regression on the same latents, and by its most frequent class."""
    found = {name: pd.DataFrame(index=latents.index[test]) for name in ("logistic regression", "majority")}
    for head in labels:
        known = train & labels[head].notna().to_numpy()
        X, y = latents[known].to_numpy(), labels.loc[known, head].to_numpy()
        majority = DummyClassifier(strategy="most_frequent").fit(X, y)
        regression = make_pipeline(OneScale(), LogisticRegression(max_iter=5000))
        with one_thread():
            # One class alone, as a fold may leave it, is no regression.
            best = regression.fit(X, y) if len(set(y)) > 1 else majority
            for name, rival in (("logistic regression", best), ("majority", majority)):
                found[name][head] = rival.predict(latents[test].to_numpy())
    return found


def cross_validate_samples(
    latents: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    n_folds: int = 5,
    n_repeats: int = 3,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Cross-validate how well the samples' labels can be told from their latents.

    Parameters
    ----------
    latents, labels, n_folds, n_repeats, random_state
        As in `held_out_labels`.

    Returns
    -------
    DataFrame
        `repeat`, `fold`, `head`, `model`, `accuracy`, `balanced_accuracy`
        (mean share found of each class present), `n_test`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> labels = pd.DataFrame({"group": np.repeat(["a", "b"], 6)})
    >>> latents = pd.DataFrame(rng.normal(size=(12, 4)) + 4 * (labels == "b").to_numpy())
    >>> scores = cross_validate_samples(latents, labels, n_folds=3, n_repeats=1, random_state=0)
    >>> scores.groupby("model")["accuracy"].mean().round(2).to_dict()
    {'graph attention': 1.0, 'logistic regression': 1.0, 'majority': 0.5, 'no graph': 1.0}
    """
    return label_scores(
        held_out_labels(latents, labels, n_folds=n_folds, n_repeats=n_repeats, random_state=random_state)
    )
