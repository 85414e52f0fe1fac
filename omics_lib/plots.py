"""Figures: each function draws given data on an `Axes` and returns it.

No drawing function computes, saves or shows anything; `write_figure` saves. Colours are seaborn's
`colorblind` palette; groups differ by marker as well.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import AutoLocator

from ._escape import in_figure as _label
from .evaluate import metric_table

# A name in a script that no font here has is drawn as boxes; that is no reason to stop a book.
warnings.filterwarnings("ignore", message="Glyph .* missing from")
# Fonts that have more letters than matplotlib's own, which stays the first; only those that are installed.
_FURTHER_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "PingFang SC", "Hiragino Sans", "Microsoft YaHei", "Arial Unicode MS", "Unifont",
)  # fmt: skip
_INSTALLED = {font.name for font in font_manager.fontManager.ttflist}
plt.rcParams["font.family"] = ["sans-serif", *(font for font in _FURTHER_FONTS if font in _INSTALLED)]

PALETTE = sns.color_palette("colorblind")
_MARKERS = "osD^vPX*<>"


def _axes(ax: Axes | None, width: float = 6.0, height: float = 3.6) -> Axes:
    if ax is not None:
        return ax
    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def _bare(ax: Axes) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def labels_for(samples: pd.DataFrame, column: str | None = None) -> pd.Series:
    """Choose the labels that colour the samples: `column`, else the first one, else all alike."""
    if column is None and samples.shape[1] == 0:
        return pd.Series("sample", index=samples.index, name="no metadata")
    return samples[column if column is not None else samples.columns[0]]


def missing_letters(names: Iterable[object]) -> str:
    """Return the letters of `names` that no font here has, and that figures show as boxes."""
    letters = {letter for name in names for letter in _label(name)}
    for family in plt.rcParams["font.family"]:
        path = font_manager.findfont(font_manager.FontProperties(family=[family]))
        letters -= set(map(chr, font_manager.get_font(path).get_charmap()))
    return "".join(sorted(letters))


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as `path`.svg and `path`.png; the same figure gives the same bytes."""
    path = Path(path)
    with plt.rc_context({"svg.hashsalt": "omics_lib"}):
        figure.savefig(path.with_name(path.name + ".svg"), metadata={"Date": None, "Creator": None})
        figure.savefig(path.with_name(path.name + ".png"), dpi=150, metadata={"Software": None})


def plot_totals(totals: pd.Series, *, label: str = "total count", ax: Axes | None = None) -> Axes:
    """Draw one bar per sample, in the order of `totals`; samples are not named."""
    ax = _axes(ax, height=2.8)
    ax.bar(np.arange(1, len(totals) + 1), totals.to_numpy(), color=PALETTE[0])
    ax.axhline(totals.median(), color="0.3", linestyle="--", linewidth=1, label="median")
    ax.set(xlabel="sample (in the order of the sample sheet)", ylabel=label)
    ax.legend(frameon=False)
    return _bare(ax)


def plot_value_ranges(values: Mapping[str, np.ndarray], *, label: str, ax: Axes | None = None) -> Axes:
    """Draw one histogram (outline) per named set of values."""
    ax = _axes(ax)
    for colour, (name, column) in zip(PALETTE, values.items(), strict=False):
        ax.hist(column, bins=60, histtype="stepfilled", alpha=0.45, color=colour, label=_label(name))
    ax.set(xlabel=label, ylabel="number of values")
    ax.legend(frameon=False)
    return _bare(ax)


def plot_ways(table: pd.DataFrame, *, label: str, ax: Axes | None = None) -> Axes:
    """Draw the histogram (outline) of every column of a table, over the same bins, and a line at 0."""
    ax = _axes(ax, height=3.0)
    edges = np.histogram_bin_edges(table.to_numpy(), bins=30)
    for colour, (way, values) in zip(PALETTE, table.items(), strict=False):
        ax.hist(values, bins=edges.tolist(), histtype="step", lw=1.6, color=colour, label=str(way))
    ax.axvline(0, color="0.3", linestyle=":", linewidth=1)
    ax.set(xlabel=label, ylabel="number of features")
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return _bare(ax)


def plot_mean_spread(table: pd.DataFrame, *, label: str, ax: Axes | None = None) -> Axes:
    """Draw the standard deviation of each feature against its mean (columns `mean`, `spread`)."""
    ax = _axes(ax, 4.2, 3.6)
    ax.scatter(
        table["mean"], table["spread"], s=8, alpha=0.5, linewidths=0, color=PALETTE[0], rasterized=True
    )
    ax.set(xlabel=f"mean {label}", ylabel="standard deviation")
    return _bare(ax)


def plot_learning_curves(history: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw training and validation loss against the epoch, one thin line per fold.

    `history` has the columns `fold`, `epoch`, `train_loss`, `validation_loss`.
    """
    ax = _axes(ax)
    for i, (_, fold) in enumerate(history.groupby("fold", sort=False)):
        first = i == 0
        ax.plot(
            fold["epoch"],
            fold["train_loss"],
            color=PALETTE[0],
            lw=1,
            label="rows that train" if first else None,
        )
        ax.plot(
            fold["epoch"],
            fold["validation_loss"],
            color=PALETTE[1],
            lw=1,
            ls="--",
            label="inner validation rows" if first else None,
        )
    ax.set(xlabel="epoch", ylabel="mean squared error per feature")
    ax.legend(frameon=False)
    return _bare(ax)


def plot_latent_sizes(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw held-out R² against the number of latents: a dot per fold, a line through the means.

    `table` has the columns `n_latent`, `model`, `r2`; the model `ceiling` is a dotted line across.
    """
    ax = _axes(ax)
    models = [model for model in dict.fromkeys(table["model"]) if model != "ceiling"]
    for i, model in enumerate(models):
        part = table[table["model"] == model]
        mean = part.groupby("n_latent")["r2"].mean()
        nudge = 1.03 ** (2 * i - len(models) + 1)  # beside each other, not on top of each other
        ax.plot(part["n_latent"] * nudge, part["r2"], _MARKERS[i], color=PALETTE[i], alpha=0.4, ms=4)
        ax.plot(mean.index * nudge, mean, color=PALETTE[i], marker=_MARKERS[i], label=model)
    ceiling = table.loc[table["model"] == "ceiling", "r2"]
    ax.axhline(ceiling.mean(), color="0.3", linestyle=":", linewidth=1, label="full-rank PCA")
    ax.set_xscale("log", base=2)
    ax.set(xlabel="latents, or components", ylabel="held-out R²")
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.legend(frameon=False)
    return _bare(ax)


def plot_solver_losses(histories: Mapping[tuple[str, str], pd.DataFrame], *, ax: Axes | None = None) -> Axes:
    """Draw the training loss of (optimizer, solver) → history; what coincides shows as one line.

    Each history has the columns `epoch` and `train_loss`; epoch 0 is left out.
    """
    ax = _axes(ax)
    optimizers = list(dict.fromkeys(optimizer for optimizer, _ in histories))
    for (optimizer, solver), history in histories.items():
        wide = solver == "dense"
        ax.plot(
            history["epoch"].iloc[1:],
            history["train_loss"].iloc[1:],
            color=PALETTE[optimizers.index(optimizer)],
            alpha=0.35 if wide else 1,
            lw=5 if wide else 1.2,
            label=f"{optimizer}, {'all features' if wide else 'row space'}",
        )
    ax.set(xlabel="epoch", ylabel="training loss")
    ax.legend(frameon=False)
    return _bare(ax)


def plot_cross_validation(scores: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw held-out R² (columns `model`, `r2`), one dot per fold and a bar at the median."""
    ax = _axes(ax, height=2.4)
    models = list(dict.fromkeys(scores["model"]))
    for i, model in enumerate(models):
        r2 = scores.loc[scores["model"] == model, "r2"]
        ax.plot(r2, np.full(len(r2), i), "o", color=PALETTE[i], alpha=0.7)
        ax.plot([r2.median()] * 2, [i - 0.25, i + 0.25], color=PALETTE[i], lw=3)
    ax.axvline(0, color="0.3", linestyle=":", linewidth=1)
    ax.set(
        yticks=range(len(models)), yticklabels=models, ylim=(len(models) - 0.5, -0.5), xlabel="held-out R²"
    )
    return _bare(ax)


def plot_embedding(
    coordinates: np.ndarray, labels: pd.Series, *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw samples at `coordinates` (n_samples, 2), coloured by `labels`.

    Up to ten levels get a colour and a marker each, the rarest of more than ten
    share one; more than ten numbers get a colour scale.
    """
    ax = _axes(ax, 4.6, 3.8)
    if pd.api.types.is_numeric_dtype(labels) and labels.nunique() > 10:
        x, y = coordinates.T
        dots = ax.scatter(x, y, c=labels.to_numpy(dtype=float), cmap="cividis", s=30)
        ax.figure.colorbar(dots, ax=ax, label=_label(labels.name))
    else:
        text = labels.astype(str)
        levels = list(text.value_counts().index)
        shown = levels if len(levels) <= len(PALETTE) else levels[: len(PALETTE) - 1]
        places = [(level, (text == level).to_numpy()) for level in shown]
        if len(shown) < len(levels):
            places.append((f"{len(levels) - len(shown)} rarer ones", ~text.isin(shown).to_numpy()))
        for colour, marker, (level, here) in zip(PALETTE, _MARKERS, places, strict=False):
            x, y = coordinates[here].T
            ax.scatter(x, y, color=colour, marker=marker, s=30, label=_label(level, 28))
        ax.legend(title=_label(labels.name, 28), frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set(title=_label(title) if title else "", xticks=[], yticks=[])
    return ax


def plot_latent_heatmap(
    latents: pd.DataFrame, *, labels: pd.Series | None = None, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw centred latents (n_samples, n_latent) on one scale, samples and latents in the order given.

    `labels` of the samples, in that order, name the rows of each group where there are 2 to 12 of them.
    """
    ax = _axes(ax, 6.5, 3.4)
    limit = float(np.nanmax(np.abs(latents.to_numpy()))) or 1.0
    image = ax.imshow(latents, aspect="auto", cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="latent, centred")
    ax.set(title=_label(title) if title else "", xlabel="latent", ylabel="sample", xticks=[], yticks=[])
    if labels is not None and 2 <= labels.nunique() <= 12:
        runs = labels.astype(str).reset_index(drop=True)
        for _, rows in runs.groupby((runs != runs.shift()).cumsum()):
            ax.axhline(rows.index[-1] + 0.5, color="0.3", lw=0.6)
        middles = pd.Series(runs.index, index=runs).groupby(level=0, sort=False).mean()
        ax.set_yticks(middles, [_label(name, 12) for name in middles.index], fontsize=8)
        ax.set(ylabel=_label(labels.name), ylim=(len(latents) - 0.5, -0.5))
    return ax


def plot_correlation_heatmap(rho: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw correlations (rows × columns) between −1 and 1."""
    ax = _axes(ax, 5.4, 4.4)
    image = ax.imshow(rho, aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="Spearman's rho")
    ax.set(xlabel=rho.columns.name or "", ylabel=rho.index.name or "", xticks=[], yticks=[])
    return ax


def plot_null(null: pd.Series, observed: float, *, label: str, ax: Axes | None = None) -> Axes:
    """Draw a permutation null as a histogram, and the observed value as a line."""
    ax = _axes(ax, height=3.0)
    ax.hist(null, bins=30, color="0.7", label=f"{len(null)} permutations")
    ax.axvline(observed, color=PALETTE[3], lw=2, label="observed")
    ax.set(xlabel=label, ylabel="permutations")
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return _bare(ax)


def plot_correlations(
    histogram: pd.DataFrame, threshold: float = float("nan"), *, ax: Axes | None = None
) -> Axes:
    """Draw how many pairs are at least as strong as each |rho|, beside what permutations give.

    `histogram` has the columns `abs_rho`, `n_pairs`, `n_permuted`; the line is the threshold.
    """
    ax = _axes(ax)
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
    return _bare(ax)


def plot_pair(gene: pd.Series, metabolite: pd.Series, labels: pd.Series, *, ax: Axes | None = None) -> Axes:
    """Draw one gene against one metabolite, one dot per sample, coloured by `labels`."""
    values = np.column_stack([gene, metabolite.loc[gene.index]])
    ax = plot_embedding(values, labels.loc[gene.index], ax=ax)
    ax.xaxis.set_major_locator(AutoLocator())
    ax.yaxis.set_major_locator(AutoLocator())
    ax.set(xlabel=_label(gene.name), ylabel=_label(metabolite.name))
    return _bare(ax)


def plot_bipartite_network(pairs: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw pairs (`gene`, `metabolite`, `rho`) as a two-sided network.

    Blue solid edges are positive, orange dashed ones negative; the wider, the larger |rho|.
    """
    ax = _axes(ax, 7.0, max(3.0, 0.24 * max(pairs["gene"].nunique(), pairs["metabolite"].nunique(), 1)))
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
        width = [3 * abs(graph.edges[edge]["rho"]) ** 2 for edge in edges]
        nx.draw_networkx_edges(
            graph, place, edges, width=width, style=style, edge_color=[colour], alpha=0.7, ax=ax
        )
    for (side, name), (x, y) in place.items():
        left = side == "gene"
        text = _label(name, 28)
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
    ax = _axes(ax, 5.2, 0.6 + 0.45 * max(len(wide), 1))
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
    ax.set(xlabel=metric.replace("_", " "))
    return _bare(ax)


def draw_sample_maps(
    rows: Mapping[str, Mapping[str, np.ndarray]], labels: pd.Series, *, explained: Sequence[float] = ()
) -> np.ndarray:
    """Draw maps of the samples, a row of panels for each set of latents, a column for each kind of map.

    `rows` has, by name, what `embed` returns; `explained` the share of variance along the axes of the first
    row's PCA. Returns the Axes as an array (n_rows, n_maps).
    """
    n_maps = max(map(len, rows.values()))
    _, axes = plt.subplots(
        len(rows), n_maps, figsize=(3.4 * n_maps, 3.1 * len(rows)), layout="constrained", squeeze=False
    )
    for line, (row, maps) in zip(axes, rows.items(), strict=True):
        for ax, (name, coordinates) in zip(line, maps.items(), strict=True):
            plot_embedding(coordinates, labels, title=f"{row}: {name}", ax=ax)
            if ax is not axes[0, -1] and ax.get_legend():
                ax.get_legend().remove()
            if name == "PCA":  # its distances mean something, so both axes have one scale
                ax.set_aspect("equal", adjustable="datalim")
    for side, share in zip("xy", explained, strict=False):
        axes[0, 0].set(**{f"{side}label": f"axis {'xy'.index(side) + 1}: {share:.0%} of the variance"})
    return axes
