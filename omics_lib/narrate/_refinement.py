"""Sentences of chapter 5, the refinement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .._escape import md
from .._words import count, counted, number
from ..correlation import MOST_CANDIDATES

if TYPE_CHECKING:  # a chapter that prints a sentence need not load PyTorch
    from ..refinement import Refinement, World

_WORLDS = {
    "modules": "modules dominate",
    "links": "direct links dominate",
    "curves": "direct links dominate, by U-shaped relations",
    "none": "no world is seen",
}
_ADVICE = {
    "modules": "So the network smooths: what neighbours share is the signal.",
    "links": "So the network sharpens: what everything shares is taken away.",
    "curves": "So the network sharpens, and a gene's distance from its middle counts more than its rise and fall.",
    "none": "So there is nothing to refine, and **the ranking falls back to the plain |Spearman correlation|**.",
}


def both_worlds(table: pd.DataFrame) -> str:
    """Compare smoothing with sharpening on a modules study and a links study (rows)."""
    parts = []
    for design, row in table.iterrows():
        best = str(row.idxmax())
        times = (
            f", {row[best] / row['Spearman']:.1f} times the plain correlation" if row["Spearman"] > 0 else ""
        )
        parts.append(f"on *{design}* {best} is best, with {row[best]:.3f}{times}")
    smoothing = table.loc["links", "smoothing"] < table.loc["links", "Spearman"]
    sharpening = table.loc["modules", "sharpening"] < table.loc["modules", "Spearman"]
    text = f"By average precision, {', and '.join(parts)}. "
    if smoothing and sharpening:
        return f"{text}Each filter makes the ranking of the other world *worse* than doing nothing."
    return f"{text}The wrong filter costs what the right one gains, or most of it."


def world(result: World, n_metabolites: int = 0) -> str:
    """Say which world the study is in, by what, and of how many of the `n_metabolites` that was asked."""
    asked = result.n_metabolites
    if not 0 < asked < n_metabolites:
        return _world(result)
    return (
        f"{_world(result)} All but `total` were taken of {asked:,} of the {count(n_metabolites, 'metabolite')}, drawn at "
        "random, with all genes."
    )


def _world(result: World) -> str:
    z = result.statistics["z"]
    text = f"**In this study, {_WORLDS[result.name]}.** "
    if not len(z):
        return f"{text}{_ADVICE[result.name]}"
    if result.name == "none":
        return (
            f"{text}No statistic lies 3 standard deviations above what permuted samples give "
            f"(the largest is {number(z.max(), 1)}): too little to choose a filter by. {_ADVICE['none']} It is the same ranking as in "
            "chapter 4; whether any of its pairs is more than chance, that chapter says."
        )
    named = [f"`{name}` at {number(z[name], 1)}" for name in ("modules", "links", "curves")]
    where = (
        f"In standard deviations above permuted samples, all correlations together (`total`) stand at {number(z['total'], 1)}, "
        f"{named[0]}, {named[1]} and {named[2]}."
    )
    if max(z["modules"], z["links"], z["curves"]) < 3:
        return (
            f"**In this study, the tables are tied, but neither modules nor links stand out.** {where} A group of samples "
            "that no covariate names can do this, or a sample unlike all others; look for one. The network sharpens, as if "
            "links dominated, but read its ranking with care."
        )
    if result.name != "modules" and z["modules"] > z["links"]:
        from ..refinement import MODULES_OVER_LINKS

        where += f" Strong links raise `modules` too, so modules are seen only where it is more than {MODULES_OVER_LINKS:g} times `links`."
    return f"{text}{where} {_ADVICE[result.name]}"


def prior(kind: str, pairs: pd.DataFrame | None, n_metabolites: int) -> str:
    """Say what prior knowledge the graph holds, and where it is from."""
    source = (
        "[Human-GEM](https://doi.org/10.1126/scisignal.aaz1482) (CC BY 4.0)"
        if kind == "human_gem"
        else "the study itself"
    )
    if pairs is None or not len(pairs):
        if kind != "human_gem":
            return "The graph holds no known pairs."
        return f"No gene and metabolite of this study were found together in a reaction of {source}: check their names."
    known = pairs["metabolite_id"].nunique()
    return (
        f"The graph holds {count(len(pairs), 'known pair')}, of {known:,} among {count(n_metabolites, 'metabolite')}, from {source}. "
        "No message passes along them."
    )


def refinement(result: Refinement) -> str:
    """Say what the network did, and what it learnt from."""
    if result.fallback:
        text = (
            "No world is seen, so there is no network to run. **The ranking falls back to the plain "
            "|Spearman correlation|**: it is the same ranking, and no better."
        )
        if not result.n_associations:
            return text
        n = counted(result.n_associations, "association", "was", "were").capitalize()
        return f"{text} {n} called significant in chapter 4 all the same: single pairs may stand out where the whole does not."
    edges = (
        f"{counted(result.n_associations, 'significant association', 'is', 'are').capitalize()} among the edges, found "
        "directly or through the latents"
    )
    if not result.n_associations:
        edges = "No single association is significant, so the edges within the tables carry the network alone"
    if result.powers:
        first, second = result.powers
        how = (
            f"The attention was learnt: neighbours count by |rho| to the power of {first:.1f} in the first "
            f"convolution and {second:.1f} in the second."
            if result.model == "gat"
            else f"Neighbours count by |rho| to the power of {first:.0f} in the first convolution and {second:.0f} in the second."
        )
        if max(result.scores.shape) > MOST_CANDIDATES:
            how += f" In tables as wide as these a feature's neighbours are looked for among {MOST_CANDIDATES:,} others, drawn at random."
    else:
        how = (
            "Sharpening works on the complete graph of each table alone: no message crosses between them, and there is nothing to learn"
            + (", attention included." if result.model == "gat" else ".")
        )
    learnt = (
        "Known pairs of other metabolites were learnt from at the end."
        if result.learnt
        else "No known pair was learnt from: the graph holds none, or too few of other metabolites."
    )
    return f"{edges}. {how} {learnt}"


def replication(result: Refinement) -> str:
    """Compare the network with the plain correlation on samples that neither saw."""
    halves = result.replication
    if not len(halves):
        return "This is asked of a smoothing network only; there is none here."
    mean = halves.mean()
    better = int((halves["network"] > halves["Spearman"]).sum())
    verdict = (
        "In these samples the graph adds to what the single correlations say."
        if better == len(halves)
        else "The graph may add something to what the single correlations say, but not in every split."
        if better > len(halves) / 2
        else "By this measure the graph adds nothing to what the single correlations say."
    )
    from ..refinement import replicated_sizes

    asked = replicated_sizes(*result.scores.shape)
    drawn = (
        ""
        if asked == result.scores.shape
        else f", with {asked[0]:,} genes and {asked[1]:,} metabolites drawn at random"
    )
    return (
        f"Over {count(len(halves), 'split')} of the samples{drawn}, the network's scores of one half correlate with the squared "
        f"correlations of the other half at {mean['network']:.3f}, the plain ones at {mean['Spearman']:.3f}, and those on the "
        f"rewired graph at {mean['rewired']:.3f}; the network is ahead of the plain correlation in {better} of "
        f"{len(halves)}. {verdict} A shared confounder, though, replicates as well as a mechanism does."
    )


def ranked(table: pd.DataFrame, result: Refinement, *, groups: bool = False) -> str:
    """Say what score, rank and q are, and how far the refined first genes differ from the plain ones.

    `groups` tells that chapter 4 permuted within groups, which q here does not heed.
    """
    score = {
        True: "The `score` is |rho|.",
        False: "The `score` is the |cosine| of the two embeddings"
        + (
            ", times how far each node resembles its neighbourhood."
            if result.powers
            else ": of those of the ranks and of their distances from the middle one, the larger (one of them counts for 0.9)."
        ),
    }[result.fallback]
    if result.learnt:
        score = (
            "The `score` is the probability that a pair is *listed* among the known pairs, learnt from those of other "
            "metabolites with unlisted genes as negatives. It is not the probability of a link: a link that nobody knows yet "
            "counts as none."
        )
    first = table[table["rank"] == 1].set_index("metabolite")["gene"]
    correlated = result.profiles.scores()
    genes, metabolites = correlated.names
    plain = pd.Series(genes[correlated.best(1)[0][:, 0]], metabolites)
    moved = int((first != plain.loc[first.index]).sum())
    q = "The `q` is that of rho, as in chapter 4, and not of the score."
    if groups:
        q = "The `q` is that of rho by its null distribution, which does not heed `groups`: chapter 4 does."
    start = f"{score} The `rank` counts the genes of one metabolite. {q}"
    if result.fallback:
        return start
    if not moved:
        return f"{start} The first gene of every metabolite is the one that the correlation puts first."
    return f"{start} For {moved:,} of {count(len(first), 'metabolite')}, the first gene is another one than by correlation."


def explanation(table: pd.DataFrame | None, gene: str, metabolite: str) -> str:
    """Read which edges made the network's cosine of one pair (`Refinement.explain`)."""
    if table is None:
        return "Without a network there is nothing to explain."
    total = table.groupby("end")["contribution"].sum()
    sign = float(np.sign(total.iloc[0])) or 1.0
    parts = []
    for end, other in ((gene, "gene"), (metabolite, "metabolite")):
        mine = table[table["end"] == end]
        itself = mine["neighbour"] == end
        parts.append(
            f"on the side of the {other}, {counted(int((~itself).sum()), 'neighbour', 'sends', 'send')} "
            f"{sign * mine.loc[~itself, 'contribution'].sum():.2f} and the {other} itself {sign * mine.loc[itself, 'contribution'].sum():.2f}"
        )
    return (
        f"The embeddings of {md(gene)} and {md(metabolite)} have a cosine of {total.abs().max():.2f} in size: {'; '.join(parts)}. "
        "The pair itself is in neither sum."
    )


def network(pairs: pd.DataFrame) -> str:
    """Say what the drawn network shows; scores that equal |rho| are the fallback."""
    if not len(pairs):
        return "There is no pair to draw."
    fallback = np.allclose(pairs["score"], pairs["rho"].abs())
    kind = count(len(pairs), "strongest correlation" if fallback else "best pair")
    source = "" if fallback else " of the refined ranking"
    genes, metabolites = pairs["gene"].nunique(), pairs["metabolite"].nunique()
    return (
        f"The {kind}{source} join{'s' if len(pairs) == 1 else ''} {count(genes, 'gene')} and "
        f"{count(metabolites, 'metabolite')}. "
        f"{counted(int((pairs['rho'] < 0).sum()), 'edge', 'is', 'are').capitalize()} negative (dashed); the wider an edge, the larger |rho|."
    )
