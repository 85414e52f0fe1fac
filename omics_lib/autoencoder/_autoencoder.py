"""Autoencoders for tables of few samples and very many features.

Third step of the flow: one `OmicsAutoencoder` per modality. It is a
scikit-learn estimator, so `make_pipeline(preprocessor("counts"),
OmicsAutoencoder())` inside `cross_validate` refits everything in every fold.
"""

from __future__ import annotations

import numpy as np
import torch
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from .._joined import Array
from ._base import AutoencoderBase
from ._jacobian import Loadings, mean_jacobians
from ._network import full_width


class OmicsAutoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, AutoencoderBase):
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
    cohort : CohortAxes, optional
        Of the features of `X`: the linear path starts at the axes of a covariance shrunk towards the
        cohort's (`ShrunkPCA`), by a share that `fit` chooses inside `X`, 0 among the choices.
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
        reduce it (where a cohort has a share: of all of it), that training must save; else the start is kept.
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
        Row space of the rows that trained, and of the cohort's where it has a share.
    share_ : float
        What the cohort counts for.
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
    rows never learns and is zero: the minimum-norm solution. With a cohort it
    starts in the span of both, and what is orthogonal to the training rows stays as it started.

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

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_parameters_")

    @property
    def starts_at_pca(self) -> bool:
        """Whether the model before its first step is PCA with `n_latent` components."""
        return bool(self.skip) and self.init == "rowspace"

    @property
    def is_pca_(self) -> bool:
        """Whether the fitted model is PCA (of the shrunk covariance): training did not leave its start."""
        check_is_fitted(self)
        return self.starts_at_pca and self.best_epoch_ == 0

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
        found = mean_jacobians(self.network_, torch.as_tensor(rows, dtype=self._dtype()))
        reads, writes = found.encoder / self.scale_, found.decoder * self.scale_
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


def _r2(error: Array, total: Array, axis: int) -> Array:
    error, total = error.sum(axis=axis), total.sum(axis=axis)
    varies = total > 1e-20 * max(total.max(initial=0.0), np.finfo(float).tiny)
    return 1 - np.divide(error, total, out=np.full_like(error, np.nan), where=varies)
