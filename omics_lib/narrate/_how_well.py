"""Sentences of the page "How well does it work?": error rates, calibration, worlds, rankings, time and memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .._words import count, listed, number, share

# What each simulated design holds.
DESIGNS = {
    "modules": "modules",
    "links": "links",
    "nonlinear": "curves",
    "null": "nothing",
    "confounded": "a batch only",
}
_OURS = "BH, exact null"
_SAME = 0.05  # a share this near to its level is that level to a reader
_STUDENT = "BH, Student's t"
_ADJUSTED = "batch as covariate"
_FAMILY = ("permutations, strongest", "batch as groups, strongest")
# Rankings that know the two tables alone, and neither the truth nor a null.
_RIVALS = ("baseline", "correlation")


def error_rates(rates: pd.DataFrame, alpha: float) -> str:
    """Say whether the false discovery rate and the family-wise error that were promised were kept.

    A rate counts as exceeded only where its whole 95% interval lies above what was promised.
    """
    ours = rates[rates["rule"].isin([_OURS, _ADJUSTED])]
    worst = ours.loc[ours["fdr"].idxmax()]
    text = (
        f"The default (Benjamini–Hochberg on exact p-values, what is known regressed out) promises a false discovery rate of at "
        f"most {share(alpha, 1)}. "
    )
    text += _kept(
        ours,
        "fdr",
        alpha,
        f"the highest measured is {_percent(worst['fdr'])}, where the study holds {_holds(worst)}",
    )
    student = rates[(rates["rule"] == _STUDENT) & (rates["fdr_low"] > alpha)]
    if len(student):
        at = listed(f"{DESIGNS[row.design]} ({_percent(row.fdr)})" for row in student.itertuples())
        text += f" With Student's t in place of the exact null it is exceeded with {at}: that is why t is not the default."
    family = rates[rates["rule"].isin(_FAMILY)]
    highest = family.loc[family["any"].idxmax()]
    text += (
        f" The permutation p-value of the strongest pair promises a family-wise error of at most {share(alpha, 1)}. "
        + _kept(
            family,
            "any",
            alpha,
            f"the highest measured is {_percent(highest['any'])}, with {_holds(highest)}",
        )
    )
    ignored = rates[rates["rule"] == "batch ignored"]
    if len(ignored):
        text += (
            f" Where a batch drives both tables and is not regressed out, {share(ignored['any'].iloc[0], 1)} of the studies have "
            "false pairs: no correction for many tests mends that."
        )
    return text


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"


def _holds(row: pd.Series) -> str:
    return DESIGNS[row["design"]]


def _kept(rates: pd.DataFrame, rate: str, alpha: float, worst: str) -> str:
    over = rates[rates[f"{rate}_low"] > alpha]
    if over.empty:
        return f"In no design is it exceeded beyond the margin of the simulation; {worst}."
    return f"**It is exceeded with {listed(sorted({DESIGNS[d] for d in over['design']}))}**; {worst}."


def calibration(table: pd.DataFrame) -> str:
    """Say whether p-values of pairs without any relation are at or below each level as often as they should."""
    rarer, oftener = (
        table[table["high"] < (1 - _SAME) * table["level"]],
        table[table["low"] > (1 + _SAME) * table["level"]],
    )
    levels = f"{len(table)} levels"
    if rarer.empty and oftener.empty:
        return f"At all {levels} the share is that level, to a twentieth or within its interval: p-values mean what they say."
    parts = []
    if len(rarer):
        least = (rarer["share"] / rarer["level"]).min()
        parts.append(
            f"at {len(rarer)} of {levels} such p-values come up less often than they should, down to {number(least, 2)} times as "
            "often, which is cautious and costs power"
        )
    if len(oftener):
        most = (oftener["share"] / oftener["level"]).max()
        parts.append(
            f"**at {len(oftener)} of {levels} they come up more often than they should**, up to {number(most, 2)} times as often"
        )
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}." if not said.startswith("**") else f"{said.replace('at', 'At', 1)}."


def worlds_told(worlds: pd.DataFrame) -> str:
    """Say how often simulated studies were put into the world that they were drawn from, and which were not."""
    wrong = worlds[worlds["world"] != worlds["expected"]]
    text = f"{len(worlds) - len(wrong):,} of {len(worlds):,} are put into the world that they were drawn from"
    if wrong.empty:
        return f"{text}."
    kinds = wrong.groupby(["design", "world"], sort=False).size().sort_values(ascending=False)
    said = [
        f"{n} with {DESIGNS[str(design)]} {'is' if n == 1 else 'are'} taken for {_world(str(world))}"
        for (design, world), n in kinds.items()
    ]
    return f"{text}; of the others, {listed(said)}."


def _world(world: str) -> str:
    return "a study of nothing" if world == "none" else f"a study of {world}"


def best_rankings(rankings: pd.DataFrame) -> str:
    """Say, design by design, which ranking is ahead in the median over the studies, and where the network stands."""
    parts = []
    for design, rows in rankings[rankings["design"] != "null"].groupby("design", sort=False):
        wide = rows.pivot(index="seed", columns="method", values="average_precision")
        rivals = sorted(set(rows.loc[rows["kind"].isin(_RIVALS), "method"]))
        best = wide[rivals].median().idxmax()
        ahead = int((wide["network"] > wide[best]).sum())
        medians = f"{number(wide['network'].median())} against {number(wide[best].median())}"
        parts.append(
            f"With {DESIGNS[str(design)]}, the best rival is {best}; the network is ahead of it in {ahead} of "
            f"{count(len(wide), 'study')} (in the median {medians})."
        )
    return " ".join(parts)


def run_times(runs: pd.DataFrame) -> str:
    """Say what a whole run takes at each number of samples, in time of one core, and how much memory."""
    sizes = [
        f"{row.samples:,} samples take {_minutes(row.cpu_seconds)} of one core and {row.peak_gb:.1f} GB"
        for row in runs.itertuples()
    ]
    first = runs.iloc[0]
    return (
        f"With {count(int(first['genes']), 'gene')} and {count(int(first['metabolites']), 'metabolite')}, {listed(sizes)} in the "
        "largest process. Two cores that do nothing else take half of that time at best, since some stages wait for others; "
        "a machine that is busy takes longer."
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def full_size_cost(totals: pd.DataFrame, settings: Mapping[str, Any]) -> str:
    """Say what a study of the size of a whole transcriptome costs."""
    least, most = totals["seconds"].min() / 60, totals["seconds"].max() / 60
    return (
        f"At full size ({settings['n_samples']} samples, {settings['n_genes']:,} genes, {settings['n_metabolites']:,} metabolites), "
        f"the way from study to book takes {np.floor(least):.0f} to {np.ceil(most):.0f} minutes and at most {totals['peak_gb'].max():.1f} GB of "
        f"memory; the largest file is {totals['largest_mb'].max():.0f} MB."
    )
