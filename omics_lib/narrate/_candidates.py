"""Sentences that read a ranking of candidate genes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .._escape import md
from .._words import count, counted, listed

_NAMES = {"rho": "correlation", "importance": "importance", "score": "refined score", "family": "family"}


def _places(best: pd.Series, lines: Sequence[str]) -> str:
    places = []
    for line in lines:
        rank, name = best[f"{line}_rank"], _NAMES[line]
        value = f" ({best[line]:.2f})" if line == "rho" else ""
        places.append(f"not tested by {name}" if pd.isna(rank) else f"place {rank:,} by {name}{value}")
    return listed(places)


def _verdict(table: pd.DataFrame, alpha: float) -> str:
    """Say how many genes stand out, by the lines that are not made from each other."""
    lines, own = table.attrs["lines"], table.attrs["independent"]
    if table.attrs["weights"]:
        weights = listed([f"{w:.2g} for {_NAMES[line]}" for line, w in table.attrs["weights"].items()])
        return (
            f"The weights are fixed ({weights}), so there is no p-value: the order is a choice, not a test."
        )
    if len(lines) == 1:
        return "With one line of evidence the p-value is its rank over the number of genes, and says nothing more."
    n = int((table["q_independent"] <= alpha).sum())
    if len(own) < 2:
        return "These lines are not independent, so the p-values are too small: read the order, not the p."
    text = (
        f"By {listed([_NAMES[line] for line in own])}, {counted(n, 'gene', 'stands', 'stand')} out at a false discovery "
        f"rate of {alpha:g} from what unrelated orders would give."
    )
    others = int((table["q"] <= alpha).sum())
    if others > n:
        text += f" All lines together would say {others:,}, but they are not independent, which makes their p-values too small."
    return text


def _chosen(table: pd.DataFrame, alpha: float, chosen_from: int) -> str:
    """Say what is left once the choice of the metabolite, the best of many, is corrected for."""
    text = (
        f"The metabolite was chosen as the one with the best score among {count(chosen_from, 'metabolite')}, and the p-values "
        "know nothing of that choice: read the order, or set `target` to a metabolite that was chosen beforehand."
    )
    if len(table.attrs["independent"]) < 2:
        return text
    n = int((table["p_independent"] * len(table) * chosen_from <= alpha).sum())
    return (
        f"{text} Corrected for all genes of all {chosen_from:,} (Bonferroni, at {alpha:g}), by "
        f"{listed(_NAMES[line] for line in table.attrs['independent'])} {counted(n, 'gene', 'stands', 'stand')} out."
    )


def candidates(table: pd.DataFrame, alpha: float = 0.05, chosen_from: int | None = None) -> str:
    """Read the table of `rank_candidates`: who is first, by what, and how far that can be trusted.

    `chosen_from` tells of how many metabolites the target is the best; None if it was named beforehand.
    """
    facts, best = table.attrs, table.iloc[0]
    is_choice = chosen_from is not None and chosen_from > 1 and not facts["weights"]
    verdict = _chosen(table, alpha, chosen_from or 1) if is_choice else _verdict(table, alpha)
    text = (
        f"Of {count(len(table), 'candidate gene')} for {md(facts['target'])}, **{md(best['gene'])}** comes first: "
        f"{_places(best, facts['lines'])}. {verdict}"
    )
    for line, reason in facts["left_out"].items():
        text += f" The {_NAMES[line]} does not count: {reason}."
    if facts["n_outside"]:
        text += f" {counted(facts['n_outside'], 'family member', 'is', 'are').capitalize()} not among the candidates."
    return text
