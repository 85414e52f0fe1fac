"""Autoencoders for tables of few samples and very many features.

Third step of the flow: one `OmicsAutoencoder` per modality. It is a
scikit-learn estimator, so `make_pipeline(preprocessor("counts"),
OmicsAutoencoder())` inside `cross_validate` refits everything in every fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ._network import Network, Training, count_parameters, train
from .errors import ParameterError
from .rowspace import fit_row_space

_ARCHITECTURES: dict[tuple[str, str], dict[str, Any]] = {
    ("transcriptomics", "described"): {"hidden": (8192, 1024, 128), "batch_norm": False},
    ("transcriptomics", "counted"): {"hidden": (2048, 512, 128), "batch_norm": True},
    ("metabolomics", "described"): {"hidden": (1024, 256), "batch_norm": False},
    ("metabolomics", "counted"): {"hidden": (2048, 512, 128), "batch_norm": True},
}


def autoencoder_preset(
    modality: Literal["transcriptomics", "metabolomics"],
    variant: Literal["auto", "described", "counted"] = "auto",
    n_samples: int | None = None,
) -> dict[str, Any]:
    """Return the architecture of the source study, or one that suits a small study.

    Parameters
    ----------
    modality : {"transcriptomics", "metabolomics"}
        Which of the two autoencoders.
    variant : {"auto", "described", "counted"}
        `described`: the layers as the source lists them; `counted`: the layers
        that give the number of parameters it states; `auto`: one hidden layer
        of 512 below 1,000 samples, `counted` from there.
    n_samples : int, optional
        Size of the study, for `auto`; unknown counts as small.

    Returns
    -------
    dict
        Keyword arguments `hidden` and `batch_norm` for `OmicsAutoencoder`.

    Raises
    ------
    ParameterError
        If there is no such preset.

    Examples
    --------
    >>> autoencoder_preset("metabolomics", "described")
    {'hidden': (1024, 256), 'batch_norm': False}
    """
    if variant == "auto":
        if (n_samples or 0) < 1000:
            return {"hidden": (512,), "batch_norm": False}
        variant = "counted"
    if (modality, variant) not in _ARCHITECTURES:
        known = ", ".join(f"{m} {v}" for m, v in _ARCHITECTURES)
        raise ParameterError(
            "variant",
            f"found {modality} {variant}",
            f"there are presets for {known}",
            "Choose one, or give `hidden`.",
        )
    return dict(_ARCHITECTURES[modality, variant])


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
        Batch norm after every linear layer but the last one.
    solver : {"auto", "rowspace", "dense"}
        `rowspace` trains the coordinates of the training rows in an
        orthonormal basis of their span; `dense` trains every weight; `auto`
        takes the row space when there are more features than training samples.
    learning_rate, weight_decay : float
        Of Adam with decoupled weight decay.
    max_epochs, patience : int
        Training stops after `max_epochs`, or `patience` epochs without a lower
        validation loss.
    validation_fraction : float
        Share of the samples given to `fit` that early stopping watches, at
        least 2 of them; 0 trains on all samples for `max_epochs`.
    batch_size : int, optional
        Samples per step; all of them by default.
    random_state : int, RandomState or None
        Seed of the validation split, the start, the batches and the dropout.

    Attributes
    ----------
    n_parameters_ : int
        Trainable parameters of the full network, whichever solver trained it.
    history_ : DataFrame
        `epoch`, `train_loss`, `validation_loss` (mean squared error per feature).
    best_epoch_ : int
        Epoch whose weights are kept.
    solver_ : {"rowspace", "dense"}
        Solver in use.
    mean_ : ndarray of shape (n_features,)
        Mean of the rows that trained; it is subtracted before encoding.
    space_ : RowSpace or None
        Row space of the rows that trained.
    network_ : torch.nn.Module
        The trained network, of `rank` inputs with `rowspace`.

    Notes
    -----
    With `rowspace` the full network is W₁ = V Qᵀ and W = Q U for the small
    network's outer weights V and U. Gradient descent on the small network is
    gradient descent on the full one; Adam, used here, is not invariant to the
    change of basis, so it is Adam on the same network in another basis, not
    the same path. The part of W₁ orthogonal to the training rows never learns
    and is zero: the minimum-norm solution.

    References
    ----------
    Hinton and Salakhutdinov (2006), doi:10.1126/science.1127647.
    Srivastava et al. (2014), Journal of Machine Learning Research 15, 1929–1958.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(20, 100))
    >>> model = OmicsAutoencoder(hidden=(8,), n_latent=2, max_epochs=5, random_state=0).fit(X)
    >>> model.transform(X).shape, model.n_parameters_
    ((20, 2), 1750)
    """

    def __init__(
        self,
        hidden: Sequence[int] = (512,),
        n_latent: int = 64,
        dropout: float = 0.3,
        batch_norm: bool = False,
        *,
        solver: Literal["auto", "rowspace", "dense"] = "auto",
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
        max_epochs: int = 500,
        patience: int = 10,
        validation_fraction: float = 0.15,
        batch_size: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ):
        self.hidden = hidden
        self.n_latent = n_latent
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.solver = solver
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.max_epochs = max_epochs
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.batch_size = batch_size
        self.random_state = random_state

    def fit(self, X, y=None):
        """Train on `X` (n_samples, n_features); `y` is ignored."""
        X = validate_data(self, X, dtype=np.float64, ensure_min_samples=4)
        if self.solver not in ("auto", "rowspace", "dense"):
            raise ValueError(f"solver must be one of 'auto', 'rowspace', 'dense', got {self.solver!r}.")
        if self.batch_norm and self.batch_size is not None and self.batch_size < 2:
            raise ValueError(f"batch_size must be at least 2 with batch norm, got {self.batch_size!r}.")
        rng = check_random_state(self.random_state)
        held_out, training = self._split(len(X), rng)
        self.solver_ = self.solver
        if self.solver == "auto":
            self.solver_ = "rowspace" if X.shape[1] > len(training) else "dense"
        self.space_ = fit_row_space(X[training]) if self.solver_ == "rowspace" else None
        self.mean_ = self.space_.mean if self.space_ else X[training].mean(axis=0)
        # One number for all inputs keeps the geometry and gives Adam's step a sensible size.
        self.scale_ = float(np.sqrt(np.mean(self._centre(X[training]) ** 2))) or 1.0
        self._fit_network(X[training], X[held_out], seed=int(rng.randint(2**31 - 1)))
        self.n_parameters_ = count_parameters(X.shape[1], **self._shape())
        self._n_features_out = self.n_latent
        return self

    def _shape(self) -> dict[str, Any]:
        return {
            "hidden": tuple(self.hidden),
            "n_latent": self.n_latent,
            "dropout": self.dropout,
            "batch_norm": self.batch_norm,
        }

    def _split(self, n_samples: int, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
        n_held_out = 0
        if self.validation_fraction > 0:
            n_held_out = min(max(2, round(self.validation_fraction * n_samples)), n_samples // 2)
        order = rng.permutation(n_samples)
        return np.sort(order[:n_held_out]), np.sort(order[n_held_out:])

    def _centre(self, X: np.ndarray) -> np.ndarray:
        return self.space_.coordinates(X) if self.space_ else X - self.mean_

    def _inputs(self, X: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(self._centre(X) / self.scale_, dtype=torch.float32)

    def _fit_network(self, X: np.ndarray, X_held_out: np.ndarray, seed: int) -> None:
        inputs = self._inputs(X)
        validation, floor = None, 0.0
        if len(X_held_out):
            validation = self._inputs(X_held_out)
            if self.space_:
                distance = np.sum((X_held_out - self.mean_) ** 2, axis=1)
                floor = float(np.mean(distance * self.space_.residual_share(X_held_out)) / X.shape[1])
        how = Training(
            self.learning_rate,
            self.weight_decay,
            self.max_epochs,
            self.patience,
            self.batch_size,
            loss_scale=self.scale_**2 * inputs.shape[1] / X.shape[1],
            validation_floor=floor,
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network_ = Network(inputs.shape[1], **self._shape())
            history, self.best_epoch_ = train(self.network_, inputs, validation, how)
        self.history_ = pd.DataFrame(history)

    def transform(self, X):
        """Encode `X` (n_samples, n_features) into latents (n_samples, n_latent)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        with torch.no_grad():
            return self.network_.encoder(self._inputs(X)).numpy().astype(np.float64)

    def inverse_transform(self, Z):
        """Decode latents (n_samples, n_latent) into rows (n_samples, n_features)."""
        check_is_fitted(self)
        with torch.no_grad():
            decoded = self.network_.decoder(torch.as_tensor(np.asarray(Z), dtype=torch.float32))
        coordinates = decoded.numpy().astype(np.float64) * self.scale_
        return self.space_.expand(coordinates) if self.space_ else coordinates + self.mean_

    def score(self, X, y=None) -> float:
        """Return R² of the reconstruction of `X` against the mean of the rows that trained."""
        X = np.asarray(X, dtype=np.float64)
        error = np.sum((X - self.inverse_transform(self.transform(X))) ** 2)
        return float(1 - error / np.sum((X - self.mean_) ** 2))
