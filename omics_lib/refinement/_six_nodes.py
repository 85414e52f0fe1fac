"""Smoothing and sharpening on six genes and one metabolite: small enough to be drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from .._joined import Array
from ..correlation import unit_columns
from ..errors import one_of
from ._filters import high_pass
from ._networks import SignedConvolution

_SAMPLES = 500  # so many that chance plays no part
_POWER = 1.0  # every neighbour by its |rho|


def six_nodes(world: str, random_state: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Filter six genes in a world of modules, or of links, and correlate each with one metabolite.

    Parameters
    ----------
    world : {"modules", "links"}
        `modules`: genes 1 to 3 and the metabolite follow one factor, genes 4 to 6 another.
        `links`: all six and the metabolite follow one factor, and gene 1 makes the metabolite.
    random_state : int, optional
        Seed of 500 samples.

    Returns
    -------
    table : DataFrame
        A row a gene: |correlation| with the metabolite of its profile as `measured`, `smoothed` (one signed
        convolution) and `sharpened` (the high-pass); `true`, whether the metabolite has to do with it.
    rho : DataFrame of shape (6, 6)
        The genes' own correlations, the edges of the graph.
    """
    one_of("world", world, ("modules", "links"))
    rng = np.random.default_rng(random_state)
    shared, other, own = (rng.normal(size=(_SAMPLES, n)) for n in (1, 1, 6))
    if world == "modules":
        genes = np.hstack([np.repeat(shared, 3, axis=1), np.repeat(other, 3, axis=1)]) + own
        metabolite, true = shared + rng.normal(size=(_SAMPLES, 1)), np.arange(6) < 3
    else:
        genes = shared + own
        metabolite, true = 2 * shared + own[:, :1] + rng.normal(size=(_SAMPLES, 1)), np.arange(6) < 1
    P, m = (unit_columns(values - values.mean(axis=0)) for values in (genes, metabolite))
    rho = P.T @ P
    filters = {"measured": P, "smoothed": _smoothed(P, rho), "sharpened": high_pass(P)}
    names = [f"gene {i}" for i in range(1, 7)]
    table = pd.DataFrame({name: np.abs(profiles.T @ m)[:, 0] for name, profiles in filters.items()}, names)
    return table.assign(true=true), pd.DataFrame(rho, names, names)


def _smoothed(profiles: Array, rho: Array) -> Array:
    edges = np.argwhere(~np.eye(len(rho), dtype=bool)).T
    with torch.no_grad():
        weights = torch.as_tensor(rho[tuple(edges)])
        smoothed = SignedConvolution(_POWER)(torch.as_tensor(profiles.T), torch.as_tensor(edges), weights)
    return unit_columns(smoothed.numpy().T)
