"""Hold the recipe of preprocessing against the values: what it assumes, and where they do not fit it.

Between reading and preprocessing. `omics-book check` and `run` print what is
found here, chapters 1 and 2 show it; nothing is changed unasked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from mudata import MuData

from .._modalities import MODALITIES, feature_word
from .._words import counted, share
from ..preprocess import is_closed as is_closed
from ._effects import depth_effect as depth_effect
from ._effects import log_effect as log_effect

MAX_FOLD = 1.5  # largest library size over the smallest: below it depth is not spoken of
FOLLOWS = 0.1  # median rho of the genes with the library size from which they are said to follow it
MIN_REFERENCE = 20  # genes counted in every sample: fewer are too few for a median of ratios
SKEWED = 0.5  # median skewness of the features: from here on a moderately skewed table
WIDE = 1_000  # largest value over the smallest positive one: three orders of magnitude
GAIN = 0.1  # least by which a logarithm must lower the median |skewness|
LARGEST_LOGARITHM = 100  # no logarithm of a measurement is larger


@dataclass(frozen=True)
class Finding:
    """One thing in the values that the recipe does not fit.

    Attributes
    ----------
    topic : str
        `depth`, `closure`, `skewness`, or `idle` for a parameter that does nothing.
    text : str
        What was found, with its numbers, and what may be done.
    setting : str or None
        `parameter: value` that is recommended or offered; None where nothing need be changed.
    """

    topic: str
    text: str
    setting: str | None = None


def advise(study: MuData, parameters: Mapping[str, Any]) -> list[Finding]:
    """Say where the values of a study do not fit how they are to be preprocessed.

    Parameters
    ----------
    study : MuData
        As `read_study` returns it.
    parameters : mapping
        All parameters of a run, or those of preprocessing.

    Returns
    -------
    list of Finding
        Empty where nothing was found.

    Notes
    -----
    Counts whose library sizes are more than 1.5-fold apart; values that sum to
    the same in every sample; abundances with a median skewness above 0.5, or
    over three orders of magnitude, which a logarithm makes less skewed.

    Examples
    --------
    >>> from omics_lib.schema import default_parameters
    >>> from omics_lib.study import simulate_study
    >>> study = simulate_study(12, 40, 10, random_state=0)
    >>> [finding.setting for finding in advise(study, default_parameters())]
    ['normalise: median_of_ratios', 'metabolomics_log: true']
    """
    findings = _idle(parameters)
    for modality in MODALITIES:
        table, kind = study[modality].to_df(), parameters[f"{modality}_kind"]
        if kind == "counts":
            findings += _depth(table, modality, parameters["normalise"])
        if is_closed(table):
            findings += _closure(table, modality, kind)
        elif kind in ("abundance", "log"):
            findings += _skewness(table, modality, kind, bool(parameters.get(f"{modality}_log", False)))
    return findings


def _depth(counts: pd.DataFrame, modality: str, normalise: str) -> list[Finding]:
    totals, noun = counts.sum(axis=1), feature_word(modality)
    totals = totals[totals > 0]
    if totals.empty or totals.max() <= MAX_FOLD * totals.min():
        return []
    effect = depth_effect(counts)
    rhos = effect["median_rho"] = effect["median_rho"].round(2) + 0.0
    found = (
        f"{modality}: library sizes differ {totals.max() / totals.min():.1f}-fold "
        f"({totals.min():,.0f} to {totals.max():,.0f})"
    )
    numbers = f"median rho of a {noun} with the library size is {rhos['none']:.2f}"
    if normalise != "none":
        after = f"{rhos[normalise]:.2f} with it" if normalise in rhos else "not defined with it"
        does = f"`normalise: {normalise}` brings the samples to one depth"
        return [Finding("depth", f"{found}; {does}. The {numbers} without it and {after}.")]
    return [_normalisation(counts, noun, effect, found, numbers)]


def _normalisation(
    counts: pd.DataFrame, noun: str, effect: pd.DataFrame, found: str, numbers: str
) -> Finding:
    """Recommend a way to bring counts to one depth; `found` and `numbers` begin the sentences."""
    n_everywhere = int((counts > 0).all().sum())
    best = "median_of_ratios" if n_everywhere >= MIN_REFERENCE else "cpm"
    numbers += f" as it is and {effect.loc[best, 'median_rho']:.2f} with `normalise: {best}`."
    if best == "median_of_ratios" and effect.loc[best, "fold"] <= MAX_FOLD:
        text = (
            f"{found}, but the counts of most {noun}s do not: by the median of their ratios the samples lie "
            f"{effect.loc[best, 'fold']:.1f}-fold apart, so a few loud {noun}s make the difference. "
            f"The {numbers} That is recommended and changes little; `cpm` would press all others down where "
            "those are loud."
        )
        return Finding("depth", text, f"normalise: {best}")
    why = f"a few loud {noun}s do not move it"
    if best == "cpm":
        few = counted(n_everywhere, noun, "is", "are")
        why = f"{few} counted in every sample, too few for a median of ratios"
    shows = effect.loc["none", "median_rho"] >= FOLLOWS
    seen = "Here the depth shows" if shows else "Here that hardly shows"
    text = (
        f"{found}, and log2(count + 1) leaves that in: a {noun} that does not change follows the depth of "
        f"its sample, and so goes with every other such {noun}. {seen}: the {numbers} "
        f"That is recommended: {why}."
    )
    return Finding("depth", text, f"normalise: {best}")


def _closure(parts: pd.DataFrame, modality: str, kind: str) -> list[Finding]:
    sums, noun = parts.sum(axis=1), feature_word(modality)
    ends = list(dict.fromkeys(f"{end:,.2f}" for end in (sums.min(), sums.max())))
    text = (
        f"{modality}: the values of every sample sum to the same ({' to '.join(ends)}): they are parts of a "
        "whole. When one part grows others must shrink, related or not: the covariances of a part with all "
        f"others sum to minus its own variance, and correlations between {noun}s, or with them, are not "
        f"free. `{modality}_kind: clr`{', as set,' if kind == 'clr' else ''} takes each part relative to the "
        "average part of its sample instead (centred log-ratio)."
    )
    gaps = int((parts.fillna(0) == 0).to_numpy().sum())
    if gaps:
        text += (
            f" {share(gaps, parts.size)} of the values are 0 or missing and have no logarithm: clr replaces "
            f"each by half of the smallest value of its {noun}, so the more there are, the more it rests "
            "on that."
        )
    return [Finding("closure", text, f"{modality}_kind: clr" if kind != "clr" else None)]


def _skewness(table: pd.DataFrame, modality: str, kind: str, log: bool) -> list[Finding]:
    values = table.to_numpy(dtype=float)
    if np.nanmin(values) < 0 or (kind == "log" and np.nanmax(values) <= LARGEST_LOGARITHM):
        return []
    effect, noun = log_effect(table), feature_word(modality)
    signed = effect["as it came"].median()
    before, after = effect.abs().median()
    span = np.nanmax(values) / values[values > 0].min()
    numbers = f"from {before:.2f} to {after:.2f}"
    logged = kind == "abundance" and log
    if logged and after > max(SKEWED, before + GAIN):
        text = (
            f"{modality}: `{modality}_log: true` raises the median |skewness| of the {noun}s {numbers}: are "
            f"they on a log scale already? Then set `{modality}_kind: log`, else leave the logarithm out."
        )
        return [Finding("skewness", text, f"{modality}_log: false")]
    if (signed <= SKEWED and span < WIDE) or before - after < GAIN:
        return []
    less = int((effect["log2"].abs() < effect["as it came"].abs()).sum())
    setting = _logarithm(modality, kind)
    weight = (
        "rests on a few large values" if signed >= 1 else "gives larger values more weight than smaller ones"
    )
    text = (
        f"{modality}: the values span {np.log10(span):.1f} orders of magnitude and the median skewness of a "
        f"{noun} is {signed:.2f} (0 is symmetric), so a z-score of them {weight}. A "
        f"logarithm (`{setting}`, {'as set' if logged else 'recommended'}) takes the median |skewness| "
        f"{numbers}; {less:,} of {len(effect):,} {noun}s are less skewed by it. It keeps the order of "
        "measured values, and with it Spearman's rho; z-scores, the autoencoder and its latents change."
    )
    return [Finding("skewness", text, None if logged else setting)]


def _logarithm(modality: str, kind: str) -> str:
    """Name the setting by which a modality of this kind gets its logarithm."""
    if modality != "metabolomics":
        return f"{modality}_kind: counts"
    return (
        "metabolomics_log: true"
        if kind == "abundance"
        else "metabolomics_kind: abundance, metabolomics_log: true"
    )


def _idle(parameters: Mapping[str, Any]) -> list[Finding]:
    """Name the parameters that are set and do nothing."""
    findings = []
    kinds = {modality: parameters[f"{modality}_kind"] for modality in MODALITIES}
    if parameters["normalise"] != "none" and "counts" not in kinds.values():
        text = f"`normalise: {parameters['normalise']}` does nothing here: no table is of kind counts."
        findings.append(Finding("idle", text, "normalise: none"))
    if parameters["metabolomics_log"] and kinds["metabolomics"] != "abundance":
        does = f"`metabolomics_log: true` does nothing here: `metabolomics_kind` is {kinds['metabolomics']}"
        text = f"{does}, which takes a logarithm of its own or none."
        findings.append(Finding("idle", text, "metabolomics_log: false"))
    return findings
