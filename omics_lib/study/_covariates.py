"""What the metadata columns that are used mean: levels or a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ParameterError, first_few
from ._loose_names import spelling

_LIKE_A_BATCH = re.compile(
    r"(batch|plate|run|lane|cent(er|re)|site|donor|subject|patient|mouse|animal|litter|cage|flow_?cell|pool|chip|slide"
    r"|box|day|block|cohort|cluster|group|class|code|id)s?([\W_]*\d*|_?(nr|no|number|id))"
)
_MOST_LEVELS = 12


def used_columns(settings: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the metadata columns that a run uses, each with the parameters that name it."""
    used: dict[str, list[str]] = {}
    columns: list[str]
    for name in ("covariates", "groups", "colour_by"):
        value = settings.get(name)
        columns = list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
        for column in columns:
            used.setdefault(column, []).append(name)
    return used


def ask_about_levels(samples: pd.DataFrame, settings: Mapping[str, Any], where: str) -> None:
    """Raise a ParameterError if a covariate is a few whole numbers and nobody has said what they are.

    Regressed out as one number, a batch coded 1, 2, 3, 4 leaves most of its effect behind, and everything
    then goes with everything. Two levels are the same either way.
    """
    asked = [
        column
        for column in settings["covariates"]
        if column not in settings["numeric"] and _may_be_levels(column, samples[column])
    ]
    if not asked:
        return
    levels = samples[asked[0]].dropna()
    shown = first_few(f"{level:.15g}" for level in np.sort(levels.unique()))
    named = f"[{', '.join(asked)}]"
    raise ParameterError(
        f"{where}, column {asked[0]}",
        f"a covariate of {levels.nunique()} whole numbers ({shown}) in {len(levels)} samples",
        "it must be said whether these are names of levels or amounts",
        f"Levels, such as batches: --set 'categorical={named}'; "
        f"amounts, such as doses: --set 'numeric={named}'.",
    )


def _may_be_levels(name: str, column: pd.Series) -> bool:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    values = column.dropna().to_numpy(dtype=float)
    n_levels = len(np.unique(values))
    if n_levels < 3 or not (values == np.round(values)).all():
        return False
    like_a_batch = _LIKE_A_BATCH.fullmatch(name.strip().casefold()) is not None
    return (n_levels <= _MOST_LEVELS and 2 * n_levels <= len(values)) or (
        like_a_batch and n_levels < len(values)
    )


def note_used(samples: pd.DataFrame, settings: Mapping[str, Any], where: str) -> list[str]:
    """Say what every column that is used is taken for, and which levels are written in two ways."""
    notes = []
    for column, names in used_columns(settings).items():
        notes.append(
            f"{where}: {', '.join(names)}: {column} is {describe_column(samples[column], 'groups' in names)}."
        )
        if not pd.api.types.is_numeric_dtype(samples[column]):
            levels = list(samples[column].unique())
            alike = [
                f"{a!r} and {b!r}" for a, b in combinations(levels, 2) if spelling(str(a)) == spelling(str(b))
            ]
            if alike:
                notes.append(
                    f"{where}: levels of {column} differ by case or blanks only, kept apart "
                    f"({first_few(alike)})."
                )
    return notes


def describe_column(column: pd.Series, levels_only: bool = False) -> str:
    """Say what a column is taken for: a number and its range, or levels and which."""
    if pd.api.types.is_numeric_dtype(column) and not levels_only:
        if column.isna().all():
            return "a number, missing in every sample"
        return f"a number, {column.min():g} to {column.max():g}"
    levels = sorted(map(str, column.unique()))
    return f"{len(levels)} level{'s' * (len(levels) != 1)} ({first_few(levels)})"
