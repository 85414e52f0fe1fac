"""Captions and alternative texts of chapter 6: the samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .._escape import md, plain
from .._words import Caption, count, listed, number, share

_MANY = 10  # levels that are named


def _levels(labels: pd.Series) -> str:
    if pd.api.types.is_numeric_dtype(labels) and labels.nunique() > _MANY:
        return f"{plain(labels.name)}, {number(labels.min(), 2)} to {number(labels.max(), 2)}"
    counts = labels.astype(str).value_counts()
    named = [f"{plain(level)} {n:,}" for level, n in counts.head(_MANY).items()]
    return f"{plain(labels.name)}: {', '.join(named)}{', and others' if len(counts) > _MANY else ''}"


def caption_sample_maps(
    name: str, labels: pd.Series, explained: Sequence[float], maps: Sequence[str]
) -> Caption:
    """Describe the maps of the samples, in the upper row of the latents, in the lower of latents dealt out."""
    both = listed([share(part, 1) for part in explained[:2]]) if len(explained) else "nothing"
    return Caption(
        f"The samples by their {md(name)} latents, coloured by {md(labels.name)}: the two axes of PCA hold {both} of the variance. The lower "
        "row is what chance draws.",
        f"Two rows of maps, {plain(listed(maps))}, of {count(len(labels), 'sample')}: above by the {plain(name)} latents, below by the same latents "
        f"dealt out at random. Colours: {_levels(labels)}. The axes of PCA hold {both} of the variance.",
    )


def caption_latent_heatmap(name: str, latents: pd.DataFrame, labels: pd.Series) -> Caption:
    """Describe the heat map of the latents: how few of them hold half of the variance."""
    variance = latents.var(ddof=0).sort_values(ascending=False)
    total = variance.sum()
    half = int(np.searchsorted(variance.cumsum() / total, 0.5 - 1e-12)) + 1 if total > 0 else 0
    finding = f"None of the {md(name)} latents varies."
    if half:
        finding = f"{count(half, 'latent')} of {latents.shape[1]} {'holds' if half == 1 else 'hold'} half of the variance of the {md(name)} latents."
    limit = latents.abs().to_numpy().max(initial=0.0)
    return Caption(
        finding,
        f"Heat map of {count(len(latents), 'sample')} (rows, by {_levels(labels)}) and {count(latents.shape[1], plain(name) + ' latent')} (columns, by how much "
        f"they vary): centred values between -{number(limit, 2)} and {number(limit, 2)}.",
    )
