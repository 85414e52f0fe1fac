"""Sentences of the page on the graph over the samples; part of `narrate`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ._counts import count
from ._escape import md

_NETWORK, _BASELINE = "graph attention", "logistic regression"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def sample_heads(columns: pd.DataFrame, n_samples: int) -> str:
    """Say which metadata columns become class heads, and why the others do not."""
    if not len(columns):
        return "The study brings no metadata, so there is nothing to predict: **the network gets no class head.**"
    used, others = columns[columns["head"]], columns[~columns["head"]]
    parts = [f"{md(row.column)} ({row.n_classes} classes)" for row in used.itertuples()]
    text = (
        f"The network gets {count(len(used), 'class head')}: {_and(parts)}."
        if parts
        else "No column of the metadata can be predicted: **the network gets no class head.**"
    )
    reasons = [f"{md(row.column)} ({md(row.why)})" for row in others.itertuples()]
    if reasons:
        text += f" Left out: {', '.join(reasons)}."
    for row in used[used["n_samples"] < n_samples].itertuples():
        rest = n_samples - row.n_samples
        text += f" {count(rest, 'sample').capitalize()} of the rarest values of {md(row.column)} {'has' if rest == 1 else 'have'} no label."
    return text


def sample_network(
    n_claimed: int, n_here: int, n_inputs: int, n_classes: Sequence[int], n_samples: int
) -> str:
    """Say how many parameters the network has, with the source's class heads and with this study's."""
    text = (
        f"With the class heads that the source's count implies the network has **{n_claimed:,} parameters**."
    )
    if not n_classes:
        return f"{text} Without any class head there is nothing to train it on here."
    heads = "a head" if len(n_classes) == 1 else "heads"
    return (
        f"{text} This study's has {n_here:,}, with {count(n_inputs, 'input')} and {heads} of "
        f"{_and([f'{n}' for n in n_classes])} classes: {n_here / n_samples:,.0f} for every sample."
    )


def _one_head(of_head: pd.DataFrame, level: float) -> str:
    rows = of_head.set_index("model")
    ours, theirs, majority = rows.loc[_NETWORK], rows.loc[_BASELINE], rows.loc["majority"]
    text = (
        f"- **{md(ours['head'])}**: {_NETWORK} names the class of {ours['accuracy']:.0%} of the samples (95% interval "
        f"{ours['interval_low']:.0%} to {ours['interval_high']:.0%}), {_BASELINE} of {theirs['accuracy']:.0%}, the "
        f"most frequent class of {majority['accuracy']:.0%}. "
    )
    better, worse = int(theirs["better"]), int(theirs["worse"])
    if not better + worse:
        text += "The two predict every sample equally well."
    else:
        text += (
            f"The network is right more often than the regression for {count(better, 'sample')} and less often for "
            f"{count(worse, 'sample')} (sign test p = {theirs['p_difference']:.2g}): {_verdict(better, worse, theirs['p_difference'], level)}."
        )
    if min(ours["p"], theirs["p"]) > 0.05:
        text += (
            f" Neither does better than shuffled labels would (p = {ours['p']:.2g} and {theirs['p']:.2g}): "
            "read nothing into either."
        )
    elif ours["p"] > 0.05:
        text += f" The network does no better than shuffled labels would (p = {ours['p']:.2g})."
    return text


def _verdict(better: int, worse: int, p: float, level: float) -> str:
    if p > level:
        return "too few to tell the two apart"
    return "the graph helps" if better > worse else "**the graph does harm; use the regression**"


def sample_classes(summary: pd.DataFrame) -> str:
    """Compare graph attention with logistic regression and the most frequent class, head by head."""
    if not len(summary):
        return "Without a class head there is nothing to cross-validate, and the tables stay empty."
    heads = [of_head for _, of_head in summary.groupby("head", sort=False)]
    level = 0.05 / len(heads)  # Bonferroni: each column is another chance to be lucky
    text = "\n".join(_one_head(of_head, level) for of_head in heads)
    return f"{text}\n\n{_overall(summary, level)}"


def _in(n: int, n_columns: int) -> str:
    return "" if n_columns == 1 else f" in {n} of {n_columns} columns"


def _overall(summary: pd.DataFrame, level: float) -> str:
    rivals = summary[summary["model"] == _BASELINE]
    decided = rivals[rivals["p_difference"] <= level]
    won = int((decided["better"] > decided["worse"]).sum())
    lost = len(decided) - won
    if won and not lost:
        return f"So the samples' neighbours add something to their latents{_in(won, len(rivals))}."
    if lost and not won:
        return (
            f"**So the network loses to plain {_BASELINE}{_in(lost, len(rivals))}.** Averaging over neighbours blurs "
            "what each sample's own latents say, and it has many more weights than there are samples."
        )
    if won:
        return "So which of the two is better depends on the column."
    return f"So nothing here speaks for the network: use {_BASELINE}, which is simpler."
