"""Aggregates with differential privacy: what can be told with noise, and how far it is off."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ParameterError, ReleaseError

# A number whose noise goes further than this share of its range, 19 times in 20, says nothing.
USEFUL = 0.25


def noise_plan(
    n_samples: int, levels: Mapping[str, Sequence[str]], scores: Sequence[str], epsilon: float
) -> pd.DataFrame:
    """Decide what is told with noise, before anything of the data is looked at.

    Parameters
    ----------
    n_samples : int
        Number of samples, which is public.
    levels : mapping of str to sequence of str
        Columns of the metadata whose counts are asked for, and all levels that they could have.
    scores : sequence of str
        Names of numbers between 0 and 1 that one sample can move anywhere: a held-out R² that is cut off at
        0, an average precision, the share of latent pairs above a limit.
    epsilon : float
        Privacy loss of everything together.

    Returns
    -------
    DataFrame
        `what`, `kind` (`counts` or `score`), `sensitivity` (by how much replacing one sample can change it,
        in sum over its numbers), `epsilon` (its part, 0 where it is not released), `scale` (of the Laplace
        noise), `error` (what the noise does not exceed 19 times in 20; of what is not released, when it was
        dropped), `range` and `released`: whether the error is less than a quarter of the range.

    Raises
    ------
    ParameterError
        If `epsilon` is not above 0.

    Notes
    -----
    The plan depends on sizes alone. It drops, one after the other, the number whose error is largest beside
    its range, and divides ε among those that remain, until all say something.

    Examples
    --------
    >>> plan = noise_plan(21, {"sex": ["f", "m"]}, ["R²"], epsilon=10.0)
    >>> plan[["what", "sensitivity", "error", "released"]].round(1).values.tolist()
    [['sex', 2.0, 0.6, True], ['R²', 1.0, 0.6, False]]
    """
    if not (math.isfinite(epsilon) and epsilon > 0):
        expected = "it must be a number above 0"
        raise ParameterError("epsilon", f"found {epsilon}", expected, "Common values are 0.1 to 10.")
    # Whoever is replaced leaves one level and enters another.
    rows = [(column, "counts", 2.0, float(n_samples)) for column in levels]
    rows += [(score, "score", 1.0, 1.0) for score in scores]
    plan = pd.DataFrame(rows, columns=["what", "kind", "sensitivity", "range"])
    plan["released"] = True
    while True:
        kept = plan["released"]
        plan["epsilon"] = np.where(kept, epsilon / max(kept.sum(), 1), 0.0)
        plan.loc[kept, "scale"] = plan["sensitivity"] / plan["epsilon"]
        plan["error"] = plan["scale"] * math.log(20)
        beside = (plan["error"] / plan["range"])[kept]
        if not len(beside) or beside.max() < USEFUL:
            columns = ["what", "kind", "sensitivity", "epsilon", "scale", "error", "range", "released"]
            return plan[columns]
        plan.loc[beside.idxmax(), "released"] = False


def noisy_release(
    samples: pd.DataFrame,
    levels: Mapping[str, Sequence[str]],
    scores: Mapping[str, float],
    epsilon: float,
) -> pd.DataFrame:
    """Tell aggregates of a study with differential privacy.

    Parameters
    ----------
    samples : DataFrame
        A row a sample.
    levels : mapping of str to sequence of str
        Columns to count, and all levels they could have: those that were found would tell who is there.
        A value that is none of them counts for the last.
    scores : mapping of str to float
        Numbers that are cut off to 0 … 1.
    epsilon : float
        Privacy loss of everything together: whatever an attacker knows, the odds that a certain person
        is in the study, rather than somebody else, change by no more than exp(ε).

    Returns
    -------
    DataFrame
        `what`, `level` (empty for scores), `value` (with noise), `error` (that the noise does not exceed
        19 times in 20), `epsilon`, `released`. What would be noise alone is not: its value is missing.

    Raises
    ------
    ParameterError
        If `epsilon` is not above 0.
    ReleaseError
        If OpenDP is not installed.

    Notes
    -----
    The noise is OpenDP's Laplace mechanism, discrete for counts, safe against attacks through floating-point
    numbers; it comes from the machine's secure source and has no seed. The number of samples, the names of
    columns and levels, and what is released at all are public. Neighbouring studies differ in one sample
    (replace-one). Parts add up, by sequential composition.

    References
    ----------
    Dwork, McSherry, Nissim and Smith (2006), doi:10.1007/11681878_14; OpenDP, https://opendp.org.
    """
    plan = noise_plan(len(samples), levels, list(scores), epsilon)
    rows: list[tuple[Any, ...]] = []
    for row in plan.itertuples():
        names: list[str] = list(levels[row.what]) if row.kind == "counts" else [""]
        values: list[float] = [np.nan] * len(names)
        if row.released and row.kind == "counts":
            values = _noisy(_counted(samples[row.what], names), row.scale, row.sensitivity, row.epsilon)
        elif row.released:
            values = _noisy([_clipped(scores[row.what])], row.scale, row.sensitivity, row.epsilon)
        for name, value in zip(names, values, strict=True):
            rows.append((row.what, name, value, row.error, row.epsilon, row.released))
    return pd.DataFrame(rows, columns=["what", "level", "value", "error", "epsilon", "released"])


def _clipped(score: float) -> float:
    """Cut a score off to 0 … 1; one that is missing is 0, as any other value would tell that it is."""
    return float(min(max(score, 0.0), 1.0)) if math.isfinite(score) else 0.0


def _counted(column: pd.Series, levels: list[str]) -> list[int]:
    """Count each level; what is none of them counts for the last, so that every sample is counted once."""
    texts = column.astype(str)
    known = texts.where(texts.isin(levels), levels[-1])
    return [int((known == level).sum()) for level in levels]


def _noisy(values: list, scale: float, sensitivity: float, epsilon: float) -> list:
    """Add OpenDP's Laplace noise, after its own map has confirmed what the noise is worth."""
    measurement = laplace(type(values[0]), scale)
    if measurement.map(type(values[0])(sensitivity)) > epsilon * (1 + 1e-9):
        found = f"a loss of more than {epsilon:g}"
        raise ReleaseError("epsilon", found, "the noise must be worth it", "Please report this.")
    return measurement(values)


def laplace(of: type, scale: float) -> Any:
    """Return OpenDP's measurement that adds Laplace noise to a list of `of` (int or float)."""
    try:
        import opendp.prelude as dp
    except ImportError as error:
        remedy = "Install it: pip install 'omics_lib[privacy]'."
        raise ReleaseError("--epsilon", "OpenDP is not installed", "it makes the noise", remedy) from error
    dp.enable_features("contrib")
    atoms = dp.atom_domain(T=of) if of is int else dp.atom_domain(T=of, nan=False)
    return dp.m.make_laplace(dp.vector_domain(atoms), dp.l1_distance(T=of), scale=scale)
