"""Whether two sources agree on which features go together, against shuffled names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._joined import Array
from ..correlation import Profiles
from ..errors import StudyError, whole_number


class Alignment(NamedTuple):
    """What `alignment` finds."""

    r: float
    p: float


def alignment(
    study: Profiles, cohort: Profiles, *, n_permutations: int = 199, random_state: int | None = None
) -> Alignment:
    """Correlate the associations of a study with those of a cohort, over all pairs of shared features.

    Parameters
    ----------
    study, cohort : Profiles
        Genes and metabolites of either; or genes twice, where a cohort has no metabolites.
    n_permutations : int
        Of the names of the cohort's features.
    random_state : int, optional
        Seed of the permutations.

    Returns
    -------
    Alignment
        `r`: the correlation of both matrices of correlations, each centred over its rows and its columns,
        so that features that correlate with all others count for nothing; `p` = (b + 1) / (m + 1), where b
        of m permutations of the cohort's names reach r.

    Raises
    ------
    StudyError
        If no gene, or no metabolite, is in both.

    Notes
    -----
    Of two matrices of inner products the inner product needs those of their rows alone: nothing of
    n_genes × n_metabolites is made. Names are permuted within either table, so features keep their
    neighbours: the hypothesis is that any other naming of the cohort would do as well. (Mantel 1967 asked
    the same of distances.)

    References
    ----------
    Mantel (1967), The detection of disease clustering and a generalized regression approach, Cancer
    Research 27, 209–220.
    """
    whole_number("n_permutations", n_permutations, 19)
    rng = np.random.default_rng(random_state)
    mine, theirs = _shared(study, cohort)
    twice = study.names[0].equals(study.names[1])
    observed, null = _agreement(mine, theirs), np.empty(n_permutations)
    for i in range(n_permutations):
        # The study's names instead of the cohort's: the same null, and fewer samples to move.
        orders = [rng.permutation(side.shape[1]) for side in mine]
        if twice:
            orders[1] = orders[0]
        null[i] = _agreement([side[:, order] for side, order in zip(mine, orders, strict=True)], theirs)
    size = np.sqrt(_agreement(mine, mine) * _agreement(theirs, theirs))
    p = (np.count_nonzero(null >= observed) + 1) / (n_permutations + 1)
    return Alignment(float(observed / size) if size > 0 else 0.0, float(p))


def _shared(study: Profiles, cohort: Profiles) -> tuple[list[Array], list[Array]]:
    """Return both sides of both sources, of shared features in one order, centred over them."""
    sides: tuple[list[Array], list[Array]] = ([], [])
    for k, what in enumerate(("gene", "metabolite")):
        names = study.names[k].intersection(cohort.names[k], sort=False)
        if names.empty:
            raise StudyError(
                "cohort", f"no {what} in common with the study", "some must be, by name", "Compare the names."
            )
        for found, source in zip(sides, (study, cohort), strict=True):
            unit = (source.unit_left, source.unit_right)[k][:, source.names[k].get_indexer(names)]
            found.append(unit - unit.mean(axis=1, keepdims=True))
    return sides


def _agreement(one: list[Array], other: list[Array]) -> float:
    """Return the sum over all pairs of the products of both correlations."""
    return float(np.sum((one[0] @ other[0].T) * (one[1] @ other[1].T)))
