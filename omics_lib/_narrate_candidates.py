"""Sentences that read a ranking of candidate genes; part of `narrate`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ._counts import count, counted
from ._escape import md

_NAMES = {"rho": "correlation", "importance": "importance", "score": "refined score", "family": "family"}


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _places(best: pd.Series, lines: Sequence[str]) -> str:
    return _listed(
        [
            f"not tested by {_NAMES[line]}"
            if pd.isna(best[f"{line}_rank"])
            else f"{best[f'{line}_rank']:,} by {_NAMES[line]}"
            + (f" ({best[line]:.2f})" if line == "rho" else "")
            for line in lines
        ]
    )


def _verdict(table: pd.DataFrame, alpha: float) -> str:
    """Say how many genes stand out, by the lines that are not made from each other."""
    lines, own = table.attrs["lines"], table.attrs["independent"]
    if table.attrs["weights"]:
        weights = _listed([f"{w:.2g} for {_NAMES[line]}" for line, w in table.attrs["weights"].items()])
        return (
            f"The weights are fixed ({weights}), so there is no p-value: the order is a choice, not a test."
        )
    if len(lines) == 1:
        return "With one line of evidence the p-value is its rank over the number of genes, and says nothing more."
    n = int((table["q_independent"] <= alpha).sum())
    if len(own) < 2:
        return "These lines are not independent, so the p-values are too small: read the order, not the p."
    text = (
        f"By {_listed([_NAMES[line] for line in own])}, {counted(n, 'gene', 'stands', 'stand')} out at a false discovery "
        f"rate of {alpha:g} from what unrelated orders would give."
    )
    others = int((table["q"] <= alpha).sum())
    if others > n:
        text += f" All lines together would say {others:,}, but they are not independent, which makes their p-values too small."
    return text


def candidates(table: pd.DataFrame, alpha: float = 0.05) -> str:
    """Read the table of `rank_candidates`: who is first, by what, and how far that can be trusted."""
    facts, best = table.attrs, table.iloc[0]
    text = (
        f"Of {count(len(table), 'candidate gene')} for {md(facts['target'])}, **{md(best['gene'])}** comes first: "
        f"{_places(best, facts['lines'])}. {_verdict(table, alpha)}"
    )
    for line, reason in facts["left_out"].items():
        text += f" The {_NAMES[line]} does not count: {reason}."
    if facts["n_outside"]:
        text += f" {counted(facts['n_outside'], 'family member', 'is', 'are').capitalize()} not among the candidates."
    return text
