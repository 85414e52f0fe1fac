"""Sentences that close the pages on the source's claims, and that read the solutions of their exercises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .._escape import md_code
from .._modalities import feature_word
from .._words import count, counted, listed, number, share
from ._autoencoder import LEVEL

_CHANCE = 0.05


def row_space_shown(
    differences: pd.Series, n_parameters: Mapping[str, int], rank: int, scores: pd.DataFrame
) -> str:
    """Sum up the page: what was trained, whether it is the same training, and what it was good for."""
    descent = differences["gradient descent"]
    same = (
        "and for gradient descent that *is* training all of them, up to rounding"
        if descent < 1e-6
        else f"and for gradient descent the two came {descent:.2g} apart on this table, where the descent itself is not stable"
    )
    mean = scores.groupby(["table", "model"])["r2"].agg(lambda r2: r2.mean(skipna=False)).unstack()
    best = mean.drop(columns="PCA").max(axis=1)
    ahead = [str(name) for name in mean.index if best[name] > mean.loc[name, "PCA"] + LEVEL]
    use = (
        "on held-out samples of this study no way of training was ahead of PCA"
        if not ahead
        else f"on held-out samples of this study the best way of training was ahead of PCA for {listed(ahead)}"
    )
    return (
        f"A network of {max(n_parameters.values()):,} weights was trained in {count(rank, 'coordinate')}, {same}. What is dear about it is its "
        f"size on paper, not its training. **Whether so many weights are good for anything is another question**: {use}."
    )


def samples_span(rank: int, with_copy: int, n_samples: int) -> str:
    """Say how many directions the samples span, and what a copy of one of them adds."""
    text = f"{count(n_samples, 'sample').capitalize()} span {count(rank, 'direction')} around their mean"
    text += ", one fewer than there are samples: the mean takes one." if rank == n_samples - 1 else "."
    added = with_copy - rank
    more = "adds none" if added <= 0 else f"adds {count(added, 'direction')}"
    return f"{text} A copy of one of them {more}. Repeated measurements of one individual are nearly such copies: they fill the table, hardly the space."


def outside_start(inside: float, outside: float) -> str:
    """Compare how far the losses of both solvers are apart, by where the dense network starts."""
    text = (
        f"Where both start in the span of the samples, the losses are {inside:.1g} apart at most; where the dense network starts as PyTorch "
        f"does, {outside:.2g}."
    )
    if inside < 1e-6 < outside:
        return (
            f"{text} The part of the weights that lies outside the span never learns, and in the last layer it adds noise to every "
            "reconstruction, from the first epoch to the last. The identity is one of training *from the same start*."
        )
    return (
        f"{text} On these random numbers the start made no difference that rounding would not make as well."
    )


def parameter_counts_shown(counts: pd.Series, n_near: int) -> str:
    """Sum up the page: which presets come near what is reported (`counts`: table and preset → parameters / reported)."""
    fits = [
        f"{feature_word(str(table))}s (`{preset}`)"
        for (table, preset), ratio in counts.items()
        if abs(ratio - 1) < 0.01
    ]
    which = f"the networks of the {listed(fits)}" if fits else "none of the presets"
    return (
        f"Within one percent of what is reported: {which}; the layers as they are described are other networks. Reading the "
        f"code settled it, the number alone would not have: {n_near:,} networks on this page come near the larger of the two. "
        "**A claim that can be recomputed is worth more than one that can only be believed**, also where it turns out to be true."
    )


def by_hand(by_hand: int, counted_: int) -> str:
    """Compare a count by formula with the one that the library makes."""
    if by_hand == counted_:
        return f"{by_hand:,}, to the last weight as the library counts it. No network was made for it: shapes are enough."
    return f"{by_hand:,} by the formula, {counted_:,} by the library: one of the two has forgotten something."


def widths_that_fit(fitting: Sequence[tuple[int, ...]], tried: int, target: str) -> str:
    """Say how many networks of the usual widths round to a reported number."""
    text = f"Of {tried:,} networks with three hidden layers of usual widths, {counted(len(fitting), 'one', 'rounds', 'round') if len(fitting) == 1 else f'{len(fitting):,} round'} to {target}."
    if len(fitting) < 2:
        return f"{text} With these widths the number would nearly name its network; with others it does not."
    first = {widths[0] for widths in fitting}
    tail = (
        f" All of them begin with {next(iter(first)):,}: the first layer holds nearly all weights, and the number says next to nothing about the others."
        if len(first) == 1
        else ""
    )
    return f"{text}{tail} A rounded number is no description of a network."


def sample_graph_shown(summary: pd.DataFrame) -> str:
    """Sum up the page: which columns the latents tell, by any model, and whether the graph is what does it."""
    if not len(summary):
        return "This study has no column that could be predicted, so the network was counted, and not tried."
    heads = summary["head"].nunique()
    told = [md_code(head) for head, of in summary.groupby("head", sort=False) if _is_told(of, heads)]
    text = (
        f"Of {count(heads, 'column')}, the latents tell {listed(told)} better than shuffled labels would."
        if told
        else f"Neither network nor regression tells {'the column' if heads == 1 else f'any of {heads:,} columns'} from the latents better than shuffled labels would."
    )
    rivals = summary[summary["model"] == "no graph"]
    level = _CHANCE / (2 * heads)
    won = int(((rivals["p_difference"] <= level) & (rivals["better"] > rivals["worse"])).sum())
    lost = int(((rivals["p_difference"] <= level) & (rivals["better"] < rivals["worse"])).sum())
    if won == lost == 0:
        return f"{text} Whether a sample listens to its neighbours made no difference that these samples could show."
    return f"{text} Against the same network without its graph, the graph was better in {won:,} and worse in {lost:,} of {heads:,}."


def _is_told(of: pd.DataFrame, n_heads: int) -> bool:
    rows = of[of["model"].isin(["graph attention", "no graph", "logistic regression"])]
    return bool((rows["p"] <= _CHANCE / (len(rows) * n_heads)).any())


def right_by_luck(
    needed: Mapping[str, int], n_samples: Mapping[str, int], majority: Mapping[str, float]
) -> str:
    """Say how many samples must be named rightly to be beyond guessing the most frequent class."""
    if not needed:
        return "Without a class head there is nothing to guess."
    parts = [
        f"for {md_code(head)} {needed[head]:,} of {n_samples[head]:,}, where always guessing the most frequent class gives {share(majority[head], 1)}"
        if needed[head] <= n_samples[head]
        else f"for {md_code(head)} more than there are samples"
        for head in needed
    ]
    return f"To be beyond that guess (one-sided, at {_CHANCE:g}) so many must be right: {'; '.join(parts)}. With few samples an accuracy may look good and be luck."


def more_neighbours(summary: pd.DataFrame, n_neighbours: int, usual: pd.DataFrame) -> str:
    """Compare graph attention that listens to many neighbours with what it reached on this page."""
    if not len(summary):
        return "Without a class head there is nothing to try."
    many, few = (
        table[table["model"] == "graph attention"].set_index("head")["balanced_accuracy"]
        for table in (summary, usual)
    )
    parts = [f"{md_code(head)} {share(many[head], 1)} (here {share(few[head], 1)})" for head in many.index]
    change = float(np.mean(many - few.loc[many.index]))
    text = f"Listening to {count(n_neighbours, 'neighbour')}, and with every class of equal weight, the network is right for {listed(parts)}."
    if change < -0.05:
        return f"{text} With so many neighbours every sample becomes the mean of nearly all, and the classes run together."
    if change > 0.05:
        return f"{text} Here more neighbours help, by {number(100 * change, 0)} points in the mean; with as many samples as here that may be luck, and was not tested."
    return f"{text} It makes little difference here."
