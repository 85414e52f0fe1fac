"""Figures of the samples: maps, and a heatmap of their latents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .._escape import in_figure
from ._canvas import MARKERS, PALETTE, on_axes


def labels_for(samples: pd.DataFrame, column: str | None = None) -> pd.Series:
    """Choose the labels that colour the samples: `column`, else the first one, else all alike."""
    if column is None and samples.shape[1] == 0:
        return pd.Series("sample", index=samples.index, name="no metadata")
    return samples[column if column is not None else samples.columns[0]]


def plot_embedding(
    coordinates: np.ndarray, labels: pd.Series, *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw samples at `coordinates` (n_samples, 2), coloured by `labels`.

    Up to ten levels get a colour and a marker each, the rarest of more than ten
    share one; more than ten numbers get a colour scale.
    """
    ax = on_axes(ax, 4.6, 3.8)
    if pd.api.types.is_numeric_dtype(labels) and labels.nunique() > 10:
        x, y = coordinates.T
        dots = ax.scatter(x, y, c=labels.to_numpy(dtype=float), cmap="cividis", s=30)
        ax.figure.colorbar(dots, ax=ax, label=in_figure(labels.name))
    else:
        text = labels.astype(str)
        levels = list(text.value_counts().index)
        shown = levels if len(levels) <= len(PALETTE) else levels[: len(PALETTE) - 1]
        places = [(level, (text == level).to_numpy()) for level in shown]
        if len(shown) < len(levels):
            places.append((f"{len(levels) - len(shown)} rarer ones", ~text.isin(shown).to_numpy()))
        for colour, marker, (level, here) in zip(PALETTE, MARKERS, places, strict=False):
            x, y = coordinates[here].T
            ax.scatter(x, y, color=colour, marker=marker, s=30, label=in_figure(level, 28))
        ax.legend(title=in_figure(labels.name, 28), frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set(title=in_figure(title) if title else "", xticks=[], yticks=[])
    return ax


def plot_latent_heatmap(
    latents: pd.DataFrame, *, labels: pd.Series | None = None, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw centred latents (n_samples, n_latent) on one scale, samples and latents in the order given.

    `labels` of the samples, in that order, name the rows of each group where there are 2 to 12 of them.
    """
    ax = on_axes(ax, 6.5, 3.4)
    limit = float(np.nanmax(np.abs(latents.to_numpy()))) or 1.0
    image = ax.imshow(latents, aspect="auto", cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="latent, centred")
    ax.set(title=in_figure(title) if title else "", xlabel="latent", ylabel="sample", xticks=[], yticks=[])
    if labels is not None and 2 <= labels.nunique() <= 12:
        runs = labels.astype(str).reset_index(drop=True)
        for _, rows in runs.groupby((runs != runs.shift()).cumsum()):
            ax.axhline(rows.index[-1] + 0.5, color="0.3", lw=0.6)
        middles = pd.Series(runs.index, index=runs).groupby(level=0, sort=False).mean()
        ax.set_yticks(middles, [in_figure(name, 12) for name in middles.index], fontsize=8)
        ax.set(ylabel=in_figure(labels.name), ylim=(len(latents) - 0.5, -0.5))
    return ax


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
