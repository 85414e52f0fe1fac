"""Figures of chapter 3 and of the page on the row space: how the autoencoders trained."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ._canvas import MARKERS, PALETTE, bare, on_axes


def plot_learning_curves(history: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw training and validation loss against the epoch, one thin line per fold.

    `history` has the columns `fold`, `epoch`, `train_loss`, `validation_loss`.
    """
    ax = on_axes(ax)
    for i, (_, fold) in enumerate(history.groupby("fold", sort=False)):
        for column, colour, style, label in (
            ("train_loss", PALETTE[0], "-", "rows that train"),
            ("validation_loss", PALETTE[1], "--", "inner validation rows"),
        ):
            named = None if i else label
            ax.plot(fold["epoch"], fold[column], color=colour, lw=1, ls=style, label=named)
    ax.set(xlabel="epoch", ylabel="mean squared error per feature")
    ax.legend(frameon=False)
    return bare(ax)


def plot_latent_sizes(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw held-out R² against the number of latents: a dot per fold, a line through the means.

    `table` has the columns `n_latent`, `model`, `r2`; the model `ceiling` is a dotted line across.
    """
    ax = on_axes(ax)
    models = [model for model in dict.fromkeys(table["model"]) if model != "ceiling"]
    for i, model in enumerate(models):
        part = table[table["model"] == model]
        mean = part.groupby("n_latent")["r2"].mean()
        nudge = 1.03 ** (2 * i - len(models) + 1)  # beside each other, not on top of each other
        ax.plot(part["n_latent"] * nudge, part["r2"], MARKERS[i], color=PALETTE[i], alpha=0.4, ms=4)
        ax.plot(mean.index * nudge, mean, color=PALETTE[i], marker=MARKERS[i], label=model)
    ceiling = table.loc[table["model"] == "ceiling", "r2"]
    ax.axhline(ceiling.mean(), color="0.3", linestyle=":", linewidth=1, label="full-rank PCA")
    ax.set_xscale("log", base=2)
    ax.set(xlabel="latents, or components", ylabel="held-out R²")
    ax.set_xticks(sorted(set(table["n_latent"])))
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.minorticks_off()
    ax.legend(frameon=False)
    return bare(ax)


def plot_agreed_latents(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what two folds share beyond shuffled samples against the number of axes.

    `table` has the columns `n_latent`, `shared`, `shuffled`.
    """
    ax = on_axes(ax, height=2.4)
    excess = (table["shared"] - table["shuffled"]).set_axis(table["n_latent"]).astype(float)
    ax.axhline(0, color="0.3", linestyle=":", linewidth=1)
    ax.plot(excess.index, excess, color=PALETTE[0])
    if len(excess):
        ax.plot(excess.idxmax(), excess.max(), "o", color=PALETTE[1])
    ax.set(xlabel="principal axes", ylabel="dimensions shared\nbeyond shuffled")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return bare(ax)


def plot_solver_losses(histories: Mapping[tuple[str, str], pd.DataFrame], *, ax: Axes | None = None) -> Axes:
    """Draw the training loss of (optimizer, solver) → history; what coincides shows as one line.

    Each history has the columns `epoch` and `train_loss`; epoch 0 is left out.
    """
    ax = on_axes(ax)
    optimizers = list(dict.fromkeys(optimizer for optimizer, _ in histories))
    for (optimizer, solver), history in histories.items():
        wide = solver == "dense"
        ax.plot(
            history["epoch"].iloc[1:],
            history["train_loss"].iloc[1:],
            color=PALETTE[optimizers.index(optimizer)],
            alpha=0.35 if wide else 1,
            lw=5 if wide else 1.2,
            label=f"{optimizer}, {'all features' if wide else 'row space'}",
        )
    ax.set(xlabel="epoch", ylabel="training loss")
    ax.legend(frameon=False)
    return bare(ax)


def plot_cross_validation(scores: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw held-out R² (columns `model`, `r2`), one dot per fold and a bar at the median."""
    ax = on_axes(ax, height=2.4)
    models = list(dict.fromkeys(scores["model"]))
    for i, model in enumerate(models):
        r2 = scores.loc[scores["model"] == model, "r2"]
        ax.plot(r2, np.full(len(r2), i), "o", color=PALETTE[i], alpha=0.7)
        ax.plot([r2.median()] * 2, [i - 0.25, i + 0.25], color=PALETTE[i], lw=3)
    ax.axvline(0, color="0.3", linestyle=":", linewidth=1)
    ax.set(
        yticks=range(len(models)), yticklabels=models, ylim=(len(models) - 0.5, -0.5), xlabel="held-out R²"
    )
    return bare(ax)
