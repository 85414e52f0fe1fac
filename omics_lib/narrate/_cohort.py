"""Sentences of the chapter on what a cohort lends: a small world whose truth is known, then real cell lines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._escape import md_code
from .._words import amount, count, listed, number, share

_NONE, _SAME = "no cohort", "same world"
_WEIGHTS = {
    "none": "equal weights",
    "cohort": "weights of the cohort",
    "shuffled": "weights of shuffled names",
}
_COST = 0.005  # R² that no cohort may cost


def lent_axes(r2: pd.DataFrame, n_latent: int = 8) -> str:
    """Say what each cohort does to the held-out R² (`samples`, `cohort`, `n_latent`, `r2`)."""
    wide = r2[r2["n_latent"] == n_latent].pivot(index="samples", columns="cohort", values="r2")
    first, last = wide.index[0], wide.index[-1]
    parts = [
        f"of {size:,} samples explains {number(wide.loc[size, _NONE])} alone and {number(wide.loc[size, _SAME])} with the cohort of its own world"
        for size in dict.fromkeys([first, last])
    ]
    text = f"With {n_latent} axes a study {listed(parts)}."
    worth = samples_worth(r2, n_latent)
    if worth > 1.5 * first:
        more = f"more than {last:,}" if np.isinf(worth) else f"about {worth:,.0f}"
        text += f" To explain as much alone as {first:,} samples do with the cohort would take **{more} samples**."
    elif wide.loc[first, _SAME] <= wide.loc[first, _NONE] + _COST:
        text += f" **It lends {first:,} samples nothing here.**"
    useless = wide.drop(columns=[_NONE, _SAME]).sub(wide[_NONE], axis=0)
    worst = useless.min().min()
    names = listed(f"“{name}”" for name in useless.columns)
    if worst >= -_COST:
        return f"{text} {names} cost at most {number(max(-worst, 0))}: cross-validation inside the study gives them no share, or next to none."
    return f"{text} **{names} cost up to {number(-worst)}**, more than the {_COST:g} that were promised."


def samples_worth(r2: pd.DataFrame, n_latent: int = 8) -> float:
    """Return how many samples alone explain what the smallest study does with its own world's cohort.

    Between the sizes that were measured it is interpolated; inf beyond the largest.
    """
    wide = r2[r2["n_latent"] == n_latent].pivot(index="samples", columns="cohort", values="r2").sort_index()
    reached = np.maximum.accumulate(wide[_NONE].to_numpy())
    wanted = wide[_SAME].iloc[0]
    if wanted > reached[-1]:
        return float("inf")
    return float(np.interp(wanted, reached, wide.index.to_numpy(dtype=float)))


def lent_pairs(pairs: pd.DataFrame, alpha: float) -> str:
    """Say what weights do to power and to errors (`samples`, `cohort`, `declared`, `false`, `power`)."""
    power = pairs.pivot(index="samples", columns="cohort", values="power")
    gain = power[_SAME] - power[_NONE]
    size = gain.idxmax()
    text = (
        f"The weights of the own world help most with {size:,} samples: {share(power.loc[size, _SAME], 1)} of all true pairs in place of "
        f"{share(power.loc[size, _NONE], 1)}."
        if gain.max() > 0
        else "The weights of the own world find no more than equal ones."
    )
    useless = power.drop(columns=[_NONE, _SAME]).min(axis=1) - power[_NONE]
    at = useless.idxmin()
    if useless[at] < 0:
        text += (
            f" A cohort that misleads costs power, at most {share(-useless[at], 1)} of the true pairs ({at:,} samples), because its "
            "weights are spent on the wrong pairs."
        )
    worst = pairs.loc[pairs["false"].idxmax()]
    text += (
        f" What it does not cost is truth: the largest share of false pairs in any list is {share(worst['false'], 1)} "
        f"({worst['samples']:,} samples, {worst['cohort']}), where {share(alpha, 1)} is promised in the mean over studies."
    )
    return text


def lent_rankings(rankings: pd.DataFrame) -> str:
    """Say what a study adds to the ranking of its cohort (`samples`, `ranking`, `mrr`)."""
    mrr = rankings.pivot(index="samples", columns="ranking", values="mrr")
    added = mrr["study and cohort"] - mrr["cohort alone"]
    first, last = mrr.index[0], mrr.index[-1]
    text = (
        f"{first:,} samples alone place the planted links with a mean reciprocal rank of {number(mrr.loc[first, 'study alone'], 2)}, with the cohort "
        f"{number(mrr.loc[first, 'study and cohort'], 2)}; but **the cohort alone has {number(mrr.loc[first, 'cohort alone'], 2)}**."
    )
    if added.max() < 0.01:
        return f"{text} Up to {last:,} samples the study adds nothing to it: whoever shows only the sum takes the cohort's merit for the study's."
    helped = [int(size) for size in added.index[added >= 0.01]]
    return f"{text} The study adds to it with {listed(helped)} samples, at most {number(added.max(), 2)}."


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
    if worst >= -_COST:
        return f"{text} In no draw, with no cohort, is more than {number(max(-worst, 0))} lost."
    return (
        f"{text} **In the worst draw {number(-worst)} is lost**, more than the {_COST:g} that were aimed at."
    )


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


def cohort_shown(r2: pd.DataFrame, pairs: pd.DataFrame, rankings: pd.DataFrame) -> str:
    """Sum up the chapter by its outcome."""
    wide = r2[r2["n_latent"] == 8].pivot(index="samples", columns="cohort", values="r2")
    first, last = wide.index[0], wide.index[-1]
    gains = wide[_SAME] - wide[_NONE]
    power = pairs.pivot(index="samples", columns="cohort", values="power")
    mrr = rankings.pivot(index="samples", columns="ranking", values="mrr")
    adds = (mrr["study and cohort"] - mrr["cohort alone"]).max() >= 0.01
    return (
        f"A cohort of the same world adds {number(gains[first])} to the held-out R² of {first:,} samples and {number(gains[last])} to that of "
        f"{last:,}: **what it lends is what the study lacks**. Its weights change power by up to "
        f"{share((power[_SAME] - power[_NONE]).abs().max(), 1)} of the true pairs. A cohort of another world, or one whose names are mixed up, lends nothing, "
        f"and is told by the study's own samples. In the ranking of links the study adds "
        f"{'to' if adds else 'nothing to'} what the cohort says by itself."
    )


def worth_in_samples(r2: pd.DataFrame, widths: tuple[int, ...]) -> pd.DataFrame:
    """Return, a row a width, how many samples alone explain what the smallest study does with the cohort."""
    largest = int(r2["samples"].max())
    worth = {k: samples_worth(r2, k) for k in widths}
    said = {k: f"more than {largest:,}" if np.isinf(n) else f"{n:,.0f}" for k, n in worth.items()}
    return pd.DataFrame({"samples that explain as much alone": said}).rename_axis("axes")
