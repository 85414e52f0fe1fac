"""Figures of what a release gives away: how attacks succeed, and how far noise is off."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from .._escape import in_figure
from ._canvas import MARKERS, PALETTE, bare, on_axes


def plot_attacks(success: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how well members are told from others, a row a form of release, beside chance.

    `success` has the columns `what`, `how`, `person`, `auc`, `low` and `high`; kinds of person have a colour
    and a marker each, the dotted line is chance.
    """
    labels = list(dict.fromkeys(zip(success["what"], success["how"], strict=True)))
    people = list(dict.fromkeys(success["person"]))
    ax = on_axes(ax, 7.2, 0.9 + 0.42 * len(labels))
    for i, person in enumerate(people):
        rows = success[success["person"] == person]
        shift = 0.14 * (i - (len(people) - 1) / 2)
        at = [labels.index(key) + shift for key in zip(rows["what"], rows["how"], strict=True)]
        style = {"color": PALETTE[i % len(PALETTE)], "marker": MARKERS[i % len(MARKERS)]}
        ax.hlines(at, rows["low"], rows["high"], color=style["color"], lw=1.2)
        ax.plot(rows["auc"], at, ls="", ms=5, label=in_figure(person), **style)
    ax.axvline(0.5, color="0.3", ls=":", lw=1)
    ax.set_yticks(range(len(labels)), [f"{in_figure(what)}:\n{in_figure(how, 60)}" for what, how in labels])
    ax.set(xlabel="area under the curve (0.5: chance)", ylim=(len(labels) - 0.5, -0.5))
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return bare(ax)


def plot_noise(noise: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the error of each number against ε, as a share of its range, which is the dotted line.

    `noise` has the columns `what`, `epsilon`, `error` and `range`.
    """
    ax = on_axes(ax, 6.4, 3.6)
    for i, (what, rows) in enumerate(noise.groupby("what", sort=False)):
        beside = rows["error"] / rows["range"]
        style = {"color": PALETTE[i % len(PALETTE)], "marker": MARKERS[i % len(MARKERS)]}
        ax.plot(rows["epsilon"], beside, ms=5, label=in_figure(what), **style)
    ax.axhline(1, color="0.3", ls=":", lw=1)
    ax.set(xscale="log", yscale="log", xlabel="ε", ylabel="error, as a share of the range")
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return bare(ax)
