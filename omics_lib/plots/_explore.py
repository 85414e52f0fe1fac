"""What a reader can look around in: the data of a network and of maps, which the book's script draws.

A notebook emits data alone; `book/_extra/explore/explore.js` reads it as text. Without JavaScript it
shows nothing: each stands behind a figure that says the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from .._escape import html, in_figure

_LONGEST = 60
_MOST_LEVELS = 10


class Explorable:
    """Data for the book's script, as an element that shows nothing by itself."""

    def __init__(self, kind: str, **data: object) -> None:
        self.kind, self.data = kind, data

    def _repr_html_(self) -> str:
        return f'<div class="explore" data-{self.kind}="{html(json.dumps(self.data))}"></div>'


def explore_network(pairs: pd.DataFrame) -> Explorable:
    """Let a reader search the network of these pairs and walk from neighbour to neighbour.

    Parameters
    ----------
    pairs : DataFrame
        One row a pair: `gene`, `metabolite`, `rho`.

    Returns
    -------
    Explorable
        Displays itself in a notebook; the book draws it.
    """
    genes, metabolites = (
        pd.Categorical(pairs[side], pairs[side].unique()) for side in ("gene", "metabolite")
    )
    edges = zip(genes.codes.tolist(), metabolites.codes.tolist(), pairs["rho"].round(3).tolist(), strict=True)
    names = {"genes": _names(genes.categories), "metabolites": _names(metabolites.categories)}
    return Explorable("network", **names, pairs=[list(edge) for edge in edges])


def explore_samples(maps: Mapping[str, Mapping[str, np.ndarray]], samples: pd.DataFrame) -> Explorable:
    """Let a reader follow a sample through several maps, coloured by any column that describes it.

    Parameters
    ----------
    maps : mapping
        By table, then by method, coordinates (n_samples, 2) in the order of `samples`.
    samples : DataFrame
        One row a sample: what is known of it. Of its columns those with up to ten levels, and numbers, count.

    Returns
    -------
    Explorable
        Displays itself in a notebook; the book draws it.
    """
    panels = [
        {"title": in_figure(f"{table}: {method}"), "xy": np.round(_unit(places), 3).tolist()}
        for table, by_method in maps.items()
        for method, places in by_method.items()
    ]
    columns = [
        {"name": in_figure(name), "values": values}
        for name, column in samples.items()
        if (values := _values(column)) is not None
    ]
    return Explorable("samples", names=_names(samples.index), panels=panels, columns=columns)


def _names(names: pd.Index) -> list[str]:
    return [in_figure(name, _LONGEST).replace(r"\$", "$") for name in names]


def _values(column: pd.Series) -> list[object] | None:
    """Return a column's numbers, or the names of its few levels; None where there are too many."""
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > _MOST_LEVELS:
        return [None if pd.isna(value) else float(value) for value in column]
    return [*_names(pd.Index(column.astype(str)))] if column.nunique() <= _MOST_LEVELS else None


def _unit(places: np.ndarray) -> np.ndarray:
    """Shift and scale a map into the middle of the unit square, both axes alike."""
    low, high = places.min(axis=0), places.max(axis=0)
    return 0.5 + (places - (low + high) / 2) / (float((high - low).max()) or 1.0)
