"""Sentences that close chapter 4, and that read the solutions of its exercises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from .._words import count, counted, listed, share

if TYPE_CHECKING:
    from ..associations import Associations, DecodedPairs


def associations_shown(direct: Associations, decoded: DecodedPairs, alpha: float) -> str:
    """Sum up the chapter: what was found directly, through the latents, and what that does not say."""
    if direct.n_tests == 0:
        return "Nothing varies in one of the tables, so that no pair could be tested."
    n_samples, latent = count(len(direct.strongest_profile), "sample"), decoded.n_found
    most = max(direct.n_significant, direct.n_family, latent)
    if not most:
        return (
            f"With {n_samples} and {count(direct.n_tests, 'pair')}, **no pair can be told from chance by its correlation**, "
            "neither directly nor through the latents. That says how strong a link would have had to be, not that there is none."
        )
    which = (
        "Whether that one pair is the link, or only follows what many others follow,"
        if most == 1
        else "Which of these pairs are links, and which only follow what many others follow,"
    )
    return (
        f"Of {count(direct.n_tests, 'pair')} over {n_samples}, {_listed(direct, alpha)}, {_alone(direct)}, and {f'{latent:,}' if latent else 'none'} "
        f"{'comes' if latent < 2 else 'come'} out through the latents. **Something ties the two tables together**, unless this is the one "
        f"study in {1 / alpha:.0f} in which chance alone gives as much. {which} no p-value of this chapter says: that is the question of "
        "the next."
    )


def _listed(direct: Associations, alpha: float) -> str:
    n = direct.n_significant
    enter = f"{n:,} enter{'s' if n == 1 else ''} the list" if n else "none enters a list"
    return f"{enter} at a false discovery rate of {alpha:g}"


def _alone(direct: Associations) -> str:
    if not len(direct.null):
        return "whether one stands out by itself was not asked (no permutations)"
    n = direct.n_family
    return (
        f"{n:,} stand{'s' if n == 1 else ''} out by {'itself' if n == 1 else 'themselves'}"
        if n
        else "none stands out by itself"
    )


def unadjusted(n_tests: int, n_reached: int, alpha: float) -> str:
    """Compare how many pairs have p ≤ alpha with how many would if none were tied."""
    expected = alpha * n_tests
    text = (
        f"If no pair were tied, {share(alpha, 1)} of {count(n_tests, 'pair')} would be expected at p ≤ {alpha:g}: about {expected:,.0f}. "
        f"{counted(n_reached, 'pair', 'lies', 'lie').capitalize()} there."
    )
    if n_reached <= expected:
        return f"{text} **That is no more than chance gives**: such a list would be chance from end to end."
    return (
        f"{text} Of such a list about {share(expected, n_reached)} could be chance, and nobody knows which: that is what the false "
        "discovery rate is for. Pairs that hang together make the count itself uncertain, so that a surplus is no proof either."
    )


def bars_by_samples(bars: Mapping[int, float], strongest: float) -> str:
    """Say how far more samples lower the bar, and with how many the strongest pair would pass it."""
    parts = [
        f"with {count(n, 'sample')} " + (f"{bar:.2f}" if bar < 1 else "not even 1") for n, bar in bars.items()
    ]
    text = f"To stand out from all pairs, |rho| must reach {listed(parts)}. The bar falls about as the root of the number of samples rises."
    enough = [n for n, bar in bars.items() if strongest >= bar]
    if not enough:
        return f"{text} The strongest pair here, at {strongest:.2f}, would pass none of these bars."
    if enough[0] == next(iter(bars)):
        return f"{text} The strongest pair here, at {strongest:.2f}, passes with the samples that there are."
    return (
        f"{text} The strongest pair here, at {strongest:.2f}, would pass with {enough[0]:,}, *if it kept its rho*. It seldom does: "
        "the strongest of many is so strong partly by luck, and a new study draws new luck."
    )


def misaligned(shuffled: Associations, direct: Associations, alpha: float) -> str:
    """Read the test of one shuffle of the samples beside the test itself."""
    n, strongest = shuffled.n_significant, abs(shuffled.strongest["rho"])
    text = (
        f"With the samples of one table shuffled once, {counted(n, 'pair', 'is', 'are')} significant at a false discovery rate of "
        f"{alpha:g}, where the right order gives {direct.n_significant:,}; the strongest |rho| is {strongest:.2f}, where the right order gives "
        f"{abs(direct.strongest['rho']):.2f}."
    )
    if n:
        return (
            f"{text} **A shuffle can give a list**: features that hang together are strong together, by luck as well. One shuffle in "
            f"{1 / alpha:.0f} may do so; the permutations of this chapter count how many do."
        )
    return (
        f"{text} Every gene and every metabolite is as it was; only who goes with whom is gone. One shuffle is an anecdote; the "
        "permutations of this chapter are the same, many times."
    )


def link_in_batches(found: pd.Series) -> str:
    """Say which ways of handling the batch (index) find a link that was planted within the batches."""
    hits, missed = found.index[found.astype(bool)], found.index[~found.astype(bool)]
    if not len(hits):
        return "Not one of the three finds the link."
    text = f"The link is found with {listed(hits)}"
    if not len(missed):
        return f"{text}: all three find it."
    return (
        f"{text}, and missed with {listed(missed)}. Regressing out takes the step between the batches from both sides, so that what is "
        "left within them counts. Permutations within batches compare the pair with shuffles that keep the step: they protect from it, "
        "but do not remove it, and a link within the batches must be stronger than the step."
    )
