"""Sentences of the chapter on what a cohort lends, on real cell lines, whose results are stored."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._escape import md_code
from .._words import amount, count, listed, number, share
from ._cohort import COST

_WEIGHTS = {
    "none": "equal weights",
    "cohort": "weights of the cohort",
    "shuffled": "weights of shuffled names",
}


def cell_lines_axes(means: pd.DataFrame) -> str:
    """Say what a cohort of cell lines lends to the axes of 21 others, in the mean over draws.

    Parameters
    ----------
    means : DataFrame
        `design`, `model`, `comparable`, `n_latent`, `r2`, `alone`, `worst` (difference in the worst draw).
    """
    lent = means[(means["n_latent"] == 8) & means["comparable"]].set_index(["design", "model"])
    row = lent.loc[("matched", "PCA, cohort")]
    parts = [
        f"the held-out R² of 21 cell lines with 8 components is {number(row['alone'])} alone and {number(row['r2'])} with the cohort ({row['r2'] / row['alone']:.1f} times)"
    ]
    if ("matched", "autoencoder, cohort") in lent.index:
        net = lent.loc[("matched", "autoencoder, cohort")]
        parts.append(
            f"that of the autoencoder {number(net['alone'])} and {number(net['r2'])} ({net['r2'] / net['alone']:.1f} times)"
        )
    text = f"In the mean over the draws {listed(parts)}."
    others = lent[lent.index.get_level_values("design") != "matched"]
    others = others[others.index.get_level_values("model").str.endswith(", cohort")]
    gains = (others["r2"] - others["alone"]).groupby(level="design", sort=False).max()
    text += f" Where the cohort fits less it lends less: {listed(f'{md_code(name)} {number(gain)}' for name, gain in gains.items())}."
    worst = means.loc[means["model"].str.endswith(", cohort"), "worst"].min()
    if worst >= -COST:
        return f"{text} In no draw, with no cohort, is more than {number(max(-worst, 0))} lost."
    return f"{text} **In the worst draw {number(-worst, 4)} is lost**, more than the {COST:g} that were aimed at."


def cell_lines_pairs(splits: pd.DataFrame) -> str:
    """Say what weights add to the list of pairs, and how much of it comes back in samples kept for that.

    Parameters
    ----------
    splits : DataFrame
        `regressed_out`, `samples`, `draw`, `null`, `weights` (`none`, `cohort`, `shuffled`), `declared`, `replicated`.
    """
    exact = splits[splits["null"] == "exact"]
    means = exact.groupby(["regressed_out", "samples", "weights"], sort=False)[
        ["declared", "replicated"]
    ].mean()
    parts = []
    for (removed, size), of in means.groupby(level=[0, 1], sort=False):
        plain, lent = (of.loc[(removed, size, name)] for name in ("none", "cohort"))
        ratio = lent["declared"] / plain["declared"] if plain["declared"] else 0
        times = f", {amount(ratio)} times as many" if ratio else ""
        parts.append(
            f"with {size:,} samples and {removed} regressed out {amount(plain['declared'])} become {amount(lent['declared'])}{times} "
            f"(replicated {_share(plain['replicated'])} and {_share(lent['replicated'])})"
        )
    return f"Pairs declared by equal weights and by the cohort's, in the mean over {count(exact['draw'].nunique(), 'draw')}: {'; '.join(parts)}."


def _share(value: float) -> str:
    return "–" if np.isnan(value) else number(value, 2)


def cell_lines_errors(permuted: pd.DataFrame, alpha: float) -> str:
    """Say how often permuted studies declare a pair (`weights`, `permutations`, `any`, `any_low`)."""
    n, worst = int(permuted["permutations"].max()), permuted.loc[permuted["any"].idxmax()]
    text = f"With the samples of the metabolites permuted ({count(n, 'time')}), so that every declared pair is false, at most {share(worst['any'], 1)} of the permutations declare one ({_WEIGHTS[worst['weights']]})."
    over = permuted[permuted["any_low"] > alpha]
    if over.empty:
        return f"{text} No interval excludes the {share(alpha, 1)} that were promised."
    at = listed(
        f"{_WEIGHTS[row.weights]} with {row.samples:,} samples, {row.regressed_out} regressed out"
        for row in over.itertuples()
    )
    return (
        f"{text} Of {count(len(permuted), 'interval')} {len(over):,} {'lies' if len(over) == 1 else 'lie'} above the {share(alpha, 1)} that were promised: "
        f"{at}. One in {round(2 / (1 - 0.95)):,} would by chance."
    )


def cell_lines_use(means: pd.DataFrame) -> str:
    """Say how often the verdict on a cohort is right (`design`, `of_use`, `right`)."""
    parts = [f"{md_code(row.design)} {share(row.right, 1)}" for row in means.itertuples()]
    clear = means.loc[means["design"].isin(["matched", "shuffled"]), "right"]
    verdict = (
        "That is what was aimed at" if clear.min() >= 0.95 else "**Less than the 95% that were aimed at**"
    )
    return (
        f"The verdict is right in: {listed(parts)} of the draws. {verdict} for matched and shuffled cohorts."
    )


def cell_lines_rankings(rankings: pd.DataFrame) -> str:
    """Say how enzymes are ranked by study, cohort and both (`samples`, `method`, `mrr`)."""
    mrr = rankings.groupby(["samples", "method"], sort=False)["mrr"].mean().unstack()
    parts = [
        f"with {size:,} samples {number(row['study alone'])} alone and {number(row['study and cohort'])} with the cohort"
        for size, row in mrr.iterrows()
    ]
    alone = mrr["cohort alone"].mean()
    added = (mrr["study and cohort"] - mrr["cohort alone"]).round(3)
    helped = [int(size) for size in added.index[added > 0.01]]
    verdict = (
        f"Only {listed(helped)} samples add to it, at most {number(added.max())}."
        if helped
        else "**The studies add next to nothing to it.**"
    )
    return f"Mean reciprocal rank of the known enzymes: {listed(parts)}. The cohort alone has {number(alone)}. {verdict}"
