"""Sentences of the page on what its cohort lends a study."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._escape import md_code, plain
from .._modalities import feature_word
from .._words import Caption, count, counted, listed, number, share
from ..associations import Associations
from ..cohort import FEW, Cohort
from ..evaluation import metric_table
from ..transfer import CohortUse
from ._autoencoder import LEVEL

COHORT_MODELS = ALONE, LENT, SHUFFLED = "study alone", "with the cohort", "gene names shuffled"
_METRIC, _RANKED = "average_precision", ("study alone", "cohort alone", "study and cohort")


def own_cohort(cohort: Cohort, n_samples: int) -> str:
    """Say who the cohort is beside a study of so many samples, and how much of its features it has."""
    n = len(cohort.samples)
    text = (
        f"The cohort {md_code(cohort.name)} has {count(n, 'sample')}, the study {count(n_samples, 'sample')}. No sample is in both: the "
        "ids were compared, and the order of the values within each sample."
    )
    if n <= n_samples:
        text += " **It is no larger than the study**, so that little can be expected of it."
    for modality, n_study, _, n_shared in cohort.overlap.itertuples():
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


def own_cohort_of_use(use: CohortUse, n_latent: int) -> str:
    """Read both statistics that say whether a cohort is of use, and the default that follows."""
    row = use.gains.set_index("share").loc[use.share]
    axes = (
        f"Cross-validated among the study's samples, the covariance does best with {share(use.share, 1)} of the cohort's in it: that adds "
        f"{number(row['gain'])} to the R² at {count(n_latent, 'latent')} (standard error {number(row['gain_se'])})."
        if use.axes_help
        else "Cross-validated among the study's samples, no share of the cohort's covariance is ahead of none by more than its standard "
        "error, so it gets none."
    )
    pairs = (
        f"The correlations {'between genes' if use.associations == 'genes' else 'of genes with metabolites'} in both sources agree at r = {number(use.r, 2)}; "
        + (
            f"hardly any shuffling of the cohort's names gives as much (p = {use.p:.2g})."
            if use.associations_agree
            else f"with its names shuffled that is not rare enough (p = {use.p:.2g}, and at most 0.01 is asked for)."
        )
    )
    yes = use.axes_help + use.associations_agree
    verdict = (
        "**Both answers are yes: the cohort is of use here.**"
        if use.of_use
        else "**Both answers are no: this cohort is of no use here, and is left out by default.**"
        if not yes
        else f"**Only {'the first' if use.axes_help else 'the second'} answer is yes. Both are asked for, so the cohort is left out by default.**"
    )
    rest = (
        " What it lends stands on this page and in `cohort_pairs.parquet`."
        if use.of_use
        else " What follows shows all the same what it would lend."
    )
    return f"{axes} {pairs} {verdict}{rest}"


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
        f"{alpha:g}; with the weights of the cohort {n:,} {'is' if n == 1 else 'are'} declared"
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


def own_cohort_ranked(evaluation: pd.DataFrame, *, paired: bool) -> str:
    """Say what the study adds to the ranking by the cohort alone, and the cohort to that by the study alone.

    Parameters
    ----------
    evaluation : DataFrame
        As `compare_rankings` makes it of `cohort_rankings`.
    paired : bool
        Whether the cohort has metabolites of the study; else it ranks nothing.
    """
    if not paired:
        return "Without metabolites the cohort ranks no pairs."
    if not len(evaluation):
        return "The study brings no known pairs that the cohort has too, so that nothing says which ranking is better."
    wide = metric_table(evaluation, _METRIC).set_index("method")
    value, p = wide["value"], wide["p"]
    study, cohort, both = (number(value[name]) for name in _RANKED)
    text = (
        f"Average precision is {study} by the study alone, {cohort} by the cohort alone and {both} by both. "
    )
    if (p > 0.05).all():
        return f"{text}**None of them is better than permuted gene names**: they say nothing of these known pairs."
    limit = evaluation.set_index(["method", "metric"])["value"]
    if value.idxmax() == _RANKED[0] and limit.get((_RANKED[2], f"{_METRIC}_behind_best_low"), np.nan) > 0:
        return f"{text}**The cohort misleads here**: the study alone is ahead of both together, by more than the choice of metabolites explains."
    low, high = (limit[_RANKED[2], f"{_METRIC}_over_plain_{end}"] for end in ("low", "high"))
    over = f"{number(low)} to {number(high)} above the cohort alone (95% interval over metabolites)"
    if low > 0:
        return f"{text}**The study adds to what the cohort knows**: both together are {over}."
    if high < 0:
        return f"{text}**The study takes away from what the cohort knows**: both together are {over}."
    return f"{text}**The study adds nothing that could be told from nothing**: both together are {over}, so the cohort alone would have done."


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
