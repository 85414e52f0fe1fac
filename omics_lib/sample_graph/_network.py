"""The graph attention network over samples, its neighbour graph, and the loop that trains it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch_geometric.nn import GATConv

# Outputs and attention heads of each layer, as the source study's count demands.
LAYERS = ((256, 4), (128, 4), (64, 1))
# Hidden units of a class head for each class: 32 for 4 classes, 16 for 2.
_UNITS_PER_CLASS = 8


@dataclass(frozen=True)
class SampleTraining:
    """How the network is trained; set once, not tuned per study."""

    n_epochs: int = 100
    dropout: float = 0.3
    learning_rate: float = 0.005
    weight_decay: float = 5e-4


def class_head_width(n_classes: int) -> int:
    """Return the hidden units of a class head: 8 a class, at most as many as it reads.

    Examples
    --------
    >>> [class_head_width(n) for n in (2, 3, 4, 10)]
    [16, 24, 32, 64]
    """
    return min(_UNITS_PER_CLASS * n_classes, LAYERS[-1][0])


class SampleNetwork(nn.Module):
    """Three layers of graph attention and a class head for each label.

    Parameters
    ----------
    n_inputs : int
        Latents of a sample.
    n_classes : sequence of int
        Classes of each head.
    dropout : float
        Share of units dropped behind each layer in training.

    References
    ----------
    Veličković et al. (2018), Graph Attention Networks, International
    Conference on Learning Representations, arXiv:1710.10903.
    """

    def __init__(self, n_inputs: int, n_classes: Sequence[int], dropout: float = 0.0) -> None:
        super().__init__()
        inputs = (n_inputs, *(width for width, _ in LAYERS))
        self.attention = nn.ModuleList(
            GATConv(before, width // heads, heads, bias=False)
            for before, (width, heads) in zip(inputs, LAYERS, strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width, _ in LAYERS)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleList(
            nn.Sequential(
                nn.Linear(inputs[-1], class_head_width(n)), nn.ReLU(), nn.Linear(class_head_width(n), n)
            )
            for n in n_classes
        )

    def forward(self, x: Tensor, edges: Tensor) -> list[Tensor]:
        """Return each head's logits: (n_nodes, n_inputs) → (n_nodes, n_classes)."""
        for attention, norm in zip(self.attention, self.norms, strict=True):
            x = self.dropout(nn.functional.elu(norm(attention(x, edges))))
        return [head(x) for head in self.heads]


def listens_to(rows: NDArray[np.float64], known: NDArray[np.float64], n_neighbors: int) -> Tensor:
    """Return the edges (2, n_edges) along which `known` rows speak to `rows`, numbered from 0 each.

    Where both are the same array, no row is its own neighbour (the network
    adds every node's message to itself).
    """
    if n_neighbors == 0:
        return torch.zeros((2, 0), dtype=torch.long)
    themselves = rows is known
    finder = NearestNeighbors(n_neighbors=min(n_neighbors, len(known) - themselves)).fit(known)
    nearest = finder.kneighbors(None if themselves else rows, return_distance=False)
    targets = np.repeat(np.arange(len(nearest)), nearest.shape[1])
    return torch.as_tensor(np.stack([nearest.ravel(), targets]))


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: how sums are shared among threads changes their last digits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


def train_sample_network(
    x: Tensor,
    edges: Tensor,
    targets: Sequence[Tensor],
    n_classes: Sequence[int],
    how: SampleTraining,
    seed: int,
) -> tuple[SampleNetwork, list[float]]:
    """Train on all nodes at once; return the network, ready to predict, and the loss before each step.

    `targets` holds one vector a head, -1 where a sample has no label.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = SampleNetwork(x.shape[1], n_classes, how.dropout)
        optimizer = torch.optim.Adam(
            network.parameters(), lr=how.learning_rate, weight_decay=how.weight_decay
        )
        losses = []
        for _ in range(how.n_epochs):
            terms = [
                nn.functional.cross_entropy(logit, target, ignore_index=-1)
                for logit, target in zip(network(x, edges), targets, strict=True)
            ]
            loss = torch.stack(terms).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
    _settle_norms(network, x, edges)
    return network, losses


def _settle_norms(network: SampleNetwork, x: Tensor, edges: Tensor) -> None:
    """Give the batch norms the statistics of the training nodes under the final weights, then freeze them."""
    network.eval()
    for norm in network.norms:
        assert isinstance(norm, nn.BatchNorm1d)
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the one pass that follows
        norm.train()
    with torch.no_grad():
        network(x, edges)
    network.eval()
