"""What all figures share: fonts, colours, an empty `Axes`, and the files that a figure becomes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

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


def drawn_forms(figure: Figure) -> dict[str, bytes]:
    """Draw a figure as `svg`, `png` and `pdf`; the same figure gives the same bytes.

    The SVG has no background, so that a page in the dark can turn it over.
    """
    fixed: dict[str, dict[str, Any]] = {
        "svg": {"metadata": dict.fromkeys(("Date", "Creator", "Format", "Type")), "transparent": True},
        "png": {"metadata": {"Software": None}, "dpi": 150},
        "pdf": {"metadata": dict.fromkeys(("CreationDate", "Creator", "Producer"))},
    }
    forms = {}
    with plt.rc_context({"svg.hashsalt": "omics_lib", "pdf.fonttype": 42}):
        for suffix, options in fixed.items():
            stream = io.BytesIO()
            figure.savefig(stream, format=suffix, bbox_inches="tight", pad_inches=0.05, **options)
            forms[suffix] = stream.getvalue()
    return forms


def write_forms(forms: Mapping[str, bytes], path: Path) -> None:
    """Write what `drawn_forms` gave beside each other, as `path`.svg, `path`.png and `path`.pdf."""
    for suffix, form in forms.items():
        path.with_name(f"{path.name}.{suffix}").write_bytes(form)


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as `path`.svg, `path`.png and `path`.pdf; the same figure gives the same bytes."""
    write_forms(drawn_forms(figure), Path(path))
