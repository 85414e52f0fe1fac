"""Sentences that close chapter 5, and that read the solutions of its exercises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .._words import count, number, share
from ..evaluation import saturated
from ..pairs import TABLES
from ._evaluation import METRICS

if TYPE_CHECKING:
    from ..refinement import Refinement, World

_SEEN = {
    "modules": "modules dominate, and the network smooths",
    "links": "direct links dominate, and the network sharpens",
    "curves": "U-shaped links dominate, and the network sharpens",
}


def refinement_shown(result: Refinement, evaluation: pd.DataFrame) -> str:
    """Sum up the chapter: the world, what was done about it, and whether that was better than doing nothing."""
    if result.fallback:
        return (
            "In this study no world is seen, so nothing was refined: **the ranking is the plain correlation**, and no sentence of "
            "this chapter claims more for it. Refusing to refine is an outcome, and on tables that nothing ties the right one."
        )
    text = f"In this study {_SEEN[result.world.name]}."
    known = evaluation[evaluation["truth"] == "known_pairs"] if len(evaluation) else evaluation
    telling = [
        metric for metric in METRICS if (known["metric"] == metric).any() and not saturated(known, metric)[0]
    ]
    if telling:
        return f"{text} {_against_rivals(known, telling[0], result.name)}"
    if len(known):
        return f"{text} The known pairs tell no ranking from another here, since nearly all of them find nearly all."
    text += " The study brings no known pairs, so whether the new order is better than the correlation's, this run cannot say."
    halves = result.replication
    if not len(halves):
        return text
    better = int((halves["network"] > halves["Spearman"]).sum())
    return (
        f"{text} What can be said: in {better} of {count(len(halves), 'split')} the network foresaw the correlations of unseen samples better than "
        "the correlations themselves did."
    )


def _against_rivals(known: pd.DataFrame, metric: str, network: str) -> str:
    found = known.set_index(["metric", "method"])["value"]
    rows = known[(known["metric"] == metric) & (known["knowledge"] == TABLES)].dropna(subset="value")
    values = rows.set_index("method")["value"]
    plain = str(values.index[0])
    ours, best = values[network], str(values.idxmax())
    low = found.get((f"{metric}_over_plain_low", network), np.nan)
    high = found.get((f"{metric}_over_plain_high", network), np.nan)
    text = f"By {METRICS[metric]}, {network} reaches {number(ours)} and the plain correlation {number(values[plain])}: "
    if low > 0:
        text += "**refining was better than doing nothing**, by more than the choice of metabolites explains"
    elif high < 0:
        text += "**refining was worse than doing nothing**, by more than the choice of metabolites explains"
    else:
        text += "the known pairs cannot tell the two apart"
    if values[best] > ours and best != plain:
        text += f"; the best rival from the two tables alone, {best}, reaches {number(values[best])}"
    return (
        f"{text}. That holds for these pairs and this study; in the other world the order may be the reverse."
    )


def dice(found: Mapping[str, tuple[float, float]]) -> str:
    """Read the average precision of rankings by dice, beside the share of pairs that are true (both by design)."""
    parts = [
        f"{number(value, 4)} on *{design}*, where {share(known, 1)} of all pairs are true"
        for design, (value, known) in found.items()
    ]
    return (
        f"By average precision, dice reach {' and '.join(parts)}. **Chance is the share of true pairs**, not a half: the same "
        "value can be excellent in one study and nothing in another, so that no value says anything without its own chance beside it."
    )


def top_kept(kept: Sequence[int], n_top: int, *, fallback: bool) -> str:
    """Say how many of the best genes by correlation a metabolite keeps in the refined ranking."""
    if fallback:
        return f"All {n_top:,} of each metabolite, since the ranking of this run *is* the correlation."
    mean, few = float(np.mean(kept)), int(np.sum(np.asarray(kept) == 0))
    text = (
        f"Of the {n_top:,} best genes by correlation, a metabolite keeps {mean:.1f} in the mean; {count(few, 'metabolite')} of "
        f"{len(kept):,} keep{'s' if few == 1 else ''} none."
    )
    if mean >= 0.9 * n_top:
        return f"{text} The refinement hardly touches the top: nobody who reads ten genes would notice it."
    return f"{text} So the two lists send a laboratory to different genes, and it matters which is right."


def worlds_of_a_batch(seen: Mapping[str, World]) -> str:
    """Say which world is seen in tables that only a batch ties, by how the batch is handled (the first: not at all)."""
    (first, ignored), *others = seen.items()
    parts = [
        f"{'no world' if world.name == 'none' else f'*{world.name}*'} with {way}" for way, world in others
    ]
    if ignored.name == "none":
        return f"With {first} no world is seen, and {' and '.join(parts)}: this batch was too weak to pass for one."
    return (
        f"With {first} the statistics see *{ignored.name}* (`total` at {number(ignored.statistics['z']['total'], 1)}), and {' and '.join(parts)}. "
        'The question "is there anything" cannot tell biology from a batch, and a network would then refine the batch. What is not '
        "given to `covariates` or `groups` is taken for signal."
    )


def edges_between(with_edges: float, without: float, plain: float, n_edges: int) -> str:
    """Compare smoothing with and without the edges between the tables, on a simulated study of modules."""
    text = (
        f"With {count(n_edges, 'edge')} between the tables smoothing reaches {number(with_edges)}, without any {number(without)}, the plain "
        f"correlation {number(plain)}."
    )
    gain, lost = with_edges - plain, with_edges - without
    if gain <= 0:
        return f"{text} Here smoothing gained nothing that edges could explain."
    if lost < 0.1 * gain:
        return (
            f"{text} **The edges between the tables carry next to nothing of the gain**: it comes from averaging over features of the "
            "same table that go together. The significant pairs are few, and say what the correlations say already."
        )
    return f"{text} The edges between the tables carry {share(lost, gain)} of the gain."
