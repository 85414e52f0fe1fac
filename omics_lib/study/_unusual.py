"""Samples that stand apart from all others by their size alone; part of reading a study."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

# Median absolute deviations to the standard deviation of a normal distribution.
_TO_SPREAD = 1.4826
_COLUMNS = ("table", "sample", "times")


def unusual_samples(
    tables: Mapping[str, pd.DataFrame], kinds: Mapping[str, str], limit: float = 5.0
) -> pd.DataFrame:
    """Find samples whose values are together far larger or smaller than those of the others.

    Parameters
    ----------
    tables : mapping of str to DataFrame (n_samples, n_features)
        Name → values as they came.
    kinds : mapping of str to str
        Name → `counts`, `abundance` or `log`.
    limit : float
        Robust standard deviations from the median of the samples, on a log scale; less than twofold is
        never far.

    Returns
    -------
    DataFrame
        `table`, `sample`, `times`: the sample's mean size over that of the median sample. On a log scale
        already (`log`) it is taken as log2.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2, 1, 2, 1000], "b": [2.0, 1, 2, 2, 900]}, list("vwxyz"))
    >>> unusual_samples({"genes": table}, {"genes": "abundance"})["sample"].tolist()
    ['z']
    """
    found = []
    for name, table in tables.items():
        with np.errstate(divide="ignore"):  # a sample of zeros is infinitely far
            size = table.mean(axis=1) if kinds[name] == "log" else np.log2(table.abs().mean(axis=1))
        away = size - size.median()
        usual = max(limit * _TO_SPREAD * float(away.abs().median()), 1.0)
        found += [(name, sample, 2.0**value) for sample, value in away[away.abs() > usual].items()]
    return pd.DataFrame(found, columns=list(_COLUMNS))
