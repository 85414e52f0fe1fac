"""Do the sentences of the page "At full size" say what their numbers say?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrate_helpers import reads

from omics_lib import narrate

TOTAL = {
    "variant": "counted",
    "seconds": 500.0,
    "peak_gb": 3.0,
    "largest_mb": 200.0,
    "load": 0.2,
    "target_seconds": 600,
    "target_gb": 4.0,
    "target_mb": 500,
}
SETTINGS = {
    "n_samples": 21,
    "n_genes": 132_129,
    "n_metabolites": 6_980,
    "n_modules": 16,
    "genes_in_modules": 0.25,
    "metabolites_in_modules": 0.4,
    "metabolites_linked": 0.25,
    "features_shifted_by_tissue": 0.5,
}


def test_study_is_told_by_its_settings():
    text = reads(narrate.full_size_study(SETTINGS))
    assert "132,129 genes as counts and 6,980 metabolites as abundances: 922,260,420 pairs" in text
    assert "trial" not in text
    assert reads(narrate.full_size_study(SETTINGS | {"n_genes": 2000})).startswith("**This was a trial")
    assert "25% of the genes and 40% of the metabolites follow 16 shared factors" in text


def test_targets_that_are_met_are_called_so():
    text = narrate.full_size_targets(pd.DataFrame([TOTAL]))
    assert text == (
        "- `counted` meets all three targets: 8.3 min (target: 10.0 min), 3.0 GB (target: 4 GB), "
        "200 MB (target: 500 MB)."
    )


def test_machine_that_was_busy_is_called_so():
    text = narrate.full_size_targets(pd.DataFrame([TOTAL, TOTAL | {"load": 4.25}]))
    assert text.endswith(
        "\n**The machine had other work to do** (a load of 4.2 when one of these runs began): the times "
        "are longer than the work takes."
    )


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        ({"seconds": 601.0}, "misses the time**"),
        ({"peak_gb": 4.2}, "misses the memory**"),
        ({"largest_mb": 900.0, "seconds": 7000.0}, "misses the time and the size of files**"),
    ],
)
def test_targets_that_are_missed_are_named(change, missed):
    text = narrate.full_size_targets(pd.DataFrame([TOTAL, TOTAL | change]))
    met, other = text.splitlines()
    assert "meets all" in met and missed in other and "meets" not in other


COHORT = {
    "n_samples": 300,
    "n_genes": 132_129,
    "n_metabolites": 6_980,
    "check_seconds": 15.0,
    "page_seconds": 185.0,
    "peak_gb": 3.44,
    "load": 0.2,
    "target_seconds": 300,
    "target_gb": 4.0,
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "3.4 GB (target: 4 GB)."),
        ({"page_seconds": 286.0}, "**That misses the time.**"),
        ({"peak_gb": 4.1, "page_seconds": 900.0}, "**That misses the time and the memory.**"),
        ({"load": 8.0}, "(target: 4 GB). **The machine had other work to do** (a load of 8.0)."),
    ],
)
def test_cost_of_a_cohort_is_held_against_its_targets(change, said):
    text = reads(narrate.full_size_cohort(pd.DataFrame([COHORT | change])))
    assert text.startswith("A cohort of 300 samples × 132,129 genes and 6,980 metabolites adds one page")
    assert text.endswith(said)
    assert (
        "3.3 min at most (target: 5.0 min): 15 s to read and check it, and 3.1 min for the page" in text
        or change
    )


def test_cost_of_a_cohort_that_was_not_measured_is_not_told():
    assert reads(narrate.full_size_cohort(None)) == "What a cohort adds to that was not measured."


def test_stages_name_the_slowest_and_the_largest():
    stages = pd.DataFrame(
        {"stage": ["a", "b"], "seconds": [300.0, 100.0], "peak_gb": [1.0, 2.5], "variant": "counted"}
    )
    text = reads(narrate.full_size_stages(stages))
    assert "`a` takes longest (5.0 min, 75% of the time of all stages)" in text
    assert "`b` has the largest process (2.5 GB)" in text


def found(significant, modules, links):
    return pd.DataFrame(
        {
            "kind": ["all", "module", "link"],
            "pairs": [10_000, 400, 20],
            "significant": [significant, modules, links],
        }
    )


@given(st.integers(0, 400), st.integers(0, 20), st.integers(0, 60))
def test_what_was_found_is_split_into_true_and_false(modules, links, wrong):
    n = modules + links + wrong
    text = reads(narrate.full_size_found(found(n, modules, links)))
    if not n:
        assert "none is significant" in text
        return
    assert ("**which is more than** the rate" in text) == (wrong / n > 0.05)
    assert f"{modules} of the 400 module pairs" in text and f"{links} of the 20 link pairs" in text


def ranked(**values):
    return pd.DataFrame(
        {
            "method": list(values),
            "knowledge": ["known_pairs" if "known" in name else "tables" for name in values],
            "value": list(values.values()),
            "chance": 0.001,
        }
    )


def test_ranking_that_is_ahead_is_named_beside_the_plain_one():
    text = reads(narrate.full_size_ranking(ranked(Spearman=0.01, GCN=0.02, MOFA2=np.nan)))
    assert "*GCN* places the known pairs best: average precision 0.02, chance 0.001" in text
    assert "plain *Spearman* comes to 0.01" in text and "MOFA2" not in text and "learnt" not in text


def test_ranking_says_so_where_the_plain_one_is_best():
    text = reads(narrate.full_size_ranking(ranked(Spearman=0.03, GCN=0.02, known=0.05)))
    assert "no rival is ahead of the plain correlation" in text
    assert "*known*, which has learnt from other known pairs, comes to 0.05" in text


def test_ranking_without_known_pairs_says_so():
    assert reads(narrate.full_size_ranking(ranked(Spearman=np.nan))).startswith("No ranking")


def slopes(*rows):
    columns = ["function", "slope", "note"]
    table = pd.DataFrame(list(rows), columns=columns)
    return table.assign(growing="genes", **{"from": 100_000, "to": 1_000_000})


def test_growth_within_its_target_is_called_so():
    text = reads(narrate.growth(slopes(("a", 1.05, ""), ("b", 0.9, "")), "genes", limit=1.1))
    assert "From 100,000 to 1,000,000 genes, the time of `a` grows most steeply, with the power 1.05" in text
    assert "All are within the target of 1.1." in text and "**" not in text


def test_growth_above_its_target_is_named():
    text = reads(narrate.growth(slopes(("a", 2.0, ""), ("b", 1.2, ""), ("c", 1.0, "")), "genes", limit=1.1))
    assert "**Above the target of 1.1: `a` (2.00) and `b` (1.20).**" in text
    assert "target" not in narrate.growth(slopes(("a", 2.0, "")), "genes")


def test_function_that_did_not_get_through_is_named():
    text = reads(narrate.growth(slopes(("a", 1.0, ""), ("b", np.nan, "out of memory")), "genes", limit=1.1))
    assert "Did not get through all sizes: `b` (out of memory)" in text
    only = reads(narrate.growth(slopes(("b", np.nan, "out of time")), "genes", limit=1.1))
    assert "within" not in only and "`b` (out of time)" in only


def test_graphics_card_is_named_or_said_to_be_missing():
    assert "was not measured" in reads(narrate.graphics_card({"gpu": None}))
    assert r"a graphics card, H\_100" in reads(narrate.graphics_card({"gpu": "H_100"}))
