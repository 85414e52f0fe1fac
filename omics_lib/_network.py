"""The network behind `OmicsAutoencoder` and the loop that trains it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn


def _block(n_in: int, n_out: int, batch_norm: bool, dropout: float) -> list[nn.Module]:
    norm: list[nn.Module] = [nn.BatchNorm1d(n_out)] if batch_norm else []
    return [nn.Linear(n_in, n_out), *norm, nn.ReLU(), nn.Dropout(dropout)]


class Network(nn.Module):
    """Symmetric autoencoder n_inputs → hidden → n_latent → reversed hidden → n_inputs.

    ReLU and dropout follow every hidden layer; batch norm, if asked for,
    follows every linear layer but the last one, the latent layer included.
    """

    def __init__(
        self,
        n_inputs: int,
        hidden: Sequence[int],
        n_latent: int,
        dropout: float = 0.0,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        down = [n_inputs, *hidden]
        up = [n_latent, *reversed(hidden)]
        encoder = [m for a, b in pairwise(down) for m in _block(a, b, batch_norm, dropout)]
        encoder.append(nn.Linear(down[-1], n_latent))
        if batch_norm:
            encoder.append(nn.BatchNorm1d(n_latent))
        decoder = [m for a, b in pairwise(up) for m in _block(a, b, batch_norm, dropout)]
        self.encoder = nn.Sequential(*encoder)
        self.decoder = nn.Sequential(*decoder, nn.Linear(up[-1], n_inputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Reconstruct a batch (n_samples, n_inputs)."""
        return self.decoder(self.encoder(x))


def count_parameters(
    n_inputs: int, hidden: Sequence[int], n_latent: int, dropout: float = 0.0, batch_norm: bool = False
) -> int:
    """Count the trainable parameters of the full network without allocating it."""
    with torch.device("meta"):
        network = Network(n_inputs, hidden, n_latent, dropout, batch_norm)
    return sum(weight.numel() for weight in network.parameters())


@dataclass(frozen=True)
class Training:
    """How to train; see `OmicsAutoencoder` for the meaning of each field."""

    learning_rate: float
    weight_decay: float
    max_epochs: int
    patience: int
    batch_size: int | None
    loss_scale: float
    """Turns the mean squared error of the network's outputs into one per feature."""
    validation_floor: float
    """Validation loss outside the row space, which no weight can change."""


def _batches(n_samples: int, batch_size: int | None) -> list[torch.Tensor]:
    order = torch.randperm(n_samples)
    if batch_size is None or batch_size >= n_samples:
        return [order]
    batches = list(order.split(batch_size))
    if len(batches[-1]) == 1:  # batch norm cannot take a batch of one
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def train(
    network: Network, X: torch.Tensor, X_validation: torch.Tensor | None, how: Training
) -> tuple[list[dict[str, float]], int]:
    """Train in place with Adam and decoupled weight decay; keep the best epoch's weights.

    Returns
    -------
    history : list of dict
        `epoch` (from 1), `train_loss` (in training mode, so with dropout) and
        `validation_loss`, both mean squared errors per feature.
    best_epoch : int
        Epoch whose weights were kept: the lowest validation loss, or the last
        epoch where there are no validation samples.
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=how.learning_rate, weight_decay=how.weight_decay)
    history: list[dict[str, float]] = []
    best_loss, best_epoch, best_weights = np.inf, 0, None
    for epoch in range(1, how.max_epochs + 1):
        network.train()
        losses = []
        for batch in _batches(len(X), how.batch_size):
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.mse_loss(network(X[batch]), X[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item() * len(batch) / len(X))
        row = {"epoch": epoch, "train_loss": how.loss_scale * sum(losses), "validation_loss": np.nan}
        history.append(row)
        if X_validation is None:
            continue
        network.eval()
        with torch.no_grad():
            validation = nn.functional.mse_loss(network(X_validation), X_validation).item()
        row["validation_loss"] = how.loss_scale * validation + how.validation_floor
        if row["validation_loss"] < best_loss:
            best_loss, best_epoch = row["validation_loss"], epoch
            best_weights = copy.deepcopy(network.state_dict())
        elif epoch - best_epoch >= how.patience:
            break
    if best_weights is not None:
        network.load_state_dict(best_weights)
    network.eval()
    return history, best_epoch or len(history)
