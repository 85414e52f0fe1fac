"""The two-layer graph networks behind `refine`.

`SmoothingNetwork` gathers what a node's neighbours share (low-pass);
`SharpeningNetwork` takes away what all nodes share (high-pass). Both are linear
in the node features, so that a pair's score is a sum over edges.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor, nn
from torch_geometric.utils import softmax

from ..correlation import directed_edges, nearest, usual_number
from ..pairs import Apart, Products
from ._filters import RIDGE

_NUMBERS = 5_000_000  # gathered at a time


def _step(rows: Tensor) -> int:
    """Return how many rows (of any nodes) are gathered at a time, whatever the number of samples."""
    return max(1, _NUMBERS // rows.shape[1])


def unit_rows(values: Tensor) -> Tensor:
    """Scale rows to length 1; rows of zeros stay."""
    return nn.functional.normalize(values, dim=1)


class _Messages(torch.autograd.Function):
    """Sum weighed messages at their targets: one sparse product, for it and for its gradient."""

    @staticmethod
    def forward(ctx, x, edges, weight):
        ctx.save_for_backward(x, edges, weight)
        return torch.as_tensor(_adjacency(edges, weight, len(x)) @ x.numpy())

    @staticmethod
    def backward(ctx, gradient):
        x, edges, weight = ctx.saved_tensors
        to_x = torch.as_tensor(_adjacency(edges, weight, len(x)).T @ gradient.numpy())
        return to_x, None, (gradient[edges[1]] * x[edges[0]]).sum(dim=1)


def _adjacency(edges: Tensor, weight: Tensor, n_nodes: int) -> csr_array:
    source, target = edges.numpy()
    return csr_array((weight.detach().numpy(), (target, source)), shape=(n_nodes, n_nodes))


class SignedConvolution(nn.Module):
    """Average a node with its neighbours, each by the sign and a power of its correlation.

    The weight of neighbour j is |rho_ij|^power / (1 + Σ|rho_ik|^power), a softmax
    of power · log|rho| with the node itself at 0; the message carries the sign.
    """

    def __init__(self, power: float) -> None:
        super().__init__()
        self.log_power = nn.Parameter(torch.tensor(float(np.log(power))))

    def attention(self, edges: Tensor, rho: Tensor, n_nodes: int) -> tuple[Tensor, Tensor]:
        """Return the edges with self-loops behind them, and the signed weight of each."""
        edges = torch.cat([edges, torch.arange(n_nodes).repeat(2, 1)], dim=1)
        logit = torch.exp(self.log_power) * torch.log(rho.abs().clamp(min=1e-6))
        logit = torch.cat([logit, torch.zeros(n_nodes)])
        sign = torch.cat([torch.sign(rho), torch.ones(n_nodes)])
        return edges, softmax(logit, edges[1], num_nodes=n_nodes) * sign

    def forward(self, x: Tensor, edges: Tensor, rho: Tensor) -> Tensor:
        """Convolve node features (n_nodes, d) along `edges` (2, n_edges), from source to target."""
        edges, weight = self.attention(edges, rho, len(x))
        return _Messages.apply(x, edges, weight)


def pair_keys(edges: Tensor, n_nodes: int) -> Tensor:
    """Number the unordered pairs of nodes that `edges` (2, n_edges) join."""
    return torch.minimum(edges[0], edges[1]) * n_nodes + torch.maximum(edges[0], edges[1])


def rewired(edges: Tensor, n_genes: int, rng: np.random.Generator) -> Tensor:
    """Give every edge another source of the same kind; each node keeps its degrees, in and out.

    Sources are permuted among the edges of one kind (gene to gene, and so on), the
    configuration model of directed graphs (Newman, Strogatz and Watts 2001,
    doi:10.1103/PhysRevE.64.026118). An edge that would become a loop is swapped
    with others a few times.
    """
    source, target = edges.numpy().copy()
    kind = 2 * (source >= n_genes) + (target >= n_genes)
    for code in np.unique(kind):
        here = np.flatnonzero(kind == code)
        source[here] = source[rng.permutation(here)]
        for _ in range(20):
            loops = here[source[here] == target[here]]
            if not len(loops):
                break
            partners = rng.choice(here, size=len(loops))
            for a, b in zip(loops, partners, strict=True):
                source[a], source[b] = source[b], source[a]
    return torch.as_tensor(np.stack([source, target]))


class SmoothingNetwork(nn.Module):
    """Two signed convolutions; the graph of the second is taken from what the first made of the nodes.

    The first runs along the given edges. The second joins every node with its
    nearest ones among all genes and metabolites, by the cosine of their first
    embeddings, as in dynamic graph networks.

    References
    ----------
    Kipf and Welling (2017), arXiv:1609.02907. Wang et al. (2019), Dynamic graph
    CNN for learning on point clouds, doi:10.1145/3326362. Wu et al. (2019),
    Simplifying graph convolutional networks, arXiv:1902.07153: convolutions
    without weights of their own lose little, and overfit less. Thekumparampil
    et al. (2018), arXiv:1803.03735: attention with one learned parameter a layer.
    """

    def __init__(self, n_genes: int, powers: tuple[float, float] = (3.0, 6.0)) -> None:
        super().__init__()
        self.n_genes = n_genes
        self.first, self.second = (SignedConvolution(power) for power in powers)

    def forward(
        self,
        x: Tensor,
        edges: Tensor,
        rho: Tensor,
        *,
        without: Tensor | None = None,
        rewire: np.random.Generator | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Embed all nodes.

        `without` (from `pair_keys`) names pairs of nodes along which no message
        passes, in either layer; with `rewire` both graphs are rewired.

        Returns the first embedding h, the second z (not scaled), and the second
        graph's edges and cosines: z is the convolution of h.
        """
        shape = self.n_genes, len(x)
        edges, rho = _without(edges, rho, without, shape)
        if rewire is not None:
            edges = rewired(edges, self.n_genes, rewire)
        h = unit_rows(self.first(x, edges, rho))
        neighbours, _ = nearest(h.detach().numpy(), usual_number(len(x)))
        again = torch.as_tensor(directed_edges(neighbours))
        again, _ = _without(again, again[0], without, shape)
        if rewire is not None:
            again = rewired(again, self.n_genes, rewire)
        cosine = torch.cat([(h[a] * h[b]).sum(dim=1) for a, b in again.split(_step(h), dim=1)])
        return h, self.second(h, again, cosine), again, cosine


def _without(
    edges: Tensor, values: Tensor, keys: Tensor | None, shape: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Leave out the edges between a gene and a metabolite that `keys` name; `shape` is genes, nodes."""
    if keys is None:
        return edges, values
    n_genes, n_nodes = shape
    across = torch.nonzero((edges[0] < n_genes) != (edges[1] < n_genes))[:, 0]
    gone = across[torch.isin(pair_keys(edges[:, across], n_nodes), keys)]
    kept = torch.ones(edges.shape[1], dtype=torch.bool)
    kept[gone] = False
    return edges[:, kept], values[kept]


def pair_cosines(
    names: tuple[pd.Index, pd.Index], weights: Tensor, h: Tensor, z: Tensor, edges: Tensor, weight: Tensor
) -> Products:
    """Score pairs by |cosine| of the gene's z with the metabolite's, the pair's own edge taken out.

    `edges` and `weight` are those of the second convolution, z its result: where
    it joins a gene and a metabolite directly, their messages to each other are
    subtracted from both before they are compared. `weights` (n_nodes,) multiply
    the cosines of a node.
    """
    n_genes, n = len(names[0]), len(z)
    scaled = (unit_rows(z) * weights[:, None]).double().numpy()
    gene_to, metabolite_to = edges[0] < n_genes, edges[1] < n_genes
    to_metabolite, to_gene = gene_to & ~metabolite_to, ~gene_to & metabolite_to
    pairs = torch.cat([edges[:, to_metabolite], edges[:, to_gene].flip(0)], dim=1)
    keys, place = torch.unique(pairs[0] * n + pairs[1], return_inverse=True)
    genes, metabolites = keys // n, keys % n
    sent, n_to = torch.zeros(2, len(keys)), int(to_metabolite.sum())
    sent[0].index_add_(0, place[:n_to], weight[to_metabolite])
    sent[1].index_add_(0, place[n_to:], weight[to_gene])
    own = torch.zeros(len(keys))
    for part in torch.split(torch.arange(len(keys)), _step(h)):
        g, m = genes[part], metabolites[part]
        own_gene = unit_rows(z[g] - sent[1, part, None] * h[m])
        own_metabolite = unit_rows(z[m] - sent[0, part, None] * h[g])
        own[part] = (own_gene * own_metabolite).sum(dim=1).abs() * weights[g] * weights[m]
    apart = Apart.of(genes.numpy(), metabolites.numpy() - n_genes, own.double().numpy())
    return Products(names, [(scaled[:n_genes], scaled[n_genes:])], apart=apart)


class SharpeningNetwork:
    """Two convolutions h ↦ (A + λ)^-½ h on each table's complete correlation graph A.

    On the principal components of a table the two layers together divide by
    (eigenvalue + λ): what many features share shrinks, what single ones have
    stays. It has nothing to learn. See `omics_lib.refinement._filters.high_pass`, the same
    on profiles; λ is 3 times the mean eigenvalue.
    """

    def __init__(self, x: Tensor, n_samples: int) -> None:
        # In double precision: small components are divided by small numbers.
        self.x = x.double().numpy()
        value, self.axes = np.linalg.eigh(self.x.T @ self.x)
        self.mean = max(float(np.clip(value, 0, None).sum()) / n_samples, 1e-300)
        self.gain = 1 / (np.clip(value, 0, None) / self.mean + RIDGE)

    def embed(self, rotation: NDArray | None = None) -> Tensor:
        """Embed all nodes (n_nodes, d), rows of length 1; a `rotation` turns the filter's axes."""
        axes = self.axes if rotation is None else rotation @ self.axes
        return unit_rows(torch.as_tensor(((self.x @ axes) * self.gain) @ axes.T).float())

    def weights(self, node: int) -> NDArray[np.float64]:
        """Return what every node of the table sends to `node`: h_i ∝ Σ_j K_ij x_j."""
        inner = (self.axes * (self.gain / self.mean)) @ self.axes.T
        sent = -(self.x @ (inner @ self.x[node])) / RIDGE
        sent[node] += 1 / RIDGE
        return sent
