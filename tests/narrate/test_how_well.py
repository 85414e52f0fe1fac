"""Sentences of "How well does it work?", on results where they would be wrong."""

from __future__ import annotations

import pandas as pd
import pytest

from omics_lib import narrate


def rates(**changed):
    rows = [
        ("modules", "BH, exact null", 0.047, 0.043, 0.051, 1.0, 0.9),
        ("modules", "BH, Student's t", 0.062, 0.058, 0.066, 1.0, 0.9),
        ("null", "permutations, strongest", 0.04, 0.01, 0.09, 0.04, 0.01),
        ("confounded", "batch ignored", 1.0, 1.0, 1.0, 1.0, 0.9),
        ("confounded", "batch as covariate", 0.04, 0.0, 0.09, 0.04, 0.01),
    ]
    table = pd.DataFrame(rows, columns=["design", "rule", "fdr", "fdr_low", "fdr_high", "any", "any_low"])
    for rule, values in changed.items():
        for column, value in values.items():
            table.loc[table["rule"] == rule, column] = value
    return table


def test_rates_that_were_kept_are_said_with_the_highest():
    said = narrate.error_rates(rates(), 0.05)
    assert "at most 5%. In no design is it exceeded" in said and "the highest measured is 4.7%" in said
    assert "With Student's t in place of the exact null it is exceeded with modules (6.2%)" in said
    assert "100% of the studies have false pairs" in said and "**" not in said


def test_rate_that_was_exceeded_is_said():
    over = rates(**{"batch as covariate": {"fdr": 0.2, "fdr_low": 0.1}})
    assert "**It is exceeded with a batch only**" in narrate.error_rates(over, 0.05)
    family = rates(**{"permutations, strongest": {"any": 0.3, "any_low": 0.2}})
    assert "**It is exceeded with nothing**" in narrate.error_rates(family, 0.05)


def test_nothing_is_said_of_t_where_it_keeps_the_rate():
    kept = rates(**{"BH, Student's t": {"fdr": 0.05, "fdr_low": 0.04}})
    assert "Student" not in narrate.error_rates(kept, 0.05)


@pytest.mark.parametrize(
    ("share", "low", "high", "words"),
    [
        (0.1, 0.09, 0.11, "At all 1 levels the share is that level"),
        (0.102, 0.101, 0.103, "At all 1 levels the share is that level"),
        (
            0.05,
            0.04,
            0.06,
            "At 1 of 1 levels such p-values come up less often than they should, down to 0.50",
        ),
        (0.2, 0.19, 0.21, "**At 1 of 1 levels they come up more often than they should**, up to 2.00 times"),
    ],
)
def test_calibration_says_in_which_way_p_values_are_off(share, low, high, words):
    table = pd.DataFrame({"level": [0.1], "share": [share], "low": [low], "high": [high]})
    assert words in narrate.calibration(table)


def test_worlds_are_counted_and_the_wrong_ones_named():
    worlds = pd.DataFrame(
        {
            "design": ["modules", "nonlinear", "nonlinear", "confounded"],
            "world": ["modules", "links", "links", "none"],
            "expected": ["modules", "curves", "curves", "none"],
        }
    )
    said = narrate.worlds_told(worlds)
    assert said.startswith("2 of 4 are put into the world that they were drawn from; of the others, 2 with ")
    assert said.endswith("2 with curves are taken for a study of links.")
    assert narrate.worlds_told(worlds[:1]).endswith(
        "1 of 1 are put into the world that they were drawn from."
    )


def test_rankings_name_the_best_rival_and_where_the_network_loses():
    rows = [
        ("links", seed, method, kind, value)
        for seed in (1, 2)
        for method, kind, value in (
            ("network", "network", 0.3),
            ("Spearman", "correlation", 0.5 if seed == 2 else 0.2),
            ("MOFA2", "baseline", 0.1),
            ("known pairs alone", "known", 0.9),
            ("chance", "chance", 0.95),
        )
    ]
    rankings = pd.DataFrame(rows, columns=["design", "seed", "method", "kind", "average_precision"])
    said = narrate.best_rankings(rankings)
    assert "With links, the best rival is Spearman; the network is ahead of it in 1 of 2 studies" in said
    assert "0.300 against 0.350" in said


def test_run_times_are_said_in_time_of_a_core():
    runs = pd.DataFrame(
        {
            "samples": [20, 500],
            "genes": 1000,
            "metabolites": 100,
            "cpu_seconds": [80, 900],
            "peak_gb": [0.5, 1.24],
        }
    )
    said = narrate.run_times(runs)
    assert "With 1,000 genes and 100 metabolites, 20 samples take 80 s of one core and 0.5 GB and 500" in said
    assert "500 samples take 15 minutes of one core and 1.2 GB in the largest process." in said


def test_full_size_is_said_with_its_limits():
    totals = pd.DataFrame({"seconds": [345.4, 380.8], "peak_gb": [3.78, 3.7], "largest_mb": [62.4, 91.8]})
    settings = {"n_samples": 21, "n_genes": 132129, "n_metabolites": 6980}
    assert "takes 5 to 7 minutes and at most 3.8 GB" in narrate.full_size_cost(totals, settings)
