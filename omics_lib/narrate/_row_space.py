"""Sentences of the page on the row space."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .._words import count, number, share
from ._autoencoder import LEVEL


def row_space_sizes(table: pd.DataFrame) -> str:
    """Compare the memory of training over all features with that in the row space."""
    size = table["GB with Adam"].unstack()
    parts = [
        f"`{preset}`: {row['all features']:.1f} GB over all features, {row['row space']:.2f} GB in the row space"
        for preset, row in size.iterrows()
    ]
    return (
        "Adam keeps four numbers of four bytes for each weight: the weight, its gradient, and two running means. "
        f"{'; '.join(parts)}."
    )


def exactness(differences: pd.Series, n_epochs: int) -> str:
    """Say how far the two solvers were apart, for gradient descent and for Adam."""
    descent, adam = differences["gradient descent"], differences["Adam"]
    start = f"After {count(n_epochs, 'epoch')} of gradient descent the two losses have never been further apart than {descent:.0e}"
    if not descent < 1e-6:
        start = f"Over {count(n_epochs, 'epoch')} of gradient descent the two losses came {descent:.2g} apart"
    verdict = (
        "which is rounding"
        if descent < 1e-6
        else "**which is more than rounding**: at this step size the descent on this table is not stable, and grows what rounding leaves"
    )
    path = "a different path" if adam > 1e3 * descent else "no more than in gradient descent"
    return f"{start}, {verdict}. With Adam they were {adam:.2g} apart at most: {path}."


def full_size(n_parameters: Mapping[str, int], outside: float) -> str:
    """Say what was trained at the size of the source study, and what bounds it."""
    parts = [f"{n / 1e6:,.0f} million weights (`{variant}`)" for variant, n in n_parameters.items()]
    return (
        f"{' and '.join(parts)} were trained while this page was made. {share(outside, 1)} of what the held-out "
        "samples differ in lies outside the span of the training samples, where a network trained in the row space, "
        "however large, never writes."
    )


def ways_of_training(scores: pd.DataFrame, n_latent: int, baseline: str = "PCA") -> str:
    """Say which way of training did best on each table, and how PCA compares."""
    parts: list[str] = []
    lost: list[str] = []
    for name, table in scores.groupby("table", sort=False):
        mean = table.groupby("model")["r2"].agg(lambda r2: r2.mean(skipna=False))
        trained = mean.drop(baseline).dropna()
        lost += [f"*{model}* on {name}" for model in mean[mean.isna()].index]
        if trained.empty:
            continue
        best = trained.idxmax()
        ours, theirs = trained[best], mean[baseline]
        verdict = "ahead of" if ours > theirs + LEVEL else "level with" if ours > theirs - LEVEL else "behind"
        parts.append(
            f"for {name} *{best}* does best of the networks ({number(ours)}), {verdict} {baseline} ({number(theirs)}), and "
            f"*{trained.idxmin()}* worst ({number(trained.min())})"
        )
    text = f"With {n_latent} latents, {'; '.join(parts)}." if parts else ""
    if lost:
        text += (
            f" Training diverged for {' and '.join(lost)}, in one fold at least: the steps were too long for this "
            "table, as they are where a sample is unlike all others (chapter 1 names it). A lower `learning_rate` is "
            "the remedy."
        )
    return text.strip()


def steady_rate(rate: float, usual: float = 0.01) -> str:
    """Say which learning rate the page had to take, where the usual one diverges."""
    if rate >= usual:
        return f"Gradient descent takes steps of {rate:g}, with momentum."
    return (
        f"On this table gradient descent diverges with steps of {usual:g}, as it does where a sample is unlike all "
        f"others (chapter 1 names it); here it takes steps of {rate:g}."
    )
