"""Which genes go with which metabolites: correlations and what they are worth.

Fourth step of the flow. All pairs are tested as a stream, so that the
n_genes × n_metabolites matrix never exists; the sample alignment is permuted
to see what chance alone gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from ._alignments import Chance, Tables, permute, permute_and_pool
from ._all_pairs import AllPairs, Rejected
from ._files import whole_file
from ._nulls import null_for
from ._pair_stream import EDGES
from ._profiles import Profiles
from ._spearman_table import LARGEST
from .errors import ParameterError, rate, whole_number

_SHOWN = 1000  # pairs in memory where all of them go to a file
_ROW_GROUP = 1_000_000  # rows of that file written at a time


@dataclass(frozen=True)
class Associations:
    """What `associate` found.

    Attributes
    ----------
    pairs : DataFrame
        Significant pairs, strongest first: `gene`, `metabolite`, `rho`, `p`,
        `q`. With permutations also `p_family`, the share of permutations whose
        smallest p is as small (the chance of even one false pair), and
        `q_pooled`, the pairs as strong that permutations give over those that
        there are (the false discovery rate without a formula for p), looked
        up at levels of |rho| that lie 1/4096 apart.
    n_tests, n_significant : int
        Pairs tested, and pairs with q ≤ alpha.
    n_kept : int
        Pairs kept: fewer than `n_significant` only where `max_pairs` cut them.
    n_family : int
        Pairs with `p_family` ≤ alpha, whether significant by `q` or not; 0
        without permutations.
    threshold, p_threshold : float
        Smallest |rho| and greatest p that are significant; NaN where none is.
    null_kind : {"exact", "t", "permutation"}
        Where the p-values come from.
    degrees_of_freedom : int
        Samples − 2 − columns regressed out, behind the p-values.
    strongest : Series
        `gene`, `metabolite`, `rho` of the strongest pair, significant or not;
        `p_family` of the pair with the smallest p (the same one, unless
        features of two values have a null of their own), NaN without
        permutations.
    strongest_profile : DataFrame
        What that rho correlates: the ranks (values, for `pearson`) of its gene
        (first column) and its metabolite in each sample, with covariates and
        factors removed, scaled to mean 0 and standard deviation 1.
    histogram : DataFrame
        One row per bin of |rho|: `abs_rho` (its lower edge), `n_pairs` in it
        (to single precision: a |rho| on an edge may count on either side),
        and `n_permuted`, the mean of that over the permutations.
    null : DataFrame
        One row per permutation of the alignment: `max_abs_rho`, `min_p`,
        `n_significant`.
    dropped : dict
        Features left out because nothing of them varies, by side.
    """

    pairs: pd.DataFrame
    n_tests: int
    n_significant: int
    n_kept: int
    n_family: int
    threshold: float
    p_threshold: float
    null_kind: str
    degrees_of_freedom: int
    strongest: pd.Series
    strongest_profile: pd.DataFrame
    histogram: pd.DataFrame
    null: pd.DataFrame
    dropped: dict[str, list[str]] = field(default_factory=dict)


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
        If the tables do not hold the same samples, or values are missing.
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
    doi:10.2202/1544-6115.1585, for p-values that are never 0.

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
    tables, chance, null_kind = prepared(
        profiles,
        method=method,
        null=null,
        n_permutations=n_permutations,
        random_state=random_state,
        n_jobs=n_jobs,
        alpha=alpha,
        correction=correction,
    )
    tests = tables.observed(chance.blocks)
    rejected = tests.rejected(alpha, correction)
    names = tuple(axis.to_numpy(dtype=object) for axis in profiles.names)
    n_kept = min(max_pairs, rejected.n)
    pairs = _collected(_named_parts(rejected, n_kept, names, chance, tests), n_permutations, to)
    g, m, rho, least_p = tests.strongest if chance.blocks else (0, 0, 0.0, 1.0)
    p_family = float(chance.family(least_p)) if n_permutations else float("nan")
    profile = np.column_stack([tables.genes.exact[g], tables.metabolites.exact[m]]) * np.sqrt(
        profiles.n_samples
    )
    strongest = names[0][g], names[1][m]
    return Associations(
        pairs=pairs,
        n_tests=tests.n_tests,
        n_significant=rejected.n,
        n_kept=n_kept,
        n_family=chance.n_family(tests, alpha),
        threshold=rejected.least_rho,
        p_threshold=rejected.largest_p,
        null_kind=null_kind,
        degrees_of_freedom=profiles.degrees_of_freedom,
        strongest=pd.Series(
            [*strongest, rho, p_family], ["gene", "metabolite", "rho", "p_family"], dtype=object
        ),
        strongest_profile=pd.DataFrame(profile, profiles.samples, list(strongest)),
        histogram=pd.DataFrame(
            {
                "abs_rho": EDGES[:-1],
                "n_pairs": tests.counts.sum(axis=0),
                "n_permuted": chance.counts.sum(axis=0) / max(1, n_permutations),
            }
        ),
        null=chance.table,
        dropped={
            side: list(np.delete(name, live))
            for side, name, live in zip(("genes", "metabolites"), names, tables.live, strict=True)
        },
    )


def _named_parts(
    rejected: Rejected, n: int, names: tuple[Any, Any], chance: Chance, tests: AllPairs
) -> Iterator[pd.DataFrame]:
    """Yield the first `n` rejected pairs with the names of their features, and what permutations say."""
    for part in rejected.parts(n):
        part = part.assign(gene=names[0][part["gene"]], metabolite=names[1][part["metabolite"]])
        if len(chance.table):
            part = part.assign(
                p_family=chance.family(part["p"]), q_pooled=chance.pooled(part["p"], tests.counts)
            )
        yield part


def _collected(parts: Iterator[pd.DataFrame], permuted: int, to: Path | str | None) -> pd.DataFrame:
    """Put the parts into one table; or into a Parquet file, and return the first rows."""
    types = {"gene": object, "metabolite": object} | dict.fromkeys(
        ("rho", "p", "q", *(("p_family", "q_pooled") if permuted else ())), np.float64
    )
    none = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
    if to is None:
        found = list(parts)
        return pd.concat(found, ignore_index=True) if found else none
    schema = pa.schema([(c, pa.float64() if t is np.float64 else pa.string()) for c, t in types.items()])
    shown, n_shown = [none], 0
    with whole_file(Path(to)) as file, pq.ParquetWriter(file, schema) as writer:
        for part in parts:
            part[["gene", "metabolite"]] = part[["gene", "metabolite"]].astype(str)
            if n_shown < _SHOWN:
                shown = [*shown[n_shown == 0 :], part.head(_SHOWN - n_shown)]
                n_shown += len(shown[-1])
            for start in range(0, len(part), _ROW_GROUP):
                writer.write_table(pa.Table.from_pandas(part[start : start + _ROW_GROUP], schema, False))
    return pd.concat(shown, ignore_index=True)


def prepared(
    profiles: Profiles,
    *,
    method: str,
    null: str,
    n_permutations: int,
    random_state: int | None,
    n_jobs: int | None = None,
    alpha: float = 0.05,
    correction: str = "bh",
) -> tuple[Tables, Chance, str]:
    """Permute the profiles, and choose the null of every pair."""
    whole_number("n_permutations", n_permutations)
    if random_state is not None:
        whole_number("random_state", random_state)
    if profiles.groups is not None and n_permutations == 0:
        raise ParameterError(
            "groups",
            "no permutations",
            "with groups, p-values come from permutations within them",
            "Ask for n_permutations, 1,000 for a small study; or regress the groups out as covariates.",
        )
    tables = Tables(profiles, n_jobs)
    law = null_for(method, null, profiles.degrees_of_freedom)
    alignments = profiles.permuted(n_permutations, random_state)
    if profiles.groups is not None:
        pooled = permute_and_pool(tables, tables.blocks(law), alignments, n_permutations, alpha, correction)
        return tables, pooled, "permutation"
    # Ranks that fall into two values have a null of their own, known where nothing is regressed out.
    known = law.kind == "exact" and profiles.n_samples <= LARGEST and profiles.is_plain
    blocks = tables.blocks_by_ties(law) if known else tables.blocks(law)
    return tables, permute(tables, blocks, alignments, n_permutations, alpha, correction), law.kind


def permutations_for(asked: int | str, n_pairs: int) -> int:
    """Turn `auto` into a number of permutations: 1,000, fewer above 10 million pairs, at least 19.

    Examples
    --------
    >>> permutations_for("auto", 10_000), permutations_for("auto", 922_260_420), permutations_for(50, 10)
    (1000, 19, 50)
    """
    return max(19, min(1000, 10**10 // max(1, n_pairs))) if asked == "auto" else int(asked)
