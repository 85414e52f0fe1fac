"""A learning rate at which gradient descent on a table does not diverge; for the page on the row space."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.base import clone

from ..errors import TrainingDiverged
from ._autoencoder import OmicsAutoencoder

_RATES = (0.01, 0.001, 0.0001, 0.00001)


def steady_learning_rate(model: OmicsAutoencoder, X, rates: Sequence[float] = _RATES) -> float:
    """Return the first of `rates` at which the loss of `model` on `X` never doubles.

    A sample unlike all others makes one direction of the data so steep that a step that is right for the
    rest overshoots there.

    Parameters
    ----------
    model : OmicsAutoencoder
        With `solver="rowspace"` or one whose training stays in the row space; it is not changed.
    X : array of shape (n_samples, n_features)
    rates : sequence of float
        Tried in this order; the last one is returned untried.
    """
    for rate in rates[:-1]:
        try:
            fitted = clone(model).set_params(learning_rate=rate).fit(X)
        except TrainingDiverged:
            continue
        if fitted.history_["train_loss"].max() <= 2 * fitted.history_["train_loss"].iloc[0]:
            return rate
    return rates[-1]
