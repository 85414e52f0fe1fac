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

from ..pairs import Apart, Products
from ._networks import SmoothingNetwork, pair_cosines, pair_keys, unit_rows
from ._nodes import Nodes
from ._replication import learn_attention, replication, some_features

Names = tuple[pd.Index, pd.Index]


@dataclass(frozen=True)
class Smoothed:
    """What the smoothing network made of a graph: scores, and what explains them.

    `fold` tells, for each association, in which part of them it was held out.
    """

    scores: Products
    rewired: Products
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
    nodes, names = Nodes.of(graph), graph.profiles.names
    network = SmoothingNetwork(nodes.n_genes)
    few = some_features(profiles)
    if attention:
        learn_attention(network, few, basis, rng)
    with torch.no_grad():
        fold = rng.permutation(np.arange(nodes.associated.shape[1]) % n_folds)
        scores = _out_of_fold(names, network, nodes, fold)
        rewired_scores = _scores(names, nodes, *_embedded(network, nodes, rewire=rng))
        halves = replication(network, few, basis, rng)
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


def _scores(names: Names, nodes: Nodes, h: Tensor, z: Tensor, edges: Tensor, weight: Tensor) -> Products:
    """Multiply the cosine of two embeddings by how much each node looks like its neighbourhood."""
    n_edges = edges.shape[1] - len(z)
    agreement = (unit_rows(z) * nodes.x).sum(dim=1).abs().sqrt()
    return pair_cosines(names, agreement, h, z, edges[:, :n_edges], weight[:n_edges])


def _out_of_fold(names: Names, network: SmoothingNetwork, nodes: Nodes, fold: NDArray[np.intp]) -> Products:
    """Score each association by a network in which it passed no message, and other pairs by all networks."""
    if not len(fold):
        return _scores(names, nodes, *_embedded(network, nodes))
    each, own = [], []
    for part in np.unique(fold):
        edges = nodes.associated[:, torch.as_tensor(fold == part)]
        scores = _scores(names, nodes, *_embedded(network, nodes, without=pair_keys(edges, len(nodes.x))))
        genes, metabolites = edges[0].numpy(), edges[1].numpy() - nodes.n_genes
        own.append((genes, metabolites, scores.at(genes, metabolites)))
        each.append(scores)
    return _mean(each, own)


def _mean(each: list[Products], own: list[tuple[NDArray, NDArray, NDArray]]) -> Products:
    """Average scores over networks; pairs of `own` (genes, metabolites, values) have values of their own."""
    joined = np.unique(
        np.concatenate([np.stack([s.apart.metabolites, s.apart.genes]) for s in each if s.apart], axis=1),
        axis=1,
    )
    mean = sum(scores.at(joined[1], joined[0]) for scores in each) / len(each)
    columns = zip(*[(joined[1], joined[0], mean), *own], strict=True)
    apart = Apart.of(*(np.concatenate(column) for column in columns))
    return Products(each[0].names, [part for scores in each for part in scores.parts], "mean", apart)


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
