"""What all figures share: fonts, colours, an empty `Axes`, and the files that a figure becomes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._escape import in_figure

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
MARKERS = "osD^vPX*<>"


def on_axes(ax: Axes | None, width: float = 6.0, height: float = 3.6) -> Axes:
    """Return `ax`, or a new one of `width` × `height` inches."""
    if ax is not None:
        return ax
    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def bare(ax: Axes) -> Axes:
    """Take the lines above and to the right away."""
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def missing_letters(names: Iterable[object]) -> str:
    """Return the letters of `names` that no font here has, and that figures show as boxes."""
    letters = {letter for name in names for letter in in_figure(name)}
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
