"""What the page on one study, three ways, says of its numbers."""

import numpy as np
import pandas as pd
import pytest
from narrate_helpers import reads

from omics_lib import narrate


def ways(*n, worlds=("links", "links", "links"), alone=0):
    names = ["nothing", "group", "group + batch"][: len(n)]
    columns = {"significant pairs": n, "by themselves": [alone] * len(n), "world": worlds[: len(n)]}
    return pd.DataFrame(columns, index=names).assign(**{"strongest |rho|": 0.7})


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            ways(200, 80, 0),
            ["200 pairs are significant; 80 with", "No list of pairs is left within the groups**:"],
        ),
        (ways(200, 80, 0, alone=1), ["but for 1 pair that would stand out even alone"]),
        (ways(200, 100, 80), ["60% go once `group + batch` is held constant"]),
        (ways(200, 190, 190), ["Most of it stays"]),
        (ways(10, 50, 60), ["hid part of what goes together"]),
        (ways(0, 0, 5), ["no pairs are significant", "they hid what goes together"]),
        (ways(0, 0, 0), ["None of the ways finds a pair"]),
        (ways(1), ["1 pair is significant as the study stands"]),
        (ways(9, 9, 9), ["the same world in each of them: links"]),
        (ways(9, 9, 0, worlds=("links", "modules", "none")), ["nothing with `group + batch` regressed out"]),
    ],
)
def test_ways_are_compared_by_what_each_finds(counts, words):
    text = narrate.ways_compared(counts)
    assert all(word.lower() in text.lower() for word in words), text


def best(*rows):
    return pd.DataFrame(rows, columns=["gene", "metabolite", "nothing", "group"])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            best(("A", "x", 0.8, 0.1), ("B", "y", -0.7, -0.6)),
            ["Of 2 pairs that start", "1 loses half", "A and x from 0.80 to 0.10"],
        ),
        (
            best(("A", "x", 0.8, 0.7), ("B", "y", 0.1, 0.6)),
            ["Of 1 pair that starts", "none loses half", "0.80 to 0.70"],
        ),
        (best(("A", "x", 0.3, 0.7)), ["None of these 1 pair reaches"]),
        (best(), ["none to follow"]),
        (best(("A", "x", 0.8, 0.1)).iloc[:, :3], ["nothing to compare"]),
    ],
)
def test_best_pairs_are_followed_to_the_last_way(table, words):
    text = narrate.best_pairs_compared(table)
    assert all(word in text for word in words), text


def sets(name, *rows):
    columns = ["gene_set", "n_genes", "n_listed", "n_others", "n_others_listed", "p"]
    tables = {
        way: pd.DataFrame([(name, *row), ("other", 10, 1, 90, 9, 0.7)], columns=columns)
        for way, row in zip(("nothing", "group"), rows, strict=False)
    }
    return pd.concat(tables, names=["regressed out", None])


def test_set_that_stands_out_is_named_and_followed():
    text = narrate.sets_compared(sets("cycle", (20, 15, 100, 30, 1e-4), (20, 2, 100, 10, 0.5)))
    assert (
        "Of the 20 genes of `cycle`, 15 with `nothing` regressed out (of the other genes 30%) and 2 with"
        in text
    )
    assert "more than of other genes (p = 0.0001" in text and "PPAR" not in text
    text = narrate.sets_compared(sets("cycle", (20, 5, 100, 30, 0.4)))
    assert "no more than chance gives, in 2 tests" in text
    assert narrate.sets_compared(None) == "This study brings no sets of genes."


def test_targets_of_the_receptor_are_discussed_by_what_was_found():
    text = narrate.sets_compared(sets("PPARA_TARGETS", (20, 15, 100, 30, 1e-4), (20, 2, 100, 10, 0.5)))
    assert "so they go with the fatty acids" in text and "few of them are left" in text
    text = narrate.sets_compared(sets("PPARA_TARGETS", (20, 2, 100, 30, 0.9), (20, 2, 100, 10, 0.5)))
    assert "not more of them than of other genes" in text and "most of them are left" in text


def test_columns_are_named_as_they_are_held():
    assert "no column" in narrate.three_ways([], [])
    assert "`a`, and `a` and `b` together. The run as a whole regresses out nothing" in narrate.three_ways(
        ["a", "b"], []
    )
    assert "regresses out `a`, as the chapters show" in narrate.three_ways(["a", "b"], ["a"])
    assert "regresses out `a`, `b` and `c`." in narrate.three_ways(["a", "b"], ["a", "b", "c"])


def test_names_of_a_study_stay_text():
    text = narrate.best_pairs_compared(best(("*g*", "[m](x)", 0.8, 0.1)))
    assert r"\*g\*" in text and r"\[m\]" in text and np.all([c.isprintable() for c in reads(text)])
