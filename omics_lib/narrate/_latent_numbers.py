"""Sentences of chapters 3 and 4 on the number of latents and on what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from .._escape import md_code
from .._words import Caption, count, counted, listed, number, share, spread

if TYPE_CHECKING:
    from ..autoencoder import AgreedLatents


def agreed_latents(agreed: AgreedLatents, kept: int, asked: int | str) -> str:
    """Say how many latents the folds agree on, and how many are kept.

    Parameters
    ----------
    agreed : AgreedLatents
    kept : int
        Width of the latent layer.
    asked : int or "auto"
        The parameter `n_latent`.
    """
    n = agreed.n_latent
    if n:
        said = f"**The folds agree on {count(n, 'latent')}** beyond what shuffled samples give (p = {agreed.p_value:.2g})."
    else:
        said = (
            f"**The folds agree no more than shuffled samples do** (p = {agreed.p_value:.2g}): no latent is sure to be "
            "found again."
        )
    if asked == "auto" and kept == n:
        return f"{said} That many are kept."
    if asked == "auto" and kept == 64:
        return f"{said} The presets of the source have 64 latents, and so has this network."
    if asked == "auto":
        return f"{said} Two are kept all the same, so that there is a map to draw."
    said += f" This run asks for {kept:,}"
    if kept < n:
        return (
            f"{said}: the network has to squeeze. Principal axes are straight, so one bent direction takes several of them, "
            "and a network that bends may say with fewer latents what the axes say with more."
        )
    return f"{said}, which is just that number." if kept == n else f"{said}, more than come back."


def counted_without(counts: Sequence[int], n_latent: int) -> str:
    """Say what the count is when each fold in turn is left out of it."""
    low, high = min(counts), max(counts)
    said = f"Counted without each fold: {listed([int(n) for n in counts])}."
    if low == high == n_latent:
        return f"{said} No fold decides it."
    if n_latent - 2 <= low and high <= n_latent + 2:
        return f"{said} No single fold decides it by more than {count(max(high - n_latent, n_latent - low), 'latent')}."
    return f"{said} **It hangs on which samples are there**, so take it as a rough guide."


def caption_agreed_latents(agreed: AgreedLatents) -> Caption:
    """Describe what two folds share beyond shuffled samples, by the number of axes."""
    table = agreed.table
    if table.empty:
        return Caption("There is no axis to compare.", "An empty plot: the samples of a fold span no axis.")
    excess = (table["shared"] - table["shuffled"]).set_axis(table["n_latent"])
    best, most = int(excess.idxmax()), int(excess.index.max())
    there = table.set_index("n_latent").loc[best]
    finding = (
        f"What two folds share beyond shuffled samples is most with {best:,} {'axis' if best == 1 else 'axes'}: "
        f"{number(there['shared'], 1)} dimensions, where shuffled samples share {number(there['shuffled'], 1)}."
    )
    points = [f"{number(excess[k], 2)} with {k:,}" for k in dict.fromkeys([1, best, most])]
    return Caption(
        finding,
        "Line of the dimensions that the principal axes of two folds share, less what shuffled samples share, against the number of "
        f"axes from 1 to {most:,}: {listed(points)}. A dot marks the largest.",
    )


def latent_widths(table: pd.DataFrame, alpha: float) -> str:
    """Say what the number of latents does to the pairs of latents.

    Parameters
    ----------
    table : DataFrame
        Rows by width: `tests`, `significant`, `strongest` (the largest |rho|).
    alpha : float
        False discovery rate.
    """
    if len(table) < 2:
        return "The samples span too few axes for a choice."
    first, last, most = table.iloc[0], table.iloc[-1], table["significant"].astype(int).idxmax()
    shown = [table.index[0], *([most] if table["significant"].any() else []), table.index[-1]]
    parts = [
        f"{_of(table.loc[width])} with {width:,} axes{' (the most)' if width == most and len(shown) > 2 else ''}"
        for width in dict.fromkeys(shown)
    ]
    text = f"At a false discovery rate of {alpha:g} are significant: {listed(parts)}."
    if not table["significant"].any():
        return (
            f"{text} At no width does a pair stand out, although the strongest |rho| grows {spread(first['strongest'], last['strongest'], 2)}: "
            "the more pairs there are, the stronger the luckiest one."
        )
    if last["significant"] < table["significant"].max():
        return (
            f"{text} **More latents than come back cost power**: the number of tests grows with the square of the width, what the "
            "two tables share lies in the first axes, and behind more tests even that is lost."
        )
    if first["significant"] / first["tests"] > last["significant"] / last["tests"]:
        return (
            f"{text} The number of tests grows with the square of the width, and the significant ones do not keep up: their "
            f"share falls from {share(*first[['significant', 'tests']])} to {share(*last[['significant', 'tests']])}."
        )
    return f"{text} What the two tables share does not lie in their first axes alone, so a narrow middle would miss some of it."


def _of(row: pd.Series) -> str:
    n = int(row["significant"])
    return f"{f'{n:,}' if n else 'none'} of {count(int(row['tests']), 'pair')}"


def enriched_sets(found: pd.DataFrame | None, alpha: float = 0.05) -> str:
    """Say which gene sets the latents stand for.

    Parameters
    ----------
    found : DataFrame or None
        As `gene_set_enrichment` returns it; None for a table of no genes, or where the study brings no sets.
    alpha : float
        False discovery rate.
    """
    if found is None:
        return (
            "This study brings no gene sets. Where a file `gene_sets.gmt` lies in the study folder, the page of the genes "
            "tells here which of the sets each latent follows."
        )
    if found.empty:
        return "No gene set has between three and all of the genes that were measured, so there is nothing to ask."
    n_sets, n_latent = found["gene_set"].nunique(), found["latent"].nunique()
    asked = (
        f"{count(n_sets, 'set')} {'was' if n_sets == 1 else 'were'} held against {count(n_latent, 'latent')}"
    )
    sure = found[found["q"] <= alpha]
    if sure.empty:
        least = found.iloc[0]
        return (
            f"{asked}. None stands out at a false discovery rate of {alpha:g}; the nearest, {md_code(least['gene_set'])}, has "
            f"p = {least['p']:.2g}, q = {least['q']:.2g}."
        )
    top = sure.iloc[0]
    return (
        f"{asked}. {counted(sure['gene_set'].nunique(), 'set', 'stands', 'stand').capitalize()} out in at least one latent at a false "
        f"discovery rate of {alpha:g}, first {md_code(top['gene_set'])}: its {count(int(top['n_genes']), 'gene')} rank at "
        f"{number(top['mean_rank'], 2)} of all by their correlation with {md_code(top['latent'])}, where chance gives 0.5. Genes of a set go "
        "together, so some latent has to follow them: **this names a latent, it does not prove a cause.**"
    )
