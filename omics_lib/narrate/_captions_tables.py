"""Captions and alternative texts of chapters 1 and 2, the tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .._escape import md, plain
from .._words import Caption, amount, count, listed, number


def caption_totals(totals: pd.Series, what: str) -> Caption:
    """Describe the totals per sample."""
    least, most, middle = map(amount, (totals.min(), totals.max(), totals.median()))
    finding = f"The {what} of the samples lies between {least} and {most}"
    if totals.min() > 0:
        finding += f", a factor of {number(totals.max() / totals.min(), 1)}"
    return Caption(
        f"{finding}.",
        f"Bar chart of the {what}, one bar for each of {count(len(totals), 'sample')}: from {least} to {most}, with the median, "
        f"{middle}, as a dashed line.",
    )


def caption_values(values: Mapping[str, np.ndarray], label: str) -> Caption:
    """Describe the values of the tables on one scale (`plot_value_ranges`)."""
    halves, ranges = [], []
    for name, column in values.items():
        column = column[np.isfinite(column)]
        if not column.size:
            continue
        low, high = np.quantile(column, [0.25, 0.75])
        halves.append(f"half of the {md(name)} values lie between {number(low, 2)} and {number(high, 2)}")
        ranges.append(
            f"{plain(name)}, {count(column.size, 'value')} from {number(column.min(), 2)} to {number(column.max(), 2)}, the middle half "
            f"from {number(low, 2)} to {number(high, 2)}"
        )
    first = listed(halves) if halves else "no value is there to draw"
    return Caption(
        f"{first[0].upper()}{first[1:]}.",
        f"Histograms of the {plain(label)}: {'; '.join(ranges) or 'no value is there'}.",
    )


def caption_mean_spread(table: pd.DataFrame, label: str) -> Caption:
    """Describe how the spread of a feature goes with its mean (columns `mean`, `spread`)."""
    rho = table[["mean", "spread"]].rank().corr().iloc[0, 1]
    if np.isnan(rho):
        finding = "Whether the spread goes with the mean cannot be said here."
    else:
        how = (
            "rises with the mean"
            if rho > 0.5
            else "falls with the mean"
            if rho < -0.5
            else "hardly follows the mean"
        )
        finding = f"{label.capitalize()}: the spread {how} (Spearman's rho {number(rho, 2)})."
    x, y = (
        f"{amount(table[column].min())} to {amount(table[column].max())}" for column in ("mean", "spread")
    )
    return Caption(
        finding,
        f"Scatter plot of {count(len(table), 'feature')}, standard deviation against mean of the {label}: means from {x}, standard "
        f"deviations from {y}.",
    )


def caption_ways(table: pd.DataFrame, label: str) -> Caption:
    """Compare the columns of a table, the ways of treating the values, by where their histograms lie."""
    middles = [f"{number(values.median(), 2)} {_way(way)}" for way, values in table.items()]
    ranges = [
        f"{_way(way)} from {number(values.min(), 2)} to {number(values.max(), 2)}, median {number(values.median(), 2)}"
        for way, values in table.items()
    ]
    return Caption(
        f"Median {md(label)}: {listed(middles)}.",
        f"Outlined histograms of {plain(label)} over {count(len(table), 'feature')}, with a line at 0: {'; '.join(ranges)}.",
    )


def _way(way: object) -> str:
    return {
        "none": "as they come",
        "cpm": "as counts per million",
        "median_of_ratios": "by the median of ratios",
    }.get(str(way), str(way))
