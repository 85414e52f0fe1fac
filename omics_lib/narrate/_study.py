"""Sentences that read a result, with its numbers filled in.

The chapters print these under their tables and figures, so that no number is
typed and every page still reads true on a study where nothing is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .._escape import md_note
from .._modalities import MODALITIES, feature_word
from .._words import count, counted, share

if TYPE_CHECKING:  # a chapter that prints a sentence need not load PyTorch
    from mudata import MuData


def study(mdata: MuData) -> str:
    """Say how large the study is, and what was handled when it was read."""
    genes, metabolites = (mdata[name].n_vars for name in MODALITIES)
    text = (
        f"The study has **{count(mdata.n_obs, 'sample')}**, {count(genes, 'gene')} and "
        f"{count(metabolites, 'metabolite')}: {genes * metabolites:,} gene–metabolite pairs to choose from, "
        f"or {genes * metabolites / mdata.n_obs:,.0f} for every sample."
    )
    notes = [str(note) for note in mdata.uns.get("notes", [])]
    if not notes:
        return f"{text} Nothing had to be handled on the way in."
    return f"{text} Handled on the way in:\n\n" + "\n".join(f"- {md_note(note)}" for note in notes)


def missing(table: pd.DataFrame) -> str:
    """Read the table of missing values (columns `missing`, `values`)."""
    n, of = int(table["missing"].sum()), int(table["values"].sum())
    if n == 0:
        return "No value is missing in either table."
    return (
        f"{count(n, 'value')} of {of:,} ({share(n, of)}) {'is' if n == 1 else 'are'} missing, to be imputed in the "
        "next chapter, inside each fold, from the training samples alone."
    )


def known_pairs(pairs: pd.DataFrame | None) -> str:
    """Say whether there is truth to score against."""
    if pairs is None:
        return "The study brings no known pairs, so the ranking of chapter 5 cannot be scored against any truth here."
    metabolites = pairs["metabolite_id"].nunique()
    return (
        f"The study brings {count(len(pairs), 'known pair')}, of {count(pairs['gene_id'].nunique(), 'gene')} and "
        f"{count(metabolites, 'metabolite')}: the truth that chapter 5 is scored against."
    )


def filtered(study_: MuData) -> str:
    """Say how many features the filters left."""
    parts = []
    for name in MODALITIES:
        kept = study_[name].var["kept"].to_numpy(dtype=bool)
        parts.append(f"{kept.sum():,} of {len(kept):,} {feature_word(name)}s")
    return f"The filters kept {' and '.join(parts)}."


def leak(inside: float, outside: float) -> str:
    """Compare held-out z-scores with the z-score fitted inside and outside the fold."""
    text = (
        f"Fitted on the training samples alone, the held-out z-scores have a mean square of {inside:.2f}; with the "
        f"held-out samples among those that set the mean and the spread it is {outside:.2f}. "
    )
    if outside < inside:
        return (
            f"{text}The second number is a promise that no new sample will keep: the held-out samples have helped to "
            "pull the scale towards themselves."
        )
    return f"{text}In this fold the leak does not show in the mean square; the scale has seen the held-out samples all the same."


def audit(table: pd.DataFrame, n_identifiers: int) -> str:
    """Read the release audit."""
    skipped = int(table.attrs.get("n_not_searched", 0))
    text = (
        f"{counted(len(table), 'file')} searched for {count(n_identifiers - skipped, 'sample name')}; "
        f"{counted(int((table['n_found'] > 0).sum()), 'file', 'holds', 'hold')} any of them.".capitalize()
    )
    if skipped:
        text += (
            f" {count(skipped, 'sample name').capitalize()} could not be searched for, being bare numbers or a "
            "single character: give samples names that can be told from ordinary numbers."
        )
    return text
