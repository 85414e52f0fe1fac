"""Sentences of chapter 3 on what latents are good for."""

from __future__ import annotations

import pandas as pd

from .._escape import md_code
from .._words import count, number


def labels_predicted(scores: pd.DataFrame | None, column: str | None, n_levels: int = 0) -> str:
    """Read how well a label of held-out samples is told from latents, components and the whole table.

    Parameters
    ----------
    scores : DataFrame or None
        `model` (`autoencoder`, `PCA` or `whole table`), `n_latent`, `fold`, `balanced_accuracy`; None where no
        column of the metadata will do.
    column : str or None
        The label.
    n_levels : int
        Its levels.
    """
    if scores is None:
        return "The metadata of this study have no column of groups that are large enough to be predicted in every fold."
    chance = 1 / n_levels
    narrow = scores[scores["model"] != "whole table"]
    wide = narrow.pivot(index=["n_latent", "fold"], columns="model", values="balanced_accuracy")
    gain = (wide["autoencoder"] - wide["PCA"]).groupby("n_latent").agg(["mean", "std"])
    means = wide.groupby("n_latent").mean()
    whole = scores.loc[scores["model"] == "whole table", "balanced_accuracy"].mean()
    most, least = means.index.max(), means.index.min()
    text = (
        f"{md_code(column)} ({count(n_levels, 'level')}; by chance {number(chance, 2)}) is told rightly, as a mean over levels and "
        f"folds, with {number(whole, 2)} from the whole table, and with {number(means.loc[most, 'autoencoder'], 2)} from "
        f"{count(int(most), 'latent')} ({number(means.loc[most, 'PCA'], 2)} from as many components)."
    )
    if least != most:
        text += (
            f" From {count(int(least), 'latent')} it is {number(means.loc[least, 'autoencoder'], 2)}, beside "
            f"{number(means.loc[least, 'PCA'], 2)}."
        )
    if whole < chance + 0.1:
        return f"{text} **Not even the whole table tells it**, so nothing can be asked of the latents."
    lead = gain["mean"] / gain["std"].where(gain["std"] > 0, 1e-9)
    if (lead > 1).any() and not (lead < -1).any():
        return f"{text} Where the two differ by more than they vary from fold to fold, the latents are ahead."
    if (lead < -1).any() and not (lead > 1).any():
        return f"{text} Where the two differ by more than they vary from fold to fold, **the components are ahead**: a better copy is not a better summary."
    return f"{text} Between latents and components there is no difference that would hold from fold to fold."
