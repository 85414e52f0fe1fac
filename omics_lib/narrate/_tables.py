"""Tables for readers, as `omics_lib._words` writes them, where one column holds numbers of very different sizes."""

from __future__ import annotations

import math

import pandas as pd

from .._words import number
from .._words import table as table_of_one_size

_BESIDE = 1e-6  # of the largest of a column: what is smaller counts as rounding


def table(frame: pd.DataFrame, digits: int = 3) -> pd.DataFrame | None:
    """Write a table for readers; a number that is no rounding is not 0 because another is a million times as large.

    Examples
    --------
    >>> table(pd.DataFrame({"observed": [55_223_124.0, 2.69, 1e-13]}))
         observed
    0  55,223,124
    1       2.690
    2           0
    """
    written = table_of_one_size(frame, digits)
    if written is None:
        return None
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        if not pd.api.types.is_float_dtype(column) or column.abs().max() < 1 / _BESIDE:
            continue
        small = column.abs().between(10.0**-digits, column.abs().max() * _BESIDE)
        for row in [k for k, is_small in enumerate(small) if is_small and math.isfinite(column.iloc[k])]:
            written.iloc[row, i] = number(column.iloc[row], digits)
    return written
