"""Sentences of the page on the graph over the samples."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .._escape import md
from .._words import count, listed, share

_NETWORK, _ALONE, _BASELINE = "graph attention", "no graph", "logistic regression"
_GRAPH = ("the graph helps", "**the graph does harm**")
_MODEL = ("the network is better", "**use the regression**")
_CHANCE = 0.05


def sample_heads(columns: pd.DataFrame, n_samples: int) -> str:
    """Say which metadata columns become class heads, and why the others do not."""
    if not len(columns):
        return "The study brings no metadata, so there is nothing to predict: **the network gets no class head.**"
    used, others = columns[columns["head"]], columns[~columns["head"]]
    parts = [f"{md(row.column)} ({row.n_classes} classes)" for row in used.itertuples()]
    text = (
        f"The network gets {count(len(used), 'class head')}: {listed(parts)}."
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
    text = f"With the class heads of the published code (4, 2 and 2 classes) the network has **{n_claimed:,} parameters**."
    if not n_classes:
        return f"{text} Without any class head there is nothing to train it on here."
    heads = "a head" if len(n_classes) == 1 else "heads"
    return (
        f"{text} This study's has {n_here:,}, with {count(n_inputs, 'input')} and {heads} of "
        f"{listed([f'{n}' for n in n_classes])} classes: {n_here / n_samples:,.0f} for every sample."
    )


def _one_head(of_head: pd.DataFrame, level: float) -> str:
    rows = of_head.set_index("model")
    ours, alone, theirs, majority = (rows.loc[name] for name in (_NETWORK, _ALONE, _BASELINE, "majority"))
    text = (
        f"- **{md(ours['head'])}**: {_NETWORK} names the class of {share(ours['accuracy'], 1)} of the samples (95% interval "
        f"{share(ours['interval_low'], 1)} to {share(ours['interval_high'], 1)}), the same network without its graph of "
        f"{share(alone['accuracy'], 1)}, {_BASELINE} of {share(theirs['accuracy'], 1)}, the most frequent class of "
        f"{share(majority['accuracy'], 1)}. {_compared(alone, 'with its neighbours than without', _GRAPH, level)} "
        f"{_compared(theirs, 'than the regression', _MODEL, level)}"
    )
    if min(ours["p"], theirs["p"]) > _CHANCE:
        text += (
            f" Neither it nor the regression does better than shuffled labels would (p = {ours['p']:.2g} and "
            f"{theirs['p']:.2g}): read nothing into either."
        )
    elif ours["p"] > _CHANCE:
        text += f" The network does no better than shuffled labels would (p = {ours['p']:.2g})."
    return text


def _compared(rival: pd.Series, than: str, verdicts: tuple[str, str], level: float) -> str:
    """Say for how many samples the network is more often right than a rival, and whether that is luck."""
    better, worse, p = int(rival["better"]), int(rival["worse"]), rival["p_difference"]
    if not better + worse:
        return f"It is right for every sample as often {than.replace('than without', 'as without').replace('than', 'as')}."
    verdict = "too few to tell the two apart" if p > level else verdicts[0] if better > worse else verdicts[1]
    return (
        f"It is right more often {than} for {count(better, 'sample')}, less often for {count(worse, 'sample')} "
        f"(sign test p = {p:.2g}): {verdict}."
    )


def sample_classes(summary: pd.DataFrame) -> str:
    """Compare graph attention with the same network without graph, with logistic regression and the most frequent class."""
    if not len(summary):
        return "Without a class head there is nothing to cross-validate, and the tables stay empty."
    heads = [of_head for _, of_head in summary.groupby("head", sort=False)]
    level = _CHANCE / (2 * len(heads))  # Bonferroni: each column and each rival is another chance to be lucky
    text = "\n".join(_one_head(of_head, level) for of_head in heads)
    return f"{text}\n\n{_overall(summary, level)}"


def _in(n: int, n_columns: int) -> str:
    return "" if n_columns == 1 else f" in {n} of {n_columns} columns"


def _record(summary: pd.DataFrame, model: str, level: float) -> tuple[int, int, int]:
    """Count in how many columns the network is ahead of `model`, behind it, and how many there are."""
    rivals = summary[summary["model"] == model]
    decided = rivals[rivals["p_difference"] <= level]
    won = int((decided["better"] > decided["worse"]).sum())
    return won, len(decided) - won, len(rivals)


def _overall(summary: pd.DataFrame, level: float) -> str:
    won, lost, n = _record(summary, _ALONE, level)
    if won and not lost:
        text = f"So the samples' neighbours add something to their own latents{_in(won, n)}."
    elif lost and not won:
        text = f"**So the graph does harm{_in(lost, n)}:** averaging over neighbours blurs what each sample's own latents say."
    elif won:
        text = "So whether the graph helps depends on the column."
    else:
        text = "So nothing here speaks for the graph."
    won, lost, n = _record(summary, _BASELINE, level)
    if lost and not won:
        return f"{text} **The network loses to plain {_BASELINE}{_in(lost, n)}.**"
    if won and not lost:
        return f"{text} The network is ahead of plain {_BASELINE}{_in(won, n)}."
    if won:
        return f"{text} Which of network and {_BASELINE} is better depends on the column."
    return f"{text} Nor can the network be told from {_BASELINE}: use that, which is simpler."
