"""How far a study's covariance is to be shrunk towards a cohort's: its own samples, held out, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy.linalg
from numpy.typing import NDArray
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline

from .._joined import Array
from ..rowspace import blocks
from ._cohort_axes import CohortAxes
from ._cross_validation import prepared

_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)
_N_FOLDS = 10
_LEAST_LEAD = 1.5  # standard errors
_LEAST_GAIN = 0.005  # held-out R²

_Places = NDArray[np.intp]
_Folds = list[tuple[_Places, _Places]]


def cohort_gain(X: Array, cohort: CohortAxes, n_latent: int, *, n_folds: int = _N_FOLDS) -> pd.DataFrame:
    """Cross-validate, inside a study, how much of its covariance should be the cohort's.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        z-scores of the study's training samples; z-scored again in each fold.
    cohort : CohortAxes
        Of the same features, `aligned`.
    n_latent : int
        Axes that are kept.
    n_folds : int
        At most n_samples.

    Returns
    -------
    DataFrame
        One row a `share`, from 0: `r2` (held out); its `gain` over share 0, and what it is `behind` the
        best, each with the standard error of the difference over the samples, `gain_se` and `behind_se`.

    Notes
    -----
    Held-out errors need inner products of rows alone, so nothing of n_features × n_features is made.
    """
    X = np.asarray(X, dtype=np.float64)
    folds = _folds(len(X), n_folds)
    return _gains(_inner_products(X, _moments(X, folds), cohort), folds, len(X), [n_latent])[0]


def chosen_share(gains: pd.DataFrame) -> float:
    """Choose a share from what `cohort_gain` returns, 0 unless another is clearly ahead.

    The best share counts only if its gain is above 1.5 standard errors, and above .005: a cohort that is of
    use adds many times that, and one of no use now and then a little by luck. Then the smallest share is
    taken that is ahead of 0 by as many, and behind the best by no more than the standard error of that
    difference (Breiman et al. 1984, the rule of one standard error).
    """
    best, least = gains.loc[gains["r2"].idxmax()], _LEAST_LEAD * gains["gain_se"]
    near = (gains["gain"] > least) & (gains["behind"] <= gains["behind_se"])
    of_use = best["gain"] > max(_LEAST_LEAD * best["gain_se"], _LEAST_GAIN)
    return float(gains.loc[near, "share"].min()) if of_use else 0.0


def cross_validate_axes(
    lenders: Mapping[str, CohortAxes | None],
    preprocess: Pipeline,
    X: pd.DataFrame,
    widths: Sequence[int],
    *,
    n_folds: int = 5,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Cross-validate `ShrunkPCA` at several widths, with the axes that several cohorts lend.

    What `cross_validate_reconstruction` finds for each width and lender by itself, from the inner products
    that all widths share.

    Parameters
    ----------
    lenders : mapping of str to CohortAxes
        None: the study alone.
    preprocess : Pipeline
        Ends in z-scores; fitted anew in every fold.
    X : DataFrame of shape (n_samples, n_features)
        Before preprocessing.
    widths : sequence of int
        Numbers of axes.
    n_folds : int
    random_state : int, optional
        Seed of the folds.

    Returns
    -------
    DataFrame
        `fold`, `model` (the lender's name), `latents` (the width), `share` (chosen within the samples that
        train) and `r2` (of those held out).
    """
    rows = []
    folds = KFold(n_folds, shuffle=True, random_state=random_state).split(X)
    for number, (train, test) in enumerate(folds, start=1):
        steps, Z, Z_test, _ = prepared(preprocess, X, train, test)
        for name, lender in lenders.items():
            cohort = None if lender is None else lender.in_units_of(steps)
            shares, r2 = held_out_axes(np.asarray(Z), np.asarray(Z_test), cohort, widths)
            rows += [(number, name, *each) for each in zip(widths, shares, r2, strict=True)]
    return pd.DataFrame(rows, columns=["fold", "model", "latents", "share", "r2"])


def held_out_axes(
    Z: Array, Z_test: Array, cohort: CohortAxes | None, widths: Sequence[int]
) -> tuple[list[float], list[float]]:
    """Return, for each width, the share that a cohort gets in a study, and the R² of other samples with it.

    Parameters
    ----------
    Z, Z_test : array of shape (n_samples, n_features) and (n_held_out, n_features)
        z-scores by the moments of the study.
    cohort : CohortAxes, optional
        Of the same features, in the study's units; None: the study alone.
    widths : sequence of int
        Numbers of axes.

    Returns
    -------
    shares, r2 : list of float
    """
    n = len(Z)
    inner = _folds(n, _N_FOLDS) if cohort is not None else []
    rows, as_they_are = np.vstack([Z, Z_test]), (Z.mean(axis=0), np.ones(Z.shape[1]))
    *of_folds, gram = _inner_products(rows, [*_moments(Z, inner), as_they_are], cohort)
    shares = [0.0] * len(widths)
    if cohort is not None:
        shares = [chosen_share(gains) for gains in _gains(of_folds, inner, len(rows), widths)]
    train, test, lent = np.split(np.arange(len(gram)), [n, len(rows)])
    explained = [
        _explained(gram, train, lent, test, share, width)[:, -1].sum()
        for share, width in zip(shares, widths, strict=True)
    ]
    return shares, [float(each / gram[test, test].sum()) for each in explained]


def _folds(n_samples: int, n_folds: int) -> _Folds:
    return list(KFold(min(n_folds, n_samples), shuffle=True, random_state=0).split(np.arange(n_samples)))


def _moments(X: Array, folds: _Folds) -> list[tuple[Array, Array]]:
    """Return mean and standard deviation of the rows that train in each fold; 1 for what does not vary."""
    moments = []
    for train, _ in folds:
        mean, scale = X[train].mean(axis=0), X[train].std(axis=0)
        moments.append((mean, np.where(scale > 1e-9 * scale.max(), scale, 1)))
    return moments


def _inner_products(
    X: Array, moments: Sequence[tuple[Array, Array]], cohort: CohortAxes | None
) -> list[Array]:
    """Return, for each of the moments, the inner products of the rows of `X`, z-scored, and of the cohort's.

    The cohort's rows stand behind those of `X`. Block by block of features, so that neither is copied; what
    the cohort's have among themselves depends on the moments only where units are known.
    """
    n, rank = len(X), 0 if cohort is None else len(cohort.variance)
    grams = [np.zeros((n + rank, n + rank)) for _ in moments]
    for part in blocks(X.shape[1]):
        for i, (gram, (mean, scale)) in enumerate(zip(grams, moments, strict=True)):
            Z = (X[:, part] - mean[part]) / scale[part]
            gram[:n, :n] += Z @ Z.T
            if cohort is None:
                continue
            if i == 0 or cohort.units is not None:
                lent = cohort.rows(scale, part)
                among = lent @ lent.T
            gram[n:, n:] += among
            across = lent @ Z.T
            gram[n:, :n] += across
            gram[:n, n:] += across.T
    return grams


def _gains(grams: Sequence[Array], folds: _Folds, n_rows: int, widths: Sequence[int]) -> list[pd.DataFrame]:
    """Return what `cohort_gain` does, for each width; from `n_rows` on, a Gram matrix is of the cohort."""
    n = sum(len(test) for _, test in folds)
    explained, totals = np.zeros((len(_SHARES), n, max(widths))), np.zeros(n)
    for gram, (train, test) in zip(grams, folds, strict=True):
        lent = np.arange(n_rows, len(gram))
        totals[test] = gram[test, test]
        for of_share, share in zip(explained, _SHARES, strict=True):
            of_share[test] = _explained(gram, train, lent, test, share, max(widths))
    return [_compared(totals - explained[:, :, width - 1], totals) for width in widths]


def _compared(errors: Array, totals: Array) -> pd.DataFrame:
    """Compare the squared errors (n_shares, n_samples) of the shares with those of the first and the best."""
    r2 = 1 - errors.sum(axis=1) / totals.sum()
    gain, behind = (errors[0] - errors) / totals.mean(), (errors - errors[r2.argmax()]) / totals.mean()
    columns = {"share": _SHARES, "r2": r2}
    for name, values in (("gain", gain), ("behind", behind)):
        se = values.std(axis=1, ddof=1) / np.sqrt(len(totals))
        columns |= {name: values.mean(axis=1), f"{name}_se": se}
    return pd.DataFrame(columns)


def _explained(gram: Array, train: _Places, lent: _Places, test: _Places, share: float, n_axes: int) -> Array:
    """Return the squared length of held-out rows along one, two, … leading axes (n_test, n_axes)."""
    parts = [(train, 1 - share), (lent, share)][: 2 if share else 1]
    rows = np.concatenate([part for part, _ in parts])
    weights = np.concatenate([np.full(len(part), np.sqrt(of / gram[part, part].sum())) for part, of in parts])
    weighted = gram[np.ix_(rows, rows)] * np.outer(weights, weights)
    leading = max(len(rows) - n_axes, 0), len(rows) - 1
    variance, vectors = scipy.linalg.eigh(weighted, subset_by_index=leading)
    kept = variance > 1e-10 * variance[-1]
    coordinates = (gram[np.ix_(test, rows)] * weights) @ (vectors[:, kept] / np.sqrt(variance[kept]))
    lengths = np.square(coordinates[:, ::-1]).cumsum(axis=1)
    return np.pad(lengths, ((0, 0), (0, n_axes - lengths.shape[1])), mode="edge")
