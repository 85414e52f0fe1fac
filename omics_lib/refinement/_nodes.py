"""All nodes of a graph in one numbering, and the edges that pass messages between them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from ..correlation import directed_edges, nearest, usual_number
from ._graph import ASSOCIATED, SIMILAR


@dataclass(frozen=True)
class Nodes:
    """All nodes of a graph, metabolites after the genes, and the edges that pass messages."""

    x: Tensor
    n_genes: int
    edges: Tensor
    rho: Tensor
    associated: Tensor

    @classmethod
    def of_profiles(cls, genes: Tensor, metabolites: Tensor) -> Nodes:
        """Join unit profiles (n_features, n_samples) with their nearest of the same table, and no others."""
        edges, rho = [], []
        for side, shift in ((genes, 0), (metabolites, len(genes))):
            neighbours, cosine = nearest(side.numpy(), usual_number(len(side)))
            edges.append(torch.as_tensor(directed_edges(neighbours)) + shift)
            rho.append(torch.as_tensor(cosine.ravel()))
        across = torch.zeros((2, 0), dtype=torch.long)
        return cls(
            torch.cat([genes, metabolites]), len(genes), torch.cat(edges, dim=1), torch.cat(rho), across
        )

    @classmethod
    def of(cls, graph: HeteroData) -> Nodes:
        """Number the nodes of `graph` in one go; associations pass messages both ways."""
        x = torch.cat([graph["gene"].x, graph["metabolite"].x])
        n_genes = len(graph["gene"].x)
        shift = torch.tensor([[0], [n_genes]])
        across, rho = graph[ASSOCIATED].edge_index + shift, graph[ASSOCIATED].edge_weight
        genes, metabolites = (graph[SIMILAR[kind]] for kind in ("gene", "metabolite"))
        edges = [genes.edge_index, metabolites.edge_index + n_genes, across, across.flip(0)]
        weights = [genes.edge_weight, metabolites.edge_weight, rho, rho]
        return cls(x, n_genes, torch.cat(edges, dim=1), torch.cat(weights), across)
