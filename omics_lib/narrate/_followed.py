"""A handful of known pairs, followed by name through the chapters."""

from __future__ import annotations

import pandas as pd

from .._escape import md
from .._words import count, counted, listed, number

_NONE = "This study brings no known pairs, so none is followed by name."


def _named(pairs: pd.DataFrame) -> str:
    return listed(
        f"{md(gene)} – {md(metabolite)}" for gene, metabolite in pairs[["gene", "metabolite"]].to_numpy()
    )


def followed(pairs: pd.DataFrame) -> str:
    """Name the pairs that the chapters follow."""
    if pairs.empty:
        return _NONE
    text = f"{len(pairs)} of them {'is' if len(pairs) == 1 else 'are'} followed by name"
    sources = list(dict.fromkeys(pairs["source"])) if "source" in pairs else []
    kinds = f" (in turn: {listed(map(md, sources))})" if len(sources) > 1 else ""
    return f"{text} through the chapters{kinds}: {_named(pairs)}."


def followed_pairs(table: pd.DataFrame, threshold: float) -> str:
    """Say which of the pairs are significant.

    Parameters
    ----------
    table : DataFrame
        `gene`, `metabolite`, `rho`, and `q`, missing where a pair is not on the list.
    threshold : float
        Smallest |rho| on the list; NaN where it is empty.
    """
    if table.empty:
        return _NONE
    found, missed = table[table["q"].notna()], table[table["q"].isna()]
    if found.empty:
        return f"None of the {len(table)} is on the list: true, and not to be told from chance with these samples."
    if missed.empty:
        return "All of them are on the list." if len(table) > 1 else "It is on the list."
    weakest = missed["rho"].abs().max()
    short = f"the strongest of them has |rho| = {number(weakest, 2)}, where the list begins at {number(threshold, 2)}"
    return (
        f"{len(found)} of the {len(table)} {'is' if len(found) == 1 else 'are'} on the list. {_named(missed)} "
        f"{'is' if len(missed) == 1 else 'are'} not: {short}. True, and not to be told from chance with these samples."
    )


def followed_ranks(table: pd.DataFrame, n_genes: int) -> str:
    """Say which of the pairs the refinement brings forward.

    Parameters
    ----------
    table : DataFrame
        `gene`, `metabolite`, `rank by rho`, `rank, refined`.
    n_genes : int
        Genes that compete.
    """
    if table.empty:
        return _NONE
    before, after = table["rank by rho"], table["rank, refined"]
    better, worse, same = (
        int((after < before).sum()),
        int((after > before).sum()),
        int((after == before).sum()),
    )
    moves = [(better, "moves forward", "move forward"), (worse, "falls back", "fall back")]
    moves += [(same, "stays where it is", "stay where they are")]
    parts = [f"{n} {one if n == 1 else many}" for n, one, many in moves if n]
    text = (
        f"Of {count(len(table), 'pair')}, {listed(parts)}, among {n_genes:,} genes."
        if len(table) > 1
        else (f"The pair goes from place {before.iloc[0]:,} to place {after.iloc[0]:,} of {n_genes:,}.")
    )
    first = int((after == 1).sum())
    return f"{text} {counted(first, 'gene').capitalize()} first after the refinement, {counted(int((before == 1).sum()), 'gene')} before."


def followed_in_network(pairs: pd.DataFrame, top: pd.DataFrame) -> str:
    """Say which of the pairs are in the picture of the best ones."""
    if pairs.empty:
        return _NONE
    drawn = pairs.merge(top[["gene", "metabolite"]], on=["gene", "metabolite"])
    if drawn.empty:
        return f"None of the pairs that are followed by name ({_named(pairs)}) is among those drawn."
    return f"Of the pairs that are followed by name, {_named(drawn)} {'is' if len(drawn) == 1 else 'are'} in the picture."
