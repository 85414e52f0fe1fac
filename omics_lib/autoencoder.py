"""Autoencoders for tables of few samples and very many features.

Third step of the flow: one `OmicsAutoencoder` per modality. It is a
scikit-learn estimator, so `make_pipeline(preprocessor("counts"),
OmicsAutoencoder())` inside `cross_validate` refits everything in every fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ._checkpoint import Checkpoint
from ._jacobian import decoder_jacobian, encoder_jacobian
from ._network import Network, Shape, count_weights, full_width, start_at_principal_components
from ._options import check_options
from ._presets import autoencoder_preset, count_parameters
from ._training import Progress, Training, train
from .rowspace import RowSpace, fit_row_space
from .stability import latent_agreement

__all__ = ["Loadings", "OmicsAutoencoder", "autoencoder_preset", "count_parameters"]

Array = NDArray[np.float64]


class Loadings(NamedTuple):
    """Mean Jacobians over the training samples, both of shape (n_features, n_latent)."""

    encoder: Array
    """Change of each latent per unit of each feature."""
    decoder: Array
    """Change of each reconstructed feature per unit of each latent."""


class OmicsAutoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Autoencoder with early stopping, trained in the row space when features abound.

    Parameters
    ----------
    hidden : sequence of int
        Widths of the encoder's hidden layers; the decoder mirrors them.
    n_latent : int
        Width of the latent layer.
    dropout : float
        Share of hidden units dropped in training.
    batch_norm : bool
        Batch norm after every linear layer of the two stacks but the last one.
    activation : {"relu", "gelu", "elu", "tanh"}
        Of the hidden layers.
    skip : bool
        A linear path beside the hidden layers, through the latents, that
        starts at the principal components of the training rows while the
        hidden layers start with no say: before the first step the model is
        PCA with `n_latent` components.
    solver : {"auto", "rowspace", "dense"}
        `rowspace` trains the coordinates of the training rows in an
        orthonormal basis of their span; `dense` trains every weight; `auto`
        takes the row space when there are more features than samples and
        no option stands against it.
    init : {"rowspace", "torch"}
        Where the outer layers start: drawn in the row space, the same for both
        solvers; or, `dense` only, PyTorch's start over all features, which
        lies outside the row space.
    input_dropout, l1 : float
        Share of inputs dropped in training, and weight of the absolute values
        of the outer layers in the loss; above 0 they need `dense`.
    optimizer : {"adam", "sgd"}
        Adam with decoupled weight decay, or gradient descent with `momentum`.
    learning_rate, momentum, weight_decay : float
        Of the optimizer. The loss is relative: predicting the mean costs 1.
    max_epochs, patience : int
        Training stops after `max_epochs`, or `patience` epochs without a lower
        validation loss.
    tol : float
        Share of the validation loss at the start, as far as the row space can
        reduce it, that training must save; else the start is kept.
    validation_fraction : float
        Share of the samples given to `fit` that early stopping watches, at
        least 2 of them; 0 trains on all samples for `max_epochs`.
    refit : bool
        Train again on all samples for as many epochs as early stopping chose.
    n_restarts : int
        Starts to try; the one with the lowest validation loss is kept.
    batch_size : int, optional
        Samples per step; all of them by default.
    precision : {"float32", "float64", "bfloat16"}
        Of the weights; `bfloat16` computes layers in it, with float32 weights.
    device : str
        Where the network trains, as PyTorch names it; "auto": "cuda" if there is one.
    checkpoint_folder : Path, optional
        Where a long training leaves checkpoints; `fit` with the same settings
        (an integer `random_state` among them) and data goes on from them. The
        files hold data; delete them when done.
    checkpoint_seconds : float
        Time between two checkpoints.
    verbose : bool
        Show the epochs as they go by.
    random_state : int, RandomState or None
        Seed of the validation split, the start, the batches and the dropout.

    Attributes
    ----------
    n_parameters_ : int
        Trainable parameters of the full network, whichever solver trained it.
    history_ : DataFrame
        `epoch` (0 is the start), `train_loss`, `validation_loss` (mean squared
        error per feature) of the training that early stopping watched.
    best_epoch_ : int
        Epochs behind the weights that are kept.
    restarts_ : DataFrame
        `restart`, `best_epoch`, `validation_loss`, and `agreement`: how much
        of the latents is the same in the other restarts (`latent_agreement`).
    solver_ : {"rowspace", "dense"}
        Solver in use.
    mean_ : ndarray of shape (n_features,)
        Mean of the rows that trained; it is subtracted before encoding.
    space_ : RowSpace
        Row space of the rows that trained.
    coordinates_ : ndarray of shape (n_train, rank)
        Those rows, in their row space.
    network_ : torch.nn.Module
        The trained network, of `rank` inputs with `rowspace`.

    Notes
    -----
    With `rowspace` the full network is W₁ = V Qᵀ and W = Q U for the small
    network's outer weights V and U. Gradient descent (with momentum, weight
    decay, batches, dropout behind the first layer, batch norm) on the small
    network *is* gradient descent on the full one: `solver="dense"` with
    `optimizer="sgd"` follows the same path up to rounding (which batch norm
    over batches of two to four samples can blow up). Adam is not invariant to a change
    of basis: in the row space it is Adam on the same network in other
    coordinates, not the same path. The part of W₁ orthogonal to the training
    rows never learns and is zero: the minimum-norm solution.

    References
    ----------
    Hinton and Salakhutdinov (2006), doi:10.1126/science.1127647.
    Srivastava et al. (2014), Journal of Machine Learning Research 15, 1929–1958.
    Baldi and Hornik (1989), doi:10.1016/0893-6080(89)90014-2, on PCA as the best linear autoencoder.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(20, 100))
    >>> model = OmicsAutoencoder(hidden=(8,), n_latent=2, max_epochs=5, random_state=0).fit(X)
    >>> model.transform(X).shape, model.n_parameters_
    ((20, 2), 2150)
    """

    def __init__(
        self,
        hidden: Sequence[int] = (512,),
        n_latent: int = 64,
        dropout: float = 0.3,
        batch_norm: bool = False,
        activation: Literal["relu", "gelu", "elu", "tanh"] = "relu",
        *,
        skip: bool = True,
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
        self.hidden = hidden
        self.n_latent = n_latent
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.activation = activation
        self.skip = skip
        self.solver = solver
        self.init = init
        self.input_dropout = input_dropout
        self.l1 = l1
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.max_epochs = max_epochs
        self.patience = patience
        self.tol = tol
        self.validation_fraction = validation_fraction
        self.refit = refit
        self.n_restarts = n_restarts
        self.batch_size = batch_size
        self.precision = precision
        self.device = device
        self.checkpoint_folder = checkpoint_folder
        self.checkpoint_seconds = checkpoint_seconds
        self.verbose = verbose
        self.random_state = random_state

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

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_parameters_")

    @property
    def starts_at_pca(self) -> bool:
        """Whether the model before its first step is PCA with `n_latent` components."""
        return bool(self.skip) and self.init == "rowspace"

    @property
    def is_pca_(self) -> bool:
        """Whether the fitted model is PCA: it starts there, and training did not leave the start."""
        check_is_fitted(self)
        return self.starts_at_pca and self.best_epoch_ == 0

    def _against_row_space(self) -> list[str]:
        """Options under which training does not stay in the row space."""
        found = [f"{name}={getattr(self, name)!r}" for name in ("input_dropout", "l1") if getattr(self, name)]
        return found + (["init='torch'"] if self.init == "torch" else [])

    def _chosen_solver(self, n_samples: int, n_features: int) -> str:
        against = self._against_row_space()
        if self.solver == "rowspace" and against:
            raise ValueError(
                f"solver='rowspace' cannot be exact with {', '.join(against)}; use solver='dense' or 'auto'."
            )
        if self.solver == "auto":
            return "rowspace" if n_features > n_samples and not against else "dense"
        return self.solver

    def _shape(self) -> Shape:
        return Shape(
            tuple(self.hidden),
            self.n_latent,
            self.dropout,
            self.batch_norm,
            self.activation,
            self.skip,
            self.input_dropout,
        )

    def _split(self, n_samples: int, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
        n_held_out = 0
        if self.validation_fraction > 0:
            n_held_out = min(max(2, round(self.validation_fraction * n_samples)), n_samples // 2)
        order = rng.permutation(n_samples)
        return np.sort(order[:n_held_out]), np.sort(order[n_held_out:])

    def _place(self, X: np.ndarray) -> None:
        """Learn the row space of the rows that train, and the unit of the inputs."""
        self.space_: RowSpace = fit_row_space(X)
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
        return (
            network
            if self.solver_ == "rowspace"
            else full_width(network, shape, n_features, self.space_.basis)
        )

    def _trained(
        self, X: np.ndarray, X_held_out: np.ndarray, seed: int, max_epochs: int
    ) -> tuple[Network, Progress]:
        has_gpu = torch.cuda.is_available()
        device = torch.device(("cuda" if has_gpu else "cpu") if self.device == "auto" else self.device)
        inputs = self._inputs(X).to(device)
        validation = self._inputs(X_held_out).to(device) if len(X_held_out) else None
        size = float(np.sum(self.coordinates_**2) / len(X) / self.scale_**2)
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
            validation_floor=self._floor(X_held_out),
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

    def transform(self, X):
        """Encode `X` (n_samples, n_features) into latents (n_samples, n_latent)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return self._latents(self.network_, self._inputs(X))

    def inverse_transform(self, Z):
        """Decode latents (n_samples, n_latent) into rows (n_samples, n_features)."""
        check_is_fitted(self)
        Z = check_array(Z, dtype=np.float64)
        if Z.shape[1] != self.n_latent:
            raise ValueError(f"Z must have {self.n_latent} columns, one for each latent, got {Z.shape[1]}.")
        with torch.no_grad():
            decoded = self.network_.decode(torch.as_tensor(Z, dtype=self._dtype()))
        rows = decoded.numpy().astype(np.float64) * self.scale_
        return self.space_.expand(rows) if self.solver_ == "rowspace" else rows + self.mean_

    def score(self, X, y=None) -> float:
        """Return R² of the reconstruction of `X` against the mean of the rows that trained."""
        error, total = self._squares(X)
        return float(1 - error.sum() / total.sum())

    def score_samples(self, X) -> Array:
        """Return each sample's R² against the mean of the rows that trained: (n_samples,).

        With `rowspace` it is at most 1 − `residual_share(X)`.
        """
        return _r2(*self._squares(X), axis=1)

    def score_features(self, X) -> Array:
        """Return each feature's R² against the mean of the rows that trained: (n_features,).

        It is NaN for a feature that sits at the mean in every sample of `X`.
        """
        return _r2(*self._squares(X), axis=0)

    def _squares(self, X) -> tuple[Array, Array]:
        Z = self.transform(X)
        X = np.asarray(X, dtype=np.float64)
        return (X - self.inverse_transform(Z)) ** 2, (X - self.mean_) ** 2

    def residual_share(self, X) -> Array:
        """Return the share of each sample's squared distance from the mean outside the row space.

        It bounds what a reconstruction confined to the row space can reach.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return self.space_.residual_share(X)

    @property
    def loadings_(self) -> Loadings:
        """Mean Jacobians of encoder and decoder over the rows that trained, per unit of `X`."""
        check_is_fitted(self)
        rows = self.coordinates_ / self.scale_
        if self.solver_ == "dense":
            rows = rows @ self.space_.basis.T
        X = torch.as_tensor(rows, dtype=self._dtype())
        reads = encoder_jacobian(self.network_, X).T.numpy().astype(np.float64) / self.scale_
        with torch.no_grad():
            Z = self.network_.encode(X)
        writes = decoder_jacobian(self.network_, Z).numpy().astype(np.float64) * self.scale_
        if self.solver_ == "rowspace":
            reads, writes = self.space_.basis @ reads, self.space_.basis @ writes
        return Loadings(reads, writes)

    def to_torch(self) -> torch.nn.Module:
        """Return the full network: rows of `X` in, reconstructed rows out, in evaluation mode.

        It has every one of the `n_parameters_` weights, built a block of
        features at a time: 4 bytes each in float32, so look at the number
        before you call. `encode` and `decode` are its two halves.
        """
        check_is_fitted(self)
        basis = self.space_.basis if self.solver_ == "rowspace" else None
        return full_width(
            self.network_, self._shape(), self.n_features_in_, basis, mean=self.mean_, scale=self.scale_
        )


def _seed(seed: int, device: torch.device) -> None:
    """Seed the generators that `fork_rng` gives back, and no other."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)


def _r2(error: Array, total: Array, axis: int) -> Array:
    error, total = error.sum(axis=axis), total.sum(axis=axis)
    varies = total > 1e-20 * max(total.max(initial=0.0), np.finfo(float).tiny)
    return 1 - np.divide(error, total, out=np.full_like(error, np.nan), where=varies)


def _compared(runs: list[Progress], latents: list[Array]) -> pd.DataFrame:
    """Tabulate the restarts, with the mean agreement of each one's latents with the others'."""
    rows = []
    for i, done in enumerate(runs):
        others = [
            latent_agreement(latents[i], Z, n_permutations=0).value for j, Z in enumerate(latents) if j != i
        ]
        loss = done.best_loss if np.isfinite(done.best_loss) else np.nan
        rows.append((i + 1, done.best_epoch, loss, float(np.mean(others)) if others else np.nan))
    return pd.DataFrame(rows, columns=["restart", "best_epoch", "validation_loss", "agreement"])
