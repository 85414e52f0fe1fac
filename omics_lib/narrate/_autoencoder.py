"""Sentences of chapter 3."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .._words import count, listed, number, share, spread

# Two R² that differ by less are the same model for all that a reader could do with them.
LEVEL = 0.005


def _never_left(table: pd.DataFrame, model: str) -> pd.Series:
    """Say of each number of latents whether training left its start in no fold."""
    ours = table[table["model"] == model]
    return ours["n_epochs"].eq(0).groupby(ours["n_latent"]).all()


def cross_validation(
    scores: pd.DataFrame, model: str = "autoencoder", baseline: str = "PCA", *, starts_at_pca: bool = False
) -> str:
    """Compare the held-out R² of the autoencoder with its baseline, fold by fold."""
    wide = scores.pivot(index="fold", columns="model", values="r2")
    ours, theirs = wide[model], wide[baseline]
    gap = ours - theirs
    wins, losses = int((gap > LEVEL).sum()), int((gap < -LEVEL).sum())
    text = (
        f"On samples that it never saw, the {model} explains {number(ours.mean())} of the variance (mean over "
        f"{len(wide)} folds, {spread(ours.min(), ours.max())}); {baseline} with as many components "
        f"explains {number(theirs.mean())} ({spread(theirs.min(), theirs.max())}). "
    )
    folds = f"ahead in {wins} of {len(wide)} folds and behind in {losses}, by more than {LEVEL:g}"
    if not wins and not losses:
        text += f"**The two are level in every fold:** for reconstruction alone, use {baseline}."
        if starts_at_pca and _never_left(scores.assign(n_latent=0), model).all():
            text += f" They are one model: the training starts at {baseline}, and in no fold did it leave its start."
    elif wins == len(wide):
        text += f"The {model} is ahead in every fold."
    elif gap.mean() > 0:
        text += f"The {model} is ahead on average: {folds}."
    else:
        text += f"**{baseline} does no worse on average**, and the {model} is {folds}: for reconstruction alone, use {baseline}."
    if min(ours.min(), theirs.min()) > 0.9995:
        text += (
            " Nothing is lost on the way: with so many latents for so few dimensions every sample can be copied, and a perfect "
            "score says nothing about the model."
        )
    if ours.mean() <= 0:
        text += f" A value at or below 0 means that the {model} predicts no better than the training mean."
    return text


def latent_sizes(
    table: pd.DataFrame, model: str = "autoencoder", baseline: str = "PCA", *, starts_at_pca: bool = False
) -> str:
    """Say with how many latents the autoencoder is ahead of as many components, level, or behind."""
    wide = table.pivot(index=["n_latent", "fold"], columns="model", values="r2")
    gap = (wide[model] - wide[baseline]).dropna().groupby(level="n_latent")
    mean, between = gap.mean(), gap.std(ddof=0)
    beyond = mean.abs() > np.maximum(between, LEVEL)
    ahead, behind = mean.index[beyond & (mean > 0)].tolist(), mean.index[beyond & (mean < 0)].tolist()
    level = mean.index[~beyond].tolist()
    text = f"Full-rank {baseline}, the ceiling, explains {number(wide['ceiling'].mean())} of what new samples differ in. "
    if ahead:
        best = mean[ahead].idxmax()
        at = wide.loc[best].mean()
        text += (
            f"**The {model} earns its place with {listed(ahead)} latents**, where it is ahead of as many "
            f"components by more than this lead varies from fold to fold; most with {best}, where it explains "
            f"{number(at[model])} against {number(at[baseline])}. "
        )
    parts = []
    if level:
        parts.append(f"level with {listed(level)}, the gap being no larger than it varies from fold to fold,")
    if behind:
        parts.append(f"behind with {listed(behind)}")
    if parts:
        said = f"The two are {' and '.join(parts)}".rstrip(",").replace(
            "two are behind", f"{model} is behind"
        )
        text += f"{said}. "
    same = _never_left(table, model) if starts_at_pca else pd.Series(dtype=bool)
    if len(start := sorted(set(same.index[same.astype(bool)]) & set(level))):
        text += f"With {listed(start)} they are one model, since training left its start, {baseline}, in no fold. "
    if not ahead:
        text += f"**So nothing speaks for the {model} here: use {baseline}.**"
    return text.strip()


def training(history: pd.DataFrame, n_epochs: pd.Series, n_validation: Sequence[int]) -> str:
    """Read the learning curves of the folds, how many samples were watched, and how many epochs were kept."""
    best = history.loc[history.groupby("fold")["validation_loss"].idxmin()]
    first, last = int(best["epoch"].min()), int(best["epoch"].max())
    when = f"at epoch {first}" if first == last else f"between epoch {first} and epoch {last}"
    least, most = min(n_validation), max(n_validation)
    watched = count(least, "sample") if least == most else f"{least} or {most} samples"
    stayed = int((n_epochs == 0).sum())
    losses = spread(best["validation_loss"].min(), best["validation_loss"].max(), 2)
    text = (
        f"The lowest validation loss was met {when}, and over the folds it was {losses}. It is watched on {watched} "
        "only: the difference between the curves is mostly the luck of which samples those are. "
    )
    if stayed == len(n_epochs):
        return f"{text}In no fold did training save enough to leave the start, so the start is the model."
    if stayed:
        return f"{text}In {stayed} of {len(n_epochs)} folds training did not save enough to leave the start."
    return f"{text}In every fold training left the start."


def agreement(table: pd.DataFrame, model: str = "autoencoder") -> str:
    """Say how much of the latents two folds agree on, beside chance."""
    ours = table[table["model"] == model]
    value, chance = ours["procrustes"], ours["chance"]
    text = (
        f"Two folds' latents of the {model} agree on {share(value.mean(), 1)} of their variance "
        f"({share(value.min(), 1)} to {share(value.max(), 1)}); with shuffled samples it would be "
        f"{share(chance.mean(), 1)}. "
    )
    beyond = (value.mean() - chance.mean()) / max(1 - chance.mean(), 1e-9)
    if value.min() <= chance.max():
        return (
            f"{text}**For some pairs of folds that is no more than chance: read nothing into these latents.**"
        )
    if beyond > 0.8:
        if (value.min() - chance.mean()) / max(1 - chance.mean(), 1e-9) > 0.8:
            return f"{text}What the latents say of the samples hardly depends on which of them trained."
        return f"{text}Most of what the latents say is there whichever samples trained, but some folds agree less."
    if beyond > 0.5:
        return (
            f"{text}Of what lies beyond chance they share {share(beyond, 1)}: the rest of what the latents say depends on which "
            "samples trained."
        )
    return (
        f"{text}That is more than chance and far from all: much of what the latents say depends on which samples "
        "trained."
    )


def importance(table: pd.DataFrame) -> str:
    """Say how alike the three readings of importance are."""
    rho = table[["reconstruction", "gradient", "latent_correlation"]].corr(method="spearman")
    alike = rho.loc["gradient", "latent_correlation"]
    if table["reconstruction"].min() > 0.99:
        text = (
            "With as many latents as the samples span dimensions every feature is copied in full, so R² tells no "
            "feature from another. "
        )
    else:
        text = (
            f"R² ranges from {table['reconstruction'].min():.2f} to {table['reconstruction'].max():.2f} over the "
            "features. "
        )
    if np.isnan(alike):
        return f"{text}With so few features that vary, the other two cannot be compared."
    return (
        f"{text}The gradient and the strongest latent rank the features with a correlation of {alike:.2f}: "
        + ("they mostly agree." if alike > 0.7 else "they answer different questions.")
    )


def parameters_counted(n_parameters: int, n_samples: int, rank: int | None, *, is_pca: bool = False) -> str:
    """Say how many weights were trained on how many samples, and where, and whether the start was kept."""
    text = f"The network has **{n_parameters:,} parameters** and {count(n_samples, 'sample')} to learn them from."
    if is_pca:
        text = (
            f"{text} Training did not save enough to leave its start, so **the final model is PCA**: its hidden layers have "
            "no say, and its latents are principal components, here and in all later chapters."
        )
    if rank is None:
        return f"{text} There are no more features than samples, so every weight was trained directly."
    return (
        f"{text} The samples span {count(rank, 'dimension')} around their mean, so training happens in "
        f"{count(rank, 'coordinate')} instead of in all features (see [the methods](../book/methods))."
    )


def latents(table: pd.DataFrame, n_dead: int) -> str:
    """Say what the latents are, and how many carry nothing."""
    never = "never varies" if n_dead == 1 else "never vary"
    dead = f"; {n_dead:,} of them {never}" if n_dead else ", all of which vary"
    text = f"{count(table.shape[1], 'latent')} for {count(table.shape[0], 'sample')}{dead}."
    if n_dead:
        return (
            f"{text} Samples that span fewer dimensions than there are latents leave the rest empty; chapter 4 drops "
            "those."
        )
    if table.shape[1] <= table.shape[0]:
        return text
    return (
        f"{text} With more latents than samples they cannot all say different things; chapter 4 counts what they "
        "say together."
    )
