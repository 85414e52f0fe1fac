"""What an attacker does with what was released, and how well that succeeds beside chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from .._joined import Array
from ..errors import ParameterError
from ..rowspace import RowSpace


class Success(NamedTuple):
    """How often an attacker ranks a member above someone else: 0.5 is chance, 1 is always."""

    auc: float
    low: float
    high: float


def attack_success(
    members: Sequence[ArrayLike],
    others: Sequence[ArrayLike],
    *,
    n_bootstrap: int = 2000,
    random_state: int | None = None,
) -> Success:
    """Say how well an attacker's scores tell members from others, over several trials.

    Parameters
    ----------
    members, others : sequences of arrays
        Scores of people who are in the study, and of people who are not, an array a trial. Scores are
        compared within a trial only.
    n_bootstrap : int
        How often trials are drawn anew for the interval.
    random_state : int, optional
        Seed of the bootstrap.

    Returns
    -------
    Success
        The mean area under the receiver operating characteristic over the trials (ties count half), and
        its 95% bootstrap interval over trials.

    Raises
    ------
    ParameterError
        If there is no trial, or as many of the one as of the other are not given.

    Examples
    --------
    >>> attack_success([[2.0, 3.0], [1.0]], [[1.0, 0.0], [1.0]], random_state=0).auc
    0.75
    """
    if not len(members) or len(members) != len(others):
        found = f"found {len(members)} of members and {len(others)} of others"
        raise ParameterError("trials", found, "each trial needs scores of both", "Give both.")
    from sklearn.metrics import roc_auc_score

    trials = zip(map(np.atleast_1d, members), map(np.atleast_1d, others), strict=True)
    areas = np.array(
        [roc_auc_score(np.repeat([1, 0], [len(a), len(b)]), np.concatenate([a, b])) for a, b in trials]
    )
    rng = np.random.default_rng(random_state)
    means = areas[rng.integers(len(areas), size=(n_bootstrap, len(areas)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Success(float(areas.mean()), float(low), float(high))


def rebuild_sample(space: RowSpace, places: ArrayLike, values: ArrayLike) -> Array:
    """Rebuild a whole sample from the weights of a model, and from a few of its values.

    Parameters
    ----------
    space : RowSpace
        Of a model in the row space of its samples, as `model.safetensors` holds it.
    places : array of int of shape (n_known,)
        Features whose values the attacker knows; as many as `space.rank` are enough.
    values : array of shape (n_known,)
        These values, on the scale of the model.

    Returns
    -------
    ndarray of shape (n_features,)
        The only sample in the row space that fits best to what is known: for a sample that
        trained, all of its values.

    Examples
    --------
    >>> from omics_lib.rowspace import fit_row_space
    >>> X = np.random.default_rng(0).normal(size=(4, 50))
    >>> known = [0, 1, 2, 3]
    >>> bool(np.allclose(rebuild_sample(fit_row_space(X), known, X[2, known]), X[2]))
    True
    """
    places = np.asarray(places)
    wanted = np.asarray(values, dtype=float) - space.mean[places]
    coordinates, *_ = np.linalg.lstsq(space.basis[places], wanted, rcond=None)
    return space.expand(coordinates)


def membership_scores(correlations: ArrayLike, expected: ArrayLike, genes, metabolites) -> Array:
    """Score people by how much a study's correlations lean towards their profile.

    Parameters
    ----------
    correlations : array of shape (n_genes, n_metabolites)
        What was released; 0 for pairs that were not.
    expected : array of shape (n_genes, n_metabolites)
        The same in the population, as far as the attacker knows it.
    genes, metabolites : array of shape (n_people, n_features)
        Profiles of people whom the attacker looks for, standardised by the population.

    Returns
    -------
    ndarray of shape (n_people,)
        The inner product of what a person adds to the correlations with what is unexpected in them,
        divided by the lengths of the person's profiles: to first order the likelihood ratio.

    References
    ----------
    Dwork, Smith, Steinke, Ullman and Vadhan (2015), Robust traceability from trace amounts,
    doi:10.1109/FOCS.2015.46; after Homer et al. (2008), doi:10.1371/journal.pgen.1000167.

    Examples
    --------
    >>> membership_scores([[0.5]], [[0.0]], [[2.0], [-1.0]], [[1.0], [1.0]])
    array([ 0.5, -0.5])
    """
    unexpected = np.asarray(correlations, dtype=float) - np.asarray(expected, dtype=float)
    genes, metabolites = np.asarray(genes, dtype=float), np.asarray(metabolites, dtype=float)
    lengths = np.linalg.norm(genes, axis=1) * np.linalg.norm(metabolites, axis=1)
    return np.einsum("im,im->i", genes @ unexpected, metabolites) / lengths


def shadow_scores(
    inside: ArrayLike, outside: ArrayLike, *, random_state: int | None = None
) -> tuple[Array, Array]:
    """Tell studies with a person from studies without, by what they release.

    The attacker draws studies of the same population, with the person and without, and learns from half
    of them how what is released differs; the other half is told apart, and then the other way round.

    Parameters
    ----------
    inside, outside : array of shape (n_studies, n_numbers)
        What studies release that hold the person, and what others do.
    random_state : int, optional
        Seed of the halves.

    Returns
    -------
    inside, outside : ndarray of shape (n_studies,)
        Log odds that the person is in the study, by a discriminant of the numbers and their squares
        with shrunken covariance.

    References
    ----------
    Shokri, Stronati, Song and Shmatikov (2017), Membership inference attacks against machine learning
    models, doi:10.1109/SP.2017.41.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    with_person, without = np.asarray(inside, dtype=float), np.asarray(outside, dtype=float)
    X = np.vstack([with_person, without])
    y = np.repeat([1, 0], [len(with_person), len(without)])
    squares = FunctionTransformer(lambda Z: np.hstack([Z, Z**2]))
    attacker = make_pipeline(
        StandardScaler(),
        squares,
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=[0.5, 0.5]),
    )
    scores = np.zeros(len(X))
    if not (X.std(axis=0) > 0).any():
        return scores[y == 1], scores[y == 0]
    for train, test in StratifiedKFold(2, shuffle=True, random_state=random_state).split(X, y):
        scores[test] = attacker.fit(X[train], y[train]).decision_function(X[test])
    return scores[y == 1], scores[y == 0]


def linked_share(samples: pd.DataFrame, register: pd.DataFrame, columns: Sequence[str]) -> float:
    """Return the share of samples that only one person of a register can be.

    Parameters
    ----------
    samples, register : DataFrame
        Metadata of the study, and of the population that it was drawn from, with `columns` in both,
        grouped alike.
    columns : sequence of str
        What the register knows as well.

    Examples
    --------
    >>> register = pd.DataFrame({"age": [30, 30, 41], "sex": ["f", "f", "m"]})
    >>> linked_share(register.iloc[[0, 2]], register, ["age", "sex"])
    0.5
    """
    columns = list(columns)
    alike = register.groupby(columns, observed=True).size().rename("n")
    found = samples[columns].merge(alike, left_on=columns, right_index=True, how="left")["n"]
    return float((found == 1).mean())
