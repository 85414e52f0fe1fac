"""Which features does an autoencoder rest on? Read off its Jacobians and latents, no full network needed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import RunError, first_few
from ..schema import validate_table
from ._autoencoder import OmicsAutoencoder


def _unit_ranks(table: np.ndarray) -> np.ndarray:
    """Ranks of each column, centred and of length 1; zero where a column is constant."""
    ranks = pd.DataFrame(table).rank().to_numpy()
    ranks -= ranks.mean(axis=0)
    length = np.linalg.norm(ranks, axis=0)
    return ranks / np.where(length > 0, length, 1)


def feature_importance(model: OmicsAutoencoder, X) -> pd.DataFrame:
    """Score every feature by three readings of a fitted autoencoder.

    Parameters
    ----------
    model : OmicsAutoencoder
        Fitted.
    X : DataFrame or array of shape (n_samples, n_features)
        Samples as the model saw them (z-scores).

    Returns
    -------
    DataFrame
        Indexed by feature: `reconstruction`, R² of the feature over the
        samples of `X` (NaN where it never varies); `gradient`, length of the
        mean ∂z/∂x over the latents times the feature's standard deviation in
        `X`; `latent_correlation`, the largest absolute Spearman correlation with any
        latent that varies.

    Notes
    -----
    The three answer different questions: what gets through, what moves the
    latents, what follows them. On the rows that trained, all are optimistic.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(20, 30))
    >>> model = OmicsAutoencoder(hidden=(8,), n_latent=2, random_state=0).fit(X)
    >>> feature_importance(model, X).columns.tolist()
    ['reconstruction', 'gradient', 'latent_correlation']
    """
    names = X.columns if isinstance(X, pd.DataFrame) else pd.RangeIndex(np.shape(X)[1])
    Z = model.transform(X)
    values = np.asarray(X, dtype=np.float64)
    correlation = np.abs(_unit_ranks(values).T @ _unit_ranks(Z[:, Z.std(axis=0) > 0]))
    return pd.DataFrame(
        {
            "reconstruction": model.score_features(X),
            "gradient": np.linalg.norm(model.loadings_.encoder, axis=1) * values.std(axis=0),
            "latent_correlation": correlation.max(axis=1, initial=0.0),
        },
        index=names.rename("feature"),
    )


def importance_by_name(table: pd.DataFrame, features: pd.Index) -> pd.Series:
    """Look the importance of features up by their names.

    Parameters
    ----------
    table : DataFrame
        `feature`, `importance`, as chapter 3 writes them; in any order.
    features : Index
        Features that are asked for.

    Returns
    -------
    Series
        `importance`, indexed by `features`.

    Raises
    ------
    RunError
        If the table does not fit its schema, lists a feature twice or lacks one.

    Examples
    --------
    >>> table = pd.DataFrame({"feature": ["a", "b"], "importance": [0.2, 0.9]})
    >>> importance_by_name(table, pd.Index(["b", "a"])).tolist()
    [0.9, 0.2]
    """
    validate_table(table, "importance")
    importance = table.set_index("feature")["importance"]
    for wrong, what in (
        (importance.index[importance.index.duplicated()].unique(), "that stand there more than once"),
        (features.difference(importance.index, sort=False), "that are missing"),
    ):
        if len(wrong):
            found = f"features {what} ({first_few(wrong)})"
            expected = "every feature of the preprocessed table must stand there once"
            raise RunError("importance", found, expected, "Run the stage that writes it again.")
    return importance.loc[features]
