"""Figures of ideas: what chance does with many pairs, what a fold sees, what a filter does to a graph."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from ._canvas import PALETTE, bare, on_axes

_SIX = [(np.cos(angle), np.sin(angle)) for angle in np.pi * (1 / 2 + np.array([0, 1, 2, 3, 4, 5]) / 3)]
_VIEW = np.array([[-0.55, -0.3], [0.8, -0.12], [0.0, 0.9]])  # three axes, laid on the page


def plot_strongest(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the strongest |rho| of so many null pairs (`n_pairs`), `strongest` as met and as `expected`."""
    ax = on_axes(ax)
    ax.plot(table["n_pairs"], table["expected"], color="0.4", ls="--", lw=1, label="expected (median)")
    ax.plot(table["n_pairs"], table["strongest"], "o", color=PALETTE[3], label="met in a simulation")
    for row in table.itertuples():
        said, place = f"{row.strongest:.2f}", (row.n_pairs, row.strongest)
        ax.annotate(said, place, (0, 7), textcoords="offset points", ha="center", fontsize=8)
    ax.set(xscale="log", xlabel="pairs, none of them real", ylabel="strongest |rho|")
    ax.margins(x=0.08, y=0.15)
    ax.legend(frameon=False, loc="lower right")
    return bare(ax)


def plot_lists(lists: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each study's list of pairs as a row of squares: blue a true pair, orange with a cross a false one.

    `lists` has a row a listed pair: `study`, `place` (from 1) and `true`.
    """
    n = int(lists["study"].max()) + 1 if len(lists) else 1
    ax = on_axes(ax, 4.4, 0.8 + 0.17 * n)
    for true, colour, label in ((True, PALETTE[0], "true pair"), (False, PALETTE[1], "false pair")):
        of = lists[lists["true"] == true]
        ax.plot(of["place"], of["study"] + 1, "s", ms=5, color=colour, label=label, mew=0)
    false = lists[~lists["true"].astype(bool)]
    ax.plot(false["place"], false["study"] + 1, "x", ms=3.5, color="black", mew=0.8)
    ax.set(
        xlabel="place in the list",
        ylabel="study",
        ylim=(n + 0.7, 0.3),
        yticks=range(1, n + 1, max(1, n // 5)),
    )
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return bare(ax)


def plot_roles(roles: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what each sample (row of `roles`) does in each fold (column), in the order of the categories."""
    ax = on_axes(ax, 6.4, 0.9 + 0.28 * roles.shape[1])
    order, colours = roles.dtypes.iloc[0].categories, ["0.88", PALETTE[1], PALETTE[0]]
    codes = np.stack([of.cat.codes for _, of in roles.items()])
    ax.pcolormesh(codes, cmap=ListedColormap(colours), vmin=-0.5, vmax=2.5)
    for place in range(len(roles) + 1 if len(roles) < 60 else 0):
        ax.axvline(place, color="white", lw=0.8)
    for place in range(roles.shape[1] + 1):
        ax.axhline(place, color="white", lw=0.8)
    ax.set_yticks(np.arange(roles.shape[1]) + 0.5, [str(fold) for fold in roles.columns])
    ax.set(xlabel="sample", ylabel="fold", xticks=[], ylim=(roles.shape[1], 0))
    handles = [Patch(facecolor=colour, label=role) for colour, role in zip(colours, order, strict=True)]
    ax.legend(handles=handles, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    ax.spines[:].set_visible(False)
    return ax


def plot_six_nodes(values: pd.Series, rho: pd.DataFrame, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a ring of six genes: the darker a node, the larger its value; wide edges are strong ones."""
    ax = on_axes(ax, 2.8, 2.8)
    for i in range(6):
        for j in range(i):
            ends = zip(_SIX[i], _SIX[j], strict=True)
            ax.plot(*ends, color="0.5", lw=6 * float(rho.iloc[i, j]) ** 2, zorder=1, solid_capstyle="round")
    x, y = zip(*_SIX, strict=True)
    ax.scatter(x, y, c=values, cmap="Blues", vmin=0, vmax=1, s=520, edgecolor="0.3", zorder=2)
    for (a, b), value in zip(_SIX, values, strict=True):
        colour = "white" if value > 0.7 else "black"
        ax.text(a, b, f"{value:.2f}", ha="center", va="center", fontsize=8, color=colour, zorder=3)
    ax.set(xlim=(-1.45, 1.45), ylim=(-1.45, 1.45), title=title, aspect="equal")
    ax.axis("off")
    return ax


def plot_size_heatmap(size: pd.DataFrame, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw |rho| of genes (rows) and metabolites (columns), the larger the darker."""
    ax = on_axes(ax, 4.2, 3.6)
    image = ax.imshow(size, aspect="auto", cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="|rho|")
    ax.set(xlabel="metabolites", ylabel="genes", title=title, xticks=[], yticks=[])
    return ax


def plot_span(samples: np.ndarray, new: np.ndarray, shadow: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Draw three samples in three dimensions, the plane that they span, and a new one with its projection.

    `samples` is (3, 3), `new` and `shadow`, its projection onto the plane, (3,).
    """
    ax = on_axes(ax, 5.0, 4.0)
    middle = samples.mean(axis=0)
    axes = np.linalg.svd(samples - middle)[2][:2]
    corners = 1.25 * np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]])
    reach = np.abs((np.vstack([samples, shadow]) - middle) @ axes.T).max(axis=0)
    plane = (middle + (corners * reach) @ axes) @ _VIEW
    ax.fill(*plane.T, color=PALETTE[0], alpha=0.15, lw=0, label="what they span")
    length = 1.15 * np.abs(np.vstack([samples, new])).max()
    for i, tip in enumerate(length * _VIEW):
        ax.plot([0, tip[0]], [0, tip[1]], color="0.6", lw=1)
        ax.text(
            1.06 * tip[0],
            1.06 * tip[1],
            f"feature {i + 1}",
            ha="center",
            va="center",
            fontsize=8,
            color="0.4",
        )
    ax.plot(*(samples @ _VIEW).T, "o", color=PALETTE[0], label="samples that train")
    ax.plot(*(np.vstack([new, shadow]) @ _VIEW).T, ls=":", color="0.3", label="lost")
    ax.plot(*(new @ _VIEW), "D", color=PALETTE[1], label="new sample")
    ax.plot(*(shadow @ _VIEW), "D", mfc="none", color=PALETTE[1], label="its projection")
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_aspect("equal", adjustable="datalim")
    ax.axis("off")
    return ax
