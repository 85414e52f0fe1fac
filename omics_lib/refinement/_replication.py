"""Ask the other half of the samples: what a graph network learns, and what it is worth.

Edges are made of correlations, so an edge that is held out can be guessed from
the correlation itself. Samples that are held out cannot: the graph of one half
of the samples is asked which genes and metabolites correlate in the other half.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..correlation import residualise, unit_columns
from ._networks import SmoothingNetwork, unit_rows
from ._nodes import Nodes

_N_EPOCHS = 20
_LEARNING_RATE = 0.1
_N_SPLITS = 5
_MOST_PAIRS = 5_000_000  # that are held at a time


def replicated_sizes(n_genes: int, n_metabolites: int) -> tuple[int, int]:
    """Return how many genes and metabolites are asked for in the other half: all, in a small study."""
    share = min(1.0, (_MOST_PAIRS / max(n_genes * n_metabolites, 1)) ** 0.5)
    return max(1, round(share * n_genes)), max(1, round(share * n_metabolites))


def some_features(profiles: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Draw the features (n_features, n_samples) that the other half is asked of, always the same."""
    genes, metabolites = profiles
    sizes = replicated_sizes(len(genes), len(metabolites))
    if sizes == (len(genes), len(metabolites)):
        return profiles
    rng = np.random.default_rng(0)
    chosen = [
        np.sort(rng.choice(len(side), n, replace=False)) for side, n in zip(profiles, sizes, strict=True)
    ]
    return genes[torch.as_tensor(chosen[0])], metabolites[torch.as_tensor(chosen[1])]


def _halves(
    profiles: tuple[Tensor, Tensor], basis: NDArray, rng: np.random.Generator, n: int
) -> Iterator[tuple[Nodes, Tensor]]:
    """Yield the nodes of one half of the samples, and the squared correlations in the other half.

    What was removed from all samples, `basis` (n_samples, 1 + c), is removed from
    each half again: slopes that cancel over both halves would make them agree.
    """
    n_samples = len(basis)
    for _ in range(n):
        order = rng.permutation(n_samples)
        seen, unseen = (
            [_unit_part(side, basis, part) for side in profiles] for part in np.array_split(order, 2)
        )
        yield Nodes.of_profiles(*seen), (unseen[0] @ unseen[1].T) ** 2


def _unit_part(side: Tensor, basis: NDArray, part: NDArray[np.intp]) -> Tensor:
    """Take some samples of profiles (n_features, n_samples), residualise them, and scale them to length 1."""
    left, size, _ = np.linalg.svd(basis[part], full_matrices=False)
    removed = left[:, size > 1e-10 * size[0]]
    values = unit_columns(residualise(side[:, part].numpy().T, removed))
    return torch.as_tensor(np.ascontiguousarray(values.T)).float()


def _agreement(nodes: Nodes, embedding: Tensor, squared: Tensor) -> Tensor:
    """Correlate squared cosines of genes with metabolites with `squared`, over all pairs."""
    unit = unit_rows(embedding)
    a = (unit[: nodes.n_genes] @ unit[nodes.n_genes :].T) ** 2
    a, b = a - a.mean(), squared - squared.mean()
    return (a * b).sum() / torch.clamp(a.norm() * b.norm(), min=1e-12)


def learn_attention(
    network: SmoothingNetwork, profiles: tuple[Tensor, Tensor], basis: NDArray, rng: np.random.Generator
) -> None:
    """Learn the powers of both convolutions from what the other half of the samples shows, in place."""
    optimizer = torch.optim.Adam(network.parameters(), lr=_LEARNING_RATE)
    for nodes, squared in _halves(profiles, basis, rng, _N_EPOCHS):
        loss = -_agreement(nodes, network(nodes.x, nodes.edges, nodes.rho)[1], squared)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()


def no_replication() -> pd.DataFrame:
    """Return `replication` of no split."""
    return pd.DataFrame(columns=["network", "rewired", "Spearman"], dtype=float)


def replication(
    network: SmoothingNetwork, profiles: tuple[Tensor, Tensor], basis: NDArray, rng: np.random.Generator
) -> pd.DataFrame:
    """Correlate scores from half of the samples with squared correlations in the other half.

    Returns
    -------
    DataFrame
        One row per split: `network`, `rewired` (the same on a rewired graph) and
        `Spearman` (the plain correlation of the first half).
    """
    rows = []
    for nodes, squared in _halves(profiles, basis, rng, _N_SPLITS):
        embeddings = [network(nodes.x, nodes.edges, nodes.rho, rewire=rewire)[1] for rewire in (None, rng)]
        rows.append([float(_agreement(nodes, z, squared)) for z in (*embeddings, nodes.x)])
    return pd.DataFrame(rows, columns=no_replication().columns)
