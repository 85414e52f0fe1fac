"""No sample of a study may be in its cohort: what a cohort lends would come from the study itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
from mudata import MuData

from .._joined import Array
from .._modalities import MODALITIES
from ..errors import StudyError, first_few

_SAME = 0.9999  # correlation of the ranks within two samples: equal, up to rounding and a change of scale
_ENOUGH = 20  # features: fewer may be in one order by chance


def refuse_same_samples(cohort: MuData, study: MuData, where: str) -> None:
    """Raise a StudyError if the cohort has ids of the study, or the study's samples under other ids."""
    remedy = "Take the study's samples out of the cohort."
    shared = cohort.obs_names[cohort.obs_names.isin(study.obs_names)]
    expected = "the study's samples must not be in the cohort"
    if len(shared):
        found = f"{len(shared)} of its {cohort.n_obs} sample ids are the study's ({first_few(shared)})"
        raise StudyError(where, found, expected, remedy)
    for modality in [name for name in MODALITIES if name in cohort.mod]:
        common = study[modality].var_names.intersection(cohort[modality].var_names)
        if len(common) < _ENOUGH:
            continue
        mine, theirs = (_rank_profiles(data, modality, common) for data in (study, cohort))
        same = np.argwhere(mine @ theirs.T > _SAME)
        if len(same):
            pairs = [f"{study.obs_names[i]} = {cohort.obs_names[j]}" for i, j in same]
            found = f"{len(same)} samples have the study's {modality}, under other ids ({first_few(pairs)})"
            raise StudyError(where, found, expected, remedy)


def _rank_profiles(data: MuData, modality: str, features: pd.Index) -> Array:
    """Return the ranks within each sample, centred, of length 1 (n_samples, n_features); 0 where all tie."""
    table = data[modality]
    values = table.layers.get("raw", table.X)[:, table.var_names.get_indexer(features)]
    ranks = pd.DataFrame(values).rank(axis=1).fillna(0).to_numpy()
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.linalg.norm(ranks, axis=1, keepdims=True)
    return ranks / np.where(length > 0, length, 1)
