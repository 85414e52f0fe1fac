"""Sentences of the page on what its cohort lends a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .._escape import md_code, plain
from .._modalities import feature_word
from .._words import Caption, count, counted, listed, number, share
from ..evaluation import metric_table
from ._autoencoder import LEVEL

if TYPE_CHECKING:  # torch need not be loaded to say a sentence
    from ..associations import Associations
    from ..cohort import Cohort
    from ..transfer import CohortUse

COHORT_MODELS = ALONE, LENT, SHUFFLED = "study alone", "with the cohort", "gene names shuffled"
_METRIC, _RANKED = "average_precision", ("study alone", "cohort alone", "study and cohort")


def own_cohort(cohort: Cohort, n_samples: int) -> str:
    """Say who the cohort is beside a study of so many samples, and how much of its features it has."""
    from ..cohort import FEW

    n = len(cohort.samples)
    text = (
        f"The cohort {md_code(cohort.name)} has {count(n, 'sample')}, the study {count(n_samples, 'sample')}. No sample is in both: the "
        "ids were compared, and the order of the values within each sample."
    )
    if cohort.alike:
        text += (
            f" **But {counted(len(cohort.alike), 'pair', 'is', 'are')} as alike as copies of one sample**, which "
            "`omics-book check` names. If they are the study's own, all that follows is too good to be true."
        )
    if n <= n_samples:
        text += " **It is no larger than the study**, so that little can be expected of it."
    for modality, n_study, _, n_shared in cohort.overlap.itertuples():
        if not n_shared:
            continue
        things = f"{feature_word(modality)}s"
        text += f" It has {n_shared:,} of the study's {n_study:,} {things} ({share(n_shared, n_study)})"
        few = f", which is less than {share(FEW, 1)}: **what it lends, it lends to these few alone**"
        text += f"{few}." if n_shared < FEW * n_study else "."
    if cohort.metabolites is None:
        text += " **Of the study's metabolites it has none**: it can say how genes go together, and nothing of pairs."
    if cohort.covariates:
        held = listed(map(md_code, cohort.covariates))
        text += f" Within it, {held} {'is' if len(cohort.covariates) == 1 else 'are'} regressed out of its correlations."
    return text


def own_cohort_axes(scores: pd.DataFrame) -> str:
    """Read the held-out R² of the study alone, with its cohort, and with the cohort's gene names shuffled.

    Parameters
    ----------
    scores : DataFrame
        `latents`, `model` (one of `COHORT_MODELS`), `value` (held-out R²), a row a fold.
    """
    mean = scores.groupby(["latents", "model"])["value"].mean().unstack()
    gain, idle = mean[LENT] - mean[ALONE], mean[SHUFFLED] - mean[ALONE]
    widths = [int(k) for k in mean.index]
    up = [k for k in widths if gain[k] > LEVEL]
    best = gain.idxmax()
    at = f"{number(mean.loc[best, ALONE])} to {number(mean.loc[best, LENT])}"
    if len(up) == len(widths):
        text = f"**With the cohort, more of unseen samples is explained at every width**; the most at {count(int(best), 'latent')}, from {at}."
    elif up:
        text = f"With the cohort, more of unseen samples is explained at {listed(up)} latents; the most at {int(best)}, from {at}."
    else:
        most = f": never more than {number(gain.max())}" if gain.max() > 0 else ""
        text = f"**The cohort's axes add nothing to this study that counts**{most}."
    if (lost := -gain.min()) > LEVEL:
        text += f" At {count(int(gain.idxmin()), 'latent')} it costs {number(lost)}."
    if idle.max() > LEVEL:
        also = f"With its genes' names shuffled it adds {number(idle.max())} as well, at {count(int(idle.idxmax()), 'latent')}"
        if idle.max() < gain.max() / 2:
            return f"{text} {also}: that much does not come from which gene is which."
        return f"{text} **{also}**: the gain does not come from which gene is which."
    costs = "costs nothing" if -idle.min() <= LEVEL else f"costs up to {number(-idle.min())}"
    return f"{text} With its genes' names shuffled the cohort adds nothing, as it must, and {costs}."


def own_cohort_autoencoder(scores: pd.DataFrame, n_latent: int) -> str:
    """Read the autoencoder's held-out R² without and with the cohort (`model`, `r2`, a row a fold)."""
    mean = scores.groupby("model")["r2"].mean()
    gain = mean[LENT] - mean[ALONE]
    of = f"The autoencoder with {count(n_latent, 'latent')} explains {number(mean[ALONE])} of unseen samples by itself and {number(mean[LENT])} "
    of += "where its start is shrunk towards the cohort"
    if abs(gain) <= LEVEL:
        return f"{of}: no difference that counts."
    return f"{of}: {number(abs(gain))} {'more' if gain > 0 else '**less**'}."


def caption_own_cohort(scores: pd.DataFrame) -> Caption:
    """Describe the held-out R² against the number of latents (`latents`, `model`, `value`)."""
    mean = scores.groupby(["model", "latents"], sort=False)["value"].mean()
    lines = [
        f"{plain(name)} {', '.join(f'{number(v)} at {at}' for at, v in of.droplevel(0).items())}"
        for name, of in mean.groupby(level=0, sort=False)
    ]
    last = mean.unstack().iloc[:, -1]
    return Caption(
        f"With {int(last.name)} latents the held-out R² is {number(last[ALONE])} for the study alone, {number(last[LENT])} with the cohort, and "
        f"{number(last[SHUFFLED])} with the cohort's gene names shuffled.",
        f"Dots of held-out R², one a fold, and lines through their means against the number of latents: {'; '.join(lines)}.",
    )


def own_cohort_pairs(found: Associations | None, alpha: float) -> str:
    """Compare the pairs that the weights of the cohort declare with those of plain Benjamini and Hochberg."""
    if found is None:
        return "The cohort has none of the study's metabolites, so it gives pairs no weights; chapter 4 lists what the study finds by itself."
    plainly, n = int(found.n_unweighted or 0), found.n_significant
    text = (
        f"Of {count(found.n_tests, 'pair')}, plain Benjamini and Hochberg declares {plainly if plainly else 'none'} at a false discovery rate of "
        f"{alpha:g}; with the weights of the cohort {'none is' if not n else '1 is' if n == 1 else f'{n:,} are'} declared"
    )
    if not n:
        return f"{text}." + (
            " **The cohort takes all of them away.**" if plainly else " The cohort changes nothing."
        )
    if found.n_kept < n:
        return f"{text}; the {found.n_kept:,} foremost are written down."
    new = int((found.pairs["q"] > alpha).sum())
    lost = plainly - (n - new)
    text += (
        f": {counted(new, 'new one', 'comes in', 'come in')}, and {counted(lost, 'pair', 'goes', 'go')} out."
    )
    if n > plainly:
        return f"{text} **The new ones rest on both sources**: none is declared whose own p in this study is above {alpha:g}."
    if n < plainly:
        return f"{text} **The cohort costs pairs here**: where it misleads, the error rate holds and power is lost."
    return text


def caption_own_rankings(evaluation: pd.DataFrame) -> Caption:
    """Describe the bars of average precision by the study, by the cohort and by both."""
    wide = metric_table(evaluation, _METRIC).set_index("method")
    bars = [
        f"{name} {number(wide.loc[name, 'value'])} (interval {number(wide.loc[name, 'low'])} to {number(wide.loc[name, 'high'])})"
        for name in _RANKED
    ]
    best = wide["value"].idxmax()
    return Caption(
        f"Of the known pairs, the ranking by {best.replace(' alone', '')} finds most again: average precision {number(wide.loc[best, 'value'])}, where chance gives "
        f"{number(wide.loc[best, 'chance'])}.",
        f"Bar chart of the average precision of {count(len(wide), 'ranking')}: {'; '.join(bars)}.",
    )


def own_cohort_shown(use: CohortUse, scores: pd.DataFrame, found: Associations | None) -> str:
    """Sum up: of use or not, what it lent to the axes, and what to the pairs."""
    mean = scores.groupby(["latents", "model"])["value"].mean().unstack()
    widest = mean.iloc[-1]
    text = "- The cohort is " + ("of use for this study." if use.of_use else "**left out by default**.")
    text += (
        f"\n- Held-out R² at {int(widest.name)} latents: {number(widest[ALONE])} alone, {number(widest[LENT])} with it, "
        f"{number(widest[SHUFFLED])} with its gene names shuffled.\n"
    )
    if found is None:
        return f"{text}- Of pairs it says nothing."
    text += (
        f"- Pairs: {int(found.n_unweighted or 0):,} without its weights, {found.n_significant:,} with them."
    )
    if not use.of_use:
        text += " As it is left out, keep to those without: chapter 4 lists them."
    return text
