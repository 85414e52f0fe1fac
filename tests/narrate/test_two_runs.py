"""Sentences about two runs, on outcomes where another would be wrong."""

from __future__ import annotations

import pandas as pd
import pytest

from omics_lib import TwoRuns, narrate


def two(found=(), rho_other=0.8, genes=10, metabolites=4, **changed):
    pairs = pd.DataFrame({"found": list(found), "rho_one": 0.9, "rho_other": rho_other})
    values = {"n_best": metabolites, "n_same_best": 1, "top": 10, "n_in_both": 3, "by_chance": 2.5}
    return TwoRuns(genes, metabolites, (1, 1), pairs, **(values | changed))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "Neither run finds a significant pair"),
        (["both"], "Both runs find the same: 1 pair is significant"),
        (["one"], "Only this run finds anything"),
        (["other", "other"], "Only the other run finds anything**: 2 pairs are"),
        (["one", "other"], "No pair is significant in both**: 1 in this run alone, and 1 in the other alone"),
        (
            ["both", "both", "one"],
            "2 pairs are significant in both runs**, 1 in this run alone, and 0 in the",
        ),
    ],
)
def test_findings_are_read_by_who_has_them(found, said):
    assert said in narrate.found_in_both(two(found))


def test_opposite_sign_in_the_other_run_is_told():
    assert "1 pair has the opposite sign" in narrate.found_in_both(two(["both", "one"], rho_other=-0.8))
    assert "opposite" not in narrate.found_in_both(two(["both", "one"]))


def test_what_runs_have_not_in_common_is_named():
    assert "no gene of the same name" in narrate.shared_names(two(genes=0))
    assert "no gene and no metabolite of the same name" in narrate.shared_names(two(genes=0, metabolites=0))
    assert "10 genes and 4 metabolites" in narrate.shared_names(two())


def test_agreement_is_read_beside_chance():
    said = narrate.rankings_agree(two())
    assert "for 1 of 4 metabolites; by chance it would be for 0.40" in said
    assert "10 best pairs of each ranking, 3 are the same" in said and "would share 2.50" in said


def test_rankings_of_few_pairs_are_not_said_to_share_all_of_them():
    assert "best pairs" not in narrate.rankings_agree(two(top=40))
