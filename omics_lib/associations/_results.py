"""What was found among all pairs: the significant ones, the strongest, and all of them counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .._files import whole_file
from ..correlation import EDGES, Profiles
from ._all_pairs import AllPairs, Rejected
from ._permutations import Calibrated, Chance, Testing
from ._weighted import Unweighted

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
        up at levels of |rho| that lie 1/4096 apart. With weights also `weight`
        and `q_weighted`, by which pairs are then chosen and ordered; `q` stays
        what it is without weights (above alpha looked up as `q_pooled` is).
    n_tests, n_significant : int
        Pairs tested, and pairs with q (with weights, q_weighted) ≤ alpha.
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
    n_unweighted : int, optional
        With weights: pairs with q ≤ alpha, which `n_significant` would be without them.
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
    n_unweighted: int | None = None


def summed_up(calibrated: Calibrated, max_pairs: int, to: Path | str | None) -> Associations:
    """Test all pairs, keep the strongest `max_pairs` of those that are significant, and sum up the rest."""
    tables, chance, how = calibrated.tables, calibrated.chance, calibrated.tables.how
    profiles, tests = tables.profiles, tables.observed(chance.blocks)
    rejected = how.judged(tests, chance.class_nulls).rejected(how.alpha, how.correction)
    alike = Unweighted(tests, how.alpha, how.correction) if how.weights is not None else None
    n_kept = min(max_pairs, rejected.n)
    strongest, strongest_profile = _strongest_pair(calibrated, tests)
    return Associations(
        pairs=_collected(_named_parts(rejected, n_kept, calibrated, tests, alike), _columns(how), to),
        n_tests=tests.n_tests,
        n_significant=rejected.n,
        n_kept=n_kept,
        n_family=chance.n_family(tests, how.alpha),
        threshold=rejected.least_rho,
        p_threshold=rejected.largest_p,
        null_kind=calibrated.null_kind,
        degrees_of_freedom=profiles.degrees_of_freedom,
        strongest=strongest,
        strongest_profile=strongest_profile,
        histogram=_counted(tests, chance),
        null=chance.table,
        dropped={
            side: list(np.delete(names, live))
            for side, names, live in zip(("genes", "metabolites"), _names(profiles), tables.live, strict=True)
        },
        n_unweighted=None if alike is None else alike.n,
    )


def _names(profiles: Profiles) -> list[NDArray[Any]]:
    return [axis.to_numpy(dtype=object) for axis in profiles.names]


def _named_parts(
    rejected: Rejected, n: int, calibrated: Calibrated, tests: AllPairs, alike: Unweighted | None
) -> Iterator[pd.DataFrame]:
    """Yield the first `n` rejected pairs with the names of their features, and what permutations say."""
    names, chance = _names(calibrated.tables.profiles), calibrated.chance
    for part in rejected.parts(n):
        part = part.assign(gene=names[0][part["gene"]], metabolite=names[1][part["metabolite"]])
        if alike is not None:
            part = part.rename(columns={"q": "q_weighted"}).assign(q=alike.q(part["p"].to_numpy()))
            part = part.reindex(columns=list(_columns(calibrated.tables.how)))
        if len(chance.table):
            part = part.assign(
                p_family=chance.family(part["p"]), q_pooled=chance.pooled(part["p"], tests.counts)
            )
        yield part


def _columns(how: Testing) -> dict[str, Any]:
    """Return the columns of `pairs`, with their types."""
    numbers = ["rho", "p", "q"] + ["weight", "q_weighted"] * (how.weights is not None)
    numbers += ["p_family", "q_pooled"] * (how.n_permutations > 0)
    return {"gene": object, "metabolite": object} | dict.fromkeys(numbers, np.float64)


def _collected(parts: Iterator[pd.DataFrame], types: dict[str, Any], to: Path | str | None) -> pd.DataFrame:
    """Put the parts into one table; or into a Parquet file, and return the first rows."""
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


def _strongest_pair(calibrated: Calibrated, tests: AllPairs) -> tuple[pd.Series, pd.DataFrame]:
    """Return `strongest` and `strongest_profile` of `Associations`."""
    profiles, tables, chance = calibrated.tables.profiles, calibrated.tables, calibrated.chance
    g, m, rho, least_p = tests.strongest if chance.blocks else (0, 0, 0.0, 1.0)
    p_family = float(chance.family(least_p)) if len(chance.table) else float("nan")
    values = np.column_stack([tables.genes.exact[g], tables.metabolites.exact[m]])
    pair = [names[place] for names, place in zip(_names(profiles), (g, m), strict=True)]
    return (
        pd.Series([*pair, rho, p_family], ["gene", "metabolite", "rho", "p_family"], dtype=object),
        pd.DataFrame(values * np.sqrt(profiles.n_samples), profiles.samples, pair),
    )


def _counted(tests: AllPairs, chance: Chance) -> pd.DataFrame:
    """Return `histogram` of `Associations`."""
    return pd.DataFrame(
        {
            "abs_rho": EDGES[:-1],
            "n_pairs": tests.counts.sum(axis=0),
            "n_permuted": chance.counts.sum(axis=0) / max(1, len(chance.table)),
        }
    )
