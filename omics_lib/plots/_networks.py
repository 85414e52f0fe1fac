"""Figures of chapter 5: which world, and what the network adds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .._escape import in_figure
from ._canvas import MARKERS, PALETTE, bare, on_axes


def plot_both_worlds(
    table: pd.DataFrame, *, label: str = "average precision", ax: Axes | None = None
) -> Axes:
    """Draw one bar a method (columns) in each world (rows)."""
    ax = on_axes(ax, 5.6, 3.0)
    width, hatches = 0.8 / max(table.shape[1], 1), ("", "//", "..", "xx")
    for i, (method, values) in enumerate(table.items()):
        at = np.arange(len(table)) + (i - (table.shape[1] - 1) / 2) * width
        colour = "0.7" if i == 0 else PALETTE[i - 1]
        bars = ax.bar(at, values, width, color=colour, edgecolor="white", label=str(method))
        for bar in bars:
            bar.set_hatch(hatches[i % 4])
        ax.bar_label(bars, [f"{value:.2f}" for value in values], fontsize=8, padding=2)
    ax.set_xticks(range(len(table)), [f"a world of {world}" for world in table.index])
    ax.set(ylabel=label)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=table.shape[1])
    return bare(ax)


def plot_world(statistics: pd.DataFrame, *, detected: float = 3.0, ax: Axes | None = None) -> Axes:
    """Draw each statistic (rows) in standard deviations above permuted samples (`z`), and a limit."""
    ax = on_axes(ax, 5.6, 0.9 + 0.35 * max(len(statistics), 1))
    places = np.arange(len(statistics))
    seen = statistics["z"] >= detected
    ax.hlines(places, 0, statistics["z"], color="0.7", lw=2, zorder=1)
    for which, fill in ((seen, PALETTE[0]), (~seen, "white")):
        ax.plot(statistics["z"][which], places[which.to_numpy()], "o", color=PALETTE[0], mfc=fill, zorder=2)
    for place, z in zip(places, statistics["z"], strict=True):
        ax.annotate(f"{z:.1f}", (z, place), (8, 0), textcoords="offset points", va="center", fontsize=8)
    ax.axvline(detected, color="0.4", ls="--", lw=1)
    ax.axvline(0, color="0.3", ls=":", lw=1)
    ax.set_yticks(places, list(statistics.index))
    ax.set(xlabel="standard deviations above permuted samples", ylim=(max(len(statistics), 1) - 0.5, -0.5))
    ax.margins(x=0.12)
    return bare(ax)


def plot_replication(halves: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each method (columns), a dot for each split of the samples (rows) and a line between them."""
    ax = on_axes(ax, 5.6, 2.8)
    at = np.arange(halves.shape[1])
    for _, row in halves.iterrows():
        ax.plot(at, row, color="0.8", lw=1, zorder=1)
    for i, (method, values) in enumerate(halves.items()):
        ax.plot(np.full(len(values), i), values, MARKERS[i], color=PALETTE[i], label=str(method), zorder=2)
        ax.plot([i - 0.2, i + 0.2], [values.mean()] * 2, color=PALETTE[i], lw=2)
    ax.axhline(0, color="0.3", ls=":", lw=1)
    ax.set_xticks(at, list(halves.columns))
    ax.set(ylabel="correlation with the other half")
    return bare(ax)


def plot_contributions(edges: pd.DataFrame, *, n_shown: int = 8, ax: Axes | None = None) -> Axes:
    """Draw the largest shares of a pair's cosine, one bar an edge (`end`, `neighbour`, `contribution`)."""
    shown = edges.head(n_shown)
    ax = on_axes(ax, 5.6, 0.9 + 0.32 * max(len(shown), 1))
    ends = list(dict.fromkeys(edges["end"]))
    for i, end in enumerate(ends):
        of = (shown["end"] == end).to_numpy()
        places = np.flatnonzero(of)
        style = {"color": PALETTE[i], "hatch": "" if i == 0 else "//", "edgecolor": "white"}
        ax.barh(places, shown["contribution"][of], label=f"to {in_figure(end, 24)}", **style)
    ax.set_yticks(range(len(shown)), [in_figure(name, 28) for name in shown["neighbour"]])
    ax.axvline(0, color="0.3", ls=":", lw=1)
    ax.set(xlabel="contribution to the cosine", ylim=(max(len(shown), 1) - 0.5, -0.5))
    if len(shown):
        ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return bare(ax)
