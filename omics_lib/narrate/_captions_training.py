"""Captions and alternative texts of chapter 3 and of the page on the row space."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .._words import Caption, count, listed, number, spread
from ._autoencoder import LEVEL


def caption_cross_validation(
    scores: pd.DataFrame, model: str = "autoencoder", baseline: str = "PCA"
) -> Caption:
    """Describe the held-out R² of each fold."""
    by_model = scores.dropna(subset="r2").groupby("model", sort=False)["r2"]
    mean = by_model.mean()
    dots = [f"{name} {spread(r2.min(), r2.max())}, median {number(r2.median())}" for name, r2 in by_model]
    if model not in mean or baseline not in mean:
        finding = "Training diverged in every fold, so there is nothing to compare."
    else:
        gap = mean[model] - mean[baseline]
        verdict = "level with" if abs(gap) <= LEVEL else "ahead of" if gap > 0 else "behind"
        finding = (
            f"In the mean over the folds the {model} is {verdict} {baseline}: held-out R² of {number(mean[model])} against "
            f"{number(mean[baseline])}."
        )
    n_folds = scores["fold"].nunique()
    return Caption(
        finding, f"Dot plot of held-out R², a dot for each of {count(n_folds, 'fold')}: {'; '.join(dots)}."
    )


def caption_latent_sizes(table: pd.DataFrame, model: str = "autoencoder", baseline: str = "PCA") -> Caption:
    """Describe the held-out R² by the number of latents."""
    wide = table.groupby(["n_latent", "model"])["r2"].mean().unstack()
    ceiling = wide["ceiling"].mean()
    ours = wide[model].dropna()
    finding = "Training diverged with every number of latents."
    if len(ours) == 1:
        finding = f"With {ours.index[0]:,} latents the held-out R² is {number(ours.iloc[0])}; full-rank PCA reaches {number(ceiling)}."
    elif len(ours):
        finding = (
            f"From {ours.index[0]:,} to {ours.index[-1]:,} latents the held-out R² of the {model} goes from {number(ours.iloc[0])} to "
            f"{number(ours.iloc[-1])}; the ceiling, full-rank {baseline}, is {number(ceiling)}."
        )
    points = [
        f"with {n:,}, {listed([f'{name} {number(row[name])}' for name in (model, baseline) if row[name] == row[name]])}"
        for n, row in wide.iterrows()
    ]
    return Caption(
        finding,
        f"Lines of the mean held-out R² against the number of latents or components: {'; '.join(points)}. A dotted line marks the "
        f"ceiling at {number(ceiling)}.",
    )


def _curves(history: pd.DataFrame) -> tuple[str, str]:
    """Say where training and validation loss of the folds start and end, and where the latter is lowest."""
    folds = history.dropna(subset="validation_loss").groupby("fold")
    best = history.loc[folds["validation_loss"].idxmin()]
    first, last = (history.groupby("fold")["train_loss"].agg(which).mean() for which in ("first", "last"))
    lowest = spread(best["validation_loss"].min(), best["validation_loss"].max(), 2)
    epochs = spread(best["epoch"].min(), best["epoch"].max(), 0)
    said = f"the validation loss is lowest at epoch {epochs.removeprefix('from ')}, where it is {lowest}"
    shown = (
        f"over up to {count(int(history['epoch'].max()), 'epoch')} of {count(history['fold'].nunique(), 'fold')} the training loss goes from "
        f"{number(first, 2)} to {number(last, 2)} in the mean, and {said}"
    )
    return said, shown


def caption_learning_curves(
    histories: Mapping[str, pd.DataFrame] | pd.DataFrame, subject: str = ""
) -> Caption:
    """Describe the learning curves of the folds, of one model or of several by name."""
    if isinstance(histories, pd.DataFrame):
        histories = {subject: histories}
    parts = {
        name: _curves(history)
        for name, history in histories.items()
        if history["validation_loss"].notna().any()
    }
    if not parts:
        return Caption(
            "No fold has a learning curve.", "Empty axes: training left no learning curve in any fold."
        )
    named = [(f"{name}: " if name else "", *said) for name, said in parts.items()]
    finding, shown = ("; ".join(f"{part[0]}{part[i]}" for part in named) for i in (1, 2))
    return Caption(
        f"{finding[0].upper()}{finding[1:]}.", f"Lines of mean squared error against the epoch: {shown}."
    )


def caption_solver_losses(histories: Mapping[tuple[str, str], pd.DataFrame]) -> Caption:
    """Describe how far the losses of the two solvers lie apart, optimizer by optimizer."""
    losses = {key: history["train_loss"].iloc[1:] for key, history in histories.items()}
    gaps = {
        optimizer: (losses[optimizer, "dense"] - losses[optimizer, "rowspace"]).abs().max()
        for optimizer in dict.fromkeys(optimizer for optimizer, _ in losses)
    }
    apart = [f"at most {gap:.1g} apart with {name}" for name, gap in gaps.items()]
    ends = [
        f"{optimizer}, {'all features' if solver == 'dense' else 'row space'}, from {number(loss.iloc[0])} to {number(loss.iloc[-1])}"
        for (optimizer, solver), loss in losses.items()
    ]
    n = max(map(len, losses.values()))
    return Caption(
        f"The losses of the two solvers are {listed(apart)}.",
        f"Lines of training loss over {count(n, 'epoch')}: {'; '.join(ends)}.",
    )
