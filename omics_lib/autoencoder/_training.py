"""The loop that trains the network of `OmicsAutoencoder`, one epoch after another."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from ..errors import TrainingDiverged
from ._checkpoint import Checkpoint
from ._network import Network


@dataclass(frozen=True)
class Training:
    """How to train; see `OmicsAutoencoder` for the meaning of each field."""

    optimizer: str
    learning_rate: float
    momentum: float
    weight_decay: float
    l1: float
    max_epochs: int
    patience: int
    tol: float
    batch_size: int | None
    size: float
    """Mean squared length of a training row: losses are relative to it, so predicting the mean costs 1."""
    loss_scale: float
    """Turns a relative loss into a mean squared error per feature."""
    validation_floor: float
    """Validation loss outside the row space (per feature), which no weight in it can change."""
    cannot_save: float
    """Validation loss (per feature) of which training need not save the share `tol` to leave its start."""
    in_coordinates: bool
    """Whether inputs are coordinates in the row space, so that the floor is missing from their error."""
    autocast: bool = False


@dataclass
class Progress:
    """How far a training has come; also its result."""

    history: list[dict[str, float]] = field(default_factory=list)
    best_loss: float = math.inf
    best_epoch: int = 0
    best_weights: dict[str, Tensor] | None = None
    lowest_loss: float = math.inf
    lowest_epoch: int = 0
    """The lowest validation loss so far, whether or not it saves enough to leave the start."""
    finished: bool = False


def batches(n_samples: int, batch_size: int | None) -> list[Tensor]:
    """Deal the samples into batches in random order; batch norm cannot take one of a single sample."""
    order = torch.randperm(n_samples)
    if batch_size is None or batch_size >= n_samples:
        return [order]
    parts = list(order.split(batch_size))
    if batch_size > 1 and len(parts[-1]) == 1:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


def _optimizer(network: Network, how: Training) -> torch.optim.Optimizer:
    weights, rate, decay = network.parameters(), how.learning_rate, how.weight_decay
    if how.optimizer == "sgd":
        return torch.optim.SGD(weights, lr=rate, momentum=how.momentum, weight_decay=decay)
    return torch.optim.AdamW(weights, lr=rate, weight_decay=decay, fused=True)


def _error(network: Network, X: Tensor, how: Training) -> Tensor:
    """Mean squared distance of the reconstruction, relative to that of the mean."""
    with torch.autocast(X.device.type, dtype=torch.bfloat16, enabled=how.autocast):
        output = network(X)
    return (output.to(X.dtype) - X).square().sum() / (len(X) * how.size)


def _epoch(network: Network, X: Tensor, optimizer: torch.optim.Optimizer, how: Training) -> float:
    network.train()
    total = 0.0
    for batch in batches(len(X), how.batch_size):
        optimizer.zero_grad(set_to_none=True)
        error = _error(network, X[batch], how)
        penalty = sum(layer.weight.abs().sum() for layer in network.outer()) if how.l1 else 0.0
        (error + how.l1 * penalty).backward()
        optimizer.step()
        total += error.item() * len(batch) / len(X)
    network.eval()
    return total


@torch.no_grad()
def _evaluated(network: Network, X: Tensor, how: Training) -> float:
    return _error(network, X, how).item()


def train(
    network: Network,
    X: Tensor,
    X_validation: Tensor | None,
    how: Training,
    checkpoint: Checkpoint | None = None,
    verbose: bool = False,
) -> Progress:
    """Train in place and leave the best epoch's weights in the network.

    Returns
    -------
    Progress
        `history`, one row per epoch from 0, the start: `train_loss` (from
        epoch 1 in training mode, so with dropout) and `validation_loss`, mean
        squared errors per feature. `best_epoch`: the lowest validation loss,
        if it is below the start's by more than `tol`, else 0; without
        validation samples the last epoch.

    Notes
    -----
    All that is random comes from PyTorch's global generator, whose state is
    part of a checkpoint: an interrupted training ends in the same bytes.
    """
    optimizer = _optimizer(network, how)
    done = _resumed(checkpoint, network, optimizer, X.device)
    network.eval()
    epochs = range(len(done.history), how.max_epochs + 1)
    for epoch in tqdm(epochs, desc="epoch", leave=False, disable=not verbose):
        if done.finished:
            break
        loss = _epoch(network, X, optimizer, how) if epoch else _evaluated(network, X, how)
        row = {"epoch": epoch, "train_loss": how.loss_scale * loss, "validation_loss": math.nan}
        done.history.append(row)
        if X_validation is not None:
            validation = _evaluated(network, X_validation, how)
            floor = how.validation_floor if how.in_coordinates else 0.0
            row["validation_loss"] = how.loss_scale * validation + floor
            done.finished = not _watch(done, network, epoch, how)
        done.finished |= epoch == how.max_epochs
        if checkpoint and (checkpoint.is_due() or (done.finished and checkpoint.path.exists())):
            checkpoint.save(*_kept(done, network, optimizer, X.device))
    if X_validation is None:
        done.best_epoch = how.max_epochs
        if not math.isfinite(done.history[-1]["train_loss"]):
            raise TrainingDiverged(
                f"training diverged within {how.max_epochs} epochs: the loss is no longer a number; "
                f"lower learning_rate, got {how.learning_rate!r}."
            )
    elif done.best_weights is not None:
        network.load_state_dict(done.best_weights)
    network.eval()
    return done


def _watch(done: Progress, network: Network, epoch: int, how: Training) -> bool:
    """Keep the weights if they are the best so far; return whether to go on."""
    loss = done.history[-1]["validation_loss"]
    start = done.history[0]["validation_loss"]
    needed = start - how.tol * (start - how.cannot_save) if epoch else math.inf
    if loss < min(done.best_loss, needed):
        done.best_loss, done.best_epoch = loss, epoch
        done.best_weights = copy.deepcopy(network.state_dict())
    if loss < done.lowest_loss:
        done.lowest_loss, done.lowest_epoch = loss, epoch
    return epoch - done.lowest_epoch < how.patience


def _generators(device: torch.device) -> dict[str, Tensor]:
    states = {"generator.cpu": torch.get_rng_state()}
    return states | ({"generator.cuda": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})


def _kept(
    done: Progress, network: Network, optimizer: torch.optim.Optimizer, device: torch.device
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in (done.best_weights or {}).items()}
    for index, values in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in values.items() if torch.is_tensor(v)}
    kept = ("history", "best_loss", "best_epoch", "lowest_loss", "lowest_epoch", "finished")
    header = {name: getattr(done, name) for name in kept}
    return tensors | _generators(device), header


def _resumed(
    checkpoint: Checkpoint | None, network: Network, optimizer: torch.optim.Optimizer, device: torch.device
) -> Progress:
    """Go on from the checkpoint, or start where there is none."""
    if checkpoint is None or not (saved := checkpoint.load()):
        return Progress()
    try:
        return _restored(saved, network, optimizer, device)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise checkpoint.refused(error) from error


def _restored(
    saved: tuple[dict[str, Tensor], dict[str, Any]],
    network: Network,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
) -> Progress:
    tensors, header = saved

    def part(prefix: str) -> dict[str, Tensor]:
        return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

    network.load_state_dict(part("network."))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in part("optimizer.").items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
    torch.set_rng_state(tensors["generator.cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(tensors["generator.cuda"], device)
    best = {name: value.to(device) for name, value in part("best.").items()}
    return Progress(**header, best_weights=best or None)
