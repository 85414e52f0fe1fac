"""The scikit-learn estimator around the graph attention network over samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .._joined import matched, same_length
from ..errors import StudyError, rate, whole_number
from ._network import SampleTraining, listens_to, one_thread, train_sample_network
from ._one_scale import OneScale


class SampleGraphClassifier(BaseEstimator):
    """Graph attention over samples and their nearest neighbours, with a class head for each label.

    Parameters
    ----------
    n_neighbors : int
        Training samples that each sample listens to, besides itself; with 0
        there is no graph, and every sample is judged by its own latents.
    n_epochs : int
        Steps of training, each over all training samples.
    dropout : float
        Share of units dropped behind each layer in training.
    learning_rate, weight_decay : float
        Of Adam.
    random_state : int, RandomState or None
        Seed of the start and the dropout.

    Attributes
    ----------
    classes_ : dict of str to ndarray
        Head → its classes, sorted.
    n_parameters_ : int
        Trainable parameters.
    neighbors_ : ndarray of shape (n_train, n_neighbors)
        Positions of the training samples that each of them listens to.
    losses_ : ndarray of shape (n_epochs,)
        Sum of the heads' cross-entropies before each step.
    network_ : torch.nn.Module
        The trained network.

    Notes
    -----
    Inputs → 256 (4 heads of 64) → 128 (4 heads of 32) → 64 (1 head); linear
    maps without bias, batch norm and an exponential linear unit after each
    layer; on top, for each label, 64 → 8 hidden units a class → the classes.
    With 128 inputs and labels of 4, 2 and 2 classes that is 79,880 parameters.

    Latents are centred and divided by one number for all: those that vary more
    count for more, also in who is near whom. (Scaled one by one, as many
    latents as the samples span dimensions would put every two samples equally
    far apart.) The network is inductive. Scale, neighbour graph and batch norm
    are learnt from the rows given to `fit`; a row given to `predict` listens
    to its nearest training rows and speaks to nobody, so its prediction does
    not depend on the rows beside it. Fitting and predicting run on one thread,
    so that the result does not depend on the number of cores.

    References
    ----------
    Veličković et al. (2018), Graph Attention Networks, International
    Conference on Learning Representations, arXiv:1710.10903.
    Hamilton, Ying and Leskovec (2017), Inductive Representation Learning on
    Large Graphs, arXiv:1706.02216.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> group = np.repeat(["a", "b"], 10)
    >>> Z = rng.normal(size=(20, 6)) + 3 * (group == "b")[:, None]
    >>> model = SampleGraphClassifier(random_state=0).fit(Z, pd.DataFrame({"group": group}))
    >>> bool((model.predict(Z)["group"] == group).all()), model.n_parameters_
    (True, 45362)
    """

    def __init__(
        self,
        n_neighbors: int = 3,
        n_epochs: int = 100,
        dropout: float = 0.3,
        learning_rate: float = 0.005,
        weight_decay: float = 5e-4,
        *,
        random_state: int | np.random.RandomState | None = None,
    ):
        self.n_neighbors, self.n_epochs, self.dropout = n_neighbors, n_epochs, dropout
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.random_state = random_state

    def fit(self, X, y):
        """Train on latents and labels.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_latent)
            Latents.
        y : DataFrame of shape (n_samples, n_heads)
            One column a head, joined to `X` by index where both have one. A
            missing cell is a sample without that label: it trains as a
            neighbour only.

        Raises
        ------
        ParameterError
            If a setting is out of range.
        StudyError
            If `y` has no column, a column without any label, or other samples.
        """
        how = self._checked()
        labels = _label_table(y, X)
        X = validate_data(self, X, dtype=np.float64, ensure_min_samples=3)
        same_length(labels, len(X), "labels")
        self.classes_ = {name: _classes(labels[name]) for name in labels}
        n_classes = [len(classes) for classes in self.classes_.values()]
        targets = [
            torch.as_tensor(pd.Categorical(labels[name], categories=classes).codes.astype(np.int64))
            for name, classes in self.classes_.items()
        ]
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        with one_thread():
            self._scaler = OneScale().fit(X)
            self._rows = self._scaler.transform(X)
            self._edges = listens_to(self._rows, self._rows, self.n_neighbors)
            x = torch.as_tensor(self._rows, dtype=torch.float32)
            self.network_, losses = train_sample_network(x, self._edges, targets, n_classes, how, seed)
        self.losses_ = np.array(losses)
        self.neighbors_ = self._edges[0].numpy().reshape(len(X), -1)
        self.n_parameters_ = sum(weight.numel() for weight in self.network_.parameters())
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_parameters_")

    def predict_proba(self, X) -> dict[str, pd.DataFrame]:
        """Return, for each head, the probability of each class.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_latent)

        Returns
        -------
        dict of str to DataFrame of shape (n_samples, n_classes)
        """
        check_is_fitted(self)
        index = X.index if isinstance(X, pd.DataFrame) else None
        X = validate_data(self, X, dtype=np.float64, reset=False)
        with one_thread(), torch.no_grad():
            rows = self._scaler.transform(X)
            edges = listens_to(rows, self._rows, self.n_neighbors)
            edges = edges + torch.tensor([[0], [len(self._rows)]])  # new samples follow those that trained
            x = torch.as_tensor(np.vstack([self._rows, rows]), dtype=torch.float32)
            logits = self.network_(x, torch.cat([self._edges, edges], dim=1))
            shares = [torch.softmax(logit[len(self._rows) :], dim=1).numpy() for logit in logits]
        return {
            name: pd.DataFrame(share, index=index, columns=classes)
            for (name, classes), share in zip(self.classes_.items(), shares, strict=True)
        }

    def predict(self, X) -> pd.DataFrame:
        """Return the most probable class of each head: (n_samples, n_heads)."""
        return pd.DataFrame({name: share.idxmax(axis=1) for name, share in self.predict_proba(X).items()})

    def _checked(self) -> SampleTraining:
        whole_number("n_neighbors", self.n_neighbors)
        whole_number("n_epochs", self.n_epochs, 1)
        rate("learning_rate", self.learning_rate)
        for name in ("dropout", "weight_decay"):
            if getattr(self, name) != 0:
                rate(name, getattr(self, name))
        return SampleTraining(self.n_epochs, self.dropout, self.learning_rate, self.weight_decay)


def _label_table(y: Any, X: Any) -> pd.DataFrame:
    """Return the labels as a table in the order of `X`."""
    labels = matched(y, X)
    labels = labels.to_frame() if isinstance(labels, pd.Series) else pd.DataFrame(labels)
    if not labels.shape[1]:
        expected = "there must be one for each class head"
        raise StudyError("labels", "no columns", expected, "Choose some with sample_heads.")
    return labels


def _classes(labels: pd.Series) -> NDArray[Any]:
    classes = sorted(pd.unique(labels.dropna()), key=str)
    if not classes:
        expected = "some sample must have one"
        raise StudyError(f"labels, column {labels.name}", "no label", expected, "Leave the column out.")
    return np.array(classes, dtype=object)
