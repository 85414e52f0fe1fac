"""Captions and alternative texts of chapters 4 to 6: pairs, correlations, rankings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .._escape import md, plain
from .._words import ROUNDING, Caption, amount, count, counted, listed, number, share, spread
from ..evaluation import metric_table

_FEW = 3  # samples of a level, below which a correlation says nothing


def caption_pair(gene: pd.Series, metabolite: pd.Series, labels: pd.Series) -> Caption:
    """Describe one gene against one metabolite: the correlation of what is drawn, over all samples and within levels."""
    other, labels = metabolite.loc[gene.index], labels.loc[gene.index]
    r = _correlation(gene, other)
    finding = f"{md(gene.name)} and {md(metabolite.name)}: "
    finding += "one of the two does not vary" if np.isnan(r) else f"the correlation is {number(r, 2)}"
    levels = labels.astype(str).value_counts()
    within = {
        level: _correlation(gene[labels.astype(str) == level], other[labels.astype(str) == level])
        for level in levels.index[levels >= _FEW]
    }
    known = [value for value in within.values() if not np.isnan(value)]
    if 2 <= len(levels) <= 6 and known:
        finding += f" over all samples, and {spread(min(known), max(known), 2)} within the levels of {md(labels.name)}"
    middles = [
        f"{plain(level)} around {number(gene[of].mean(), 2)} and {number(other[of].mean(), 2)}"
        for level, of in ((level, labels.astype(str) == level) for level in levels.index[:6])
    ]
    if _centred(gene, labels) and _centred(other, labels):
        middles = ["all levels around 0"]
    coloured = f"; by {plain(labels.name)}, {', '.join(middles)}" if len(levels) > 1 else ""
    return Caption(
        f"{finding}.",
        f"Scatter plot of {plain(metabolite.name)} against {plain(gene.name)}, one dot for each of {count(len(gene), 'sample')}: correlation "
        f"{'not defined' if np.isnan(r) else number(r, 2)}{coloured}.",
    )


def _centred(values: pd.Series, labels: pd.Series) -> bool:
    """Tell whether no level lies off zero, as where the column was regressed out."""
    return bool(values.groupby(labels.astype(str)).mean().abs().max() < ROUNDING)


def _correlation(one: pd.Series, other: pd.Series) -> float:
    constant = min(one.std(), other.std()) < 1e-12 or len(one) < _FEW
    return float("nan") if constant else float(np.corrcoef(one, other)[0, 1])


def caption_correlations(histogram: pd.DataFrame, threshold: float) -> Caption:
    """Describe how many pairs reach each |rho|, beside permutations (`abs_rho`, `n_pairs`, `n_permuted`)."""
    reached = histogram[["n_pairs", "n_permuted"]][::-1].cumsum()[::-1]
    total = reached["n_pairs"].iloc[0] if len(reached) else 0
    if not total:
        return Caption(
            "No pair could be tested.", "Empty axes: no pair of a gene and a metabolite could be tested."
        )
    rows = {place: reached[histogram["abs_rho"] >= place - 1e-9].head(1) for place in (0.3, 0.5, 0.7, 0.9)}
    points = [
        f"from |rho| {place:g}, {int(row['n_pairs'].iloc[0]):,} observed and {amount(row['n_permuted'].iloc[0])} permuted"
        for place, row in rows.items()
        if len(row) and (place == 0.3 or row.iloc[0].any())
    ]
    end = "no |rho| is significant"
    finding = "No |rho| is strong enough to be significant"
    if not np.isnan(threshold):
        at = reached[histogram["abs_rho"] <= threshold + 1e-9].iloc[-1]
        end = f"a dashed line marks |rho| = {number(threshold, 2)}, from which pairs are significant"
        finding = (
            f"About {int(at['n_pairs']):,} pairs lie at |rho| = {number(threshold, 2)} or beyond, from where they are significant; permutations have "
            f"{amount(at['n_permuted'])} there in the mean"
        )
    return Caption(
        f"{finding}.",
        f"Falling steps, on a logarithmic axis, of how many of {count(int(total), 'pair')} are at least as strong as each |rho|: "
        f"{'; '.join(points)}; {end}.",
    )


def caption_null(null: pd.Series, observed: float, label: str) -> Caption:
    """Describe an observed value beside its permutation null."""
    reached = int((null >= observed - 1e-9).sum())
    median = number(null.median(), 2)
    how = (
        "no permutation reaches it"
        if not reached
        else f"{share(reached, len(null))} of the permutations reach it"
    )
    return Caption(
        f"The observed {label} is {number(observed, 2)}, the median of {count(len(null), 'permutation')} {median}: {how}.",
        f"Histogram of the {label} in {count(len(null), 'permutation')}, {spread(null.min(), null.max(), 2)}, median {median}, with a line at "
        f"the observed {number(observed, 2)}.",
    )


def caption_evaluation(evaluation: pd.DataFrame, metric: str) -> Caption:
    """Describe the bars of one metric, the best of those that know the tables alone first."""
    wide = metric_table(evaluation, metric).dropna(subset="value").set_index("method")
    alone = wide[wide["knowledge"] == "tables"]["value"].sort_values(ascending=False, kind="stable")
    name = metric.replace("_", " ").replace("mrr", "mean reciprocal rank")
    finding = f"No ranking could be scored by {name}."
    if len(alone):
        finding = f"By {name}, the best ranking from the two tables alone is {alone.index[0]}, with {number(alone.iloc[0])}"
        plain_one = alone.get("Spearman")
        finding += (
            f"; Spearman has {number(plain_one)}."
            if plain_one is not None and alone.index[0] != "Spearman"
            else "."
        )
    bars = [
        f"{method} {number(row['value'])}"
        + (f" (interval {number(row['low'])} to {number(row['high'])})" if pd.notna(row["low"]) else "")
        for method, row in wide.iterrows()
    ]
    return Caption(finding, f"Bar chart of the {name} of {count(len(wide), 'ranking')}: {'; '.join(bars)}.")


def caption_network(pairs: pd.DataFrame) -> Caption:
    """Describe the two-sided network of the best pairs (`gene`, `metabolite`, `rho`)."""
    if not len(pairs):
        return Caption(
            "There is no pair to draw.", "Empty axes: no pair of a gene and a metabolite is there to draw."
        )
    n_negative = int((pairs["rho"] < 0).sum())
    hubs = {side: pairs[side].value_counts() for side in ("gene", "metabolite")}
    most = [
        f"{name} with {count(int(n.iloc[0]), 'edge')}" for n, name in ((n, n.index[0]) for n in hubs.values())
    ]
    finding = (
        f"{count(len(pairs), 'pair')} {'joins' if len(pairs) == 1 else 'join'} {count(len(hubs['gene']), 'gene')} and "
        f"{count(len(hubs['metabolite']), 'metabolite')}; {counted(n_negative, 'edge', 'is', 'are')} negative (orange, dashed)."
    )
    return Caption(
        finding,
        f"Two-sided network of {count(len(hubs['gene']), 'gene')} (left) and {count(len(hubs['metabolite']), 'metabolite')} (right) with "
        f"{count(len(pairs), 'edge')}, {n_negative:,} of them negative; |rho| {spread(pairs['rho'].abs().min(), pairs['rho'].abs().max(), 2)}; "
        f"best joined are {plain(listed(most))}.",
    )


def caption_latent_correlations(pairs: pd.DataFrame, alpha: float) -> Caption:
    """Describe the matrix of the latents' correlations (`gene_latent`, `metabolite_latent`, `rho`, `q`)."""
    if not len(pairs):
        return Caption(
            "No latent varies on one of the two sides.",
            "Empty axes: no latent varies on one of the two sides.",
        )
    n, size = int((pairs["q"] <= alpha).sum()), pairs["rho"].abs()
    sides = [pairs[column].nunique() for column in ("gene_latent", "metabolite_latent")]
    return Caption(
        f"{counted(n, 'square', 'is', 'are').capitalize()} significant out of {len(pairs):,}; the strongest has |rho| = {number(size.max(), 2)}.",
        f"Heat map of the correlations of {count(sides[0], 'gene latent')} (rows) with {count(sides[1], 'metabolite latent')} (columns), similar "
        f"ones side by side: rho {spread(pairs['rho'].min(), pairs['rho'].max(), 2)}, half of them below {number(size.median(), 2)} in size.",
    )


def caption_panels(captions: Mapping[str, Caption]) -> Caption:
    """Join the captions of panels (name → caption) into one; how all of them begin is said once."""
    heads = {caption.shown.partition(": ")[0] for caption in captions.values()}
    lead = f"{heads.pop()}: " if len(heads) == 1 < len(captions) else ""
    return Caption(
        " ".join(f"**{md(name)}**: {caption.finding}" for name, caption in captions.items()),
        lead
        + " ".join(
            f"Panel {plain(name)}: {caption.shown.removeprefix(lead)}" for name, caption in captions.items()
        ),
    )
