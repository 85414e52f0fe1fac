"""Which genes go with which metabolites: correlations and what they are worth.

Fourth step of the flow. All pairs are tested as a stream, so that the
n_genes × n_metabolites matrix never exists; the sample alignment is permuted
to see what chance alone gives.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
from numpy.typing import ArrayLike

from ..correlation import PairWeights, Profiles
from ..errors import ParameterError, rate, whole_number
from ._permutations import Testing, calibrate
from ._results import Associations, summed_up


def associate(
    X_genes,
    X_metabolites,
    *,
    method: str = "spearman",
    alpha: float = 0.05,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    groups: ArrayLike | None = None,
    null: str = "exact",
    correction: str = "bh",
    n_permutations: int = 0,
    weights: PairWeights | None = None,
    max_pairs: int = 10_000_000,
    to: Path | str | None = None,
    random_state: int | None = None,
    n_jobs: int | None = None,
) -> Associations:
    """Test every gene against every metabolite.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame or array of shape (n_samples, n_features)
        The same samples; DataFrames are joined by their index.
    method : {"spearman", "pearson"}
        Correlation of ranks or of values.
    alpha : float
        False discovery rate.
    covariates : DataFrame of n_samples rows, optional
        Regressed out of both sides; joined by its index to the DataFrame `X_genes`.
    remove_factors : int
        Principal components of the metabolites regressed out of both sides.
    groups : Series or array of shape (n_samples,), optional
        Samples are exchangeable within these groups only: permutations stay
        within them, and p-values come from the permutations, all pairs pooled:
        right on average over the pairs, while a pair whose two sides both
        differ between the groups is judged too mildly, others too strictly
        (regress the groups out for a pair's own). Missing labels are a group.
        A Series is joined by its index.
    null : {"exact", "t"}
        Where p-values come from without `groups`: the null distribution of
        Spearman's rho, or Student's t. Correlations of values (`pearson`)
        always take t.
    correction : {"bh", "by"}
        False discovery control: Benjamini and Hochberg, or Benjamini and
        Yekutieli, which holds under any dependence and finds less.
    n_permutations : int
        Permutations of the sample alignment, each a pass over all pairs.
    weights : PairWeights, optional
        What a cohort says beforehand, see `cohort_weights`: pairs are declared by
        p over weight, and none whose p is above alpha. The weights have mean 1
        and know nothing of the study, so that the false discovery rate is
        controlled as without them, whatever the cohort is worth. With `groups`
        the permutations are pooled by class of weight.
    max_pairs : int
        Keep at most this many pairs, the strongest.
    to : Path or str, optional
        A Parquet file that takes the pairs while they are gathered; `pairs`
        then holds the first thousand. Memory does not grow with the pairs,
        unless very many share one p-value, as with a handful of samples.
    random_state : int, optional
        Seed of the permutations.
    n_jobs : int, optional
        Threads; all cores (that OMP_NUM_THREADS allows) by default. The
        result does not depend on them.

    Returns
    -------
    Associations

    Raises
    ------
    StudyError
        If the tables do not hold the same samples, or values are missing; if `weights` come from some of
        these samples.
    ParameterError
        If the covariates leave nothing to correlate, an option has no such
        value, or `groups` come without permutations.

    Notes
    -----
    A first pass counts |rho| in bins, which bounds the threshold; a second one
    gathers what lies within the bound, where p, q and the threshold are exact.
    Both are streams of single-precision matrix products; what is gathered is
    computed again in double precision. A progress bar appears where the
    permutations take long.

    Spearman's null distribution is exact up to 22 samples without ties and a
    saddlepoint approximation beyond. With c covariate columns and k factors
    regressed out it is that of n − c − k samples, which errs on the safe side;
    with ties it is an approximation that errs on either side, a little.
    Features of two values have an exact null of their own, up to 22 samples
    and where nothing is regressed out; pairs are then ordered by p, which is
    not quite the order of |rho|. Student's t is too small in the far tail.
    `benchmarks/spearman_null.py` measures all of them. The permutation null
    tests whether the two tables are independent, not whether one pair is.

    References
    ----------
    Spearman (1904), doi:10.2307/1412159. Benjamini and Hochberg (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x. Westfall and Young (1993),
    ISBN 0471557617, for `p_family`. Phipson and Smyth (2010),
    doi:10.2202/1544-6115.1585, for p-values that are never 0. Genovese, Roeder and
    Wasserman (2006), doi:10.1093/biomet/93.3.509, for weights.

    Examples
    --------
    >>> import numpy as np
    >>> genes = np.random.default_rng(0).normal(size=(30, 5))
    >>> found = associate(genes, genes[:, :2] ** 3)
    >>> found.pairs[["gene", "metabolite", "rho"]].head(2).round(3).values.tolist()
    [['gene_1', 'metabolite_1', 1.0], ['gene_2', 'metabolite_2', 1.0]]
    """
    rate("alpha", alpha)
    whole_number("max_pairs", max_pairs, 1)
    if to is not None and not Path(to).resolve().parent.is_dir():
        raise ParameterError("to", f"no folder {Path(to).parent}", "it must be there", "Make it first.")
    profiles = Profiles.of(
        X_genes,
        X_metabolites,
        covariates=covariates,
        remove_factors=remove_factors,
        groups=groups,
        method=method,
    )
    if weights is not None:
        weights.refuse_samples(profiles.samples)
        weights = replace(weights, degrees_of_freedom=profiles.degrees_of_freedom)
    how = Testing(method, null, alpha, correction, n_permutations, random_state, n_jobs, weights)
    return summed_up(calibrate(profiles, how), max_pairs, to)


def permutations_for(asked: int | str, n_pairs: int) -> int:
    """Turn `auto` into a number of permutations: 1,000, fewer above 10 million pairs, at least 19.

    Examples
    --------
    >>> permutations_for("auto", 10_000), permutations_for("auto", 922_260_420), permutations_for(50, 10)
    (1000, 19, 50)
    """
    if asked == "auto":
        return max(19, min(1000, 10**10 // max(1, n_pairs)))
    return whole_number("n_permutations", asked)
