"""What an executed notebook loses, so that two runs give the same bytes: times, ids and addresses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat

from .._files import whole_file

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}|(?<=\.\.\.)x?[0-9a-f]{4,}(?=>|&gt;)")  # scikit-learn cuts them short

_PROGRESS = "application/vnd.jupyter.widget-view+json"  # a bar, which shows where there is time to


def without_addresses(text: str) -> str:
    """Drop addresses of memory from a text.

    Examples
    --------
    >>> without_addresses("func=<function log2 at 0x7f5f9b52dda0>")
    'func=<function log2 at 0x…>'
    """
    return _ADDRESS.sub(lambda found: "0x…" if found[0].startswith("0x") else "", text)


def write_reproducible(executed: Path, target: Path) -> None:
    """Write an executed notebook without what no two runs share, whole or not at all.

    Parameters
    ----------
    executed : Path
        As papermill left it.
    target : Path
        Takes its place.
    """
    notebook = nbformat.read(executed, as_version=4)
    for key in ("papermill", "widgets"):
        notebook.metadata.pop(key, None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{target.stem}-{number}"[-64:]
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if _PROGRESS not in output.get("data", {})]
        for output in cell.get("outputs", []):
            _clean(output)
    number_styled_tables(notebook.cells)
    with whole_file(target) as part:
        nbformat.write(notebook, part)


def _clean(output: Any) -> None:
    if "text" in output:
        output["text"] = without_addresses(output["text"])
    for kind, text in output.get("data", {}).items():
        if kind.startswith("text/"):
            output["data"][kind] = without_addresses(text)


def number_styled_tables(cells: list[Any]) -> None:
    """Give the tables that pandas styled numbers for ids, instead of random ones."""
    for number, cell in enumerate(cells):
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            for table in dict.fromkeys(re.findall(r'<table id="T_(\w+)"', html)):
                html = html.replace(f"T_{table}", f"T_{number}")
                output["data"]["text/html"] = html
