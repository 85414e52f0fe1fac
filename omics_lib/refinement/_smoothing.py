"""Scores of `refine` where modules dominate: two convolutions, edges split before any message passes.

What the network is worth is asked of samples that it never saw (`_halves`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch_geometric.data import HeteroData

from ._networks import SmoothingNetwork, pair_cosines, pair_keys, unit_rows
from ._nodes import Nodes
from ._replication import learn_attention, replication


@dataclass(frozen=True)
class Smoothed:
    """What the smoothing network made of a graph: scores, and what explains them.

    `fold` tells, for each association, in which part of them it was held out.
    """

    scores: NDArray[np.float32]
    rewired: NDArray[np.float32]
    replication: pd.DataFrame
    powers: tuple[float, float]
    network: SmoothingNetwork
    nodes: Nodes
    fold: NDArray[np.intp]


def smooth(
    graph: HeteroData,
    profiles: tuple[Tensor, Tensor],
    basis: NDArray[np.float64],
    *,
    attention: bool,
    n_folds: int,
    rng: np.random.Generator,
) -> Smoothed:
    """Score all pairs.

    Parameters
    ----------
    graph : HeteroData
    profiles : tuple of Tensor
        Unit profiles (n_features, n_samples) of genes and metabolites.
    basis : array of shape (n_samples, 1 + c)
        What was removed from them.
    attention : bool
        Learn the powers of the two convolutions (`gat`).
    n_folds : int
        Parts into which the associations are split.
    rng : Generator
    """
    nodes = Nodes.of(graph)
    network = SmoothingNetwork(nodes.n_genes)
    if attention:
        learn_attention(network, profiles, basis, rng)
    with torch.no_grad():
        fold = rng.permutation(np.arange(nodes.associated.shape[1]) % n_folds)
        scores = _out_of_fold(network, nodes, fold)
        rewired_scores = _scores(nodes, *_embedded(network, nodes, rewire=rng))
        halves = replication(network, profiles, basis, rng)
    first, second = (float(torch.exp(layer.log_power.detach())) for layer in (network.first, network.second))
    return Smoothed(scores, rewired_scores, halves, (first, second), network, nodes, fold)


def _embedded(
    network: SmoothingNetwork,
    nodes: Nodes,
    without: Tensor | None = None,
    rewire: np.random.Generator | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return h, z and the second convolution's edges and weights, self-loops last."""
    h, z, edges, cosine = network(nodes.x, nodes.edges, nodes.rho, without=without, rewire=rewire)
    return h, z, *network.second.attention(edges, cosine, len(nodes.x))


def _scores(nodes: Nodes, h: Tensor, z: Tensor, edges: Tensor, weight: Tensor) -> NDArray[np.float32]:
    """Multiply the cosine of two embeddings by how much each node looks like its neighbourhood."""
    n_edges = edges.shape[1] - len(z)
    cosine = pair_cosines(h, z, edges[:, :n_edges], weight[:n_edges], nodes.n_genes)
    agreement = (unit_rows(z) * nodes.x).sum(dim=1).abs().sqrt().numpy()
    return cosine * agreement[: nodes.n_genes, None] * agreement[None, nodes.n_genes :]


def _out_of_fold(network: SmoothingNetwork, nodes: Nodes, fold: NDArray[np.intp]) -> NDArray[np.float32]:
    """Score each association by a network in which it passed no message, and other pairs by all networks."""
    if not len(fold):
        return _scores(nodes, *_embedded(network, nodes))
    total = np.zeros((nodes.n_genes, len(nodes.x) - nodes.n_genes), dtype=np.float32)
    own = []
    for part in np.unique(fold):
        edges = nodes.associated[:, torch.as_tensor(fold == part)]
        scores = _scores(nodes, *_embedded(network, nodes, without=pair_keys(edges, len(nodes.x))))
        place = edges[0].numpy(), edges[1].numpy() - nodes.n_genes
        own.append((place, scores[place].copy()))
        total += scores
    total /= len(own)
    for place, values in own:
        total[place] = values
    return total


def explain_smoothed(smoothed: Smoothed, ends: tuple[int, int]) -> pd.DataFrame:
    """Split the cosine of a gene's and a metabolite's embedding over the edges of each.

    An association is explained by the network that scored it, in which it passed
    no message; any other pair by the network of the whole graph.

    Returns `end` (0 the gene, 1 the metabolite), `neighbour` (node number; the
    node itself included, the other end not), `rho`, `weight`, `contribution`.
    """
    nodes, x = smoothed.nodes, smoothed.nodes.x
    here = (nodes.associated == torch.tensor(ends)[:, None]).all(dim=0).numpy()
    held_out = torch.as_tensor(np.isin(smoothed.fold, smoothed.fold[here]))
    with torch.no_grad():
        without = pair_keys(nodes.associated[:, held_out], len(x))
        h, _, edges, weight = _embedded(smoothed.network, nodes, without=without)
    unit, rows = [], []
    for end, other in (ends, ends[::-1]):
        to_end = (edges[1] == end) & (edges[0] != other)
        sources, weights = edges[0][to_end], weight[to_end]
        unit.append((sources, weights, torch.sum(weights[:, None] * h[sources], dim=0)))
    for k, (sources, weights, own) in enumerate(unit):
        facing = unit[1 - k][2]
        scale = own.norm() * facing.norm()
        part = weights * (h[sources] @ facing) / torch.clamp(scale, min=1e-12)
        rho = x[sources] @ x[ends[k]]
        columns = {"neighbour": sources, "rho": rho, "weight": weights, "contribution": part}
        rows.append(pd.DataFrame({"end": k} | {name: values.numpy() for name, values in columns.items()}))
    return pd.concat(rows, ignore_index=True)
