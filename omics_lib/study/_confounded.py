"""Metadata columns that cannot be told apart: what goes with one goes with the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .._words import share as in_percent
from ..errors import first_few
from ._covariates import used_columns

_NEARLY = 0.9


def note_confounded(samples: pd.DataFrame, settings: Mapping[str, Any], where: str) -> list[str]:
    """Say which columns split the samples alike, and which used one decides another, wholly or nearly.

    Parameters
    ----------
    samples : DataFrame
        Typed metadata; columns of one level, or of more levels than half of the samples, are passed over.
    settings : mapping
        `covariates`, `groups`, `colour_by`: the columns that are used.
    where : str
        File name, for the notes.
    """
    codes = {str(name): _codes(samples[name]) for name in samples.columns}
    codes = {name: code for name, code in codes.items() if 1 < code.max() + 1 <= len(samples) / 2}
    same: dict[bytes, list[str]] = {}
    for name, code in codes.items():
        same.setdefault(code.tobytes(), []).append(name)
    alike = [names for names in same.values() if len(names) > 1]
    removing = [
        name
        for name in settings["covariates"]
        if name in codes and (codes[name].max() == 1 or not pd.api.types.is_numeric_dtype(samples[name]))
    ]
    notes = [
        f"{where}: {' and '.join(names)} split the samples alike, into {codes[names[0]].max() + 1} levels: "
        f"what goes with one cannot be told from what goes with the other{_removed(names, names, removing)}."
        for names in alike
    ]
    for fine in used_columns(settings):
        if fine not in codes or (fine in settings["covariates"] and fine not in removing):
            continue
        others = [name for name in codes if name != fine and not any({fine, name} <= set(a) for a in alike)]
        for coarse in others:
            share = _decided(codes[fine], codes[coarse])
            if share:
                what = "every sample" if share == 1 else f"{in_percent(share, 1)} of the samples"
                removed = _removed([fine], [coarse], removing)
                removed = removed if share == 1 else removed.replace("takes the", "takes most of the")
                notes.append(f"{where}: {fine} tells the {coarse} of {what}{removed}.")
    return notes


def _codes(column: pd.Series) -> np.ndarray:
    """Number the levels in the order in which they come, so that equal splits have equal codes."""
    return pd.factorize(column.astype(object).where(column.notna(), "missing"))[0]


def _removed(names: list[str], others: list[str], removing: list[str]) -> str:
    covariates = [name for name in names if name in removing]
    left = [name for name in others if name not in removing]
    if not covariates or not left:
        return ""
    return f"; regressing out {first_few(covariates)} takes the differences in {first_few(left)} away too"


def _decided(fine: np.ndarray, coarse: np.ndarray) -> float:
    """Return the share of samples whose level of `coarse` is the usual one of their `fine`, else 0.

    A share below 1 counts where it is large, chance would not give it, and levels of `fine` are not small.
    """
    table = pd.crosstab(fine, coarse).to_numpy()
    share = float(table.max(axis=1).sum() / len(fine))
    usual = float(table.sum(axis=0).max() / len(fine))
    near = share >= _NEARLY and usual <= 0.75 and len(fine) >= 4 * len(table)
    return share if share == 1 or near else 0.0
