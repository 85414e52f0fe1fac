"""Sentences of chapter 4 where a run has a cohort: what its weights do to the list of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._escape import md
from .._words import count, counted, share

if TYPE_CHECKING:
    from ..associations import Associations
    from ..cohort import Cohort


def weighed(cohort: Cohort | None, found: Associations | None, alpha: float) -> str:
    """Say what the weights of a cohort do to the list; nothing where the run has no cohort."""
    if cohort is None:
        return ""
    text = f"**The cohort {md(cohort.name)}** ({count(len(cohort.samples), 'sample')})"
    if found is None:
        return f"{text} has none of the study's metabolites, so it says nothing about pairs."
    genes = cohort.overlap.loc["transcriptomics"]
    text += (
        f" has {share(genes['n_shared'], genes['n_study'])} of the study's genes. Pairs that go together there weigh more here, "
        "all others less, and the mean stays 1: with these weights, fixed before this study was looked at, "
        f"**{counted(found.n_significant, 'pair', 'is', 'are')} declared** at a false discovery rate of {alpha:g}; "
        f"with equal weights it would be {count(found.n_unweighted or 0, 'pair')}."
    )
    if found.n_significant < (found.n_unweighted or 0):
        text += " It costs pairs: what is strong there is not strong here."
    listed = found.pairs
    new = int((listed["q"] > alpha).sum())
    if new:
        text += (
            f" Of those listed, {counted(new, 'pair', 'owes', 'owe')} {'its' if new == 1 else 'their'} place to the cohort "
            f"(`q` above {alpha:g}): {'it rests' if new == 1 else 'they rest'} on this study *and* on the other one. "
        )
        text += "The chapters that follow use the list without weights."
    return text.rstrip()
