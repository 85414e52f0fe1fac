"""Captions and alternative texts of the pages of stored results."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._escape import md, plain
from .._words import Caption, amount, count, listed, number, spread

_UNITS = {"seconds": ("time", "s"), "peak_mb": ("peak memory", "MB")}


def caption_attacks(success: pd.DataFrame) -> Caption:
    """Describe how well members are told from others (`what`, `how`, `person`, `auc`)."""
    worst = success.loc[success["auc"].idxmax()]
    highest = success.loc[success.groupby(["what", "how"], sort=False)["auc"].idxmax()]
    rows = [
        f"{plain(what)}, {plain(of['how'].iloc[0])}, {number(of['auc'].iloc[0], 2)}"
        if len(of) == 1
        else f"{plain(what)}, in {len(of)} forms, {spread(of['auc'].min(), of['auc'].max(), 2)}"
        for what, of in highest.groupby("what", sort=False)
    ]
    return Caption(
        f"The best attack: {md(worst['what'])} ({md(worst['how'])}), on persons of kind {md(worst['person'])}, with an area under the curve of "
        f"{number(worst['auc'], 2)}; chance is 0.5.",
        f"Dots with intervals of the area under the curve, chance at 0.5; the highest of each row, whoever was looked for: {'; '.join(rows)}.",
    )


def caption_noise(noise: pd.DataFrame) -> Caption:
    """Describe the error that noise brings, as a share of the range (`what`, `epsilon`, `error`, `range`)."""
    beside = noise.assign(beside=noise["error"] / noise["range"])
    inside = beside[beside["beside"] < 1].groupby("what", sort=False)["epsilon"].min()
    usable = [f"{md(what)} from ε = {epsilon:g}" for what, epsilon in inside.items()]
    lost = [md(what) for what in dict.fromkeys(beside["what"]) if what not in inside]
    text = (
        f"The error falls below the range for {listed(usable)}"
        if usable
        else "The error is never below the range"
    )
    text += f"; for {listed(lost)} with no ε that was tried" if lost and usable else ""
    lines = [
        f"{plain(what)} {', '.join(f'{row.beside:.2g} at {row.epsilon:g}' for row in of.itertuples())}"
        for what, of in beside.groupby("what", sort=False)
    ]
    return Caption(
        f"{text}.",
        f"Lines of the error, as a share of the range, against ε, both logarithmic: {'; '.join(lines)}.",
    )


def caption_growth(growth: pd.DataFrame, growing: str, value: str = "seconds") -> Caption:
    """Describe how time or memory grow with genes or samples, function by function."""
    what, unit = _UNITS[value]
    rows = growth[(growth["growing"] == growing) & growth[value].notna()]
    wide = rows.pivot(index="function", columns=f"n_{growing}", values=value)
    if not len(wide):
        return Caption(
            f"No {what} was measured.", f"Empty axes: no {what} was measured against the number of {growing}."
        )
    last = wide.ffill(axis=1).iloc[:, -1].sort_values(ascending=False)
    lines = [
        f"{name} from {amount(row.dropna().iloc[0])} to {amount(row.dropna().iloc[-1])}"
        for name, row in wide.loc[last.index[:6]].iterrows()
    ]
    ends = f"from {wide.columns[0]:,} to {wide.columns[-1]:,} {growing}"
    return Caption(
        f"Most {what} at the largest size goes to `{last.index[0]}`: {amount(last.iloc[0])} {unit}.",
        f"Lines of {what} in {unit} for {count(len(wide), 'function')} {ends}, both axes logarithmic: {'; '.join(lines)}.",
    )


def caption_spread(table: pd.DataFrame, x: str, by: str, label: str) -> Caption:
    """Describe how the mean over seeds goes from the least to the largest setting (`x`, `by`, `value`)."""
    mean = table.dropna(subset="value").groupby([by, x], sort=False)["value"].mean()
    lines, ends = [], []
    for name, of in mean.groupby(level=0, sort=False):
        row = of.droplevel(0).sort_index()
        lines.append(f"{plain(name)}: {', '.join(f'{number(v, 2)} at {at}' for at, v in row.items())}")
        ends.append(f"{md(name)} from {number(row.iloc[0], 2)} to {number(row.iloc[-1], 2)}")
    low, high = np.min(table[x]), np.max(table[x])
    return Caption(
        f"From {low:,} to {high:,} {x}, in the mean over the seeds, {label}: {listed(ends)}.",
        f"Dots of {label}, one a seed, and lines through their means against {x}: {'; '.join(lines)}.",
    )
