"""Sentences that read a result, with its numbers filled in.

The chapters print these under their tables and figures, so that no number is
typed and every page still reads true on a study where nothing is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ._counts import count as _count
from ._counts import counted as _counted
from ._counts import share as _share
from ._narrate_autoencoder import agreement as agreement
from ._narrate_autoencoder import cross_validation as cross_validation
from ._narrate_autoencoder import exactness as exactness
from ._narrate_autoencoder import full_size as full_size
from ._narrate_autoencoder import importance as importance
from ._narrate_autoencoder import latent_sizes as latent_sizes
from ._narrate_autoencoder import latents as latents
from ._narrate_autoencoder import parameters_counted as parameters_counted
from ._narrate_autoencoder import row_space_sizes as row_space_sizes
from ._narrate_autoencoder import training as training
from ._narrate_autoencoder import ways_of_training as ways_of_training

if TYPE_CHECKING:  # a chapter that prints a sentence need not load PyTorch
    from mudata import MuData

    from .association import Associations
    from .decoding import DecodedPairs
    from .refine import Refinement

# Correlations of ranks tie; what differs by rounding alone is the same.
_ROUNDING = 1e-9
METRICS = {"average_precision": "average precision", "mrr": "mean reciprocal rank"}
_NAMES = {"transcriptomics": "gene", "metabolomics": "metabolite"}


def study(mdata: MuData) -> str:
    """Say how large the study is, and what was handled when it was read."""
    genes, metabolites = mdata["transcriptomics"].n_vars, mdata["metabolomics"].n_vars
    text = (
        f"The study has **{_count(mdata.n_obs, 'sample')}**, {_count(genes, 'gene')} and "
        f"{_count(metabolites, 'metabolite')}: {genes * metabolites:,} gene–metabolite pairs to choose from, "
        f"or {genes * metabolites / mdata.n_obs:,.0f} for every sample."
    )
    notes = [str(note) for note in mdata.uns.get("notes", [])]
    if not notes:
        return f"{text} Nothing had to be handled on the way in."
    return f"{text} Handled on the way in:\n\n" + "\n".join(f"- {note}" for note in notes)


def missing(table: pd.DataFrame) -> str:
    """Read the table of missing values (columns `missing`, `values`)."""
    n, of = int(table["missing"].sum()), int(table["values"].sum())
    if n == 0:
        return "No value is missing in either table."
    return (
        f"{_count(n, 'value')} of {of:,} ({_share(n, of)}) {'is' if n == 1 else 'are'} missing, to be imputed in the "
        "next chapter, inside each fold, from the training samples alone."
    )


def totals(values: pd.Series, what: str) -> str:
    """Read the totals per sample; values on a log scale may sum to less than 0, where no ratio says anything."""
    smallest, largest = values.min(), values.max()
    if smallest <= 0:
        return f"The {what} ranges from {smallest:,.4g} to {largest:,.4g} over the samples."
    advice = (
        "Nothing stands out."
        if largest < 3 * smallest
        else "A spread this wide is worth a look before going on."
    )
    return f"The largest {what} is {largest / smallest:.1f} times the smallest. {advice}"


def known_pairs(pairs: pd.DataFrame | None) -> str:
    """Say whether there is truth to score against."""
    if pairs is None:
        return "The study brings no known pairs, so the ranking of chapter 5 cannot be scored against any truth here."
    metabolites = pairs["metabolite_id"].nunique()
    return (
        f"The study brings {_count(len(pairs), 'known pair')}, of {_count(pairs['gene_id'].nunique(), 'gene')} and "
        f"{_count(metabolites, 'metabolite')}: the truth that chapter 5 is scored against."
    )


def filtered(study_: MuData) -> str:
    """Say how many features the filters left."""
    parts = []
    for name, noun in _NAMES.items():
        kept = study_[name].var["kept"].to_numpy(dtype=bool)
        parts.append(f"{kept.sum():,} of {len(kept):,} {noun}s")
    return f"The filters kept {' and '.join(parts)}."


def leak(inside: float, outside: float) -> str:
    """Compare held-out z-scores with the z-score fitted inside and outside the fold."""
    text = (
        f"Fitted on the training samples alone, the held-out z-scores have a mean square of {inside:.2f}; with the "
        f"held-out samples among those that set the mean and the spread it is {outside:.2f}. "
    )
    if outside < inside:
        return (
            f"{text}The second number is a promise that no new sample will keep: the held-out samples have helped to "
            "pull the scale towards themselves."
        )
    return f"{text}In this fold the leak does not show in the mean square; the scale has seen the held-out samples all the same."


def latent_pairs(pairs: pd.DataFrame, null: pd.DataFrame, alpha: float) -> str:
    """Read the correlations between latents beside their permutation null."""
    if not len(pairs):
        return "No latent of one side or the other varies, so there is no pair to correlate."
    n, strongest = int((pairs["q"] <= alpha).sum()), pairs["rho"].abs().max()
    text = f"Of {_count(len(pairs), 'pair')} of latents, {f'{n:,}' if n else 'none'} {'is' if n == 1 else 'are'} significant at a false discovery rate of {alpha:g}."
    if not len(null):
        return f"{text} No permutations were asked for."
    p = (1 + int((null["max_abs_rho"] >= strongest - _ROUNDING).sum())) / (len(null) + 1)
    chance = _share((null["n_significant"] > 0).sum(), len(null))
    return (
        f"{text} The strongest has |rho| = {strongest:.2f}; permuting the samples gives one as strong with "
        f"probability p = {p:.2g} ({_count(len(null), 'permutation')}). At least one pair comes out significant in "
        f"{chance} of the permutations."
    )


def associations(found: Associations, alpha: float) -> str:
    """Read the all-pairs test."""
    if found.n_tests == 0:
        return "No pair could be tested: nothing varies in one of the tables."
    text = (
        f"{'All ' if found.n_tests > 1 else ''}{_counted(found.n_tests, 'pair')} tested with "
        f"{_count(found.degrees_of_freedom, 'degree')} of freedom. "
    )
    if found.n_significant == 0:
        text += f"**None is significant** at a false discovery rate of {alpha:g}."
    else:
        text += (
            f"**{_count(found.n_significant, 'pair')}** ({_share(found.n_significant, found.n_tests)}) "
            f"{'is' if found.n_significant == 1 else 'are'} significant at a false discovery rate of {alpha:g}, "
            f"from |rho| = {found.threshold:.2f} upwards."
        )
        if len(found.pairs) < found.n_significant:
            text += f" The table keeps the strongest {len(found.pairs):,}."
    n_dropped = sum(map(len, found.dropped.values()))
    if n_dropped:
        text += f" {_count(n_dropped, 'feature').capitalize()} did not vary and took no part."
    return text


def tail(table: pd.DataFrame, n_tests: int, alpha: float) -> str:
    """Read `compare_nulls`: how much Student's t promises too much, and where a search ends up."""
    if table.empty or n_tests == 0:
        return "So few samples reach no small p-value, whatever the correlation."
    last = table.iloc[-1]
    times = "the same p" if last["ratio"] < 1.05 else f"a p {last['ratio']:,.2g} times too small"
    return (
        f"Where the exact p is {last['exact']:.0e}, Student's t gives {times}. Among {_count(n_tests, 'pair')} one alone "
        f"would have to reach p = {alpha / n_tests:.0e} to hold its own against all others (Bonferroni); the false "
        "discovery rate asks less of each pair, the more of them are strong."
    )


def association_null(found: Associations) -> str:
    """Compare the all-pairs test with its permutation null."""
    null = found.null
    if not len(null):
        return "No permutations were asked for."
    if found.n_tests == 0:
        return "Permuting the samples changes nothing where no pair could be tested."
    limit = null["max_abs_rho"].quantile(0.95)
    text = (
        f"With the samples of one table permuted ({_count(len(null), 'time')}), the strongest of all "
        f"{_count(found.n_tests, 'correlation')} is still |rho| = {null['max_abs_rho'].median():.2f} in the median, "
        f"and {limit:.2f} or more in one permutation of twenty; the strongest observed is "
        f"{abs(found.strongest['rho']):.2f}. "
    )
    if found.n_significant:
        reached = int((null["n_significant"] >= found.n_significant).sum())
        above = int((found.pairs["rho"].abs() > limit + _ROUNDING).sum())
        text += (
            f"{_counted(above, 'pair', 'exceeds', 'exceed').capitalize()} that limit. As many significant pairs "
            f"as here come up by chance with probability p = {(1 + reached) / (len(null) + 1):.2g}."
        )
    else:
        text += "That nothing was found here is an answer, not a failure: with these samples no single pair can be told from chance."
    some = int((null["n_significant"] > 0).sum())
    return (
        f"{text} At least one pair is declared significant in {_share(some, len(null))} of the permutations."
    )


def pair(best: pd.Series) -> str:
    """Say which pair is drawn."""
    return (
        f"The strongest pair of all: {best['gene']} and {best['metabolite']}, rho = {best['rho']:.2f}. The axes are what "
        "this rho correlates: ranks, with any covariates and factors removed, scaled to standard deviation 1."
    )


def decoded(found: DecodedPairs, n_direct: int, both: int) -> str:
    """Compare the pairs decoded from latents with those tested directly."""
    if found.n_latent_pairs == 0:
        return "No pair of latents is significant, so there is nothing to decode."
    n = len(found.pairs)
    if n == 0:
        return (
            f"{_counted(found.n_latent_pairs, 'latent pair').capitalize()} decoded, but no gene–metabolite pair "
            "stands out from what permuted samples decode to."
        )
    many = _counted(found.n_latent_pairs, "latent pair", "decodes", "decode").capitalize()
    return (
        f"{many} into {_count(n, 'gene–metabolite pair')}. The direct test finds {_count(n_direct, 'pair')}; "
        f"{_counted(both, 'pair', 'is', 'are')} found both ways."
    )


def planted(found: pd.DataFrame, pairs: pd.DataFrame | None) -> str:
    """Say how many associations are planted pairs, where the study is simulated and all truth is known."""
    if pairs is None or "source" not in pairs or not (pairs["source"] == "simulated").all():
        return ""
    truth = pd.MultiIndex.from_frame(pairs[["gene_id", "metabolite_id"]])
    is_true = pd.Series(
        pd.MultiIndex.from_frame(found[["gene", "metabolite"]]).isin(truth), index=found.index
    )
    parts = [
        f"{_share(is_true[rows].sum(), len(rows))} of the {len(rows):,} found by the {route} route"
        for route, rows in found.groupby("source").groups.items()
    ]
    if not parts:
        return "This study is simulated: of its planted pairs, none was found."
    found_share = _share(found[is_true].drop_duplicates(["gene", "metabolite"]).shape[0], len(pairs))
    return (
        f"This study is simulated, so the answer is known. Planted pairs are {' and '.join(parts)}; "
        f"{found_share} of all {len(pairs):,} planted pairs are among them."
    )


def refinement(result: Refinement) -> str:
    """Say what the graph network was trained on, or that it was not."""
    if result.fallback:
        return (
            f"The graph has {_count(result.n_edges, 'edge')}, too few to learn from. **The ranking falls back to "
            "the plain |Spearman correlation|**: it is the same ranking, and no better."
        )
    learnt = {
        "none": "It learned from the associations alone.",
        "known_pairs": "Known pairs of other metabolites supervised it as well.",
    }[result.prior]
    if np.isnan(result.held_out_auc):
        return f"The graph has {_count(result.n_edges, 'edge')}. {learnt} Every pair is an edge, so nothing can be told apart."
    return (
        f"The graph has {_count(result.n_edges, 'edge')}. {learnt} The network tells edges that it never saw from "
        f"random pairs with an area under the ROC curve of {result.held_out_auc:.2f} (0.5 is a coin toss). "
        "That says that the graph is regular, not that the ranking is right."
    )


def _verdict(ours: float, theirs: float) -> str:
    if np.isclose(ours, theirs):
        return "the two are level"
    if ours > theirs:
        return "the refined ranking is better" + (
            f", {ours / theirs:.2f} times as high" if theirs > 0 else ""
        )
    return (
        "**the refined ranking is worse than the plain correlation**: for this purpose, use the correlation"
    )


def evaluation(table: pd.DataFrame, refined: str, baseline: str) -> str:
    """Compare the refined ranking with the plain one on known pairs, by each metric."""
    values = table[table["truth"] == "known_pairs"].set_index(["metric", "method"])["value"]
    sentences = [
        f"By {name}, the refined ranking reaches {values[metric, refined]:.3f} and {baseline} "
        f"{values[metric, baseline]:.3f}: {_verdict(values[metric, refined], values[metric, baseline])}."
        for metric, name in METRICS.items()
        if (metric, refined) in values and (metric, baseline) in values
    ]
    if not sentences:
        return (
            "There are no known pairs to score the rankings against: nothing here says which one is better."
        )
    return " ".join(sentences)


def embedding(latent_names: Sequence[str], n_samples: int) -> str:
    """Remind the reader how to read an embedding."""
    return (
        f"Each dot is one of {n_samples} samples. PCA keeps large distances; t-SNE and UMAP keep neighbours and "
        f"invent the rest, and with {n_samples} dots their shapes change with the seed: read who is next to whom "
        f"({' and '.join(latent_names)}), not how far."
    )


def network(pairs: pd.DataFrame) -> str:
    """Say what the drawn network shows; scores that equal |rho| are the fallback."""
    if not len(pairs):
        return "There is no pair to draw."
    fallback = np.allclose(pairs["score"], pairs["rho"].abs())
    kind = _count(len(pairs), "strongest correlation" if fallback else "best pair")
    source = "" if fallback else " of the refined ranking"
    genes, metabolites = pairs["gene"].nunique(), pairs["metabolite"].nunique()
    return (
        f"The {kind}{source} join{'s' if len(pairs) == 1 else ''} {_count(genes, 'gene')} and "
        f"{_count(metabolites, 'metabolite')}. "
        f"{_counted(int((pairs['rho'] < 0).sum()), 'edge', 'is', 'are').capitalize()} negative (dashed)."
    )


def audit(table: pd.DataFrame, n_identifiers: int) -> str:
    """Read the release audit."""
    skipped = int(table.attrs.get("n_not_searched", 0))
    text = (
        f"{_counted(len(table), 'file')} searched for {_count(n_identifiers - skipped, 'sample name')}; "
        f"{_counted(int((~table['passed']).sum()), 'file', 'holds', 'hold')} any of them.".capitalize()
    )
    if skipped:
        text += (
            f" {_count(skipped, 'sample name').capitalize()} could not be searched for, being bare numbers or a "
            "single character: give samples names that can be told from ordinary numbers."
        )
    return text
