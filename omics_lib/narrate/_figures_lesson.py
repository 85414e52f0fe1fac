"""Sentences that close chapter 6, and that read the solutions of its exercises."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .._escape import md, md_code
from .._words import count, counted, listed, number, share

_LEVEL = 0.05


def figures_shown(neighbours: pd.DataFrame, latent_pairs: pd.DataFrame, column: str, alpha: float) -> str:
    """Sum up the chapter: which of its pictures may be read, by what was counted beside chance."""
    here = neighbours[neighbours["where"] == "latents"] if len(neighbours) else neighbours
    told = here.loc[here["p"] <= _LEVEL / max(len(here), 1), "table"].tolist() if len(here) else []
    if not len(here):
        text = (
            "No column of the metadata could be compared with the maps of the samples, so they stay pictures."
        )
    elif told:
        text = f"Samples that lie near each other in the {listed(told)} latents share their {md_code(column)} more often than chance would have it."
    else:
        text = f"**In neither table do samples that lie near each other share their {md_code(column)} beyond chance.**"
    n = int((latent_pairs["q"] <= alpha).sum()) if len(latent_pairs) else 0
    text += (
        f" Of the squares of the latent correlations, {f'{n:,}' if n else 'none'} {'is' if n < 2 else 'are'} "
        f"significant at a false discovery rate of {alpha:g}."
    )
    return (
        f"{text} Whatever else the pictures seem to show, clumps, gaps, blocks and hubs, was counted by nobody, and the same methods "
        "draw it of shuffled latents."
    )


def axes_needed(needed: Mapping[str, int], n_axes: Mapping[str, int], wanted: float) -> str:
    """Say how many axes of PCA hold the share `wanted` of the latents' variance."""
    parts = [
        f"{needed[name]} of {n_axes[name]} axes of the {name} latents" for name in needed if n_axes[name]
    ]
    if not parts:
        return "No latent varies, so there is nothing to hold."
    most = max(needed[name] for name in needed if n_axes[name])
    verdict = (
        "A picture of two axes shows nearly all there is."
        if most <= 2
        else "What two axes show is a part of it, and samples that meet there may lie far apart along the others."
    )
    return f"It takes {' and '.join(parts)} to hold {share(wanted, 1)} of the variance. {verdict}"


def sorted_noise(adjacent: Mapping[str, float]) -> str:
    """Read how alike (correlation) neighbouring rows of one matrix of noise are, before it is sorted and after."""
    before, after = adjacent["as numbered"], adjacent["sorted"]
    text = (
        f"Neighbouring rows of the same noise correlate at {number(before, 2)} in the mean as they are numbered, and at "
        f"{number(after, 2)} once they are sorted."
    )
    if not after > before:
        return f"{text} Here sorting made no blocks; with more rows to choose from it does."
    return (
        f"{text} **Nothing but the order has changed**, and the eye reads what lies side by side as blocks. A block counts where its "
        "correlations do, not where it looks like one."
    )


def other_seed(same: pd.DataFrame) -> str:
    """Read for how many samples (share) a map with another seed has the same nearest neighbour; rows are tables."""
    fewest = same.min()
    stable = [str(name) for name in same if fewest[name] > 1 - 1e-9]
    parts = [f"{name} for {share(fewest[name], 1)}" for name in same if name not in stable]
    if not parts:
        return (
            "Every sample has the same nearest neighbour with either seed, in every map. A map that does not change with its seed may still "
            "show what is not there."
        )
    text = f"With another seed the nearest neighbour is the same in {', '.join(parts)} of the samples at the least"
    text += f", and in {listed(stable)} for all of them." if stable else "."
    return (
        f"{text} A neighbourhood that depends on the seed is the method's, not the study's. The converse does not hold: t-SNE starts at "
        "the principal components here, so that its seed has little left to choose, and its distances are no truer for it."
    )


def every_column(found: pd.DataFrame) -> str:
    """Read the agreement of neighbours with every further column (`column`, `table`, `value`, `chance`, `p`)."""
    if not len(found):
        return "The metadata hold no further column that could be compared."
    limit = _LEVEL / len(found)
    text = f"{count(len(found), 'look').capitalize()}, so each must reach p = {limit:.2g} to stand for itself (Bonferroni)."
    passed = found[found["p"] <= limit]
    if len(passed):
        rows = [f"{md_code(row.column)} in {md(row.table)} (p = {row.p:.2g})" for row in passed.itertuples()]
        return f"{text} {listed(rows)} {'does' if len(rows) == 1 else 'do'}. A batch that shows is as much a finding as a treatment that does."
    near = int((found["p"] <= _LEVEL).sum())
    if near:
        return (
            f"{text} Not one does; {counted(near, 'look', 'lies', 'lie')} below {_LEVEL:g}, as {number(_LEVEL * len(found), 1)} would by luck in the "
            "mean. Who asks every column and reports the one that answered has found the number of columns."
        )
    return f"{text} Not one does, nor does any lie below {_LEVEL:g}."
