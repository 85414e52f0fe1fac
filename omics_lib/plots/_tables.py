"""Figures of chapters 1 and 2: the tables as they came, and what preprocessing made of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .._escape import in_figure
from ._canvas import PALETTE, bare, on_axes

_MANY_DOTS = 10_000


def plot_totals(totals: pd.Series, *, label: str = "total count", ax: Axes | None = None) -> Axes:
    """Draw one bar per sample, in the order of `totals`; samples are not named."""
    ax = on_axes(ax, height=2.8)
    ax.bar(np.arange(1, len(totals) + 1), totals.to_numpy(), color=PALETTE[0])
    ax.axhline(totals.median(), color="0.3", linestyle="--", linewidth=1, label="median")
    ax.set(xlabel="sample (in the order of the sample sheet)", ylabel=label)
    ax.legend(frameon=False)
    return bare(ax)


def plot_counts(
    table: pd.DataFrame, *, x: str, y: str, xlabel: str, ylabel: str, ax: Axes | None = None
) -> Axes:
    """Draw a histogram that was counted already: a row a bin, whose name is in the column `x`."""
    ax = on_axes(ax, 6, 3)
    ax.bar(np.arange(len(table)), table[y], color=PALETTE[0])
    shown = range(0, len(table), 4)
    ax.set_xticks([*shown], [in_figure(str(table[x].iloc[i])) for i in shown])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return bare(ax)


def plot_value_ranges(values: Mapping[str, np.ndarray], *, label: str, ax: Axes | None = None) -> Axes:
    """Draw one histogram (outline) per named set of values."""
    ax = on_axes(ax)
    for colour, (name, column) in zip(PALETTE, values.items(), strict=False):
        ax.hist(column, bins=60, histtype="stepfilled", alpha=0.45, color=colour, label=in_figure(name))
    ax.set(xlabel=label, ylabel="number of values")
    ax.legend(frameon=False)
    return bare(ax)


def plot_ways(table: pd.DataFrame, *, label: str, ax: Axes | None = None) -> Axes:
    """Draw the histogram (outline) of every column of a table, over the same bins, and a line at 0."""
    ax = on_axes(ax, height=3.0)
    edges = np.histogram_bin_edges(table.to_numpy(), bins=30)
    for colour, (way, values) in zip(PALETTE, table.items(), strict=False):
        ax.hist(values, bins=edges.tolist(), histtype="step", lw=1.6, color=colour, label=str(way))
    ax.axvline(0, color="0.3", linestyle=":", linewidth=1)
    ax.set(xlabel=label, ylabel="number of features")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return bare(ax)


def plot_mean_spread(table: pd.DataFrame, *, label: str, ax: Axes | None = None) -> Axes:
    """Draw the standard deviation of each feature against its mean (columns `mean`, `spread`).

    Above 10,000 features dots would hide each other: they are counted in hexagons instead.
    """
    ax = on_axes(ax, 4.2, 3.6)
    if len(table) > _MANY_DOTS:
        drawn = ax.hexbin(
            table["mean"], table["spread"], gridsize=50, mincnt=1, bins="log", cmap="cividis", linewidths=0
        )
        drawn.set_rasterized(True)
        ax.figure.colorbar(drawn, ax=ax, label="features in a hexagon")
    else:
        ax.scatter(
            table["mean"], table["spread"], s=8, alpha=0.5, linewidths=0, color=PALETTE[0], rasterized=True
        )
    ax.locator_params(axis="x", nbins=5)
    ax.set(xlabel=f"mean {label}", ylabel="standard deviation")
    return bare(ax)
