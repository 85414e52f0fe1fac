"""Figures of several runs: how a number spreads over seeds, setting by setting."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .._escape import in_figure
from ._canvas import MARKERS, PALETTE, bare, on_axes


def plot_spread(
    table: pd.DataFrame, x: str, *, by: str = "method", label: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a number against a setting: a small dot a run, a line through the means over seeds.

    Parameters
    ----------
    table : DataFrame
        A row a run and method, with the columns `x`, `by` and `value`; missing values are left out.
    x : str
        The setting. Numbers stand on a logarithmic axis, anything else in the order of the table.
    by : str
        What the lines are.
    label : str
        What the value is.
    ax : Axes, optional
    """
    ax = on_axes(ax)
    table = table.dropna(subset="value")
    levels, methods = (list(dict.fromkeys(table[column])) for column in (x, by))
    numeric = pd.api.types.is_numeric_dtype(table[x]) and min(levels, default=0) > 0
    at = {level: np.log10(level) if numeric else i for i, level in enumerate(levels)}
    gap = np.diff(np.sort([*at.values()])).min(initial=0.5)
    step = min(0.012 if numeric else 0.08, 0.6 * gap / max(len(methods), 1))
    for i, method in enumerate(methods):
        part = table[table[by] == method]
        mean = part.groupby(x, sort=numeric)["value"].mean()
        apart = step * (i - (len(methods) - 1) / 2)  # beside each other, not on top of each other
        style = {
            "color": PALETTE[i % len(PALETTE)],
            "marker": MARKERS[(i + i // len(PALETTE)) % len(MARKERS)],
        }
        ax.plot(part[x].map(at) + apart, part["value"], ls="", alpha=0.35, ms=3.5, mew=0, **style)
        line = "-" if len(levels) > 1 else ""
        ax.plot(mean.index.map(at) + apart, mean, ls=line, ms=6, label=in_figure(method), **style)
    ax.set_xticks(list(at.values()), [in_figure(level) for level in levels], rotation=0 if numeric else 20)
    ax.set(xlabel=x.replace("_", " "), ylabel=label)
    if methods:
        ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return bare(ax)
