"""How far rankings that know the same are apart, over the same draws of metabolites.

A ranking that has learnt from known pairs knows more than one made from the two
tables alone, so that only rankings of the same knowledge are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..pairs import KNOWN_PAIRS, NULL, TABLES
from ._ranked_pairs import METRICS, Array

_LIMITS = {"low": 0.025, "high": 0.975}


def differences(
    values: Mapping[str, Mapping[str, Any]], draws: Mapping[str, Array | None], knowledge: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Return 95% intervals of paired differences between rankings of the same knowledge.

    Parameters
    ----------
    values : mapping of str to mapping
        Method → metric → value; NaN for a method that could not be run.
    draws : mapping of str to array of shape (n_draws, n_metrics), or None
        The same draws of metabolites for all methods.
    knowledge : mapping of str to {"tables", "known_pairs", "null_model"}
        Nulls are compared with nothing.

    Returns
    -------
    dict
        Method → `<metric>_behind_best_low` and `_high`, how far it is behind
        the best of its knowledge (absent for the best itself), and
        `<metric>_over_plain_low` and `_high`, how far above the first ranking,
        where that one knows the same.
    """
    found: dict[str, dict[str, float]] = {method: {} for method in values}
    for kind in (TABLES, KNOWN_PAIRS):
        rivals = [name for name in values if knowledge[name] == kind and draws.get(name) is not None]
        if len(rivals) < 2:
            continue
        plain = next(iter(values))
        for j, metric in enumerate(METRICS):
            column = {name: np.asarray(draws[name])[:, j] for name in rivals}
            best = rivals[int(np.argmax([values[name][metric] for name in rivals]))]
            for name in rivals:
                if name != best:
                    found[name] |= _interval(column[best] - column[name], f"{metric}_behind_best")
                if plain in column and name != plain:
                    found[name] |= _interval(column[name] - column[plain], f"{metric}_over_plain")
    return found


def _interval(difference: Array, name: str) -> dict[str, float]:
    return {f"{name}_{side}": float(np.quantile(difference, at)) for side, at in _LIMITS.items()}


def saturated(evaluation: pd.DataFrame, metric: str, level: float = 0.99) -> tuple[int, int]:
    """Count the rankings, nulls aside, that reach `level` of 1 by a metric, and all that have a value.

    Where the first, plain one does, or more than half of them do, the metric tells good from
    better no longer; else the first number is 0.
    """
    rows = evaluation[(evaluation["truth"] == "known_pairs") & (evaluation["metric"] == metric)]
    values = rows.loc[rows["knowledge"] != NULL, "value"].dropna()
    high = values >= level
    if len(values) and (high.iloc[0] or high.mean() > 0.5):
        return int(high.sum()), len(values)
    return 0, len(values)
