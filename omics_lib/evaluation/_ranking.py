"""How good a ranking of all pairs is, beside chance and with intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .._joined import finite_numbers
from ..errors import StudyError, first_few, whole_number
from ..knowledge import listed_pairs
from ..pairs import FrameScores, PairScores
from ._bootstrap import resampled_metrics
from ._ranked_pairs import METRICS, Array, Listed, RankedPairs, metrics, permuted_metrics

_INTERVAL = (0.025, 0.975)
_MANY_PAIRS = 10_000_000
_MOST_PLACES = 200_000  # of listed pairs under permuted names, counted in one pass over all pairs


def evaluate_ranking(
    scores: PairScores | pd.DataFrame,
    known_pairs: pd.DataFrame,
    *,
    n_permutations: int | str = "auto",
    n_bootstrap: int = 1000,
    random_state: int | None = None,
) -> pd.Series:
    """Score a ranking of all pairs against known pairs, beside chance and with intervals.

    Parameters
    ----------
    scores : PairScores or DataFrame of shape (n_genes, n_metabolites)
        Higher is stronger, comparable across metabolites.
    known_pairs : DataFrame
        `gene_id`, `metabolite_id`, optionally `tier` and `currency`. Pairs of
        tier `enzyme` (all, without that column) that are no currency are the
        truth; the other listed pairs count neither as true nor as false. All
        pairs but these are eligible.
    n_permutations : int or "auto"
        Permutations of the genes behind `*_chance` and `*_p`; 0 leaves them out.
        `auto`: 1,000; above 10 million pairs fewer, down to 39, where known pairs
        are many (`name_permutations`).
    n_bootstrap : int
        Draws of the metabolites behind `*_low` and `*_high`; 0 leaves them out.
    random_state : int, optional
        Seed of the permutations and of the draws.

    Returns
    -------
    Series
        `n_metabolites` (with a known gene) and `n_pairs` (true ones). Where
        there are any, over all eligible pairs:

        - `average_precision`, as scikit-learn has it;
        - `precision_at_10`, `precision_at_100`, `precision_at_1000`: the share
          of true pairs among the first k (among all, if there are fewer);
        - `enrichment`: the share of true pairs in the best 1% (rounded up),
          over their share among all;

        and over the metabolites with a known gene, by the best rank that any of
        their known genes takes among their eligible genes:

        - `mrr`: the mean reciprocal rank;
        - `hits_at_1`, `hits_at_10`, `hits_at_100`: how many have a rank of at most k.

        Each with `<metric>_chance`, its mean under permutation,
        `<metric>_p` = (b + 1) / (m + 1), where b of m permutations reach the
        value, and `<metric>_low`, `<metric>_high`, a 95% percentile interval
        (missing with one metabolite, which says nothing of others). Only
        `average_precision_chance` is the share of true pairs;
        `average_precision_permuted` is the mean under permutation.

    Raises
    ------
    StudyError
        If a known pair names a feature without scores, if a feature stands in
        `scores` twice, or if a score is missing or infinite.
    ParameterError
        If `n_permutations` or `n_bootstrap` is no whole number of at least 0.

    Notes
    -----
    Chance: the names of the genes are permuted, once for all metabolites. Each
    metabolite keeps its scores and its number of known genes, genes known for
    several metabolites stay so, and genes that score alike stay together; pairs
    left out move along. Were genes shuffled anew for every metabolite, pairs
    would vary as if independent, and p would come out too small wherever genes
    come in modules. The hypothesis is that the known genes are no other than any
    genes; a method that prefers enzymes for whatever metabolite rejects it too.

    Intervals: metabolites are drawn with replacement, each with all its pairs,
    true and false; those with known genes among themselves. A metabolite that
    is drawn twice has its pairs twice, tied. With few metabolites, or few strong
    pairs, the intervals are too short, those of average precision most of all.
    Precision among few pairs, and counts close to their limit, move in steps,
    and their intervals may miss often.

    Ties: ranks are the mean of the tied; tied pairs reach average precision
    together; of a tie across the k-th place the share that fits is counted.

    References
    ----------
    Phipson and Smyth (2010), Permutation p-values should never be zero,
    Statistical Applications in Genetics and Molecular Biology 9:39,
    doi:10.2202/1544-6115.1585.

    Efron (1979), Bootstrap methods: another look at the jackknife, The Annals
    of Statistics 7:1, doi:10.1214/aos/1176344552.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"m": [0.9, 0.5, 0.1]}, index=["a", "b", "c"])
    >>> known = pd.DataFrame({"gene_id": ["b"], "metabolite_id": ["m"]})
    >>> found = evaluate_ranking(scores, known, n_permutations=99, random_state=0)
    >>> found[["mrr", "average_precision"]].tolist()
    [0.5, 0.5]
    """
    return evaluated(scores, known_pairs, n_permutations, n_bootstrap, random_state)[0]


def evaluated(
    scores: PairScores | pd.DataFrame,
    known_pairs: pd.DataFrame,
    n_permutations: int | str,
    n_bootstrap: int,
    random_state: int | None,
) -> tuple[pd.Series, Array | None]:
    """Return what `evaluate_ranking` does, and the draws (n_bootstrap, n_metrics) behind its intervals.

    The draws of two rankings of the same pairs with the same seed take the same metabolites.
    """
    whole_number("n_bootstrap", n_bootstrap)
    scores = as_scores(scores)
    listed = Listed(*listed_pairs(known_pairs, *scores.names))
    n_permutations = name_permutations(n_permutations, scores.size, len(listed.genes))
    n_metabolites = len(np.unique(listed.metabolites[listed.is_true]))
    result: dict[str, float] = {"n_metabolites": n_metabolites, "n_pairs": listed.n_true}
    if not n_metabolites:
        return pd.Series(result, dtype=float), None
    for_null, for_draws = map(np.random.default_rng, np.random.SeedSequence(random_state).spawn(2))
    renamed = [for_null.permutation(scores.shape[0])[listed.genes] for _ in range(n_permutations)]
    resampled = n_bootstrap > 0 and n_metabolites > 1
    ranked = RankedPairs.of(scores, listed, renamed, own=resampled)
    observed, best = metrics(ranked)
    result |= dict(zip(METRICS, observed, strict=True))
    n_left_out = len(listed.genes) - listed.n_true
    result["average_precision_chance"] = listed.n_true / (scores.size - n_left_out)
    if n_permutations:
        result = _chance(observed, permuted_metrics(ranked)) | result
    draws = None
    if resampled:
        draws = resampled_metrics(ranked, best, n_bootstrap, for_draws)
        result |= _interval(np.quantile(draws, _INTERVAL, axis=0))
    elif n_bootstrap:
        result |= _interval(np.full((2, len(METRICS)), np.nan))
    return pd.Series(result, dtype=float)[_in_order(result)], draws


def name_permutations(n_permutations: int | str, n_pairs: int, n_listed: int) -> int:
    """Return how often gene names are permuted: as asked for, or `auto`.

    Examples
    --------
    >>> name_permutations("auto", 800 * 120, 6000), name_permutations("auto", 132_129 * 6_980, 4000)
    (1000, 50)
    """
    if n_permutations != "auto":
        return whole_number("n_permutations", n_permutations)
    return 1000 if n_pairs <= _MANY_PAIRS else int(np.clip(_MOST_PLACES // max(n_listed, 1), 39, 1000))


def as_scores(scores: PairScores | pd.DataFrame) -> PairScores:
    """Return scores as they are streamed, or say what is wrong with a table of them."""
    if isinstance(scores, PairScores):
        return scores
    for axis, what in ((scores.index, "gene"), (scores.columns, "metabolite")):
        twice = axis[axis.duplicated()].unique()
        if len(twice):
            found = f"{what}s that stand there more than once ({first_few(twice)})"
            raise StudyError("scores", found, f"every {what} must have scores once", "Rename or drop them.")
    try:
        return FrameScores(pd.DataFrame(finite_numbers(scores), scores.index, scores.columns))
    except StudyError as error:
        remedy = "Give pairs without evidence the lowest score, or drop the feature."
        raise StudyError("scores", error.found, "every pair needs a finite score", remedy) from None


def _chance(observed: Array, null: Array) -> dict[str, float]:
    """Return each metric's mean under permutation, and how often it is reached."""
    least = observed * (1 - 1e-9)  # the same ranks in another order may differ by rounding
    p = (1 + np.sum(null >= least, axis=0)) / (len(null) + 1)
    found = {f"{name}_chance": mean for name, mean in zip(METRICS, null.mean(axis=0), strict=True)}
    found["average_precision_permuted"] = found.pop("average_precision_chance")
    return found | {f"{name}_p": value for name, value in zip(METRICS, p, strict=True)}


def _interval(limits: Array) -> dict[str, float]:
    return {
        f"{name}_{side}": limits[i, j]
        for j, name in enumerate(METRICS)
        for i, side in enumerate(("low", "high"))
    }


def _in_order(result: Mapping[str, float]) -> list[str]:
    """List the names of the result: each metric, and what belongs to it."""
    parts = ("", "_low", "_high", "_chance", "_permuted", "_p")
    names = ["n_metabolites", "n_pairs", *(f"{metric}{part}" for metric in METRICS for part in parts)]
    return [name for name in names if name in result]
