"""Mean Jacobians of an autoencoder's two halves, by as many passes as there are latents."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .._joined import Array
from ._network import Network


class Loadings(NamedTuple):
    """Mean Jacobians over the training samples, both of shape (n_features, n_latent)."""

    encoder: Array
    """Change of each latent per unit of each feature."""
    decoder: Array
    """Change of each reconstructed feature per unit of each latent."""


def mean_jacobians(network: Network, X: Tensor) -> Loadings:
    """Return the mean Jacobians of a network over its inputs X, both of shape (n_inputs, n_latent)."""
    reads = encoder_jacobian(network, X).T.numpy().astype(np.float64)
    with torch.no_grad():
        Z = network.encode(X)
    return Loadings(reads, decoder_jacobian(network, Z).numpy().astype(np.float64))


def encoder_jacobian(network: Network, X: Tensor) -> Tensor:
    """Mean over the rows of X of ∂z/∂x: (n_latent, n_inputs), one backward pass per latent."""
    X = X.detach().requires_grad_(True)
    with torch.enable_grad():
        Z = network.encode(X)
        rows = [
            torch.autograd.grad(Z[:, k].sum(), X, retain_graph=True)[0].mean(dim=0) for k in range(Z.shape[1])
        ]
    return torch.stack(rows)


def decoder_jacobian(network: Network, Z: Tensor) -> Tensor:
    """Mean over the rows of Z of ∂x̂/∂z: (n_inputs, n_latent), two backward passes per latent.

    Jᵀu is linear in u, so its own derivative along a latent is a column of J:
    as many passes as latents, not as many as outputs.
    """
    Z = Z.detach().requires_grad_(True)
    columns = []
    with torch.enable_grad():
        outputs = network.decode(Z)
        u = torch.zeros_like(outputs, requires_grad=True)
        pulled = torch.autograd.grad(outputs, Z, u, create_graph=True)[0]
        for k in range(Z.shape[1]):
            direction = torch.zeros_like(Z)
            direction[:, k] = 1
            change = torch.autograd.grad(pulled, u, direction, retain_graph=True)[0]
            columns.append(change.mean(dim=0))
    return torch.stack(columns, dim=1)
