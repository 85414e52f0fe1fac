"""Sentences of the page on what a cohort lends to cell lines that anybody can fetch."""

from __future__ import annotations

import pandas as pd

from .._words import amount, count, listed, number, share
from ._cohort import lent_axes, samples_worth

_NONE, _LENT, _SHUFFLED = "no cohort", "cohort", "names shuffled"
_ADVISED = 100  # samples that the field advises


def fetched_lines(n_lines: int, n_genes: int, n_compounds: int, n_draws: int, largest: int) -> str:
    """Say what the lines are and how they are dealt out."""
    judges = n_lines - 200 - largest
    return (
        f"{n_lines:,} lines have {n_genes:,} genes and responses to {count(n_compounds, 'compound')}. They are dealt out anew {count(n_draws, 'time')}: "
        f"200 are the cohort, up to {largest:,} the study, and {judges:,} judge, whom nothing else has seen."
    )


def fetched_axes(r2: pd.DataFrame, n_latent: int = 8) -> str:
    """Say what the cohort does to the held-out R², and what a hundred samples buy without one."""
    text = lent_axes(r2, n_latent, _LENT)
    wide = r2[r2["n_latent"] == n_latent].pivot_table(index="samples", columns="cohort", values="r2")
    if _ADVISED not in wide.index or len(wide) < 2:
        return text
    first, last = wide.index[0], wide.index[-1]
    lent = wide[_LENT] - wide[_NONE]
    buys, lends = wide.loc[_ADVISED, _NONE] - wide.loc[first, _NONE], lent[first]
    verdict = "more than" if buys > lends + 0.005 else "less than" if buys < lends - 0.005 else "as much as"
    text += f" A hundred samples of one's own buy {number(buys)} over {first:,}, {verdict} what the cohort lends to {first:,} ({number(lends)})"
    if last > _ADVISED:
        text += f"; to {_ADVISED} it lends {number(lent[_ADVISED])}, to {last:,} {number(lent[last])}"
    return f"{text}."


def fetched_pairs(pairs: pd.DataFrame, alpha: float) -> str:
    """Say what weights do to the list of pairs, and how much of it the judges have, in the mean over draws.

    Parameters
    ----------
    pairs : DataFrame
        `samples`, `cohort`, `declared`, `replicated` (missing where nothing is declared).
    alpha : float
        False discovery rate.
    """
    mean = pairs.groupby(["samples", "cohort"])[["declared", "replicated"]].mean()
    declared, held = (mean[name].unstack() for name in mean)
    parts = [
        f"{amount(declared.loc[n, _NONE])} become {amount(declared.loc[n, _LENT])} with {n:,} lines"
        for n in declared.index
    ]
    text = f"At a false discovery rate of {alpha:g}, {listed(parts)}, in the mean."
    more = declared.index[declared[_LENT] > declared[_NONE]]
    fewer = declared.index[declared[_LENT] < declared[_NONE]]
    if len(more) and len(fewer):
        text += f" **Weights help studies of {listed(map(int, more))} and cost those of {listed(map(int, fewer))}**: where most pairs are found by themselves, what weights give to the strong they take from the many weak."
    elif len(fewer):
        text += " **Weights cost pairs at every size that differs.**"
    better = held[_LENT] - held[_NONE]
    if better.notna().any():
        at = better.abs().idxmax()
        text += (
            f" Of the pairs declared with {at:,} lines, the judges have {share(held.loc[at, _NONE], 1)} without the cohort and "
            f"{share(held.loc[at, _LENT], 1)} with it."
        )
    lost = declared[_SHUFFLED] - declared[_NONE]
    if lost.min() < 0:
        text += f" With shuffled names pairs are lost, most with {int(lost.idxmin()):,} lines ({amount(-lost.min())})."
    return text


def fetched_shown(r2: pd.DataFrame, pairs: pd.DataFrame, rankings: pd.DataFrame) -> str:
    """Sum up the page by its outcome."""
    worth, first = samples_worth(r2, 8, _LENT), int(r2["samples"].min())
    alone = f"more than {int(r2['samples'].max()):,}" if worth == float("inf") else f"about {worth:,.0f}"
    declared = pairs.groupby(["samples", "cohort"])["declared"].mean().unstack()
    helped = [int(n) for n in declared.index[declared[_LENT] > declared[_NONE]]]
    mrr = rankings.pivot_table(index="samples", columns="ranking", values="mrr")
    adds = mrr["study and cohort"] - mrr["cohort alone"]
    lines = [
        f"With the cohort's axes {first:,} lines explain as much of unseen ones as {alone} do alone.",
        f"Its weights find more pairs in studies of {listed(helped)} lines"
        + (", and fewer in larger ones." if len(helped) < len(declared) else ".")
        if helped
        else "Its weights find more pairs in no study.",
        f"To the cohort's own ranking the study adds {number(adds.iloc[0])} with {first:,} lines and {number(adds.iloc[-1])} with {int(adds.index[-1]):,}.",
    ]
    return "\n".join(f"- {line}" for line in lines)
