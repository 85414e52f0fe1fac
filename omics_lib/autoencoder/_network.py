"""The network behind `OmicsAutoencoder`: its layers, its start, its size, and its full-width twin."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU, "elu": nn.ELU, "tanh": nn.Tanh}


@dataclass(frozen=True)
class Shape:
    """Layers of a network; see `OmicsAutoencoder` for the meaning of each field."""

    hidden: tuple[int, ...]
    n_latent: int
    dropout: float = 0.0
    batch_norm: bool = False
    activation: str = "relu"
    skip: bool = False
    input_dropout: float = 0.0


class Network(nn.Module):
    """Symmetric autoencoder n_inputs → hidden → n_latent → reversed hidden → n_inputs.

    Activation and dropout follow every hidden layer; batch norm, if asked for,
    follows every linear layer but the last one, the latent layer included.
    With `skip` a linear path leads from the inputs to the latents and another
    from the latents to the outputs, beside the hidden layers.
    """

    mean: Tensor | None
    """Subtracted before encoding and added after decoding; None where inputs are centred already."""

    def __init__(self, n_inputs: int, shape: Shape) -> None:
        super().__init__()
        down = [n_inputs, *shape.hidden]
        up = [shape.n_latent, *reversed(shape.hidden)]
        self.input_dropout = nn.Dropout(shape.input_dropout)
        encoder = [layer for a, b in pairwise(down) for layer in _block(a, b, shape)]
        encoder.append(nn.Linear(down[-1], shape.n_latent))
        if shape.batch_norm:
            encoder.append(nn.BatchNorm1d(shape.n_latent))
        decoder = [layer for a, b in pairwise(up) for layer in _block(a, b, shape)]
        self.encoder = nn.Sequential(*encoder)
        self.decoder = nn.Sequential(*decoder, nn.Linear(up[-1], n_inputs))
        self.linear_encoder = nn.Linear(n_inputs, shape.n_latent, bias=False) if shape.skip else None
        self.linear_decoder = nn.Linear(shape.n_latent, n_inputs, bias=False) if shape.skip else None
        self.register_buffer("mean", None)

    def encode(self, x: Tensor) -> Tensor:
        """Turn inputs (n_samples, n_inputs) into latents (n_samples, n_latent)."""
        if self.mean is not None:
            x = (x.to(self.mean.dtype) - self.mean).to(self.readers()[0].weight.dtype)
        x = self.input_dropout(x)
        z = self.encoder(x)
        return z if self.linear_encoder is None else z + self.linear_encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """Turn latents (n_samples, n_latent) into outputs (n_samples, n_inputs)."""
        x = self.decoder(z)
        if self.linear_decoder is not None:
            x = x + self.linear_decoder(z)
        return x if self.mean is None else (x.to(self.mean.dtype) + self.mean).to(x.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Reconstruct a batch (n_samples, n_inputs)."""
        return self.decode(self.encode(x))

    def readers(self) -> list[nn.Linear]:
        """Layers that read the inputs: their weights are (width, n_inputs)."""
        first = next(layer for layer in self.encoder if isinstance(layer, nn.Linear))
        return [first] if self.linear_encoder is None else [first, self.linear_encoder]

    def writers(self) -> list[nn.Linear]:
        """Layers that write the outputs: their weights are (n_inputs, width)."""
        last = self.decoder[-1]
        assert isinstance(last, nn.Linear)
        return [last] if self.linear_decoder is None else [last, self.linear_decoder]

    def outer(self) -> list[nn.Linear]:
        """Layers with a weight for every input."""
        return [*self.readers(), *self.writers()]


def _block(n_in: int, n_out: int, shape: Shape) -> list[nn.Module]:
    norm: list[nn.Module] = [nn.BatchNorm1d(n_out)] if shape.batch_norm else []
    return [nn.Linear(n_in, n_out), *norm, ACTIVATIONS[shape.activation](), nn.Dropout(shape.dropout)]


def start_at_principal_components(network: Network) -> None:
    """Let a network with a linear path begin as PCA of inputs that are ordered principal coordinates.

    The linear path carries the first n_latent inputs to the latents and back;
    the hidden layers begin with no say (their last layer is zero), so training
    starts from the best linear autoencoder and may leave it.
    """
    assert network.linear_encoder is not None and network.linear_decoder is not None
    with torch.no_grad():
        nn.init.eye_(network.linear_encoder.weight)
        nn.init.eye_(network.linear_decoder.weight)
        for layer in (network.encoder[-1], network.decoder[-1]):
            assert isinstance(layer, nn.Linear | nn.BatchNorm1d)
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)


def count_weights(n_inputs: int, shape: Shape) -> int:
    """Count the trainable parameters of the full network without allocating it."""
    with torch.device("meta"):
        network = Network(n_inputs, shape)
    return sum(weight.numel() for weight in network.parameters())


def full_width(
    network: Network,
    shape: Shape,
    n_features: int,
    basis: np.ndarray | None,
    *,
    mean: np.ndarray | None = None,
    scale: float = 1.0,
    block: int = 2048,
) -> Network:
    """Build the network over all features that does what `network` does in coordinates.

    Weights that read become V Qᵀ / scale and weights that write scale · Q U,
    a block of features at a time, so that nothing of full size exists twice.

    Parameters
    ----------
    network : Network
        Of rank inputs, which are coordinates divided by `scale`.
    shape : Shape
        Its layers.
    n_features : int
        Inputs of the full network.
    basis : ndarray of shape (n_features, rank), optional
        Q; None where the coordinates are the features.
    mean : ndarray of shape (n_features,), optional
        Subtracted before encoding and added after decoding; 0 if not given.
    scale : float
        Unit of the coordinates.
    block : int
        Features at a time.
    """
    dtype = next(network.parameters()).dtype
    with torch.device("meta"):
        full = Network(n_features, shape).to(dtype)
    full = full.to_empty(device="cpu").eval()
    if mean is not None:
        full.mean = torch.as_tensor(mean, dtype=torch.float64)
    wide = {id(layer.weight) for layer in full.outer()} | {id(full.writers()[0].bias)}
    small = dict(network.state_dict())
    with torch.no_grad():
        for name, value in full.state_dict(keep_vars=True).items():
            if name in small and id(value) not in wide:
                value.copy_(small[name])
        for start in range(0, n_features, block):
            part = slice(start, start + block)
            Q = None if basis is None else torch.as_tensor(basis[part], dtype=torch.float64)
            for target, layer in zip(full.readers(), network.readers(), strict=True):
                V = _double(layer.weight if Q is not None else layer.weight[:, part])
                target.weight[:, part] = ((V if Q is None else V @ Q.T) / scale).to(dtype)
            for target, layer in zip(full.writers(), network.writers(), strict=True):
                U = _double(layer.weight if Q is not None else layer.weight[part])
                target.weight[part] = (scale * (U if Q is None else Q @ U)).to(dtype)
            bias = network.writers()[0].bias
            u = _double(bias if Q is not None else bias[part])
            full.writers()[0].bias[part] = (scale * (u if Q is None else Q @ u)).to(dtype)
    return full


def _double(weight: Tensor) -> Tensor:
    return weight.detach().cpu().double()
