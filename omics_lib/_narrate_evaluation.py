"""Sentences on how good a ranking is beside its rivals; part of `narrate`."""

from __future__ import annotations

import numpy as np
import pandas as pd

METRICS = {"average_precision": "average precision", "mrr": "mean reciprocal rank"}


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


def _beside(values: pd.Series, refined: str) -> str:
    """Compare the refined ranking with what it is made of, and with the best of the rivals."""
    ours, text = values[refined], ""
    network = refined.removesuffix(" + known pairs")
    if network != refined and network in values:
        text += f" Without known pairs the network has {values[network]:.3f}"
        text += (
            f", known pairs alone {values['known pairs alone']:.3f}."
            if "known pairs alone" in values
            else "."
        )
        if max(values[network], values.get("known pairs alone", -np.inf)) >= ours:
            text += " **Together they are no better than the better of the two.**"
    for null in (f"{network}, rewired", f"{network}, rotated"):
        if null in values and network in values and values[null] >= values[network]:
            text += " **The null of the network does as well as the network**: its score does not come from the graph."
    rivals = values.drop([name for name in values.index if name.startswith(network)])
    best = str(rivals.idxmax())
    if rivals[best] > ours and not np.isclose(rivals[best], ours):
        text += f" Best of all is {best}, with {rivals[best]:.3f}."
    return text


def evaluation(table: pd.DataFrame, refined: str, baseline: str) -> str:
    """Compare the refined ranking with the plain one, and with the best, on known pairs, by each metric."""
    values = table[table["truth"] == "known_pairs"].set_index(["metric", "method"])["value"]
    sentences = []
    for metric, name in METRICS.items():
        if (metric, refined) not in values or (metric, baseline) not in values:
            continue
        ours, theirs = values[metric, refined], values[metric, baseline]
        start = f"By {name}, the refined ranking reaches {ours:.3f} and {baseline} {theirs:.3f}: "
        if values.get((f"{metric}_p", refined), 0) > 0.05:
            verdict = "**it is no better than chance**; permuted gene names reach as much in more than one of twenty cases"
        else:
            verdict = _verdict(ours, theirs)
        sentences.append(f"{start}{verdict}.{_beside(values[metric], refined)}")
    if not sentences:
        return (
            "There are no known pairs to score the rankings against: nothing here says which one is better."
        )
    absent = values[values.isna()].index.get_level_values("method").intersection(["MOFA2"])
    if len(absent):
        sentences.append(
            "MOFA2 was not run: its package is not installed (`pip install 'omics_lib[bench]'`)."
        )
    return " ".join(sentences)
