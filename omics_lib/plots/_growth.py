"""The figure of how time and memory grow with a study."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from .._escape import in_figure
from ._canvas import MARKERS, PALETTE, bare, on_axes

_LABELS = {"seconds": "seconds", "peak_mb": "peak memory, MB"}


def plot_growth(
    growth: pd.DataFrame, growing: str, *, value: str = "seconds", n_named: int = 6, ax: Axes | None = None
) -> Axes:
    """Draw time or memory against the size, both logarithmic, one line a function.

    `growth` has the columns `function`, `growing` (`genes` or `samples`), `n_genes`, `n_samples`, `seconds`
    and `peak_mb`. The functions that are largest at the end have names; beside seconds, a dotted line grows
    with the size.
    """
    ax = on_axes(ax, 6.4, 3.8)
    rows = growth[(growth["growing"] == growing) & growth[value].notna()]
    wide = rows.pivot(index=f"n_{growing}", columns="function", values=value)
    named = list(wide.ffill().iloc[-1].nlargest(n_named).index) if len(wide) else []
    for function in wide.columns.difference(named, sort=False):
        ax.plot(wide.index, wide[function], color="0.75", lw=1, marker=".", zorder=1)
    for i, function in enumerate(named):
        ax.plot(
            wide.index, wide[function], color=PALETTE[i], marker=MARKERS[i], ms=5, label=in_figure(function)
        )
    if value == "seconds" and len(wide) > 1 and named:
        start = wide[named[0]].iloc[0] / 3
        guide = [start * size / wide.index[0] for size in wide.index]
        ax.plot(wide.index, guide, color="0.3", ls=":", lw=1, label=f"in proportion to the {growing}")
    ax.set(xscale="log", yscale="log", xlabel=growing, ylabel=_LABELS[value])
    if named:
        ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return bare(ax)
