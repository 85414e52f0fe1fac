"""The graph convolutional network behind `refine` and the loop that trains it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch_geometric.nn import GCNConv


@dataclass(frozen=True)
class GcnSettings:
    """Settings of the network and its training; set once, not tuned per study."""

    n_hidden: int = 64
    n_out: int = 32
    dropout: float = 0.2
    learning_rate: float = 0.01
    weight_decay: float = 1e-4
    n_epochs: int = 150
    supervision_share: float = 0.2


def normalised(edges: Tensor, weight: Tensor, n_genes: int, n_nodes: int) -> tuple[Tensor, Tensor]:
    """Return the symmetric adjacency with self-loops, D^-½ (A + I) D^-½, degrees from |weight|.

    `edges` (2, n_edges) number genes and metabolites each from 0; in the
    result metabolites follow the genes.
    """
    gene, metabolite = edges[0], edges[1] + n_genes
    loops = torch.arange(n_nodes)
    source, target = torch.cat([gene, metabolite, loops]), torch.cat([metabolite, gene, loops])
    value = torch.cat([weight, weight, torch.ones(n_nodes)])
    degree = torch.zeros(n_nodes).index_add(0, target, value.abs())
    return torch.stack([source, target]), value / torch.sqrt(degree[source] * degree[target])


class SignedGCN(nn.Module):
    """Two graph convolutions that respect the sign of a correlation.

    Without bias and with an odd activation, a node whose profile is turned
    upside down gets the opposite embedding; the score squares the cosine, so
    that strong negative association counts as much as positive.

    References
    ----------
    Kipf and Welling (2017), International Conference on Learning
    Representations, arXiv:1609.02907.
    """

    def __init__(self, n_features: int, settings: GcnSettings) -> None:
        super().__init__()
        options = {"bias": False, "normalize": False, "add_self_loops": False}
        self.conv1 = GCNConv(n_features, settings.n_hidden, **options)
        self.conv2 = GCNConv(settings.n_hidden, settings.n_out, **options)
        self.dropout = nn.Dropout(settings.dropout)
        self.slope = nn.Parameter(torch.tensor(5.0))
        self.offset = nn.Parameter(torch.tensor(-3.0))

    def forward(self, x: Tensor, adjacency: tuple[Tensor, Tensor]) -> Tensor:
        """Embed all nodes: (n_nodes, n_features) → (n_nodes, n_out), rows of length 1."""
        h = self.dropout(torch.tanh(self.conv1(x, *adjacency)))
        return nn.functional.normalize(self.conv2(h, *adjacency), dim=1)

    def logit(self, cosine: Tensor) -> Tensor:
        """Turn the cosine of two embeddings into the logit of an edge."""
        return self.slope * cosine**2 + self.offset


def train_gcn(
    x: Tensor, edges: Tensor, weight: Tensor, extra: Tensor, n_genes: int, settings: GcnSettings, seed: int
) -> tuple[SignedGCN, Tensor]:
    """Train to tell edges from random pairs; return the network and the final embeddings.

    A share of `edges` supervises and passes no message while training; `extra`
    pairs (2, n) only supervise. The embeddings are computed with messages along
    all of `edges`, so whatever is to be scored must not be among them.
    """
    n_nodes = len(x)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SignedGCN(x.shape[1], settings)
        order = torch.randperm(edges.shape[1])
        n_supervise = max(1, int(settings.supervision_share * len(order)))
        supervise, message = order[:n_supervise], order[n_supervise:]
        targets = torch.cat([edges[:, supervise], extra], dim=1)
        adjacency = normalised(edges[:, message], weight[message], n_genes, n_nodes)
        optimizer = torch.optim.Adam(
            model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        for _ in range(settings.n_epochs):
            h = model(x, adjacency)
            random = torch.stack(
                [torch.randint(n, (2 * targets.shape[1],)) for n in (n_genes, n_nodes - n_genes)]
            )
            pairs = torch.cat([targets, random], dim=1)
            is_edge = (torch.arange(pairs.shape[1]) < targets.shape[1]).float()
            logit = model.logit((h[pairs[0]] * h[pairs[1] + n_genes]).sum(dim=1))
            loss = nn.functional.binary_cross_entropy_with_logits(
                logit, is_edge, weight=torch.where(is_edge > 0, 2.0, 1.0)
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return model, model(x, normalised(edges, weight, n_genes, n_nodes))
