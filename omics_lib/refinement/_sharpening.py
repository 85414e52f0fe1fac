"""Scores of `refine` where direct links dominate: what features share is damped."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from ..pairs import Products
from ._networks import SharpeningNetwork, unit_rows
from ._replication import no_replication

# A U-shaped relation counts a little less than a monotone one, where those dominate, and the reverse.
_LESSER = 0.9


@dataclass(frozen=True)
class Sharpened:
    """What the sharpening networks made of two tables: scores, and what explains them."""

    scores: Products
    rewired: Products
    genes: tuple[SharpeningNetwork, SharpeningNetwork]
    network: SharpeningNetwork
    replication: pd.DataFrame = field(default_factory=no_replication)
    powers: tuple[float, ...] = ()


def sharpen(
    names: tuple[pd.Index, pd.Index],
    monotone: torch.Tensor,
    bent: torch.Tensor,
    metabolites: torch.Tensor,
    *,
    n_samples: int,
    curves: bool,
    rng: np.random.Generator,
) -> Sharpened:
    """Score pairs by the larger of two cosines: by a gene's ranks, or by their distance to the middle.

    Parameters
    ----------
    names : pair of Index
        Genes and metabolites.
    monotone, bent, metabolites : Tensor of shape (n_nodes, d)
        Coordinates of unit profiles in one basis.
    n_samples : int
    curves : bool
        Whether U-shaped relations dominate.
    rng : Generator
        Of the rotation behind `rewired`: filters of the same gains in random
        directions, as a complete graph has no edges to rewire.
    """
    genes = SharpeningNetwork(monotone, n_samples), SharpeningNetwork(bent, n_samples)
    network = SharpeningNetwork(metabolites, n_samples)
    straight, u_shaped = (_LESSER, 1.0) if curves else (1.0, _LESSER)

    def scores(rotations: list[NDArray | None]) -> Products:
        right = network.embed(rotations[2]).double().numpy()
        lefts = [side.embed(turn).double().numpy() for side, turn in zip(genes, rotations, strict=False)]
        return Products(names, [(straight * lefts[0], right), (u_shaped * lefts[1], right)])

    d = monotone.shape[1]
    random: list[NDArray | None] = [np.linalg.qr(rng.normal(size=(d, d)))[0] for _ in range(3)]
    return Sharpened(scores([None] * 3), scores(random), genes, network)


def explain_sharpened(sharpened: Sharpened, gene: int, metabolite: int, *, curves: bool) -> pd.DataFrame:
    """Split the larger of a pair's two cosines over what the other nodes of each table send.

    Returns `end` (0 the gene, 1 the metabolite), `neighbour` (its number within
    the table), `rho` (of the profiles compared), `weight`, `contribution`.
    """
    right = sharpened.network.embed()[metabolite]
    shares = (_LESSER, 1.0) if curves else (1.0, _LESSER)
    sizes = [
        share * float((side.embed()[gene] @ right).abs())
        for side, share in zip(sharpened.genes, shares, strict=True)
    ]
    side = sharpened.genes[int(np.argmax(sizes))]
    left = side.embed()[gene]
    rows = []
    for k, (network, node, other) in enumerate(((side, gene, right), (sharpened.network, metabolite, left))):
        weights = network.weights(node)
        length = np.linalg.norm(weights @ network.x)
        part = weights * (network.x @ unit_rows(other[None])[0].double().numpy()) / max(length, 1e-12)
        rho = network.x @ network.x[node]
        columns = {"neighbour": np.arange(len(rho)), "rho": rho, "weight": weights, "contribution": part}
        rows.append(pd.DataFrame({"end": k} | columns))
    return pd.concat(rows, ignore_index=True)
