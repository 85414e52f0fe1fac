"""What chapters 1 to 3 have shown, and the answers to their exercises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .._escape import md, md_code
from .._words import ROUNDING, count, listed, number, share

if TYPE_CHECKING:
    from mudata import MuData

    from ..advice import Finding

_SMALL = 0.005  # what two digits do not show


def data_shown(study: MuData, missing: pd.DataFrame, findings: Sequence[Finding]) -> str:
    """Sum up chapter 1: what was joined, what is missing, where the recipe does not fit."""
    genes, metabolites = (study[name].n_vars for name in ("transcriptomics", "metabolomics"))
    n, of = int(missing["missing"].sum()), int(missing["values"].sum())
    gaps = f"with {share(n, of)} of the values missing" if n else "without a gap"
    text = (
        f"{count(study.n_obs, 'sample')} were found in both tables, by id: {count(genes, 'gene')} and {count(metabolites, 'metabolite')}, "
        f"{gaps}, which make {count(genes * metabolites, 'pair')} to choose from."
    )
    topics = list(dict.fromkeys(finding.topic for finding in findings if finding.topic != "idle"))
    if not topics:
        return f"{text} Nothing in the values speaks against the recipe of the next chapter."
    return f"{text} The values do not all fit the recipe of the next chapter ({listed(topics)}), and what to do about it is said above."


def preprocessing_shown(findings: Sequence[Finding], settings: Mapping[str, Any], leak: pd.DataFrame) -> str:
    """Sum up chapter 2: what was done, what was advised and left, and what a leak would have been worth."""
    done = [
        words
        for words, is_done in (
            ("counts were logged", settings["transcriptomics_kind"] == "counts"),
            ("depth was taken out", settings["normalise"] != "none"),
            ("abundances were logged", settings["metabolomics_log"]),
            ("parts were taken relative to each other", "clr" in settings.values()),
        )
        if is_done
    ]
    text = f"{listed(done).capitalize()}, and every" if done else "Every"
    text += " feature has mean 0 and standard deviation 1 where it was fitted, and nowhere else."
    left = [
        f.setting.split(":")[0]
        for f in findings
        if f.setting and settings.get(f.setting.split(":")[0]) in (None, "none", False)
    ]
    if left:
        text += f" Advised, and not set in this run: {listed(map(md_code, dict.fromkeys(left)))}."
    inside, outside = leak.iloc[:, 0]
    if outside < inside - _SMALL:
        return (
            f"{text} A z-score of everything would have made held-out samples look {share(inside - outside, inside)} nearer "
            "than they are."
        )
    return f"{text} In the fold looked at, a z-score of everything would have changed next to nothing; in another it may."


def autoencoder_shown(
    scores: pd.DataFrame, latent_sizes: pd.DataFrame, agreement: pd.DataFrame, *, starts_at_pca: bool
) -> str:
    """Sum up chapter 3: network against components, at the latents of the run and at fewer."""
    wide = scores.pivot(index="fold", columns="model", values="r2")
    gain = wide["autoencoder"] - wide["PCA"]
    ours = number(wide["autoencoder"].mean())
    if gain.abs().max() < _SMALL:
        lead = f"network and components are level in every fold (R² {ours}): for these samples, use PCA"
        if starts_at_pca and gain.abs().max() < ROUNDING:
            lead = f"the network, which may bend away from the components, did not (R² {ours}): for these samples, use PCA"
    elif gain.min() > 0:
        lead = (
            f"the network is ahead of as many components in every fold, by {number(gain.mean())} (R² {ours})"
        )
    elif gain.mean() > gain.std(ddof=1):
        lead = (
            f"the network is ahead by {number(gain.mean())} (R² {ours}), by more than it varies between folds"
        )
    elif gain.mean() > 0:
        lead = f"the network is ahead by {number(gain.mean())} (R² {ours}), less than it varies between folds: that is no lead"
    else:
        lead = f"components do as well or better, by {number(-gain.mean())} (R² of the network {ours})"
    narrow = latent_sizes[latent_sizes["model"] != "ceiling"]
    means = narrow.groupby(["n_latent", "model"])["r2"].mean().unstack()
    best = (means["autoencoder"] - means["PCA"]).idxmax()
    most = means.loc[best, "autoencoder"] - means.loc[best, "PCA"]
    squeezed = (
        f" Where it has to squeeze most it gains most: {number(most)} at {count(int(best), 'latent')}."
        if len(means) > 1 and most > _SMALL and best == means.index.min()
        else ""
    )
    alike = agreement.loc[agreement["model"] == "autoencoder", "procrustes"].mean()
    return f"On samples that it never saw {lead}.{squeezed} Two folds' latents share {share(alike, 1)} of their variance, whatever their order."


def joined_by_position(by_id: float, by_position: float) -> str:
    """Say what joining by position does, and that nothing complains."""
    change = abs(by_id - by_position)
    moved = (
        f"a correlation of {number(by_id, 2)} becomes one of {number(by_position, 2)}"
        if change > _SMALL
        else f"the correlation stays at {number(by_id, 2)}, by luck"
    )
    return (
        f"Joined by position, {moved}, and nobody hears a word: both tables have as many rows as before, and every value is a "
        "valid one. That is why this book joins by id, and refuses a sample that it finds twice."
    )


def swapped_ids(moved: pd.Series) -> str:
    """Say how far rho moves when two ids are swapped, and that no check sees it."""
    gene, metabolite = moved.idxmax()
    return (
        "No check notices: the ids are the same, and so are the values of every feature. The rho of a pair moves by "
        f"{number(moved.median(), 2)} in the median, and by {number(moved.max(), 2)} at most, for {md(gene)} and {md(metabolite)} (of "
        "the first hundred genes and metabolites). The fewer samples, the more two of them weigh."
    )


def own_confounders(shares: pd.Series) -> str:
    """Say which columns of the metadata go with more features than chance: `shares` by column and table."""
    if shares.empty:
        return "The metadata of this study have no column with two to twelve levels."
    most = shares.groupby(level=0, sort=False).max()
    suspects = most[most > 0.1].sort_values(ascending=False)
    text = "Of a column drawn by lot one would expect 5%."
    if suspects.empty:
        return f"{text} No column goes with many more: none of them can make much correlate here."
    named = [f"{md_code(name)} ({share(value, 1)})" for name, value in suspects.items()]
    both = shares.unstack().reindex(suspects.index).min(axis=1) > 0.1
    text += f" {listed(named)} {'goes' if len(named) == 1 else 'go'} with more, in one table at least."
    if not both.any():
        return f"{text} None does so in both tables, so none can tie the two together."
    tie = listed(md_code(name) for name in both[both].index)
    return f"{text} {tie} {'does' if both.sum() == 1 else 'do'} so in both: what differs by it in one table correlates with what differs by it in the other."


def doubling(rise: np.ndarray) -> str:
    """Read what a doubling becomes, by the reads before it."""
    return (
        f"By nearly 1 where there are many reads ({number(rise[-1], 3)} from a thousand), and by {number(rise[0], 2)} from a single "
        "one: the + 1, which keeps a zero finite, pulls small counts together. Differences between small counts, mostly "
        "noise of counting, are so made smaller than they look."
    )


def leak_by_folds(table: pd.DataFrame) -> str:
    """Read the leak for several numbers of folds (the rows)."""
    gap = table["inside"] - table["everything"]
    few, many = gap.iloc[0], gap.iloc[-1]
    text = (
        f"With {table.index[0]} folds the two mean squares lie {number(few, 2)} apart, with {table.index[-1]} folds "
        f"{number(many, 2)}."
    )
    if few > many + _SMALL:
        return (
            f"{text} The larger the part that is held out, the fewer samples set the mean and the spread, and the more the "
            "held-out ones have to say once they are let in. The mean square inside the fold moves most."
        )
    return f"{text} One fold each was looked at: the luck of which samples it holds is as large as the leak."


def step_moves(moves: pd.DataFrame) -> str:
    """Read how far each step moves correlations between genes: by method, to the logged values, to z-scores."""
    if moves.empty:
        return "Here the steps leave genes out, so that the forms cannot be set side by side."
    (s_log, s_z), (p_log, p_z) = moves.to_numpy()
    zero = "A z-score moves neither: it shifts and stretches each gene by itself."
    if max(s_z, p_z) > 1e-6:
        zero = f"The z-score moves rho by up to {number(s_z, 2)}, because values that are missing are filled in on the way."
    if s_log > 1e-6:
        first = (
            f"Before it rho moves by up to {number(s_log, 2)}: size factors differ between samples, and so can change their order; "
            "a logarithm alone could not."
        )
    elif p_log > 1e-6:
        first = "Before it rho stays as it is: a logarithm keeps the order of samples."
    else:
        return f"{zero} Before it nothing moves either: these values came ready."
    return f"{zero} {first} Pearson's correlation moves by up to {number(p_log, 2)}: it goes by values, not by ranks."


def weights_per_sample(per: Mapping[str, float]) -> str:
    """Say how many parameters there are for each sample, value and dimension."""
    text = f"{per['sample']:,.0f} parameters for each sample, and {number(per['value'], 2)} for each value."
    if per["value"] > 1:
        return f"{text} There is more to set than there is to set it by, so a good score on the training samples is no news at all."
    return (
        f"{text} That there are fewer parameters than values reassures less than it seems to: the samples vary along few "
        f"dimensions, and for each of these there are {per['dimension']:,.0f} parameters."
    )


def flattery(table: pd.DataFrame) -> str:
    """Say by how much each model scores better on the samples that it was trained on."""
    gap = table["training samples"] - table["held-out"]
    more = gap.idxmax()
    text = (
        f"The network scores {number(table.loc['autoencoder', 'training samples'], 2)} on what it was trained on and "
        f"{number(table.loc['autoencoder', 'held-out'], 2)} on what it was not; PCA {number(table.loc['PCA', 'training samples'], 2)} and "
        f"{number(table.loc['PCA', 'held-out'], 2)}."
    )
    if gap.abs().max() < _SMALL:
        return f"{text} Neither is flattered here."
    if abs(gap["autoencoder"] - gap["PCA"]) < _SMALL:
        return f"{text} Both are flattered alike."
    name = "the network" if more == "autoencoder" else "PCA"
    return f"{text} Both saw the samples; {name} has made more of that."


def rotated_latents(explained: Mapping[str, float], alike: Sequence[float]) -> str:
    """Read what a rotation of all latents keeps, and what is left of each."""
    before, after = explained.values()
    same = "exactly as much" if abs(before - after) < 1e-6 else f"{number(after)} instead of {number(before)}"
    return (
        f"From the rotated latents {same} of the table can be told ({share(after, 1)} of its variance): together they carry what they "
        f"carried before. Taken one by one they are others: the latent of the same number correlates at {number(float(np.median(alike)), 2)} in the "
        "median. A name belongs to what all latents say together, never to latent 3."
    )
