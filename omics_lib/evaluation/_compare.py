"""How good are rankings: held against known pairs, one beside another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import ParameterError, StudyError, first_few, one_of
from ..pairs import KNOWLEDGE, KNOWN_PAIRS, PairScores, Ranking
from ._differences import differences
from ._ranked_pairs import METRICS
from ._ranking import as_scores, evaluated


def compare_rankings(
    rankings: Mapping[str, Ranking],
    known_pairs: pd.DataFrame | None,
    *,
    n_permutations: int | str = "auto",
    n_bootstrap: int = 1000,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Score several rankings against the same known pairs, and compare those that know the same.

    Parameters
    ----------
    rankings : mapping of str to Ranking
        Name → ranking, the plain one first. One without scores stays in the
        table, with missing values. One that has learnt from known pairs gets no
        chance level and no p, since names permuted afterwards are no null for it.
    known_pairs, n_permutations, n_bootstrap, random_state
        As in `evaluate_ranking`; without known pairs the result has no rows.

    Returns
    -------
    DataFrame
        `method`, `knowledge`, `truth` (`known_pairs`), `metric`, `value`: one
        row per method and entry of `evaluate_ranking`, chance levels, p-values
        and limits of intervals among them, and for each metric the limits of
        `<metric>_behind_best` and `<metric>_over_plain`: how far a ranking is
        behind the best of its knowledge, and above the first, over the same
        draws of metabolites. `metric_table` lays one metric out.

    Raises
    ------
    StudyError
        If the rankings are not of the same genes and metabolites.
    """
    for method, ranking in rankings.items():
        if not isinstance(ranking, Ranking):
            found, expected = f"{method} is a {type(ranking).__name__}", "each must be a `Ranking`"
            raise ParameterError("rankings", found, expected, "Say what it is: Ranking(scores, kind).")
    known_as = {method: ranking.knowledge for method, ranking in rankings.items()}
    scores = _in_one_order(rankings)
    results: dict[str, dict[str, float]] = {}
    draws = {}
    for method in rankings if known_pairs is not None else ():
        results[method] = dict.fromkeys(METRICS, np.nan)
        if method in scores:
            n = 0 if known_as[method] == KNOWN_PAIRS else n_permutations
            found, draws[method] = evaluated(scores[method], known_pairs, n, n_bootstrap, random_state)
            results[method] = found.to_dict()
    apart = differences(results, draws, known_as)
    rows = [
        (method, known_as[method], "known_pairs", metric, value)
        for method, result in results.items()
        for metric, value in (result | apart[method]).items()
    ]
    columns = ["method", "knowledge", "truth", "metric", "value"]
    return pd.DataFrame(rows, columns=columns).astype({"value": float})


def _in_one_order(rankings: Mapping[str, Ranking]) -> dict[str, PairScores]:
    """Return the scores that there are, their genes and metabolites in the order of the first."""
    found = {method: ranking.scores for method, ranking in rankings.items() if ranking.scores is not None}
    names = next((_names(scores) for scores in found.values()), None)
    for method, scores in found.items():
        mine = _names(scores)
        if names is None or all(own.equals(first) for own, first in zip(mine, names, strict=True)):
            continue
        for own, first in zip(mine, names, strict=True):
            if len(apart := own.symmetric_difference(first)):
                unlike = f"other features than in the first ranking ({first_few(apart)})"
                expected = "rankings are compared over the same pairs"
                raise StudyError(f"ranking {method}", unlike, expected, "Rank the same features in all.")
        # Single precision, in which scores are ordered.
        table = scores.to_frame().astype(np.float32) if isinstance(scores, PairScores) else scores
        found[method] = table.loc[names[0], names[1]]
    return {method: as_scores(scores) for method, scores in found.items()}


def _names(scores: PairScores | pd.DataFrame) -> tuple[pd.Index, pd.Index]:
    return scores.names if isinstance(scores, PairScores) else (scores.index, scores.columns)


def metric_table(evaluation: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Lay out one metric of several rankings: its value, interval, chance level and p.

    Parameters
    ----------
    evaluation : DataFrame
        `method`, `knowledge`, `truth`, `metric`, `value`, as `compare_rankings`
        gives it; rows of another truth than `known_pairs` are passed over.
    metric : str
        A metric of `evaluate_ranking`.

    Returns
    -------
    DataFrame
        `knowledge`, `method`, `value`, `low`, `high`, `chance` (the mean under
        permutation; without permutations the share of true pairs for average
        precision), `p`; a row per method, those of the same knowledge together,
        else in the order of `evaluation`. What was not computed is missing.

    Raises
    ------
    ParameterError
        If there is no such metric.

    Examples
    --------
    >>> rows = [("PLS", "mrr", 0.3), ("PLS", "mrr_p", 0.01), ("MOFA2", "mrr", None)]
    >>> evaluation = pd.DataFrame(rows, columns=["method", "metric", "value"])
    >>> evaluation = evaluation.assign(knowledge="tables", truth="known_pairs")
    >>> metric_table(evaluation, "mrr")[["method", "value", "p"]]
      method  value     p
    0    PLS    0.3  0.01
    1  MOFA2    NaN   NaN
    """
    one_of("metric", metric, METRICS)
    evaluation = evaluation[evaluation["truth"] == "known_pairs"]
    methods = evaluation.drop_duplicates("method").set_index("method")["knowledge"]
    methods = methods.sort_values(key=lambda kind: kind.map(KNOWLEDGE.index), kind="stable")
    wide = evaluation.pivot(index="method", columns="metric", values="value")
    wide = wide.reindex(methods.index).rename_axis(columns=None)
    parts = {"value": metric, **{part: f"{metric}_{part}" for part in ("low", "high", "chance", "p")}}
    if f"{metric}_permuted" in wide:
        parts["chance"] = f"{metric}_permuted"
    table = wide.reindex(columns=list(parts.values())).set_axis(list(parts), axis=1).reset_index()
    table.insert(0, "knowledge", methods.to_numpy())
    return table
