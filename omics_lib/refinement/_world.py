"""Tell which world a study is in: shared modules, direct links, or nothing at all.

`refine` chooses by it how to refine. It asks the two tables alone, and no known pair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .._joined import Array
from ..correlation import Profiles, residualise, unit_columns
from ..errors import one_of, whole_number
from ..pairs import in_threads
from ._filters import curved, high_pass

WORLDS = ("modules", "links", "curves", "none")

# Set on simulated studies of nine sizes, seeds below 100; benchmarks/refinement.py counts errors on others.
_DETECTED = 3.0
MODULES_OVER_LINKS = 2.0
_N_STRONGEST = 20
_MOST_PAIRS = 20_000_000  # looked at in each permutation
_BLOCK = 250_000  # held at a time


@dataclass(frozen=True)
class World:
    """What `study_world` returns.

    Attributes
    ----------
    name : {"modules", "links", "curves", "none"}
        `modules`: many genes and metabolites follow the same few factors;
        `links`: single genes stand out for single metabolites; `curves`: so,
        by a U-shaped relation; `none`: nothing is seen that ties the
        tables together.
    statistics : DataFrame
        One row per statistic (`total`, `modules`, `links`, `curves`):
        `observed`, `permuted` (mean) and `z`, in standard deviations of the
        permutations. Empty where the world was given by name.
    n_metabolites : int
        Metabolites that `modules`, `links` and `curves` were taken of: all, or,
        above 20 million pairs, as many as have that many pairs, drawn at random.
    """

    name: str
    statistics: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["observed", "permuted", "z"], dtype=float)
    )
    n_metabolites: int = 0

    def __post_init__(self) -> None:
        one_of("world", self.name, WORLDS)


def _single_gene(genes: Array, metabolites: Array) -> float:
    """Say how far the strongest gene of a metabolite stands out from its next ones (Fisher's z).

    The mean over the quarter of the metabolites where it stands out most.
    """
    from ._largest import largest

    kept, n_metabolites = min(_N_STRONGEST, genes.shape[1]), metabolites.shape[1]
    found = _over_all(genes, metabolites, lambda size: largest(size, kept))
    strongest = largest(np.concatenate(found, axis=1), kept) if len(found) > 1 else found[0]
    z = np.arctanh(np.minimum(strongest, 0.9999))
    gap = z[:, 0] - z[:, kept // 4 :].mean(axis=1)
    return float(np.sort(gap)[-max(1, n_metabolites // 4) :].mean())


def _concentration(genes: Array, metabolites: Array) -> float:
    """Return the kurtosis of all correlations: high where blocks of pairs are strong together."""

    def moments(size: Array) -> tuple[float, float]:
        squared = np.square(size, out=size).ravel()
        return float(squared.sum()), float(squared @ squared)

    squares, fourths = np.sum(_over_all(genes, metabolites, moments), axis=0)
    n = genes.shape[1] * metabolites.shape[1]
    return (fourths / n) / max((squares / n) ** 2, 1e-300)


def _over_all(genes: Array, metabolites: Array, work: Callable[[Array], Any]) -> list[Any]:
    """Return what `work` makes of all |correlations| (n_metabolites, some genes), few at a time."""
    step = max(_N_STRONGEST, _BLOCK // metabolites.shape[1])
    starts = range(0, genes.shape[1], step)

    def of_part(start: int) -> Any:
        product = metabolites.T @ genes[:, start : start + step]
        return work(np.abs(product, out=product))

    return [found for _, found in in_threads(of_part, starts)]


def _some(n_genes: int, n_metabolites: int) -> NDArray[np.intp]:
    """Draw the metabolites that the statistics of single pairs are taken of: all, in a small study."""
    n = max(1, _MOST_PAIRS // max(n_genes, 1))
    if n >= n_metabolites:
        return np.arange(n_metabolites)
    return np.sort(np.random.default_rng(0).choice(n_metabolites, n, replace=False))


def _name(z: pd.Series) -> str:
    if (z < _DETECTED).all():
        return "none"
    if z["modules"] > max(_DETECTED, MODULES_OVER_LINKS * z["links"]):
        return "modules"
    return "curves" if z["curves"] > max(_DETECTED, z["links"]) else "links"


def study_world(
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    groups: Any = None,
    n_permutations: int = 50,
    random_state: int | None = None,
) -> World:
    """Tell from the tables alone whether modules or direct links dominate.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables, joined by their index.
    covariates, remove_factors, groups
        As in `associate`.
    n_permutations : int
        Permutations of the alignment that every statistic is compared with.
    random_state : int, optional
        Seed of the permutations.

    Returns
    -------
    World

    Notes
    -----
    Both tables are high-passed first: their leading principal components, which
    everything shares, are damped (`refine` explains how). Then four statistics
    of all gene–metabolite correlations are compared with their permutations:
    `total`, their mean square (before the high-pass); `modules`, their
    kurtosis, since in a module whole blocks of pairs are strong together;
    `links`, how far a metabolite's strongest gene stands out from its next
    ones; `curves`, the same with each gene's squared distance from its median
    rank. Nothing at 3 standard deviations is `none`. `modules` wins where its z
    is more than twice that of `links`; the factor was set on simulated studies,
    and `benchmarks/refinement.py` reports its errors on others.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tables = [pd.DataFrame(rng.normal(size=(12, n))) for n in (60, 20)]
    >>> study_world(*tables, n_permutations=20, random_state=0).name
    'none'
    """
    whole_number("n_permutations", n_permutations, 2)
    profiles = Profiles.of(
        X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors, groups=groups
    )
    return world_of(profiles, n_permutations, random_state)


def world_of(profiles: Profiles, n_permutations: int = 50, random_state: int | None = None) -> World:
    """As `study_world`, for tables that are joined and ranked already."""
    P, R = profiles.unit_left, profiles.unit_right
    bent = high_pass(profiles.unit(curved(profiles.left)))
    sharp, sharper = high_pass(P), high_pass(P, power=-2.0)
    right, right_sharper = high_pass(R), high_pass(R, power=-2.0)
    left_scores, chosen = _scores(P), _some(*map(len, profiles.names))
    right, right_sharper = right[:, chosen], right_sharper[:, chosen]

    def statistics(order: NDArray[np.intp]) -> list[float]:
        def permuted(side: Array) -> Array:  # permuted first, then residualised again
            return unit_columns(residualise(side[order], profiles.basis))

        once = permuted(right)
        return [
            float(np.sum((left_scores.T @ permuted(R)) ** 2)) / (P.shape[1] * R.shape[1]),
            _concentration(sharp, once),
            _single_gene(sharper, permuted(right_sharper)),
            _single_gene(bent, once),
        ]

    rng = np.random.default_rng(random_state)
    observed = np.array(statistics(np.arange(profiles.n_samples)))
    null = np.array([statistics(profiles.shuffled(rng)) for _ in range(n_permutations)])
    spread = null.std(axis=0, ddof=1)
    table = pd.DataFrame(
        {
            "observed": observed,
            "permuted": null.mean(axis=0),
            "z": (observed - null.mean(axis=0)) / np.where(spread > 0, spread, np.inf),
        },
        index=pd.Index(["total", "modules", "links", "curves"], name="statistic"),
    )
    return World(_name(table["z"]), table, len(chosen))


def _scores(profiles: Array) -> Array:
    """Return the samples' principal components, scaled: as good as the profiles for sums of squares."""
    left, size, _ = np.linalg.svd(profiles, full_matrices=False)
    return left * size
