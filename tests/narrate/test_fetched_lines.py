from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from omics_lib import narrate

SIZES = (21, 100, 200)
NAMES = ("no cohort", "cohort", "names shuffled")


def table(name, *values):
    """A row a draw (two, around the value), cohort and size; `values` by cohort, then size."""
    rows = [
        (n, cohort, draw, value + step * (cohort == "cohort"))
        for (cohort, of) in zip(NAMES, values, strict=True)
        for n, value in zip(SIZES, of, strict=True)
        for draw, step in enumerate((-0.01, 0.01))
    ]
    return pd.DataFrame(rows, columns=["samples", "cohort", "draw", name])


def axes(*values, share=0.9):
    r2 = table("r2", *values).assign(n_latent=8)
    return r2.assign(share=np.where(r2["cohort"] == "cohort", share, 0.0))


ALONE = (0.1, 0.2, 0.25)
R2 = axes(ALONE, (0.22, 0.26, 0.27), ALONE)


@pytest.mark.parametrize(
    ("lent", "said"),
    [
        ((0.22, 0.26, 0.27), "would take **about 140 samples**"),
        ((0.22, 0.26, 0.27), "buy 0.100 over 21, less than what the cohort lends to 21 (0.120)"),
        ((0.22, 0.26, 0.27), "; to 100 it lends 0.060, to 200 0.020"),
        ((0.15, 0.2, 0.25), "buy 0.100 over 21, more than what the cohort lends"),
        ((0.2, 0.2, 0.25), "buy 0.100 over 21, as much as what the cohort lends"),
        (ALONE, "It lends 21 samples nothing here"),
    ],
)  # fmt: skip
def test_axes_are_told_beside_what_a_hundred_samples_buy(lent, said):
    assert said in narrate.fetched_axes(axes(ALONE, lent, ALONE))


def pairs(*declared, replicated=(0.8, 0.9, 0.85)):
    found = table("declared", *declared)
    found["declared"] = found["declared"].round()
    held = dict(zip(NAMES, replicated, strict=True))
    return found.assign(replicated=found["cohort"].map(held).where(found["declared"] > 0))


FOUND = (0, 50, 90), (40, 60, 80), (0, 30, 50)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (FOUND, "0 become 40 with 21 lines, 50 become 60 with 100 lines and 90 become 80"),
        (FOUND, "**Weights help studies of 21 and 100 and cost those of 200**"),
        (FOUND, "the judges have 80% without the cohort and 90% with it"),
        (FOUND, "shuffled names pairs are lost, most with 200 lines (40)"),
        (((5, 50, 90), (4, 40, 80), (5, 50, 90)), "**Weights cost pairs at every size that differs.**"),
    ],
)  # fmt: skip
def test_pairs_are_told_by_where_weights_help_and_where_they_cost(declared, said):
    assert said in narrate.fetched_pairs(pairs(*declared), 0.05)


def test_pairs_are_told_where_nothing_is_declared_at_all():
    said = narrate.fetched_pairs(pairs(*[(0, 0, 0)] * 3), 0.05)
    assert "0 become 0 with 21 lines" in said and "judges" not in said and "lost" not in said


def agreement(p, idle=0.5):
    rows = [
        (n, name, draw, 0.4, {"cohort": p, "names shuffled": idle}[name])
        for n, name, draw in product(SIZES, NAMES[1:], (0, 1))
    ]
    return pd.DataFrame(rows, columns=["samples", "cohort", "draw", "r", "p"])


@pytest.mark.parametrize(
    ("r2", "agrees", "said"),
    [
        (R2, agreement(0.01), "Of 6 studies, 6 say that the cohort is of use; none says so of “names"),
        (R2, agreement(0.01), "No verdict is wrong."),
        (R2.assign(share=0.5), agreement(0.01, 0.01), "6 say so of “names shuffled”. **6 verdicts are"),
        (R2, agreement(0.5), "none says that the cohort is of use"),
    ],
)  # fmt: skip
def test_verdicts_are_counted(r2, agrees, said):
    assert said in narrate.lent_use(r2, agrees, lender="cohort")


def test_page_sums_up_what_it_found():
    ranks = pd.DataFrame(
        [(n, name, draw, 0.1 + 0.01 * i * (name == "study and cohort"))
         for i, n in enumerate(SIZES) for name in ("cohort alone", "study and cohort") for draw in (0, 1)],
        columns=["samples", "ranking", "draw", "mrr"],
    )  # fmt: skip
    found = pairs(*FOUND)
    said = narrate.fetched_shown(R2, found, ranks)
    assert "21 lines explain as much of unseen ones as about 140 do alone" in said
    assert "more pairs in studies of 21 and 100 lines, and fewer in larger ones" in said
    assert "the study adds 0 with 21 lines and 0.020 with 200" in said
    none = narrate.fetched_shown(R2, pairs(*[(0, 0, 0)] * 3), ranks)
    assert "find more pairs in no study" in none


def test_lines_are_counted():
    said = narrate.fetched_lines(460, 40, 12, 3, 200)
    assert "460 lines have 40 genes and responses to 12 compounds" in said
    assert "dealt out anew 3 times" in said and "60 judge" in said
