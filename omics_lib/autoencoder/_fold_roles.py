"""What each sample is used for in each fold of the cross-validation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold
from sklearn.utils import check_random_state

from ._autoencoder import OmicsAutoencoder

_ROLES = ("trains", "tells when to stop", "held out")


def fold_roles(
    autoencoder: OmicsAutoencoder, n_samples: int, *, n_folds: int = 5, random_state: int | None = None
) -> pd.DataFrame:
    """Tell what each sample does in each fold of `cross_validate_reconstruction`.

    Parameters
    ----------
    autoencoder : OmicsAutoencoder
        Its `validation_fraction` and `random_state` choose the samples that tell when to stop.
    n_samples : int
    n_folds, random_state
        As in `cross_validate_reconstruction`.

    Returns
    -------
    DataFrame of shape (n_samples, n_folds)
        The categories `trains`, `tells when to stop` and `held out`; samples in their order, folds from 1.

    Examples
    --------
    >>> roles = fold_roles(OmicsAutoencoder(random_state=0), 10, n_folds=5, random_state=0)
    >>> roles[1].value_counts().to_dict()
    {'trains': 6, 'tells when to stop': 2, 'held out': 2}
    """
    roles = pd.DataFrame(_ROLES[0], index=range(n_samples), columns=range(1, n_folds + 1))
    folds = KFold(n_folds, shuffle=True, random_state=random_state).split(np.empty((n_samples, 1)))
    for number, (train, test) in enumerate(folds, start=1):
        watched, _ = autoencoder._split(len(train), check_random_state(autoencoder.random_state))
        roles.loc[train[watched], number] = _ROLES[1]
        roles.loc[test, number] = _ROLES[2]
    return roles.astype(pd.CategoricalDtype(_ROLES))
