"""Figures of chapters 4 to 6: correlations, pairs, their network, and how rankings compare."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import AutoLocator

from .._escape import in_figure
from ..evaluation import metric_table
from ._canvas import PALETTE, bare, on_axes
from ._samples import plot_embedding


def plot_correlation_heatmap(rho: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw correlations (rows × columns) between −1 and 1."""
    ax = on_axes(ax, 5.4, 4.4)
    image = ax.imshow(rho, aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="Spearman's rho")
    ax.set(xlabel=rho.columns.name or "", ylabel=rho.index.name or "", xticks=[], yticks=[])
    return ax


def plot_null(null: pd.Series, observed: float, *, label: str, ax: Axes | None = None) -> Axes:
    """Draw a permutation null as a histogram, and the observed value as a line."""
    ax = on_axes(ax, height=3.0)
    ax.hist(null, bins=30, color="0.7", label=f"{len(null)} permutations")
    ax.axvline(observed, color=PALETTE[3], lw=2, label="observed")
    ax.set(xlabel=label, ylabel="permutations")
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return bare(ax)


def plot_correlations(
    histogram: pd.DataFrame, threshold: float = float("nan"), *, ax: Axes | None = None
) -> Axes:
    """Draw how many pairs are at least as strong as each |rho|, beside what permutations give.

    `histogram` has the columns `abs_rho`, `n_pairs`, `n_permuted`; the line is the threshold.
    """
    ax = on_axes(ax)
    reached = histogram[["n_pairs", "n_permuted"]][::-1].cumsum()[::-1]
    for column, colour, label in (
        ("n_pairs", PALETTE[3], "observed"),
        ("n_permuted", "0.4", "permuted, mean"),
    ):
        shown = reached[column] > 0
        if shown.any():
            ax.step(
                histogram["abs_rho"][shown], reached[column][shown], where="post", color=colour, label=label
            )
    if not np.isnan(threshold):
        ax.axvline(threshold, color="0.6", ls="--", lw=1, label="significant from here")
    ax.set(xlabel="|rho|", ylabel="pairs at least as strong", yscale="log", xlim=(0, 1))
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return bare(ax)


def plot_pair(
    gene: pd.Series, metabolite: pd.Series, labels: pd.Series, *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw one gene against one metabolite, one dot per sample, coloured by `labels`."""
    values = np.column_stack([gene, metabolite.loc[gene.index]])
    ax = plot_embedding(values, labels.loc[gene.index], title=in_figure(title) if title else "", ax=ax)
    ax.xaxis.set_major_locator(AutoLocator())
    ax.yaxis.set_major_locator(AutoLocator())
    ax.set(xlabel=in_figure(gene.name), ylabel=in_figure(metabolite.name))
    return bare(ax)


def plot_bipartite_network(pairs: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw pairs (`gene`, `metabolite`, `rho`) as a two-sided network.

    Blue solid edges are positive, orange dashed ones negative; the wider, the larger |rho|.
    """
    ax = on_axes(ax, 7.0, max(3.0, 0.24 * max(pairs["gene"].nunique(), pairs["metabolite"].nunique(), 1)))
    graph = nx.Graph()
    sides = {
        "gene": list(dict.fromkeys(pairs["gene"])),
        "metabolite": list(dict.fromkeys(pairs["metabolite"])),
    }
    place = {
        (side, name): (float(x), 1 - (i + 0.5) / len(names))
        for x, (side, names) in enumerate(sides.items())
        for i, name in enumerate(names)
    }
    for row in pairs.itertuples(index=False):
        graph.add_edge(("gene", row.gene), ("metabolite", row.metabolite), rho=row.rho)
    for positive, style, colour in ((True, "solid", PALETTE[0]), (False, "dashed", PALETTE[1])):
        edges = [(a, b) for a, b, rho in graph.edges(data="rho") if (rho > 0) == positive]
        width = [max(0.1, 3 * abs(graph.edges[edge]["rho"]) ** 2) for edge in edges]
        nx.draw_networkx_edges(
            graph, place, edges, width=width, style=style, edge_color=[colour], alpha=0.7, ax=ax
        )
    for (side, name), (x, y) in place.items():
        left = side == "gene"
        text = in_figure(name, 28)
        ax.plot(x, y, "o" if left else "s", color="0.25", ms=4)
        ax.text(
            x + (-0.03 if left else 0.03), y, text, ha="right" if left else "left", va="center", fontsize=8
        )
    ax.set(xlim=(-0.6, 1.6), ylim=(-0.02, 1.05), title="genes (left) and metabolites (right)")
    ax.axis("off")
    return ax


def plot_evaluation(
    evaluation: pd.DataFrame, metric: str, *, highlight: Sequence[str] = (), ax: Axes | None = None
) -> Axes:
    """Draw one metric of several rankings, one bar per method, with its interval where there is one.

    `evaluation` comes from `compare_rankings`. Rankings that know the same stand together; those
    that have learnt from known pairs are hatched, and nulls are white.
    """
    wide = metric_table(evaluation, metric).set_index("method")
    wide = wide[wide["value"].notna()]
    learnt, null = (wide["knowledge"] == kind for kind in ("known_pairs", "null_model"))
    ax = on_axes(ax, 5.2, 0.6 + 0.45 * max(len(wide), 1))
    colours = [PALETTE[0] if method in highlight else "0.7" for method in wide.index]
    colours = ["white" if is_null else colour for colour, is_null in zip(colours, null, strict=True)]
    value, low, high = (wide[column].astype(float) for column in ("value", "low", "high"))
    bars = ax.barh(wide.index.astype(str), value, color=colours, edgecolor="0.4", linewidth=0.5)
    for bar, is_learnt in zip(bars, learnt, strict=True):
        bar.set_hatch("///" if is_learnt else "")
    kinds = [(learnt, "learns from known pairs", "///", "0.7"), (null, "null", "", "white")]
    shown = [
        Patch(facecolor=colour, edgecolor="0.4", hatch=hatch, label=label)
        for found, label, hatch, colour in kinds
        if found.any()
    ]
    if shown:
        ax.legend(handles=shown, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    if low.notna().any():
        sides = [(value - low).clip(lower=0), (high - value).clip(lower=0)]
        ax.errorbar(value, range(len(wide)), xerr=sides, fmt="none", ecolor="0.3", elinewidth=1, capsize=2)
    labels = [f"{v:.3f}" if v >= 0.001 else f"{v:.1g}" for v in value]
    past = np.fmax(high.fillna(0), value) - value  # behind the interval
    for bar, label, shift in zip(bars, labels, past, strict=True):
        ax.annotate(
            label, (bar.get_width() + shift, bar.get_y() + bar.get_height() / 2), (3, 0),
            textcoords="offset points", va="center", fontsize=8,
        )  # fmt: skip
    ax.invert_yaxis()
    ax.margins(x=0.15)
    ax.set(xlabel=metric.replace("_", " ").replace("mrr", "mean reciprocal rank"))
    return bare(ax)
