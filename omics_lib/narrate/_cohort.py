"""Sentences of the chapter on what a cohort lends, where the truth is known: in a small world."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._words import Caption, count, counted, listed, number, share

_NONE, _SAME = "no cohort", "same world"
COST = 0.005  # R² that no cohort may cost
_AGREE = 0.01  # as `CohortUse` has it


def lent_axes(r2: pd.DataFrame, n_latent: int = 8, lender: str = _SAME) -> str:
    """Say what each cohort does to the held-out R², in the mean over draws.

    Parameters
    ----------
    r2 : DataFrame
        `samples`, `cohort`, `n_latent`, `r2`; where there were several, a row a `draw`.
    n_latent : int
        Axes that are spoken of.
    lender : str
        The cohort that may lend something; the others are of no use.
    """
    each = r2[r2["n_latent"] == n_latent].pivot(
        index=["samples", *r2.columns.intersection(["draw"])], columns="cohort", values="r2"
    )
    wide = each.groupby(level="samples").mean()
    first, last = wide.index[0], wide.index[-1]
    of_which = "the cohort of its own world" if lender == _SAME else "the cohort"
    parts = [
        f"of {size:,} samples explains {number(wide.loc[size, _NONE])} alone and {number(wide.loc[size, lender])} with {of_which}"
        for size in dict.fromkeys([first, last])
    ]
    text = f"With {n_latent} axes a study {listed(parts)}."
    worth = samples_worth(r2, n_latent, lender)
    if worth > 1.5 * first:
        more = f"more than {last:,}" if np.isinf(worth) else f"about {worth:,.0f}"
        text += f" To explain as much alone as {first:,} samples do with the cohort would take **{more} samples**."
    elif wide.loc[first, lender] <= wide.loc[first, _NONE] + COST:
        text += f" **It lends {first:,} samples nothing here.**"
    useless = each.drop(columns=[_NONE, lender]).sub(each[_NONE], axis=0)
    worst = useless.min().min()
    names = listed(f"“{name}”" for name in useless.columns)
    if worst >= -COST:
        return f"{text} {names} cost at most {number(max(-worst, 0))}: cross-validation inside the study gives them no share, or next to none."
    return f"{text} **{names} cost up to {number(-worst)}**, more than the {COST:g} that were promised."


def caption_lent(table: pd.DataFrame, label: str, where: str = "in one world") -> Caption:
    """Describe a number by the size of the study and the cohort (`samples`, `cohort`, `value`), in the mean over draws."""
    rows = table.groupby(["cohort", "samples"], sort=False)["value"].mean()
    ends, lines = [], []
    for name, of in rows.groupby(level=0, sort=False):
        row = of.droplevel(0)
        ends.append(f"{name} from {number(row.iloc[0], 2)} to {number(row.iloc[-1], 2)}")
        lines.append(f"{name} {listed(f'{number(v, 2)} at {at}' for at, v in row.items())}")
    low, high = table["samples"].min(), table["samples"].max()
    return Caption(
        f"From {low:,} to {high:,} samples, {where}, {label}: {listed(ends)}.",
        f"Lines of {label} against the samples of the study, one for each cohort: {'; '.join(lines)}.",
    )


def price_of_wrong_cohorts(lost: pd.DataFrame) -> str:
    """Say where wrong cohorts cost most and least (rows by samples, a column a cohort; missing: nothing to lose)."""
    worst = lost.max(axis=1).dropna()
    if worst.empty:
        return "Equal weights find nothing at any size, so there is nothing to lose."
    most, least = worst.idxmax(), worst.idxmin()
    said = f"Most is lost with {most:,} samples, {share(worst[most], 1)} of what equal weights find"
    if most != least:
        said += f", and least with {least:,}, {share(max(worst[least], 0), 1)}"
    return f"{said}. Pairs that stand out by themselves need no help, and no wrong cohort takes them away."


def samples_worth(r2: pd.DataFrame, n_latent: int = 8, lender: str = _SAME) -> float:
    """Return how many samples alone explain what the smallest study does with a cohort, in the mean over draws.

    Between the sizes that were measured it is interpolated; inf beyond the largest.
    """
    wide = r2[r2["n_latent"] == n_latent].pivot_table(index="samples", columns="cohort", values="r2")
    reached = np.maximum.accumulate(wide[_NONE].to_numpy())
    wanted = wide[lender].iloc[0]
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


def lent_rankings(rankings: pd.DataFrame, what: str = "the planted links") -> str:
    """Say what a study adds to the ranking of its cohort (`samples`, `ranking`, `mrr`), in the mean over draws."""
    mrr = rankings.pivot_table(index="samples", columns="ranking", values="mrr")
    added = mrr["study and cohort"] - mrr["cohort alone"]
    first, last = mrr.index[0], mrr.index[-1]
    text = (
        f"{first:,} samples alone place {what} with a mean reciprocal rank of {number(mrr.loc[first, 'study alone'], 2)}, with the cohort "
        f"{number(mrr.loc[first, 'study and cohort'], 2)}; but **the cohort alone has {number(mrr.loc[first, 'cohort alone'], 2)}**."
    )
    if added.max() < 0.01:
        return f"{text} Up to {last:,} samples the study adds nothing to it: whoever shows only the sum takes the cohort's merit for the study's."
    helped = [int(size) for size in added.index[added >= 0.01]]
    return f"{text} The study adds to it with {listed(helped)} samples, at most {number(added.max(), 2)}."


def lent_use(r2: pd.DataFrame, agreement: pd.DataFrame, n_latent: int = 8, lender: str = _SAME) -> str:
    """Say whether the studies tell, with no truth at hand, the cohort that is of use from those that are not.

    Parameters
    ----------
    r2 : DataFrame
        `samples`, `cohort`, `n_latent`, `share`; where there were several, a row a `draw`.
    agreement : DataFrame
        `samples`, `cohort`, `p`, and `draw`.
    n_latent : int
        Axes by which a share is chosen.
    lender : str
        The cohort that is of use.
    """
    keys = ["samples", "cohort", *r2.columns.intersection(["draw"])]
    told = agreement.set_index(keys).join(r2[r2["n_latent"] == n_latent].set_index(keys)["share"])
    of_use = ((told["p"] <= _AGREE) & (told["share"] > 0)).groupby(level="cohort", sort=False)
    n, yes = int(of_use.size()[lender]), of_use.sum()
    said = {name: f"{k or 'none'} {'say' if k > 1 else 'says'}" for name, k in yes.astype(int).items()}
    which = "the cohort of their own world" if lender == _SAME else "the cohort"
    others = [f"{said[name]} so of “{name}”" for name in yes.index.drop(lender)]
    wrong = int(n - yes[lender] + yes.drop(lender).sum())
    verdict = f"**{counted(wrong, 'verdict', 'is', 'are')} wrong.**" if wrong else "No verdict is wrong."
    return f"Of {count(n, 'study')}, {said[lender]} that {which} is of use; {listed(others)}. {verdict}"


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
