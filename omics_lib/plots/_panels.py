"""Figures of several panels that say something together."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .._escape import in_figure
from ._ideas import plot_lists, plot_six_nodes, plot_size_heatmap


def draw_worlds(sizes: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Draw |rho| of genes and metabolites, a panel a world (name → table); return the Axes."""
    _, axes = plt.subplots(
        1, len(sizes), figsize=(4.2 * len(sizes), 3.6), layout="constrained", squeeze=False
    )
    for ax, (world, size) in zip(axes[0], sizes.items(), strict=True):
        plot_size_heatmap(size, title=f"a world of {in_figure(world)}", ax=ax)
    return axes


def draw_six_nodes(worlds: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> np.ndarray:
    """Draw six genes, a row a world (name → what `six_nodes` gives), a column a filter; return the Axes."""
    filters = ("measured", "smoothed", "sharpened")
    _, axes = plt.subplots(
        len(worlds), 3, figsize=(8.4, 2.8 * len(worlds)), layout="constrained", squeeze=False
    )
    for line, (world, (table, rho)) in zip(axes, worlds.items(), strict=True):
        for ax, name in zip(line, filters, strict=True):
            plot_six_nodes(table[name], rho, title=f"{in_figure(world)}: {name}", ax=ax)
    return axes


def draw_lists(lists: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Draw the lists of each rule (name → lists) beside each other, over the same places; return the Axes."""
    _, axes = plt.subplots(
        1,
        len(lists),
        figsize=(4.4 * len(lists), 4.4),
        sharex=True,
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    for ax, (rule, of) in zip(axes[0], lists.items(), strict=True):
        plot_lists(of, ax=ax)
        ax.set_title(in_figure(rule), pad=26)
        ax.label_outer()
    return axes
