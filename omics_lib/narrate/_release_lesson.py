"""Sentences that close chapter 7, and that read the solutions of its exercises."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .._words import count, counted, listed, number


def release_shown(audit: pd.DataFrame, n_samples: int, min_group_size: int) -> str:
    """Sum up the chapter: what leaves, what was searched for, and what that does not promise."""
    skipped = int(audit.attrs.get("n_not_searched", 0))
    names = (
        "no sample's name"
        if not skipped
        else f"none of the {n_samples - skipped:,} names that can be searched for"
    )
    return (
        f"{counted(len(audit), 'file').capitalize()} made to leave the house, together {count(int(audit['n_bytes'].sum()), 'byte')}, and "
        f"{names} stands in them. No number of the study in them stands for fewer than {count(min_group_size, 'sample')}; here they stand "
        f"for all {n_samples:,}. That is a rule that was kept, not a proof that nothing can be inferred."
    )


def names_in_the_house(audit: pd.DataFrame, n_samples: int) -> str:
    """Read the audit of a folder that never leaves: which files hold names, and that a model needs none."""
    skipped = int(audit.attrs.get("n_not_searched", 0))
    hits = audit[audit["n_found"] > 0]
    if not len(hits):
        return (
            f"No name was found: {skipped:,} of {count(n_samples, 'name')} could not be searched for, since bare numbers cannot be told "
            "from results."
        )
    files = listed(f"`{name}` ({n:,})" for name, n in zip(hits["file"], hits["n_found"], strict=True))
    return (
        f"Names stand in {files}: one row a sample. In the other {count(len(audit) - len(hits), 'file')} none was found. "
        "**A model without names is not harmless**: it is made of the samples, as the last exercise shows. An audit finds names, nothing else."
    )


def two_means(errors: Mapping[int, float], guess: float) -> str:
    """Read how far off a sample is that was rebuilt from two means, by the digits that were kept.

    `errors` and `guess`, the error of whoever takes the mean for everybody, are in standard deviations of a gene.
    """
    parts = [f"{number(error)} with {count(digits, 'digit')}" for digits, error in errors.items()]
    text = (
        f"Each gene is off by {listed(parts)} behind the point, in standard deviations; who takes the mean for everybody is off by "
        f"{number(guess)}."
    )
    if errors[max(errors)] < 0.1 * guess:
        text += " **Two harmless averages give a whole person away**, since all others cancel."
    if errors[min(errors)] < guess:
        return f"{text} Rounding makes it worse, not impossible."
    return (
        f"{text} With {count(min(errors), 'digit')} no single value can be read off any more. Whether somebody took part may be told "
        "all the same, from many poor values together."
    )


def told_with_numbers(told: Mapping[str, int]) -> str:
    """Compare how many numbers leave by default and with `numbers` (values in their order)."""
    default, more = told.values()
    return (
        f"{default:,} numbers by default, {more:,} with `--numbers`. Each is an average or a count, and none names anybody. Together "
        "they tell whether somebody unlike all others took part, so that the question is never whether *one* number is harmless."
    )


def rebuilt_from_model(agreement: Mapping[int, float], rank: int, n_features: int) -> str:
    """Read how well a sample is rebuilt from a model and from so many of its values."""
    parts = [f"{value:.2f} from {known:,}" for known, value in agreement.items()]
    text = f"Of {count(n_features, 'value')}, those that the attacker did not know correlate with what was rebuilt at {listed(parts)} known ones."
    enough = [known for known, value in agreement.items() if value > 0.99]
    if not enough:
        return f"{text} This sample was not rebuilt; the model holds {count(rank, 'direction')}, and what lies outside them it cannot tell."
    return (
        f"{text} The model holds the {count(rank, 'direction')} that its samples span, and {enough[0]:,} values are enough to say which of the samples in it is meant: "
        "**the rest follows exactly.** That is why no model leaves."
    )
