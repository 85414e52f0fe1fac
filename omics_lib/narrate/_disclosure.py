"""Sentences of the page "What do aggregates give away?": what attacks find out, beside chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .._words import count, listed, number, share, spread

# The area under the curve up to which an attack counts as no better than chance; chance itself is 0.5.
NEAR_CHANCE = 0.6
_EVERYTHING = "everything"


def disclosure_setting(settings: Mapping[str, Any]) -> str:
    """Say who attacks, and in how many trials."""
    return (
        f"The studies have {listed(list(settings['n_samples']))} samples, drawn from a simulated population that members and others "
        f"share. Correlations and metadata are attacked in {count(settings['n_trials'], 'trial')}; what is released in small numbers "
        f"by {count(settings['n_studies'], 'shadow study')} with, and as many without, each of "
        f"{count(settings['n_targets'], 'person')} of each kind."
    )


def _auc(row: pd.Series) -> str:
    return f"{number(row['auc'], 2)} ({number(row['low'], 2)} to {number(row['high'], 2)})"


def _of(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    return table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]


def disclosure_weights(rebuilt: pd.DataFrame, membership: pd.DataFrame) -> str:
    """Say how much of a sample comes back from the weights, and whether they tell who trained."""
    members = rebuilt[rebuilt["person"] == "member"]
    others = rebuilt[rebuilt["person"] == "other"]
    auc = _of(membership, what="weights")["auc"].min()
    least, chance = members["correlation"].min(), others["correlation"].max()
    known, n = members[["n_known", "n_features"]].iloc[0].astype(int)
    text = (
        f"Whoever knows {known} of {n:,} genes of a person, and has the file of the model, computes the other "
        f"{n - known:,}: they correlate with the true ones at {number(least, 2)} for people who trained the model, and at "
        f"{number(chance, 2)} for people who did not. Whether somebody trained it is told with an area under the curve of {number(auc, 2)}."
    )
    if least - chance > 0.5:
        return f"{text} **Weights are data**, and no release holds them."
    return f"{text} These weights give little back; that is no promise for others, and no release holds them."


def disclosure_correlations(membership: pd.DataFrame) -> str:
    """Say how well people are found in the correlations of all pairs, form by form."""
    rows = _of(membership, what="correlations", person="typical")
    control = _of(membership, what="correlations", person="control")["auc"]
    lines = []
    for how, of_form in rows.groupby("how", sort=False):
        found = listed([f"{_auc(row)} with {row['n_samples']} samples" for _, row in of_form.iterrows()])
        lines.append(f"- *{how}*: {found}")
    weakest = rows.groupby("how")["auc"].max().min()
    verdict = (
        "**None of these forms can be let out**: rounding, and adding up sites, hardly help."
        if weakest > NEAR_CHANCE
        else "Only the forms near 0.5 could be let out."
    )
    return (
        "\n".join(lines) + f"\n\nFor two people of whom neither is in the study the same score gives "
        f"{number(control.min(), 2)} to {number(control.max(), 2)}. {verdict}"
    )


def disclosure_aggregates(membership: pd.DataFrame) -> str:
    """Say what the small numbers gave away as they were, and which of them did."""
    before = membership[membership["state"] == "before"]
    whole, parts = before[before["what"] == _EVERYTHING], before[before["what"] != _EVERYTHING]
    sentences = []
    for n, rows in whole.groupby("n_samples"):
        of = rows.set_index("person")
        unusual = of.drop(index=["typical", "control"])["auc"].idxmax()
        sentences.append(
            f"With {n} samples everything together tells a typical person's membership with {_auc(of.loc['typical'])}, and that of the kind "
            f"*{unusual}* with {_auc(of.loc[unusual])}; the control has {_auc(of.loc['control'])}."
        )
    unlike = parts[~parts["person"].isin(["typical", "control"])]
    worst = unlike.groupby("what", sort=False)["auc"].max().sort_values(ascending=False)
    if worst.iloc[0] <= NEAR_CHANCE:
        return " ".join([*sentences, "No number tells an unusual person better than chance."])
    told = [f"{what} ({number(auc, 2)})" for what, auc in worst.items() if auc > NEAR_CHANCE]
    why = (
        f"**What gives it away is {told[0]}**"
        + (f", and {listed(told[1:])} {'do' if len(told) > 2 else 'does'} too" if len(told) > 1 else "")
        + ", each at its worst."
    )  # fmt: skip
    if worst.index[0] == "reconstruction":
        why += (
            " A sample that is unlike all others widens the scale on which all are measured, takes a component of its own, and makes "
            "the fold that holds it unlike the other folds."
        )
    return " ".join([*sentences, why])


def disclosure_default(membership: pd.DataFrame, price: pd.DataFrame) -> str:
    """Say what is let out by default, how far from chance it is, and what that costs."""
    now = _of(membership, state="now", what=_EVERYTHING)
    parts = membership[(membership["state"] == "now") & (membership["what"] != _EVERYTHING)]
    kept = listed(
        [f"{what} ({how})" for what, how in dict.fromkeys(zip(parts["what"], parts["how"], strict=True))]
    )
    worst = now.loc[now["auc"].idxmax()]
    lost = price[(price["state"] == "now") & (price["what"] == _EVERYTHING)]["lost"]
    gone = sorted(set(price["what"]) - set(parts["what"]) - {_EVERYTHING})
    verdict = "near chance" if worst["auc"] <= NEAR_CHANCE else "**not near chance**"
    text = (
        f"By default, of what depends on the values, only this is released: {kept}. Its worst case is {verdict}: {_auc(worst)}, for the "
        f"kind *{worst['person']}* with {worst['n_samples']} samples."
    )
    if gone:
        text += f" {listed(gone).capitalize()} are not released, however rounded."
    return f"{text} **The price**: {share(lost.max(), 1)} of what differs from study to study in the numbers that were released before."


def disclosure_alternatives(membership: pd.DataFrame) -> str:
    """Say which other ways of letting everything out were tried, and whether they protect."""
    tried = membership[(membership["what"] == _EVERYTHING) & (membership["state"] == "no")]
    sentences = []
    for how, rows in tried.groupby("how", sort=False):
        worst = rows.loc[rows["auc"].idxmax()]
        good = worst["auc"] <= NEAR_CHANCE
        verdict = "protects" if good else "does **not** protect"
        sentences.append(
            f"*{how[:1].upper()}{how[1:]}*: at worst {_auc(worst)} (*{worst['person']}*), which {verdict}."
        )
    return " ".join(sentences)


def disclosure_informed(informed: pd.DataFrame) -> str:
    """Say what somebody finds out who knows everybody else in the study."""
    whole = informed[informed["what"] == _EVERYTHING]
    before, now = (_of(whole, state=state)["auc"] for state in ("before", "now"))
    text = (
        f"Somebody who knows all samples but one recomputes the release with each of two people in that place, and looks which it is: "
        f"with what was released before, {number(before.min(), 2)} at the least; with what is released by default, up to {number(now.max(), 2)}."
    )
    if now.max() > NEAR_CHANCE:
        return f"{text} **Against this attacker rounding is no protection; only noise is**, and the next section says what noise costs."
    return f"{text} Coarse numbers rarely change when one person does; only noise is a promise, though."


def disclosure_linkage(linkage: pd.DataFrame) -> str:
    """Say how many samples a register names, before and after the metadata are grouped."""
    plain, grouped = (linkage[linkage["how"] == how] for how in ("as it is", "grouped"))
    most, left = plain.loc[plain["linked"].idxmax()], grouped.loc[grouped["linked"].idxmax()]
    kept = spread(grouped["columns_kept"].min(), grouped["columns_kept"].max(), 1)
    text = (
        f"Up to {share(most['linked'], 1)} ({share(most['low'], 1)} to {share(most['high'], 1)}) of the samples are one single person of the "
        f"register; by guessing it would be {most['chance']:.2%}. Where each combination is shared by at least "
        f"{count(int(left['k']), 'sample')} of the study, it is {share(left['linked'], 1)} at most."
    )
    n_columns = int(plain["columns"].iloc[0])
    return f"{text} The price: of {n_columns} columns {kept} remain on average, coarser."


def disclosure_noise(noise: pd.DataFrame) -> str:
    """Say which numbers say something under differential privacy, and at which loss."""
    useful = noise[noise["released"]]
    bounds = listed(
        [
            f"{number(bound, 2)} at ε = {epsilon:g}"
            for epsilon, bound in noise.groupby("epsilon")["bound"].first().items()
        ]
    )
    text = (
        f"Whatever the attack, and whatever else is known, no area under the curve can then exceed {bounds}. "
    )
    if useful.empty:
        return f"{text}**At none of these losses does any number say something**: the noise is as large as what could be told."
    sentences = []
    for what in dict.fromkeys(noise["what"]):
        rows = useful[useful["what"] == what]
        if rows.empty:
            least = noise[noise["what"] == what]["error"].min()
            sentences.append(
                f"*{what}* never is useful: the error is {number(least, 2)} at best, of a range of 1."
            )
            continue
        first = rows.sort_values(["n_samples", "epsilon"]).groupby("n_samples").first()
        said = [
            f"from ε = {row['epsilon']:g} with {n} (off by {number(row['error'], 1)})"
            for n, row in first.iterrows()
        ]
        sentences.append(f"*{what}* can be told {listed(said)} samples.")
    return text + " ".join(sentences)
