"""Figures in a page: as SVG, PNG and PDF, with their caption and their alternative text beside them."""

from __future__ import annotations

import base64
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._words import Caption
from ._canvas import drawn_forms, write_forms

_KIND = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}


def show(drawn: Axes | Figure, caption: Caption, path: Path | None = None) -> None:
    """Show a figure in the notebook and close it; the book makes of it an image with its caption.

    Parameters
    ----------
    drawn : Axes or Figure
        What a drawing function returned.
    caption : Caption
        From `narrate`: what the figure finds, and what it shows.
    path : Path, optional
        Where to write it as well: `path`.svg, `path`.png and `path`.pdf.
    """
    from IPython.display import display

    figure = drawn.get_figure() if isinstance(drawn, Axes) else drawn
    assert isinstance(figure, Figure)
    forms = drawn_forms(figure)
    plt.close(figure)
    data = {_KIND[suffix]: base64.b64encode(form).decode() for suffix, form in forms.items()}
    data |= {_KIND["svg"]: forms["svg"].decode("utf-8"), "text/plain": caption.finding}
    told = {"caption": caption.finding, "alt": caption.shown, "name": path.name if path else ""}
    display(data, metadata={"figure": told}, raw=True)
    if path is not None:
        write_forms(forms, path)
