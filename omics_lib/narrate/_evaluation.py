"""Sentences on how good a ranking is beside its rivals.

Only rankings that know the same are compared, and each difference is read beside its interval.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .._words import listed, number
from ..evaluation import name_permutations, saturated
from ..pairs import KNOWN_PAIRS, NULL, TABLES, Kind, Ranking

METRICS = {"average_precision": "average precision", "mrr": "mean reciprocal rank"}
_USUAL = 1000  # permutations of the names
_CHANCE = "permuted gene names reach as much in more than one of twenty cases"


class _Metric:
    """One metric of an evaluation: the values of rankings by what they know, and what is known of their differences."""

    def __init__(self, table: pd.DataFrame, metric: str) -> None:
        self.metric, self.found = metric, table.set_index(["metric", "method"])["value"]
        rows = table[table["metric"] == metric].dropna(subset="value")
        self.parts = {known: part.set_index("method")["value"] for known, part in rows.groupby("knowledge")}
        self.values = rows.set_index("method")["value"]

    def of(self, knowledge: str) -> pd.Series:
        return self.parts.get(knowledge, pd.Series(dtype=float))

    def limits(self, difference: str, method: str) -> tuple[float, float]:
        """Return the ends of the interval of a difference; NaN where there is none."""
        low, high = (self.found.get((f"{self.metric}_{difference}_{s}", method)) for s in ("low", "high"))
        return (np.nan, np.nan) if low is None or high is None else (float(low), float(high))

    def by(self, difference: str, method: str, sign: int = 1) -> str:
        """Say by how much, and whether that is more than the choice of metabolites explains."""
        low, high = sorted(sign * limit for limit in self.limits(difference, method))
        if np.isnan(low) or np.isnan(high):
            return "(no interval says whether by more than the choice of metabolites explains)"
        ends = dict.fromkeys(map(number, (low, high)))
        said = f"by {' to '.join(ends)} (95% interval over metabolites)"
        if low > 0:
            return f"{said}, more than the choice of metabolites explains"
        return f"{said}, which the choice of metabolites may explain"

    def is_chance(self, method: str) -> bool:
        return bool(self.found.get((f"{self.metric}_p", method), 0) > 0.05)


def _level(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=1e-9, atol=1e-12))


def _in_order(values: pd.Series) -> pd.Series:
    return values.sort_values(ascending=False, kind="stable")


def _top(values: pd.Series) -> list[str]:
    """List the rankings that are level with the best."""
    return [name for name, value in _in_order(values).items() if _level(value, values.max())]


def _best(found: _Metric, knowledge: str, among: str) -> str:
    """Name the best of the rankings that know the same, and how far the next one is behind."""
    values = _in_order(found.of(knowledge))
    top = _top(values)
    rest = values.drop(top)
    is_best = "is best" if len(top) == 1 else "are level at the top"
    text = f"{among} {listed(top)} {is_best}, with {number(values.iloc[0])}."
    if found.is_chance(top[0]):
        text += f" **Even that is no better than chance**: {_CHANCE}."
    if len(rest):
        text += f" Next is {rest.index[0]}, with {number(rest.iloc[0])}, behind {found.by('behind_best', rest.index[0])}."
    return text


def _network(found: _Metric, network: str, plain: str) -> str:
    """Compare the network with the best and with the plain correlation, which know the same, and with its null."""
    values = found.of(TABLES)
    ours, theirs, best = values[network], values[plain], values.max()
    if _level(ours, best) or network == _in_order(values).drop(_top(values)).index[0]:
        text = f" {network} is the network alone."
    else:
        text = f" The network alone, {network}, has {number(ours)}, behind the best {found.by('behind_best', network)}."
    text += f" {plain} has {number(theirs)}: "
    if found.is_chance(network):
        text += f"**the network is no better than chance**; {_CHANCE}."
    elif _level(ours, theirs):
        text += "the two are level."
    elif ours > theirs:
        text += f"the network is better {found.by('over_plain', network)}."
    else:
        text += (
            f"**the network is worse than the plain correlation** {found.by('over_plain', network, -1)}: for this purpose, "
            "use the correlation."
        )
    for null, value in found.of(NULL).items():
        text += f" On its null, {null}, it has {number(value)}."
        if value >= ours or _level(value, ours):
            text += " **That is as much as the network has**: its score does not come from the graph."
    return text


def _with_known_pairs(found: _Metric, names: Mapping[Kind, str]) -> str:
    """Say what the rankings that learn from known pairs reach, apart from those that do not."""
    if "learnt" not in names:
        return ""
    values, refined, network = found.of(KNOWN_PAIRS), names["learnt"], names["network"]
    text = _best(found, KNOWN_PAIRS, " Of those that also learn from known pairs of other metabolites,")
    text += f" They know more, so they are not held against the others; without known pairs {network} has {number(found.values[network])}."
    if found.values[network] >= values[refined]:
        text += " **Here the known pairs did not help the network.**"
    if values[names["known"]] >= values[refined]:
        text += " **Here the network adds nothing to what the known pairs say alone.**"
    return text


def evaluation(
    table: pd.DataFrame, rankings: Mapping[str, Ranking], known_pairs: pd.DataFrame | None = None
) -> str:
    """Compare rankings on known pairs with those that know the same, by each metric that still tells them apart.

    Parameters
    ----------
    table : DataFrame
        From `compare_rankings`.
    rankings : mapping of str to Ranking
        What was compared, the plain correlation first and the run's own ranking last.
    known_pairs : DataFrame, optional
        What they were held against: many of them mean fewer permutations in a large study.
    """
    names = {
        ranking.kind: name for name, ranking in reversed(list(rankings.items()))
    }  # the first of each kind
    table = table[table["truth"] == "known_pairs"]
    sentences = []
    for metric, name in METRICS.items():
        found = _Metric(table, metric)
        if names["correlation"] not in found.of(TABLES):
            continue
        n_high, n = saturated(table, metric)
        if n_high:
            sentences.append(_left_out(table, metric, n_high, n))
            continue
        start = f"By {name}, of the rankings made from the two tables alone,"
        said = _best(found, TABLES, start)
        if "network" in names:
            said += _network(found, names["network"], names["correlation"])
        else:
            said += f" There is no network to compare: the ranking of this run, {[*rankings][-1]}, is the correlation."
        sentences.append(f"{said}{_with_known_pairs(found, names)}")
    if not sentences:
        return (
            "There are no known pairs to score the rankings against: nothing here says which one is better."
        )
    plain = rankings[names["correlation"]].scores
    if known_pairs is not None and plain is not None:
        n = name_permutations("auto", plain.size, len(known_pairs))
        if n < _USUAL:
            sentences.append(
                f"With so many pairs the names of the genes were permuted {n} times, not {_USUAL:,}: no p is below {number(1 / (n + 1))}."
            )
    for name, ranking in rankings.items():
        if ranking.scores is None:
            sentences.append(
                f"{name} was not run: its package is not installed (`pip install 'omics_lib[bench]'`)."
            )
    return "\n\n".join(sentences)


def _left_out(table: pd.DataFrame, metric: str, n_high: int, n: int) -> str:
    """Say why a metric is not shown."""
    text = (
        f"**The {METRICS[metric]} is left out**: {n_high} of {n} rankings, nulls aside, reach 0.99 or more of the 1 that is possible, so "
        "that it tells good from better no longer."
    )
    counts = table.drop_duplicates("metric").set_index("metric")["value"]
    if metric == "mrr" and counts.get("n_metabolites", 0):  # of which the best known gene counts
        each = counts["n_pairs"] / counts["n_metabolites"]
        if each >= 2:  # else the rankings are that good
            text += f" A metabolite has {each:,.3g} known genes here in the mean; the more there are, the sooner one of them is first."
    return text
