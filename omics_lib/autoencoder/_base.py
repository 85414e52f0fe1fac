"""How `OmicsAutoencoder` trains: its options, its solver, the rows it trains on, and its restarts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data

from .._joined import Array
from ..rowspace import RowSpace
from ._checkpoint import Checkpoint
from ._cohort_axes import CohortAxes
from ._network import Network, Shape, count_weights, full_width, start_at_principal_components
from ._options import check_options
from ._shrunk import share_in, shrunk_space
from ._stability import latent_agreement
from ._training import Progress, Training, train


class AutoencoderBase(BaseEstimator):
    """What `OmicsAutoencoder` does until it is fitted; the options are described there."""

    def __init__(
        self,
        hidden: Sequence[int] = (512,),
        n_latent: int = 64,
        dropout: float = 0.3,
        batch_norm: bool = False,
        activation: Literal["relu", "gelu", "elu", "tanh"] = "relu",
        *,
        skip: bool = True,
        cohort: CohortAxes | None = None,
        solver: Literal["auto", "rowspace", "dense"] = "auto",
        init: Literal["rowspace", "torch"] = "rowspace",
        input_dropout: float = 0.0,
        l1: float = 0.0,
        optimizer: Literal["adam", "sgd"] = "adam",
        learning_rate: float = 1e-3,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        max_epochs: int = 500,
        patience: int = 10,
        tol: float = 0.02,
        validation_fraction: float = 0.15,
        refit: bool = True,
        n_restarts: int = 1,
        batch_size: int | None = None,
        precision: Literal["float32", "float64", "bfloat16"] = "float32",
        device: str = "cpu",
        checkpoint_folder: Path | str | None = None,
        checkpoint_seconds: float = 30.0,
        verbose: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ):
        self.hidden, self.n_latent, self.dropout, self.batch_norm = hidden, n_latent, dropout, batch_norm
        self.activation, self.skip, self.cohort, self.solver, self.l1 = activation, skip, cohort, solver, l1
        self.init, self.optimizer, self.verbose, self.random_state = init, optimizer, verbose, random_state
        self.learning_rate, self.momentum, self.weight_decay = learning_rate, momentum, weight_decay
        self.max_epochs, self.patience, self.tol, self.refit = max_epochs, patience, tol, refit
        self.validation_fraction, self.n_restarts, self.device = validation_fraction, n_restarts, device
        self.batch_size, self.precision, self.input_dropout = batch_size, precision, input_dropout
        self.checkpoint_folder, self.checkpoint_seconds = checkpoint_folder, checkpoint_seconds

    def fit(self, X, y=None):
        """Train on `X` (n_samples, n_features); `y` is ignored.

        Raises
        ------
        ValueError
            If an option is out of range, if one that needs all features meets
            `solver="rowspace"`, or if all rows are identical.
        """
        X = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=4)
        check_options(self)
        rng = check_random_state(self.random_state)
        held_out, training = self._split(len(X), rng)
        seeds = [int(rng.randint(2**31 - 1)) for _ in range(self.n_restarts)]
        self.solver_ = self._chosen_solver(len(training), X.shape[1])
        # Once, of all rows: the epochs that early stopping chooses are those of a start of this kind.
        self.share_ = share_in(X, self.cohort, self.n_latent)
        self._place(X[training])
        inputs = self._inputs(X)
        runs = []
        for seed in seeds:
            network, done = self._trained(X[training], X[held_out], seed, self.max_epochs)
            runs.append((done, network, self._latents(network, inputs)))
        losses = [done.best_loss for done, *_ in runs]
        best = int(np.argmin(losses))
        done, self.network_, _ = runs[best]
        self.history_, self.best_epoch_ = pd.DataFrame(done.history), done.best_epoch
        self.restarts_ = _compared([done for done, *_ in runs], [Z for *_, Z in runs])
        if self.refit and len(held_out):
            del runs, network
            self._place(X)
            self.network_, _ = self._trained(X, X[:0], seeds[best], self.best_epoch_)
        self.network_.to("cpu")
        self.n_parameters_ = count_weights(X.shape[1], self._shape())
        self._n_features_out = self.n_latent
        return self

    def _chosen_solver(self, n_samples: int, n_features: int) -> str:
        # Options under which training does not stay in the row space.
        given = {"input_dropout": self.input_dropout, "l1": self.l1}
        against = [f"{name}={value!r}" for name, value in given.items() if value]
        against += ["init='torch'"] if self.init == "torch" else []
        if self.solver == "rowspace" and against:
            raise ValueError(
                f"solver='rowspace' cannot be exact with {', '.join(against)}; use solver='dense' or 'auto'."
            )
        if self.solver == "auto":
            return "rowspace" if n_features > n_samples and not against else "dense"
        return self.solver

    def _shape(self) -> Shape:
        named = {field.name: getattr(self, field.name) for field in fields(Shape)}
        return Shape(**named | {"hidden": tuple(self.hidden)})

    def _split(self, n_samples: int, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
        n_held_out = 0
        if self.validation_fraction > 0:
            n_held_out = min(max(2, round(self.validation_fraction * n_samples)), n_samples // 2)
        order = rng.permutation(n_samples)
        return np.sort(order[:n_held_out]), np.sort(order[n_held_out:])

    def _place(self, X: np.ndarray) -> None:
        """Learn the row space of the rows that train (and of a cohort), and the unit of the inputs."""
        self.space_: RowSpace = shrunk_space(X, self.cohort, self.share_)
        self.mean_ = self.space_.mean
        self.coordinates_ = self.space_.coordinates(X)
        # One number for all inputs keeps the geometry and gives a step a sensible size.
        n_inputs = X.shape[1] if self.init == "torch" else self.space_.rank
        self.scale_ = float(np.sqrt(np.sum(self.coordinates_**2) / (len(X) * n_inputs)))

    def _dtype(self) -> torch.dtype:
        return torch.float64 if self.precision == "float64" else torch.float32

    def _inputs(self, X: np.ndarray) -> torch.Tensor:
        rows = self.space_.coordinates(X) if self.solver_ == "rowspace" else X - self.mean_
        return torch.as_tensor(rows / self.scale_, dtype=self._dtype())

    def _started(self, n_features: int) -> Network:
        """Draw the start; the same for both solvers, unless `init` says otherwise."""
        shape = self._shape()
        if self.init == "torch":
            return Network(n_features, shape).to(self._dtype())
        network = Network(self.space_.rank, shape).to(self._dtype())
        if self.skip:
            start_at_principal_components(network)
        if self.solver_ == "dense":
            network = full_width(network, shape, n_features, self.space_.basis)
        return network

    def _trained(
        self, X: np.ndarray, X_held_out: np.ndarray, seed: int, max_epochs: int
    ) -> tuple[Network, Progress]:
        has_gpu = torch.cuda.is_available()
        device = torch.device(("cuda" if has_gpu else "cpu") if self.device == "auto" else self.device)
        inputs = self._inputs(X).to(device)
        validation = self._inputs(X_held_out).to(device) if len(X_held_out) else None
        size = float(np.sum(self.coordinates_**2) / len(X) / self.scale_**2)
        floor = self._floor(X_held_out)
        how = Training(
            self.optimizer,
            self.learning_rate,
            self.momentum,
            self.weight_decay,
            self.l1,
            max_epochs,
            self.patience,
            self.tol,
            self.batch_size,
            size=size,
            loss_scale=self.scale_**2 * size / X.shape[1],
            validation_floor=floor,
            # A start that a cohort lent is left for more than the few samples that watch may show by chance.
            cannot_save=0.0 if self.share_ else floor,
            in_coordinates=self.solver_ == "rowspace",
            autocast=self.precision == "bfloat16",
        )
        checkpoint = self._checkpoint(how, inputs, validation, seed)
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            _seed(seed, device)
            network = self._started(X.shape[1]).to(device)
            _seed(seed, device)  # batches and masks do not depend on how many weights were drawn
            done = train(network, inputs, validation, how, checkpoint, self.verbose)
        return network, done

    def _floor(self, X: np.ndarray) -> float:
        """Mean squared error per feature that no reconstruction in the row space can avoid."""
        if not len(X):
            return 0.0
        return float(np.mean(self.space_.squared_distance(X) * self.space_.residual_share(X)) / X.shape[1])

    def _checkpoint(self, how: Training, inputs, validation, seed: int) -> Checkpoint | None:
        if self.checkpoint_folder is None:
            return None
        settings = {"shape": repr(self._shape()), "how": repr(how), "seed": seed, "solver": self.solver_}
        settings |= {"init": self.init, "precision": self.precision, "device": inputs.device.type}
        tensors = [inputs] if validation is None else [inputs, validation]
        return Checkpoint(Path(self.checkpoint_folder), settings, tensors, self.checkpoint_seconds)

    @torch.no_grad()
    def _latents(self, network: Network, inputs: torch.Tensor) -> Array:
        device = next(network.parameters()).device
        return network.encode(inputs.to(device)).cpu().numpy().astype(np.float64)


def _seed(seed: int, device: torch.device) -> None:
    """Seed the generators that `fork_rng` gives back, and no other."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)


def _compared(runs: list[Progress], latents: list[Array]) -> pd.DataFrame:
    """Tabulate the restarts, with the mean agreement of each one's latents with the others'."""
    rows = []
    for i, done in enumerate(runs):
        rest = latents[:i] + latents[i + 1 :]
        others = [latent_agreement(latents[i], Z, n_permutations=0).value for Z in rest]
        loss = done.best_loss if np.isfinite(done.best_loss) else np.nan
        rows.append((i + 1, done.best_epoch, loss, float(np.mean(others)) if others else np.nan))
    return pd.DataFrame(rows, columns=["restart", "best_epoch", "validation_loss", "agreement"])
