"""Captions and alternative texts of the figures of ideas, in chapters 3 to 5 and on the page on the row space."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .._escape import md, plain
from .._words import Caption, count, counted, listed, number, share, spread


def caption_strongest(table: pd.DataFrame, n_samples: int) -> Caption:
    """Describe the strongest |rho| among so many null pairs (`n_pairs`, `strongest`, `expected`)."""
    first, last = table.iloc[0], table.iloc[-1]
    dots = [f"{row.strongest:.2f} of {row.n_pairs:,}" for row in table.itertuples()]
    return Caption(
        f"With {count(n_samples, 'sample')} the strongest of {int(first['n_pairs']):,} pairs without any relation has |rho| = "
        f"{first['strongest']:.2f}, that of {int(last['n_pairs']):,} has {last['strongest']:.2f}.",
        f"Dots of the strongest |rho| met among so many null pairs, on a logarithmic axis: {', '.join(dots)}. A dashed line shows what is "
        f"expected, from {first['expected']:.2f} to {last['expected']:.2f}.",
    )


def caption_lists(lists: Mapping[str, pd.DataFrame], n_studies: int) -> Caption:
    """Describe the lists of each rule (name → `study`, `true`): how many of their pairs are false."""
    said, shown = [], []
    for rule, of in lists.items():
        false = ~of["true"].astype(bool)
        wrong = false.groupby(of["study"]).mean().reindex(range(n_studies), fill_value=0.0)
        sizes = of.groupby("study").size().reindex(range(n_studies), fill_value=0)
        n_with = int((wrong > 0).sum())
        said.append(
            f"{share(wrong.mean(), 1)} of a list in the mean, and {counted(n_with, 'list', 'holds', 'hold')} a false pair, where the {rule} is held"
        )
        shown.append(
            f"{rule}, {int((~false).sum()):,} blue squares, which are true, and {int(false.sum()):,} orange ones with a cross, which are false, "
            f"{spread(sizes.min(), sizes.max(), 0)} a row"
        )
    return Caption(
        f"False pairs in {n_studies} simulated studies: {'; '.join(said)}.",
        f"Rows of squares, one row a study and one square a listed pair, in a panel for each kind of error: {'; '.join(shown)}.",
    )


def caption_roles(roles: pd.DataFrame) -> Caption:
    """Describe what each sample (row) does in each fold (column)."""
    words = {"trains": "train", "tells when to stop": "tell when to stop", "held out": "are held out"}
    per_fold = listed(f"{_range((roles == role).sum())} {said}" for role, said in words.items())
    once = bool(((roles == "held out").sum(axis=1) == 1).all())
    finding = (
        "Every sample is held out in exactly one fold and scored there, by a model that never saw it."
        if once
        else "Each fold holds other samples out, which its model never saw."
    )
    return Caption(
        finding,
        f"Grid of {count(roles.shape[1], 'fold')} (rows) by {count(len(roles), 'sample')} (columns), coloured by what the sample does: in each fold "
        f"{per_fold}.",
    )


def _range(counts: pd.Series) -> str:
    low, high = int(counts.min()), int(counts.max())
    return f"{low:,}" if low == high else f"{low:,} or {high:,}"


def caption_span(samples: np.ndarray, outside: float) -> Caption:
    """Describe three samples in three dimensions, and how much of a new one lies outside their plane."""
    return Caption(
        f"Three samples of three features span a plane. A new sample shows in it as its projection: {share(outside, 1)} of its squared distance "
        "from their mean is lost, and no network that learns from the three can know of it.",
        f"Three axes, one a feature, with {count(len(samples), 'training sample')} as blue dots on a shaded plane, a new sample as an orange "
        f"diamond off the plane, and a dotted line to its hollow projection: {share(outside, 1)} of its squared distance lies off the plane.",
    )


def caption_six_nodes(tables: Mapping[str, pd.DataFrame]) -> Caption:
    """Describe the two filters on six genes in each world (`measured`, `smoothed`, `sharpened`, `true`)."""
    said, shown = [], []
    for world, table in tables.items():
        true = table["true"].astype(bool)
        columns = ("measured", "smoothed", "sharpened")
        gaps = {column: table[column][true].min() - table[column][~true].max() for column in columns}
        best = max(gaps, key=lambda column: gaps[column])
        what = {"measured": "neither filter", "smoothed": "smoothing", "sharpened": "sharpening"}[best]
        said.append(f"in the world of {world} {what} sets the true genes apart most")
        values = [f"{column} {', '.join(f'{value:.2f}' for value in table[column])}" for column in columns]
        who = listed(str(name).removeprefix("gene ") for name in table.index[true])
        shown.append(
            f"in the world of {world}, where {'gene' if true.sum() == 1 else 'genes'} {who} {'is' if true.sum() == 1 else 'are'} true, {'; '.join(values)}"
        )
    text = listed(said)
    return Caption(
        f"{text[0].upper()}{text[1:]}.",
        f"Rings of six genes joined by edges, a row a world, a column a filter, numbered by |correlation| with one metabolite, genes 1 to 6: {'. '.join(shown)}.",
    )


def caption_worlds(sizes: Mapping[str, pd.DataFrame]) -> Caption:
    """Describe |rho| of true genes and metabolites in each world, in the order of the truth."""
    said, shown = [], []
    for world, size in sizes.items():
        values = size.to_numpy()
        diagonal, rest = np.diag(values), values[np.eye(*values.shape) == 0]
        beside = number(np.diag(values, 1).mean(), 2)
        said.append(f"{number(diagonal.mean(), 2)} in the world of {world}, and {beside} one place beside it")
        shown.append(
            f"{world}, {values.shape[0]} by {values.shape[1]}, mean |rho| {number(diagonal.mean(), 2)} on the diagonal and {number(rest.mean(), 2)} off it"
        )
    return Caption(
        f"Mean |rho| of true pairs, on the diagonal: {'; '.join(said)}. Modules are blocks, links are single squares.",
        f"Two heat maps of |rho|, genes in rows and metabolites in columns, each true pair on the diagonal: {'; '.join(shown)}.",
    )


def caption_both_worlds(table: pd.DataFrame, label: str) -> Caption:
    """Describe the bars of each method (columns) in each world (rows)."""
    best = [
        f"{row.idxmax()} is best in the world of {world}, with {number(row.max(), 2)}"
        for world, row in table.iterrows()
    ]
    bars = [
        f"{world}: {', '.join(f'{name} {number(value, 2)}' for name, value in row.items())}"
        for world, row in table.iterrows()
    ]
    text = listed(best)
    return Caption(
        f"By {label}, {text}.", f"Bar chart of the {label} by world and method: {'; '.join(bars)}."
    )


def caption_world(statistics: pd.DataFrame, detected: float = 3.0) -> Caption:
    """Describe the statistics of a study's correlations, in standard deviations above permuted samples."""
    if not len(statistics):
        return Caption(
            "The world was given, not asked.",
            "Empty axes: the world was given by name, so that no statistic was taken.",
        )
    z = statistics["z"]
    seen = [f"`{name}` ({number(value, 1)})" for name, value in z.items() if value >= detected]
    others = [f"`{name}` ({number(value, 1)})" for name, value in z.items() if value < detected]
    finding = (
        f"Beyond {detected:g} standard deviations {'lie' if len(seen) > 1 else 'lies'} {listed(seen)}"
        if seen
        else f"No statistic lies beyond {detected:g} standard deviations"
    )
    finding += f", but not {listed(others)}." if seen and others else "."
    return Caption(
        finding,
        f"Dots of four statistics in standard deviations above permuted samples, with a dashed line at {detected:g}: "
        f"{', '.join(f'{name} {number(value, 1)}' for name, value in z.items())}.",
    )


def caption_replication(halves: pd.DataFrame) -> Caption:
    """Describe how well each method (columns) foretells the other half of the samples, split by split."""
    mean = halves.mean()
    dots = [
        f"{name} {spread(values.min(), values.max())}, mean {number(values.mean())}"
        for name, values in halves.items()
    ]
    order = listed([f"{name} {number(value)}" for name, value in mean.sort_values(ascending=False).items()])
    return Caption(
        f"Correlation with the other half of the samples, in the mean over {count(len(halves), 'split')}: {order}.",
        f"Dots, one for each of {count(len(halves), 'split')} of the samples and joined by lines: {'; '.join(dots)}.",
    )


def caption_contributions(edges: pd.DataFrame, n_shown: int = 8) -> Caption:
    """Describe the largest shares of a pair's cosine (`end`, `neighbour`, `contribution`)."""
    shown = edges.head(n_shown)
    total = shown["contribution"].abs().sum() / max(edges["contribution"].abs().sum(), 1e-300)
    bars = [
        f"{plain(row.neighbour)} to {plain(row.end)} {number(row.contribution)}" for row in shown.itertuples()
    ]
    first = shown.iloc[0]
    return Caption(
        f"The largest share, {number(first['contribution'])}, is what {md(first['neighbour'])} sends to {md(first['end'])}; the {len(shown)} largest of "
        f"{count(len(edges), 'edge')} hold {share(total, 1)} of all that is sent, by size.",
        f"Bars of the {len(shown)} largest contributions to the cosine: {'; '.join(bars)}.",
    )
