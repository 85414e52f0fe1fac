"""Sentences of chapter 4, the associations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .._escape import md, md_code
from .._words import count, counted, listed, share
from ..correlation import LARGEST, saddlepoint_error
from ..study import describe_column

if TYPE_CHECKING:
    from ..associations import Associations

_NULLS = {
    "exact": "the null distribution of Spearman's rho",
    "t": "Student's t",
    "permutation": "permutations within the groups, all pairs pooled",
}


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 9.95 else f"{ratio:.2g}"


def associations(found: Associations, alpha: float) -> str:
    """Read the all-pairs test."""
    if found.n_tests == 0:
        return "No pair could be tested: nothing varies in one of the tables."
    freedom = f"{count(found.degrees_of_freedom, 'degree')} of freedom and "
    if found.null_kind == "permutation":
        freedom = ""
    text = (
        f"{'All ' if found.n_tests > 1 else ''}{counted(found.n_tests, 'pair')} tested, with {freedom}"
        f"p-values from {_NULLS[found.null_kind]}. "
    )
    if found.n_significant == 0:
        text += f"**None is significant** at a false discovery rate of {alpha:g}."
    else:
        text += (
            f"**{count(found.n_significant, 'pair')}** ({share(found.n_significant, found.n_tests)}) "
            f"{'is' if found.n_significant == 1 else 'are'} significant at a false discovery rate of {alpha:g}, "
            f"the weakest of them at |rho| = {found.threshold:.2f}."
        )
        if found.n_kept < found.n_significant:
            text += f" The table keeps the strongest {found.n_kept:,}."
    n_dropped = sum(map(len, found.dropped.values()))
    if n_dropped:
        text += f" {count(n_dropped, 'feature').capitalize()} did not vary and took no part."
    return text


def limits(table: pd.DataFrame, n_tests: int, degrees_of_freedom: int, alpha: float) -> str:
    """Read `bonferroni_limits`: what it takes to stand out from all pairs."""
    student, exact = (table.set_index("null")["abs_rho"][name] for name in ("t", "exact"))
    freedom = (
        f"{count(degrees_of_freedom, 'degree')} of freedom (samples less two, less columns regressed out)"
    )
    samples = f"With {freedom} and {count(n_tests, 'pair')}"
    if exact >= 1:
        return f"{samples} not even a perfect correlation stands out from all others at a level of {alpha:g}."
    broken = table.set_index("null")["promise_broken"]["t"]
    text = (
        f"{samples}, a pair stands out from all others (at a level of {alpha:g}, after Bonferroni) from |rho| = "
        f"{exact:.3f} upwards. Student's t would be content with {student:.3f}"
    )
    if broken < 1.05:
        return f"{text}, which is no different here."
    return f"{text}, which chance reaches {_times(broken)} times as often as t promises."


def confounded_study(significant: pd.Series, n_tests: int, held: Associations) -> str:
    """Read the simulated study in which nothing but the batch ties the tables together."""
    ignored, *others = significant.items()
    rest = "; ".join(f"with {way}, {f'{n:,}' if n else 'none'}" for way, n in others)
    return (
        f"With {ignored[0]}, {count(ignored[1], 'pair')} of {n_tests:,} ({share(ignored[1], n_tests)}) are declared "
        f"significant, and every one of them is the batch; {rest}. Permutations that stay within the batches keep the "
        f"batch effect: their strongest |rho| is {held.null['max_abs_rho'].median():.2f} in the median, and that is what a "
        "pair has to beat."
    )


def own_groups(table: pd.DataFrame, *, groups: bool = False) -> str:
    """Read `compare_covariates`: what is left of the associations once a further column is regressed out.

    `groups` tells that the run permutes within groups, which the comparison does not heed.
    """
    own = table["regressed_out"].iloc[0]
    if len(table) < 2:
        beside = "" if own == "nothing" else f" beside {md_code(own)}, which this run regresses out"
        return f"The metadata of this study hold no further column that could be regressed out{beside}."
    before = int(table["n_significant"].iloc[0])
    least = table.iloc[1:].sort_values("n_significant", kind="stable").iloc[0]
    after = int(least["n_significant"])
    stands = "As it stands" if own == "nothing" else f"With {md_code(own)} regressed out, as in this run"
    if groups:
        stands += ", by the null distribution of rho, which does not heed `groups` as the test below does"
    text = f"{stands}, {counted(before, 'pair', 'is', 'are')} significant. "
    if not before:
        most = table.iloc[1:].sort_values("n_significant", ascending=False, kind="stable").iloc[0]
        if not (n := int(most["n_significant"])):
            return f"{text}Nor are any with a further column of the metadata regressed out."
        return (
            f"{text}With {md_code(most['regressed_out'])} regressed out, {counted(n, 'pair', 'is', 'are')}: those groups may hide "
            "what the pairs share. One of several ways was picked here for what it shows."
        )
    if after >= before:
        return (
            f"{text}No further column of the metadata takes any away ({md_code(least['regressed_out'])} leaves {after:,}): what was "
            "found is no shift between these groups, as far as they were recorded."
        )
    return (
        f"{text}With {md_code(least['regressed_out'])} regressed out, {after:,} {'is' if after == 1 else 'are'} left. The others "
        "either come from those groups or cannot be told from them with so few samples; which of the two, no "
        "statistic says."
    )


def regressed_out(columns: pd.DataFrame | None, remove_factors: int) -> str:
    """Say what this run regresses out of both tables, and what each column is taken for."""
    named = {} if columns is None else dict(columns.items())
    parts = [f"{md_code(name)} ({md(describe_column(column))})" for name, column in named.items()]
    if remove_factors:
        parts.append(count(remove_factors, "principal component") + " of the metabolites")
    if not parts:
        return "**This run regresses out nothing** (`covariates`, `remove_factors`)."
    return f"This run regresses out {listed(parts)}. Levels take a column each but one; a number is a straight line."


def null_studies(declared: pd.DataFrame, alpha: float) -> str:
    """Read how many pairs each rule (a column) declared in studies without any (the rows)."""
    some = [f"in {int((declared[rule] > 0).sum())} of them with {rule}" for rule in declared]
    return (
        f"{counted(len(declared), 'study').capitalize()} simulated in which nothing ties genes to metabolites. Something is "
        f"declared {' and '.join(some)}. At a false discovery rate of {alpha:g}, {alpha * len(declared):.2g} would be "
        "expected; so few studies can show a broken rule, not confirm a good one."
    )


def tail(table: pd.DataFrame, n_tests: int, alpha: float) -> str:
    """Read `compare_nulls`: how much Student's t promises too much, and where a search ends up."""
    if table.empty or n_tests == 0:
        return "So few samples reach no small p-value, whatever the correlation."
    last = table.iloc[-1]
    times = "the same p" if last["ratio"] < 1.05 else f"a p {_times(last['ratio'])} times too small"
    return (
        f"Where Spearman's own null distribution gives p = {last['exact']:.0e}, Student's t gives {times}. Among {count(n_tests, 'pair')} one alone "
        f"would have to reach p = {alpha / n_tests:.0e} to hold its own against all others (Bonferroni); the false "
        "discovery rate asks less of each pair, the more of them are strong."
    )


def pair(best: pd.Series) -> str:
    """Say which pair is drawn."""
    if best["rho"] == 0:
        return "Nothing varies in one of the tables, or no two features vary together: there is no strongest pair to look at."
    return (
        f"The strongest pair of all: {md(best['gene'])} and {md(best['metabolite'])}, rho = {best['rho']:.2f}. The axes are what "
        "this rho correlates: ranks, with any covariates and factors removed, scaled to standard deviation 1."
    )


def null_distribution(degrees_of_freedom: int) -> str:
    """Say where the null distribution of rho comes from with so many degrees of freedom."""
    n = degrees_of_freedom + 2
    if n <= LARGEST:
        return (
            f"The null distribution of rho for {count(n, 'sample')} is known exactly, got by counting the orders that ranks can take, "
            "and says something else there:"
        )
    return (
        f"The null distribution of rho says something else there. Up to {LARGEST} samples it is known exactly, by counting the orders "
        f"that ranks can take; for {n} (samples less columns regressed out) a saddlepoint approximation stands in, which for {LARGEST} samples, where "
        f"both are known, is off by {share(saddlepoint_error(), 1)} at most down to p = 1e-12:"
    )
