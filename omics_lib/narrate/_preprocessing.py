"""Sentences of chapters 1 and 2 about how the recipe of preprocessing fits the values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from .._modalities import feature_word
from .._words import count, share
from ..advice import GAIN, MAX_FOLD

if TYPE_CHECKING:
    from ..advice import Finding

_USES = {
    "none": "leaves the depth as it is",
    "cpm": "takes counts per million",
    "median_of_ratios": "divides by the median of ratios",
}
_WAYS = {
    "none": "as they come",
    "cpm": "as counts per million",
    "median_of_ratios": "by the median of ratios",
}


def totals(values: pd.Series, what: str) -> str:
    """Read the totals per sample; values on a log scale may sum to less than 0, where no ratio says anything."""
    smallest, largest = values.min(), values.max()
    if smallest <= 0:
        return f"The {what} ranges from {smallest:,.4g} to {largest:,.4g} over the samples."
    fold = largest / smallest
    text = f"The largest {what} is {fold:.1f} times the smallest"
    if fold <= MAX_FOLD:
        return f"{text}: the samples are of about one size."
    if "library" in what:
        return f"{text}. Genes may follow it: see below."
    return (
        f"{text}. Whatever was diluted, injected or extracted differently moves all features of a sample together, and "
        "nothing in this book takes that out: if the totals are no biology, normalise the table before it comes here."
    )


def advice(findings: Iterable[Finding]) -> str:
    """List what was found where the recipe does not fit, or say what was looked for."""
    texts = [f"- {finding.text}" for finding in findings]
    if texts:
        return "\n".join(texts)
    return (
        f"Nothing was found of what the recipe is checked for: counts whose library sizes are more than {MAX_FOLD}-fold apart, "
        "abundances that are skewed, and values that sum to the same in every sample."
    )


def _about(findings: Iterable[Finding], topic: str) -> list[str]:
    return [finding.text for finding in findings if finding.topic == topic]


def depth(findings: Iterable[Finding], effects: Mapping[str, pd.DataFrame], normalise: str) -> str:
    """Compare the ways of bringing counts to one depth (modality → `depth_effect`)."""
    if not effects:
        return "No table of this study is of kind `counts`, so there is no depth to bring into line."
    found = _about(findings, "depth") or [f"The library sizes are at most {MAX_FOLD}-fold apart."]
    for name, effect in effects.items():
        parts = [
            f"{share(row['genes_positive'], 1)} and {share(row['pairs_positive'], 1)} {_WAYS[str(way)]}"
            for way, row in effect.iterrows()
        ]
        found.append(
            f"The share of {feature_word(name)}s with a positive rho with the library size, and of pairs of {feature_word(name)}s with "
            f"one between them: {', '.join(parts)}. If nothing goes with the depth, the first is about a half; the more "
            "it is above, the more of the positive correlations may come from the depth alone."
        )
    return f"{' '.join(found)} This run {_USES[normalise]} (`normalise: {normalise}`)."


def skewness(findings: Iterable[Finding], effects: Mapping[str, pd.DataFrame], log: bool) -> str:
    """Compare skewness before and after a logarithm (modality → `log_effect`)."""
    if not effects:
        return "No table of this study is of kind `abundance`, so the question does not arise."
    found = _about(findings, "skewness")
    if found:
        return " ".join(found)
    texts, whole = [], bool(_about(findings, "closure"))
    for name, effect in effects.items():
        before, after = effect.abs().median()
        if log and name == "metabolomics":
            verdict = "This run takes the logarithm"
        elif before - after < GAIN or not whole:
            verdict = "That is no reason to take one"
        else:
            verdict = (
                "As these are parts of a whole, the next section comes first: log-ratios are logarithms too"
            )
        texts.append(
            f"Half of the {feature_word(name)}s have a |skewness| above {before:.2f} as they come, and above {after:.2f} after "
            f"a logarithm. {verdict}."
        )
    return " ".join(texts)


def closure(
    findings: Iterable[Finding], effects: Mapping[str, pd.DataFrame], pairs: Mapping[str, pd.DataFrame]
) -> str:
    """Say what closure alone does (modality → `closure_effect`, `pairs_by_closure`)."""
    if not effects:
        return (
            "In neither table do the values of every sample sum to the same: neither shows itself as a whole."
        )
    found = _about(findings, "closure")
    for name, effect in effects.items():
        first, rhos, both = effect.iloc[0], effect["rho_clr"], pairs[name]
        negative = [share(n, len(both)) for n in (both < 0).sum()]
        turned = share((both.prod(axis=1) < 0).sum(), len(both))
        found.append(
            f"Here: the most variable {feature_word(name)} has a variance of {first['variance']:.3g}, and its covariances with the "
            f"other {len(effect) - 1} sum to {first['others']:.3g}. Of {count(len(both), 'pair')} of {feature_word(name)}s, "
            f"{negative[0]} are negative as they come and {negative[1]} as log-ratios; {turned} change their sign. A "
            f"{feature_word(name)} correlates with its own log-ratio at {rhos.median():.2f} in the median, {rhos.min():.2f} at "
            "the least: the lower, the more chapter 4 would find something else. Log-ratios are not free either, they sum to 0 in "
            "every sample: what goes with one of them goes with that part *relative to the average part*."
        )
    return " ".join(found)
