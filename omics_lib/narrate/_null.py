"""Sentences of chapter 4 on what permuted samples give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._words import count, share

if TYPE_CHECKING:
    from ..associations import Associations


def association_null(found: Associations, alpha: float) -> str:
    """Compare the all-pairs test with its permutation null, and say which error each statement holds."""
    null = found.null
    if not len(null):
        return "No permutations were asked for."
    if found.n_tests == 0:
        return "Permuting the samples changes nothing where no pair could be tested."
    limit = null["max_abs_rho"].quantile(0.95)
    text = (
        f"With the samples of one table permuted ({_within(found, 'within the groups, ')}{count(len(null), 'time')}), the strongest of all "
        f"{count(found.n_tests, 'correlation')} is still |rho| = {null['max_abs_rho'].median():.2f} in the median, "
        f"and {limit:.2f} or more in one permutation of twenty; the strongest observed is "
        f"{abs(found.strongest['rho']):.2f}. {_family(found, alpha)} {_list(found, alpha)}"
    )
    some = int((null["n_significant"] > 0).sum())
    return (
        f"{text} At least one pair is declared significant in {share(some, len(null))} of the permutations."
    )


def _within(found: Associations, words: str) -> str:
    return words if found.null_kind == "permutation" else ""


def _family(found: Associations, alpha: float) -> str:
    """Say which pairs stand out by themselves: family-wise error, by the strongest pair of each permutation."""
    p = f"p = {found.strongest['p_family']:.2g}"
    if alpha * (len(found.null) + 1) < 1:
        return f"So few permutations cannot let a pair stand out by itself at a level of {alpha:g}; the strongest one has {p}."
    if found.n_family == 0:
        return f"**No pair stands out by itself**: a permutation gives one as strong with {p}."
    which = "**1 pair stands out" if found.n_family == 1 else f"**{found.n_family:,} pairs stand out"
    each = "by itself**" if found.n_family == 1 else "by themselves**"
    return (
        f"{which} {each} (family-wise p of the first: {found.strongest['p_family']:.2g}): if the two tables were independent{_within(found, ' within the groups')}, "
        f"even one pair as strong would come up with a probability of at most {alpha:g}."
    )


def _list(found: Associations, alpha: float) -> str:
    """Say what the list of significant pairs is worth: false discovery rate, with and without a formula for p."""
    null = found.null
    if found.n_significant == 0:
        if alpha * (len(null) + 1) < 1:
            return f"No list of pairs holds a false discovery rate of {alpha:g} either."
        if found.n_family == 0:
            return (
                f"Nor does any list of pairs hold a false discovery rate of {alpha:g}. That nothing was found is an answer, "
                "not a failure: by its own correlation no pair can be told from chance with these samples."
            )
        return (
            f"The false discovery rate of {alpha:g} lets none through all the same: it takes every pair for a test of its "
            "own, while the permutations know how the pairs hang together."
        )
    reached = int((null["n_significant"] >= found.n_significant).sum())
    text = (
        f"The list of {count(found.n_significant, 'significant pair')} holds another error, the false discovery rate: over many "
        f"studies, at most {share(alpha, 1)} of such a list should be false in the mean (with pairs that depend on each other a good "
        f"guide, no guarantee). As many significant pairs as here come up by chance with "
        f"probability p = {(1 + reached) / (len(null) + 1):.2g}."
    )
    if found.n_kept == found.n_significant:
        text += (
            f" Counting instead how many pairs of the permutations are as strong as those found, the false discovery "
            f"rate comes out at {found.pairs['q_pooled'].iloc[-1]:.2g}, with no formula for p at all."
        )
    return text
