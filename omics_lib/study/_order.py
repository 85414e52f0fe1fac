"""One order of samples and features, whatever order their files have."""

from __future__ import annotations

import warnings

import numpy as np
from mudata import MuData

from .._modalities import MODALITIES


def in_canonical_order(study: MuData) -> MuData:
    """Put samples and features in the order that their values give.

    Folds, permutations and starts of networks are drawn by position. In this order a study gives the same
    numbers however its rows and columns were ordered and named, so that one under pseudonyms does too.

    Parameters
    ----------
    study : MuData
        As `read_study` returns it.

    Returns
    -------
    MuData
        The same, reordered: samples by their sorted values, features by their values in that order. Those
        that are alike in every value, and so give the same numbers, stay in the order in which they came.

    Examples
    --------
    >>> from omics_lib import simulate_study
    >>> study = in_canonical_order(simulate_study(8, 20, 6, random_state=0))
    >>> mixed = in_canonical_order(study[::-1].copy())
    >>> list(mixed.obs_names) == list(study.obs_names)
    True
    """
    with warnings.catch_warnings():  # a gene and a metabolite may have one name
        warnings.filterwarnings("ignore", message="var_names are not unique")
        return _ordered(study)


def _ordered(study: MuData) -> MuData:
    rows = np.concatenate([np.sort(_values(study, name), axis=1) for name in MODALITIES], axis=1)
    samples = np.lexsort(rows.T[::-1])
    ordered = study[study.obs_names[samples]].copy()
    parts = {}
    for name, table in ordered.mod.items():
        columns = np.lexsort(_values(ordered, name)[::-1]) if name in MODALITIES else np.arange(table.n_vars)
        parts[name] = table[:, columns].copy()
    whole = MuData(parts)
    whole.obs, whole.uns = ordered.obs.reindex(whole.obs_names), ordered.uns
    return whole


def _values(study: MuData, modality: str) -> np.ndarray:
    return np.nan_to_num(np.asarray(study[modality].X, dtype=np.float64), nan=-np.inf)
