"""Sentences of the page "How many samples?": what more samples buy, over the seeds of one simulated design."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .._escape import md_code
from .._modalities import feature_word
from .._words import count, listed, number, share
from ._autoencoder import LEVEL

_FILTERS = {"smoothing": "smoothed", "sharpening": "sharpened"}
RECOMMENDED = 100  # samples, by the study that this book rebuilds


def sample_size_study(settings: Mapping[str, Any]) -> str:
    """Say what was simulated, at which sizes, and how often."""
    sizes = listed(list(settings["n_samples"]))
    parameters = listed(
        md_code(f"{name}: {json.dumps(value)}") for name, value in settings["parameters"].items()
    )
    return (
        f"Each study has {count(settings['n_genes'], 'gene')} and {count(settings['n_metabolites'], 'metabolite')}, and {sizes} "
        f"samples; at each number of samples {count(settings['n_seeds'], 'study')} were drawn, and each was run by itself, from "
        "its counts to the evaluation of its rankings. All true pairs are known: those of one module, and those of which one "
        f"follows the other. Parameters that are not at their defaults: {parameters}."
    )


def _over_seeds(table: pd.DataFrame) -> pd.DataFrame:
    """Return mean, lowest and highest value over the seeds, a row a number of samples."""
    return table.groupby("samples")["value"].agg(["mean", "min", "max"])


def _shares(spread: pd.DataFrame) -> list[str]:
    parts = []
    for n, row in spread.iterrows():
        mean, least, most = (share(row[name], 1) for name in ("mean", "min", "max"))
        parts.append(f"{mean} with {n}" + ("" if least == most else f" ({least} to {most})"))
    return parts


def sample_size_power(associations: pd.DataFrame, alpha: float = 0.05) -> str:
    """Say which share of the true pairs is found at each number of samples, and what the recommended one buys."""
    power = associations[associations["metric"] == "power"]
    spread = _over_seeds(power)
    text = (
        f"At a false discovery rate of {share(alpha, 1)} the direct test finds, of all true pairs, {listed(_shares(spread))} samples "
        "(the mean over the studies, and their range)."
    )
    text += _by_kind(associations)
    mean = spread["mean"]
    enough = mean.index[mean >= 0.8]
    if len(enough):
        text += f" Four fifths of them are found from {enough[0]} samples on, of the numbers tried."
    else:
        text += f" **Four fifths of them are found with none of these numbers**, {mean.index[-1]} included."
    return text + _bought(mean)


def _by_kind(associations: pd.DataFrame) -> str:
    """Say which kind of pairs is found sooner, where there are two."""
    kinds = associations[associations["metric"].str.startswith("power_")]
    means = kinds.groupby(["metric", "samples"])["value"].mean().unstack("metric")
    if means.shape[1] != 2:
        return ""
    one, other = means.columns
    gap = means[one] - means[other]
    n = gap.abs().idxmax()
    if gap.abs()[n] < 0.05:
        return " The two kinds of pairs are found about equally often."
    sooner, later = (one, other) if gap[n] > 0 else (other, one)
    names = {column: column.removeprefix("power_") for column in (one, other)}
    return (
        f" Pairs of the kind *{names[sooner]}* are found sooner than those of the kind *{names[later]}*: "
        f"{share(means.loc[n, sooner], 1)} against {share(means.loc[n, later], 1)} with {n} samples, where they differ most."
    )


def _bought(mean: pd.Series) -> str:
    """Say what comes of going to the recommended number of samples, and beyond it."""
    if RECOMMENDED not in mean.index or mean.index[0] >= RECOMMENDED:
        return ""
    least, most = mean.index[0], mean.index[-1]
    at = mean[RECOMMENDED]
    text = f" The {RECOMMENDED} samples that the source recommends find {share(at, 1)}, where {least} find {share(mean[least], 1)}"
    if most == RECOMMENDED:
        return f"{text}."
    beyond, before = mean[most] - at, at - mean[least]
    if at >= 0.8:
        verdict = "the recommendation holds for pairs as strong as these"
    elif beyond > before:
        verdict = f"**most of what can be found still comes beyond it**, with {most}"
    else:
        verdict = "**a good part is still missed there**"
    return f"{text} and {most} find {share(mean[most], 1)}: {verdict}."


def sample_size_errors(associations: pd.DataFrame, alpha: float = 0.05) -> str:
    """Hold the true share of false pairs against the rate that was promised."""
    table = associations[associations["metric"] == "false_discovery_proportion"]
    found = associations[associations["metric"] == "n"].set_index(["samples", "seed"])["value"]
    n_empty = int((found == 0).sum())
    spread = _over_seeds(table)
    error = table.groupby("samples")["value"].sem().fillna(0.0)
    above = spread.index[spread["mean"] > alpha]
    clearly = [n for n in above if spread.loc[n, "mean"] - 2 * error[n] > alpha]
    text = f"Of the pairs found, those that are not true make up {listed(_shares(spread))} samples. "
    if clearly:
        text += (
            f"**With {listed(clearly)} samples that is more than the {share(alpha, 1)} that were promised**, by more than the studies "
            "differ among themselves."
        )
    elif len(above):
        text += (
            f"With {listed(list(above))} samples the mean is above the {share(alpha, 1)} that were promised, by no more than the "
            "studies differ among themselves."
        )
    else:
        text += f"That keeps the {share(alpha, 1)} that were promised."
    if n_empty:
        text += f" {n_empty} of {len(found)} studies found nothing, and so nothing false: they count as 0."
    return text


def sample_size_rankings(rankings: pd.DataFrame) -> str:
    """Compare the network with the plain correlation and with the best rival, at each number of samples."""
    wide = rankings[rankings["role"] != "other"].pivot(
        index=["samples", "seed"], columns="role", values="value"
    )
    best = rankings[rankings["role"] == "best rival"].groupby("samples")["method"].first()
    lines = [
        f"- With {n} samples the correlation has {number(part['Spearman'].mean())}, the network {number(part['network'].mean())}"
        f", {best[n]}, the best rival, {number(part['best rival'].mean())}. {_ahead(part)}{_filters(rankings, n)}"
        for n, part in wide.groupby("samples")
    ]
    kept = rankings[rankings["method"] == "Spearman (fallback)"].groupby("samples").size()
    text = "\n".join(lines)
    if len(kept):
        where = listed(f"{size} with {n} samples" for n, size in kept.items())
        text += (
            f"\n\nThere is not always a network: in {kept.sum()} of {len(wide)} studies ({where}) nothing tied the two tables together "
            "for certain, and the run kept the correlation, which counts as its ranking here."
        )
    return f"{text}\n\n{_by_filter(rankings, wide)}{_gain(wide)}"


def _ahead(part: pd.DataFrame) -> str:
    """Count the studies in which the network is ahead of either."""
    parts = []
    for rival, name in (("Spearman", "the correlation"), ("best rival", "the best rival")):
        gap = part["network"] - part[rival]
        level = int(np.isclose(gap, 0, atol=1e-9).sum())
        wins = int((gap > 0).sum()) if not level else int((gap > 1e-9).sum())
        parts.append(f"ahead of {name} in {wins}" + (f" and level in {level}" if level else ""))
    return f"Of {count(len(part), 'study')}, the network is {' and '.join(parts)}."


def _filters(rankings: pd.DataFrame, n: int) -> str:
    """Say which world the network was made for, as it read it off the tables."""
    rows = rankings[(rankings["role"] == "network") & (rankings["samples"] == n)]
    counts = rows["method"].str.rpartition(", ")[2].value_counts()
    parts = [f"{verb} in {counts[name]}" for name, verb in _FILTERS.items() if name in counts]
    return f" It {' and '.join(parts)}." if parts else ""


def _by_filter(rankings: pd.DataFrame, wide: pd.DataFrame) -> str:
    """Say how far the network is from the correlation where it read one world off the tables, and the other."""
    methods = rankings[rankings["role"] == "network"].set_index(["samples", "seed"])["method"]
    done = methods.str.rpartition(", ")[2].map(_FILTERS).dropna()
    gaps = (wide["network"] - wide["Spearman"]).groupby(done).mean()
    if len(gaps) < 2:
        return ""
    parts = [
        f"where it {verb} it is {number(abs(gap))} {'ahead of' if gap > 0 else 'behind'} the correlation"
        for verb, gap in gaps.sort_values(ascending=False).items()
    ]
    text = f"The design has modules and links in it, and the network is made for one of them: in the mean, {' and '.join(parts)}."
    if gaps.max() > 0 > gaps.min():
        text += " **What it reads off the tables decides whether it helps.**"
    return f"{text} "


def _gain(wide: pd.DataFrame) -> str:
    """Say where a better ranking than the correlation helps most: with few samples or with many."""
    means = wide.groupby("samples").mean()
    gain = means[["network", "best rival"]].max(axis=1) - means["Spearman"]
    most, n, last = gain.max(), gain.idxmax(), gain.index[-1]
    if most <= 0:
        return "**With no number of samples is anything ahead of the plain correlation.**"
    text = f"The better of network and best rival gains most over the correlation with {n} samples ({number(most)})"
    if n == last:
        return f"{text}, the largest number tried."
    if gain[last] <= 0:
        return f"{text}; with {last}, nothing is left of it: enough samples do for the correlation what a model does for few."
    return f"{text}; with {last}, {number(gain[last])} are left of it."


def sample_size_reconstruction(reconstruction: pd.DataFrame) -> str:
    """Say how held-out R² grows with the samples, and whether the autoencoder is ahead of PCA."""
    sentences = []
    for table, rows in reconstruction.groupby("table", sort=False):
        means = rows.groupby(["samples", "method"])["value"].mean().unstack("method")
        least, most = means.index[0], means.index[-1]
        gap = means["autoencoder"] - means["PCA"]
        ahead, behind = (list(gap.index[condition]) for condition in (gap > LEVEL, gap < -LEVEL))
        if ahead and behind:
            verdict = f"it is ahead of PCA with {listed(ahead)} samples and behind with {listed(behind)}"
        elif ahead or behind:
            verdict = (
                f"it is {'ahead of' if ahead else '**behind**'} PCA with {listed(ahead or behind)} samples"
            )
        else:
            verdict = f"it is level with PCA throughout (within {LEVEL:g})"
        first, last = means.loc[least, "autoencoder"], means.loc[most, "autoencoder"]
        grows = "rises" if last > first + LEVEL else "falls" if last < first - LEVEL else "hardly moves,"
        sentences.append(
            f"For the {feature_word(str(table))}s the autoencoder's R² on samples that it has not seen {grows} from {number(first)} with "
            f"{least} samples to {number(last)} with {most}; {verdict}."
        )
    return " ".join(sentences)
