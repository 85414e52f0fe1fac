"""Sentences of chapter 3 and of the page on the row space; part of `narrate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ._counts import count, share

# Two R² that differ by less are the same model for all that a reader could do with them.
_LEVEL = 0.005


def cross_validation(scores: pd.DataFrame, model: str = "autoencoder", baseline: str = "PCA") -> str:
    """Compare the held-out R² of the autoencoder with its baseline, fold by fold."""
    wide = scores.pivot(index="fold", columns="model", values="r2")
    ours, theirs = wide[model], wide[baseline]
    gap = ours - theirs
    wins, losses = int((gap > _LEVEL).sum()), int((gap < -_LEVEL).sum())
    text = (
        f"On samples that it never saw, the {model} explains {ours.mean():.2f} of the variance (mean over "
        f"{len(wide)} folds, from {ours.min():.2f} to {ours.max():.2f}); {baseline} with as many components "
        f"explains {theirs.mean():.2f} ({theirs.min():.2f} to {theirs.max():.2f}). "
    )
    if not wins and not losses:
        text += f"**The two are level in every fold:** for reconstruction alone, use {baseline}."
    elif wins == len(wide):
        text += f"The {model} is ahead in every fold."
    elif gap.mean() > 0:
        text += f"The {model} is ahead on average, and in {wins} of {len(wide)} folds."
    else:
        text += (
            f"**{baseline} does no worse on average, and is ahead in {losses} of {len(wide)} folds:** for "
            "reconstruction alone, use it."
        )
    if ours.mean() <= 0:
        text += f" A value at or below 0 means that the {model} predicts no better than the training mean."
    return text


def _listed(numbers: list[int]) -> str:
    words = [f"{n:,}" for n in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def latent_sizes(table: pd.DataFrame, model: str = "autoencoder", baseline: str = "PCA") -> str:
    """Say with how many latents the autoencoder is ahead of as many components, level, or behind."""
    wide = table.pivot(index=["n_latent", "fold"], columns="model", values="r2")
    gap = (wide[model] - wide[baseline]).dropna().groupby(level="n_latent")
    mean, spread = gap.mean(), gap.std(ddof=0)
    beyond = mean.abs() > np.maximum(spread, _LEVEL)
    ahead, behind = mean.index[beyond & (mean > 0)].tolist(), mean.index[beyond & (mean < 0)].tolist()
    level = mean.index[~beyond].tolist()
    ceiling = wide["ceiling"].mean()
    text = f"Full-rank {baseline}, the ceiling, explains {ceiling:.2f} of what new samples differ in. "
    if ahead:
        best = mean[ahead].idxmax()
        at = wide.loc[best].mean()
        text += (
            f"**The {model} earns its place with {_listed(ahead)} latents**, where it is ahead of as many "
            f"components by more than the spread between folds; most with {best}, where it explains "
            f"{at[model]:.2f} against {at[baseline]:.2f}. "
        )
    parts = [f"level with {_listed(level)}"] if level else []
    parts += [f"behind with {_listed(behind)}"] if behind else []
    if parts:
        text += f"The two are {' and '.join(parts)}. ".replace("two are behind", f"{model} is behind")
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
    text = (
        f"The lowest validation loss was met {when}, and ranged from {best['validation_loss'].min():.2f} to "
        f"{best['validation_loss'].max():.2f} over the folds. It is watched on {watched} "
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
        return f"{text}What the latents say of the samples hardly depends on which of them trained."
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


def parameters_counted(n_parameters: int, n_samples: int, rank: int | None) -> str:
    """Say how many weights were trained on how many samples, and where."""
    text = f"The network has **{n_parameters:,} parameters** and {count(n_samples, 'sample')} to learn them from."
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
    return (
        f"After {count(n_epochs, 'epoch')} of gradient descent the two losses have never been further apart than "
        f"{descent:.0e}, which is rounding. With Adam they were {adam:.2g} apart at most: a different path."
    )


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
        verdict = (
            f"ahead of {baseline} ({mean[baseline]:.2f})"
            if trained[best] > mean[baseline] + _LEVEL
            else f"level with {baseline} ({mean[baseline]:.2f})"
            if trained[best] > mean[baseline] - _LEVEL
            else f"behind {baseline} ({mean[baseline]:.2f})"
        )
        parts.append(
            f"for {name} *{best}* does best ({trained[best]:.2f}), {verdict}, and *{trained.idxmin()}* worst "
            f"({trained.min():.2f})"
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
