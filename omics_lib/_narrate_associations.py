"""Sentences of chapter 4, the associations; read through `narrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ._counts import count as _count
from ._counts import counted as _counted
from ._counts import share as _share
from ._escape import md, md_code

if TYPE_CHECKING:
    from .association import Associations
    from .decoding import DecodedPairs

# Correlations of ranks tie; what differs by rounding alone is the same.
_ROUNDING = 1e-9
_NULLS = {
    "exact": "the null distribution of Spearman's rho",
    "t": "Student's t",
    "permutation": "permutations within the groups, all pairs pooled",
}


def latent_pairs(pairs: pd.DataFrame, null: pd.DataFrame, alpha: float) -> str:
    """Read the correlations between latents beside their permutation null."""
    if not len(pairs):
        return "No latent of one side or the other varies, so there is no pair to correlate."
    n, strongest = int((pairs["q"] <= alpha).sum()), pairs["rho"].abs().max()
    text = f"Of {_count(len(pairs), 'pair')} of latents, {f'{n:,}' if n else 'none'} {'is' if n == 1 else 'are'} significant at a false discovery rate of {alpha:g}."
    if not len(null):
        return f"{text} No permutations were asked for."
    p = (1 + int((null["max_abs_rho"] >= strongest - _ROUNDING).sum())) / (len(null) + 1)
    chance = _share((null["n_significant"] > 0).sum(), len(null))
    return (
        f"{text} The strongest has |rho| = {strongest:.2f}; permuting the samples gives one as strong with "
        f"probability p = {p:.2g} ({_count(len(null), 'permutation')}). At least one pair comes out significant in "
        f"{chance} of the permutations."
    )


def associations(found: Associations, alpha: float) -> str:
    """Read the all-pairs test."""
    if found.n_tests == 0:
        return "No pair could be tested: nothing varies in one of the tables."
    freedom = (
        ""
        if found.null_kind == "permutation"
        else f"{_count(found.degrees_of_freedom, 'degree')} of freedom and "
    )
    text = (
        f"{'All ' if found.n_tests > 1 else ''}{_counted(found.n_tests, 'pair')} tested, with {freedom}"
        f"p-values from {_NULLS[found.null_kind]}. "
    )
    if found.n_significant == 0:
        text += f"**None is significant** at a false discovery rate of {alpha:g}."
    else:
        text += (
            f"**{_count(found.n_significant, 'pair')}** ({_share(found.n_significant, found.n_tests)}) "
            f"{'is' if found.n_significant == 1 else 'are'} significant at a false discovery rate of {alpha:g}, "
            f"from |rho| = {found.threshold:.2f} upwards."
        )
        if found.n_kept < found.n_significant:
            text += f" The table keeps the strongest {found.n_kept:,}."
    n_dropped = sum(map(len, found.dropped.values()))
    if n_dropped:
        text += f" {_count(n_dropped, 'feature').capitalize()} did not vary and took no part."
    return text


def limits(table: pd.DataFrame, n_tests: int, degrees_of_freedom: int, alpha: float) -> str:
    """Read `bonferroni_limits`: what it takes to stand out from all pairs."""
    student, exact = (table.set_index("null")["abs_rho"][name] for name in ("t", "exact"))
    freedom = (
        f"{_count(degrees_of_freedom, 'degree')} of freedom (samples less two, less columns regressed out)"
    )
    samples = f"With {freedom} and {_count(n_tests, 'pair')}"
    if exact >= 1:
        return f"{samples} not even a perfect correlation stands out from all others at a level of {alpha:g}."
    broken = table.set_index("null")["promise_broken"]["t"]
    text = (
        f"{samples}, a pair stands out from all others (at a level of {alpha:g}, after Bonferroni) from |rho| = "
        f"{exact:.3f} upwards. Student's t would be content with {student:.3f}"
    )
    if broken < 1.05:
        return f"{text}, which is no different here."
    return f"{text}, which chance reaches {broken:.2g} times as often as t promises."


def confounded_study(significant: pd.Series, n_tests: int, held: Associations) -> str:
    """Read the simulated study in which nothing but the batch ties the tables together."""
    ignored, *others = significant.items()
    rest = "; ".join(f"with {way}, {f'{n:,}' if n else 'none'}" for way, n in others)
    return (
        f"With {ignored[0]}, {_count(ignored[1], 'pair')} of {n_tests:,} ({_share(ignored[1], n_tests)}) are declared "
        f"significant, and every one of them is the batch; {rest}. Permutations that stay within the batches keep the "
        f"batch effect: their strongest |rho| is {held.null['max_abs_rho'].median():.2f} in the median, and that is what a "
        "pair has to beat."
    )


def own_groups(table: pd.DataFrame) -> str:
    """Read `compare_covariates`: what is left of the associations once a column of the metadata is regressed out."""
    if len(table) < 2:
        return "The metadata of this study hold no further column that could be regressed out."
    before = int(table["n_significant"].iloc[0])
    least = table.iloc[1:].sort_values("n_significant", kind="stable").iloc[0]
    after = int(least["n_significant"])
    text = f"As it stands, {_counted(before, 'pair', 'is', 'are')} significant. "
    if after >= before:
        return (
            f"{text}No column of the metadata takes any away ({md_code(least['regressed_out'])} leaves {after:,}): what was "
            "found is not these groups, as far as they were recorded."
        )
    return (
        f"{text}With {md_code(least['regressed_out'])} regressed out, {after:,} {'is' if after == 1 else 'are'} left. The others "
        "either come from those groups or cannot be told from them with so few samples; which of the two, no "
        "statistic says."
    )


def null_studies(declared: pd.DataFrame, alpha: float) -> str:
    """Read how many pairs each rule (a column) declared in studies without any (the rows)."""
    some = [f"in {int((declared[rule] > 0).sum())} of them with {rule}" for rule in declared]
    return (
        f"{_counted(len(declared), 'study').capitalize()} simulated in which nothing ties genes to metabolites. Something is "
        f"declared {' and '.join(some)}. At a false discovery rate of {alpha:g}, {alpha * len(declared):.2g} would be "
        "expected; so few studies can show a broken rule, not confirm a good one."
    )


def tail(table: pd.DataFrame, n_tests: int, alpha: float) -> str:
    """Read `compare_nulls`: how much Student's t promises too much, and where a search ends up."""
    if table.empty or n_tests == 0:
        return "So few samples reach no small p-value, whatever the correlation."
    last = table.iloc[-1]
    times = "the same p" if last["ratio"] < 1.05 else f"a p {last['ratio']:,.2g} times too small"
    return (
        f"Where the exact p is {last['exact']:.0e}, Student's t gives {times}. Among {_count(n_tests, 'pair')} one alone "
        f"would have to reach p = {alpha / n_tests:.0e} to hold its own against all others (Bonferroni); the false "
        "discovery rate asks less of each pair, the more of them are strong."
    )


def association_null(found: Associations) -> str:
    """Compare the all-pairs test with its permutation null."""
    null = found.null
    if not len(null):
        return "No permutations were asked for."
    if found.n_tests == 0:
        return "Permuting the samples changes nothing where no pair could be tested."
    limit = null["max_abs_rho"].quantile(0.95)
    text = (
        f"With the samples of one table permuted ({_count(len(null), 'time')}), the strongest of all "
        f"{_count(found.n_tests, 'correlation')} is still |rho| = {null['max_abs_rho'].median():.2f} in the median, "
        f"and {limit:.2f} or more in one permutation of twenty; the strongest observed is "
        f"{abs(found.strongest['rho']):.2f}. "
    )
    if found.n_significant:
        reached = int((null["n_significant"] >= found.n_significant).sum())
        above = int((found.pairs["rho"].abs() > limit + _ROUNDING).sum())
        text += (
            f"{_counted(above, 'pair', 'exceeds', 'exceed').capitalize()} that limit. As many significant pairs "
            f"as here come up by chance with probability p = {(1 + reached) / (len(null) + 1):.2g}."
        )
        if found.n_kept == found.n_significant:
            text += (
                f" Counting instead how many pairs of the permutations are as strong as those found, the false discovery "
                f"rate comes out at {found.pairs['q_pooled'].iloc[-1]:.2g}, with no formula for p at all."
            )
    else:
        text += "That nothing was found here is an answer, not a failure: with these samples no single pair can be told from chance."
    some = int((null["n_significant"] > 0).sum())
    return (
        f"{text} At least one pair is declared significant in {_share(some, len(null))} of the permutations."
    )


def pair(best: pd.Series) -> str:
    """Say which pair is drawn."""
    return (
        f"The strongest pair of all: {md(best['gene'])} and {md(best['metabolite'])}, rho = {best['rho']:.2f}. The axes are what "
        "this rho correlates: ranks, with any covariates and factors removed, scaled to standard deviation 1."
    )


def decoded(found: DecodedPairs, n_direct: int, both: int) -> str:
    """Compare the pairs decoded from latents with those tested directly."""
    if found.n_latent_pairs == 0:
        return "No pair of latents is significant, so there is nothing to decode."
    n = len(found.pairs)
    if n == 0:
        return (
            f"{_counted(found.n_latent_pairs, 'latent pair').capitalize()} decoded, but no gene–metabolite pair "
            "stands out from what permuted samples decode to."
        )
    many = _counted(found.n_latent_pairs, "latent pair", "decodes", "decode").capitalize()
    return (
        f"{many} into {_count(n, 'gene–metabolite pair')}. The direct test finds {_count(n_direct, 'pair')}; "
        f"{_counted(both, 'pair', 'is', 'are')} found both ways."
    )


def planted(found: pd.DataFrame, pairs: pd.DataFrame | None) -> str:
    """Say how many associations are planted pairs, where the study is simulated and all truth is known."""
    if pairs is None or "source" not in pairs or not (pairs["source"] == "simulated").all():
        return ""
    truth = pd.MultiIndex.from_frame(pairs[["gene_id", "metabolite_id"]])
    is_true = pd.Series(
        pd.MultiIndex.from_frame(found[["gene", "metabolite"]]).isin(truth), index=found.index
    )
    parts = [
        f"{_share(is_true[rows].sum(), len(rows))} of the {len(rows):,} found by the {route} route"
        for route, rows in found.groupby("source").groups.items()
    ]
    if not parts:
        return "This study is simulated: of its planted pairs, none was found."
    found_share = _share(found[is_true].drop_duplicates(["gene", "metabolite"]).shape[0], len(pairs))
    return (
        f"This study is simulated, so the answer is known. Planted pairs are {' and '.join(parts)}; "
        f"{found_share} of all {len(pairs):,} planted pairs are among them."
    )
