"""What a cohort lends to cancer cell lines that anybody can fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..associations import associate, rho_of_pairs
from ..autoencoder import CohortAxes, cohort_axes
from ..correlation import (
    PairWeights,
    Profiles,
    bonferroni_limits,
    cohort_weights,
    residual_degrees_of_freedom,
)
from ..errors import StudyError
from ..evaluation import evaluate_ranking
from ..preprocess import preprocessor
from ._lent import NONE, Lent, lent_agreement, lent_axes
from ._rankings import cohort_rankings

_N_COHORT, _LEAST_JUDGES = 200, 50
_N_FIRST = 1000  # pairs of the judges that a ranking is asked for
_ALPHA_OF_JUDGES = 0.05


@dataclass(frozen=True)
class _Lines:
    genes: pd.DataFrame
    values: pd.DataFrame  # the same, before they are z-scored
    compounds: pd.DataFrame


@dataclass(frozen=True)
class _Deal:
    lender: _Lines
    judge: _Lines
    axes: dict[str, CohortAxes]
    weights: dict[str, PairWeights]
    first: pd.DataFrame  # the pairs that stand first among the judges


def lent_to_cell_lines(
    genes: pd.DataFrame,
    compounds: pd.DataFrame,
    sizes: Sequence[int] = (21, 50, 100, 200),
    alpha: float = 0.05,
    n_draws: int = 3,
    random_state: int | None = None,
) -> Lent:
    """Draw studies, a cohort and judges from cell lines, and see what the cohort lends the studies.

    Parameters
    ----------
    genes, compounds : DataFrame of shape (n_lines, n_genes) and (n_lines, n_compounds)
        As `read_cell_lines` returns them; a missing response is the median of the compound among the lines
        that it is used with.
    sizes : sequence of int
        Lines of the studies; each study holds the smaller ones.
    alpha : float
        False discovery rate.
    n_draws : int
        How often all lines are dealt out anew.
    random_state : int, optional
        Seed of the draws.

    Returns
    -------
    Lent
        Beside no cohort stand 200 other lines, and the same with the names of the genes shuffled. The lines
        that are in neither are kept to judge: on them R² is measured and pairs are replicated.

    Raises
    ------
    StudyError
        If fewer than 50 lines are left to judge.

    Notes
    -----
    Rankings are asked for the 1,000 pairs that stand first where the judges themselves are ranked.
    """
    needed = _N_COHORT + max(sizes) + _LEAST_JUDGES
    if len(genes) < needed:
        expected = f"{needed} for a cohort, the largest study and those that judge"
        raise StudyError("cell lines", f"{len(genes)} lines", expected, "Ask for smaller studies.")
    rng, tables = np.random.default_rng(random_state), list[list[pd.DataFrame]]()
    for draw in range(n_draws):
        order = rng.permutation(genes.index)
        parts = np.split(order, [_N_COHORT, _N_COHORT + max(sizes)])
        lender, judge = (_lines(genes.loc[part], compounds.loc[part]) for part in parts[::2])
        deal = _deal(lender, judge, genes.columns[rng.permutation(genes.shape[1])])
        for size in sizes:
            study = _lines(genes.loc[parts[1][:size]], compounds.loc[parts[1][:size]])
            of_size = _of_one_study(study, deal, alpha, random_state)
            tables.append([table.assign(samples=size, draw=draw) for table in of_size])
    return Lent(*(pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True)))


def _lines(values: pd.DataFrame, compounds: pd.DataFrame) -> _Lines:
    """Preprocess lines by themselves."""
    genes, filled = (
        pd.DataFrame(preprocessor("log").fit_transform(table), table.index, table.columns)
        for table in (values, compounds.fillna(compounds.median()))
    )
    return _Lines(genes, values, filled)


def _deal(lender: _Lines, judge: _Lines, shuffled: pd.Index) -> _Deal:
    """Prepare what all studies of a draw have in common."""
    names = {"cohort": lender.genes.columns, "names shuffled": shuffled}
    axes = {name: cohort_axes(lender.values.set_axis(as_called, axis=1)) for name, as_called in names.items()}
    weights = {
        name: cohort_weights(lender.genes.set_axis(as_called, axis=1), lender.compounds)
        for name, as_called in names.items()
    }
    tables = judge.genes, judge.compounds
    scores = np.asarray(cohort_rankings(*tables, *tables)["study alone"].scores)
    places = np.unravel_index(np.argsort(-scores, axis=None, kind="stable")[:_N_FIRST], scores.shape)
    ids = (table.columns[place] for table, place in zip(tables, places, strict=True))
    first = pd.DataFrame(dict(zip(("gene_id", "metabolite_id"), ids, strict=True)))
    return _Deal(lender, judge, axes, weights, first)


def _of_one_study(
    study: _Lines, deal: _Deal, alpha: float, random_state: int | None
) -> tuple[pd.DataFrame, ...]:
    """Return a part of each table of `Lent`, in their order."""
    lenders = {name: weights.profiles for name, weights in deal.weights.items()}
    return (
        lent_axes(preprocessor("log"), study.values, deal.judge.values, deal.axes),
        _pairs(study, deal, alpha),
        _mrr(study, deal),
        lent_agreement(Profiles.of(study.genes, study.compounds), lenders, random_state),
    )


def _pairs(study: _Lines, deal: _Deal, alpha: float) -> pd.DataFrame:
    """Declare pairs with each cohort's weights, and see which the judges have."""
    judge, n_pairs, rows = deal.judge, study.genes.shape[1] * study.compounds.shape[1], []
    df = residual_degrees_of_freedom(len(judge.genes), None)
    bar = bonferroni_limits(1, df, _ALPHA_OF_JUDGES).set_index("null").loc["exact", "abs_rho"]
    for name, weight in {NONE: None, **deal.weights}.items():
        found = associate(study.genes, study.compounds, alpha=alpha, weights=weight, max_pairs=n_pairs).pairs
        replicated = np.nan
        if len(found):
            rho = rho_of_pairs(found, judge.genes, judge.compounds)
            replicated = ((np.sign(rho) == np.sign(found["rho"])) & (rho.abs() >= bar)).mean()
        rows.append((name, len(found), replicated))
    return pd.DataFrame(rows, columns=["cohort", "declared", "replicated"])


def _mrr(study: _Lines, deal: _Deal) -> pd.DataFrame:
    """Rank all pairs by the study, the cohort and both."""
    ranked = cohort_rankings(study.genes, study.compounds, deal.lender.genes, deal.lender.compounds)
    asked = {"n_permutations": 0, "n_bootstrap": 0}
    rows = [
        (name, evaluate_ranking(each.scores, deal.first, **asked)["mrr"]) for name, each in ranked.items()
    ]
    return pd.DataFrame(rows, columns=["ranking", "mrr"])
