"""No sample of a study may be in its cohort: what a cohort lends would come from the study itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
from mudata import MuData
from numpy.typing import NDArray

from .._joined import Array
from .._modalities import MODALITIES
from .._words import count
from ..errors import StudyError, first_few

_SAME = 0.9999  # correlation of the ranks within two samples: equal, up to a change of scale
_NEARLY = 0.9  # and of those whose order may be the same but for what rounding made equal
_ENOUGH, _MANY = 20, 100  # features: fewer may be in one order by chance; or nearly so, where rounding ties
# Of ranks among the samples of either source. Different lines of `ccle_dev` reach .73, copies .89 and more.
_ALIKE, _MORE = 0.85, 0.05
_REMEDY = "Take the study's samples out of the cohort"


def refuse_same_samples(cohort: MuData, study: MuData, where: str) -> None:
    """Raise a StudyError if the cohort has ids of the study, or the study's samples under other ids."""
    shared = cohort.obs_names[cohort.obs_names.isin(study.obs_names)]
    expected = "the study's samples must not be in the cohort"
    if len(shared):
        found = f"{len(shared)} of its {cohort.n_obs} sample ids are the study's ({first_few(shared)})"
        remedy = f"{_REMEDY}, or rename them in one of the two if they are others."
        raise StudyError(where, found, expected, remedy)
    for modality in [name for name in MODALITIES if name in cohort.mod]:
        common = _common(cohort, study, modality)
        if len(common) < _ENOUGH:
            continue
        same = _same_order(*(_rank_profiles(data, modality, common, 1) for data in (study, cohort)))
        if len(same):
            found = f"{count(len(same), 'sample')} of the study under other ids, by the {modality} "
            raise StudyError(
                where, found + f"({first_few(_pairs(same, cohort, study))})", expected, f"{_REMEDY}."
            )


def alike_samples(cohort: MuData, study: MuData) -> list[str]:
    """List the samples, `study = cohort`, that are more alike than any two of one source: as copies would be.

    Genes are ranked among the samples of either source, so that neither units nor z-scores hide a copy.
    """
    common = _common(cohort, study, MODALITIES[0])
    if len(common) < _MANY:
        return []
    mine, theirs = (_rank_profiles(data, MODALITIES[0], common, 0) for data in (study, cohort))
    within = max((own @ own.T)[np.triu_indices(len(own), 1)].max() for own in (mine, theirs))
    return _pairs(np.argwhere(mine @ theirs.T > max(_ALIKE, within + _MORE)), cohort, study)


def _common(cohort: MuData, study: MuData, modality: str) -> pd.Index:
    return study[modality].var_names.intersection(cohort[modality].var_names)


def _pairs(same: NDArray[np.intp], cohort: MuData, study: MuData) -> list[str]:
    return [f"{study.obs_names[i]} = {cohort.obs_names[j]}" for i, j in same]


def _same_order(mine: Array, theirs: Array) -> NDArray[np.intp]:
    """List the pairs of samples (n_pairs, 2) whose values are in one order, but for ties in either."""
    alike = mine @ theirs.T
    same = alike > _SAME
    for i, j in enumerate(alike.argmax(axis=1)) if mine.shape[1] >= _MANY else ():
        if alike[i, j] > _NEARLY:
            one, other = mine[i], theirs[j]
            same[i, j] |= bool((np.diff(other[np.lexsort((other, one))]) >= 0).all())
    return np.argwhere(same)


def _rank_profiles(data: MuData, modality: str, features: pd.Index, axis: int) -> Array:
    """Return a row of length 1 for each sample (n_samples, n_features): ranks of its values, centred.

    Ranked within each sample (`axis` 1), or among the samples (0); 0 where all tie.
    """
    table = data[modality]
    values = table.layers.get("raw", table.X)[:, table.var_names.get_indexer(features)]
    ranks = pd.DataFrame(values).rank(axis=axis)
    if axis == 0:
        ranks -= ranks.mean()
    ranks = ranks.fillna(0).to_numpy()
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.linalg.norm(ranks, axis=1, keepdims=True)
    return ranks / np.where(length > 0, length, 1)
