"""Sentences of chapter 6, the figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .._escape import md, md_code
from .._words import count, listed, share

_LEVEL = 0.05


def embedding(explained: Mapping[str, np.ndarray], n_samples: int) -> str:
    """Say how to read the maps of the samples, and how much of the latents the axes of PCA hold."""
    axes = {name: " and ".join(share(part, 1) for part in of[:2]) for name, of in explained.items()}
    parts = [f"{both or 'nothing'} of the variance of the {name} latents" for name, both in axes.items()]
    return (
        f"Each dot is one of {count(n_samples, 'sample')}; the latents enter as they are, so that those that vary more "
        f"count for more. The two axes of PCA hold {', and '.join(parts)}: what lies along other axes is not in that "
        "picture. t-SNE and UMAP keep neighbours and invent the rest, so read who is next to whom, "
        "not how far. In the lower row each latent was dealt out among the samples by itself: **shapes like those "
        "come from nothing.**"
    )


def _neighbours(of: pd.DataFrame, name: str, column: str, number: bool, n_tables: int) -> str:
    """Read one table's rows of `neighbours_by_map`; the tables share the level, since each is another chance."""
    rows = of.set_index("where")
    here, maps = rows.loc["latents"], rows.drop("latents")
    shown = (lambda value: f"{value:.2f}") if number else (lambda value: share(value, 1))
    what = (
        f"a sample's {md_code(column)} and its nearest neighbour's correlate at {here['value']:.2f}"
        if number
        else f"the nearest neighbour is of the same {md_code(column)} for {shown(here['value'])} of the samples"
    )
    text = f"- **{name}**: in the latents themselves, {what}; chance gives {shown(here['chance'])} (p = {here['p']:.2g}). "
    seen = maps[maps["p"] <= _LEVEL]
    each = ", ".join(f"{where} {shown(row['value'])}" for where, row in maps.iterrows())
    if _LEVEL / n_tables < here["p"] <= _LEVEL:
        return (
            f"{text}**With {n_tables} tables asked, that is not beyond chance**: each would have to reach p = {_LEVEL / n_tables:.2g} "
            f"({each})."
        )
    if here["p"] > _LEVEL:
        text += f"**That cannot be told from chance: read no {md(column)} into these maps** ({each})."
        if len(seen):
            looks = "is one look" if len(seen) == 1 else f"are {len(seen)} looks"
            text += f" That {listed(seen.index)} alone would pass {looks} of {len(rows)}."
        return text
    if len(seen) == len(maps):
        return f"{text}So who is next to whom goes with {md_code(column)}, and every map shows it ({each})."
    lost = maps.index.difference(seen.index, sort=False)
    do = "does" if len(lost) == 1 else "do"
    return f"{text}So who is next to whom goes with {md_code(column)}, but {listed(lost)} {do} not show it ({each})."


def neighbours(table: pd.DataFrame, column: str, number: bool = False) -> str:
    """Say, table by table, whether samples that lie near each other are of one kind.

    `table` has the columns of `neighbours_by_map` and `table`; `number` says that the column holds numbers.
    """
    if not len(table):
        return (
            "No column of the metadata sorts the samples into groups that could be compared with the maps: whether a clump "
            "means anything, this page cannot say."
        )
    tables = list(table.groupby("table", sort=False))
    return "\n".join(_neighbours(of, str(name), column, number, len(tables)) for name, of in tables)


def latent_blocks(pairs: pd.DataFrame, alpha: float) -> str:
    """Say whether the squares of the sorted matrix of latent correlations are more than sorted noise."""
    if not len(pairs):
        return "No latent of one side or the other varies, so there is nothing to draw."
    n = int((pairs["q"] <= alpha).sum())
    text = (
        "Rows and columns are sorted so that similar ones lie together, which makes blocks out of noise as well. "
        f"Of {count(len(pairs), 'square')}, {f'{n:,}' if n else 'none'} {'is' if n == 1 or not n else 'are'} "
        f"significant at a false discovery rate of {alpha:g}"
    )
    if n == 0:
        return f"{text}: **read no block into this figure.**"
    return f"{text}, the strongest of them at |rho| = {pairs['rho'].abs().max():.2f}: of the others nothing can be said."
