"""What chapters 1 to 3 have shown, and the answers to their exercises, where other words are right."""

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib import narrate
from omics_lib.advice import Finding


def test_data_are_summed_up_by_what_was_found():
    study = ol.simulate_study(12, 20, 6, random_state=0)
    missing = pd.DataFrame({"missing": [0, 3], "values": [240, 72]})
    text = narrate.data_shown(study, missing, [])
    assert "12 samples" in text and "20 genes and 6 metabolites" in text and "120 pairs" in text
    assert "0.96% of the values missing" in text and "Nothing in the values speaks against" in text
    text = narrate.data_shown(study, missing * 0 + [0, 9], [Finding("depth", "x"), Finding("idle", "y")])
    assert "without a gap" in text and "(depth)" in text


def settings(**changed):
    usual = {"transcriptomics_kind": "counts", "metabolomics_kind": "abundance", "normalise": "none"}
    return usual | {"metabolomics_log": False, "min_detected": 0} | changed


@pytest.mark.parametrize(
    ("changed", "findings", "leak", "words"),
    [
        ({}, [], (1.2, 1.0), ["Counts were logged, and every", "17% nearer"]),
        ({"transcriptomics_kind": "log"}, [], (1.0, 1.0), ["Every feature has", "next to nothing"]),
        (
            {},
            [Finding("depth", "x", "normalise: cpm")],
            (1.0, 1.1),
            ["not set in this run: `normalise`", "next to nothing"],
        ),
        (
            {"normalise": "cpm"},
            [Finding("depth", "x", "normalise: cpm")],
            (1.1, 1.0),
            ["logged and depth was taken out"],
        ),
    ],
)
def test_preprocessing_is_summed_up_by_what_was_done(changed, findings, leak, words):
    text = narrate.preprocessing_shown(findings, settings(**changed), pd.DataFrame({"x": leak}))
    assert all(word in text for word in words), text
    assert ("not set in this run" in text) == any("not set" in word for word in words)


def folds(ours, theirs):
    return pd.concat(
        pd.DataFrame({"fold": range(1, len(r2) + 1), "model": name, "r2": r2})
        for name, r2 in (("autoencoder", ours), ("PCA", theirs))
    )


AGREEMENT = pd.DataFrame({"model": ["autoencoder", "PCA"], "procrustes": [0.8, 0.9]})


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        ([0.4, 0.5, 0.6], [0.3, 0.3, 0.3], "ahead of as many components in every fold, by 0.200"),
        ([0.4, 0.5, 0.29], [0.3, 0.3, 0.3], "less than it varies"),
        ([0.4, 0.4, 0.295], [0.3, 0.3, 0.3], "by more than it varies"),
        ([0.2, 0.2, 0.2], [0.3, 0.3, 0.3], "components do as well or better, by 0.100"),
        ([0.3, 0.3, 0.3], [0.3, 0.3, 0.3], "did not (R² 0.300): for these samples, use PCA"),
        ([0.301, 0.3, 0.3], [0.3, 0.3, 0.3], "level in every fold"),
    ],
)
def test_network_is_summed_up_beside_components(ours, theirs, words):
    scores = folds(ours, theirs)
    sizes = scores.assign(n_latent=8)
    text = narrate.autoencoder_shown(scores, sizes, AGREEMENT, starts_at_pca=True)
    assert words in text and "share 80% of their variance" in text and "squeeze" not in text


def test_squeezing_is_told_where_it_gains_most():
    wide, narrow = folds([0.4] * 3, [0.38] * 3), folds([0.3] * 3, [0.1] * 3)
    sizes = pd.concat([narrow.assign(n_latent=2), wide.assign(n_latent=8)])
    assert "it gains most: 0.200 at 2 latents" in narrate.autoencoder_shown(
        wide, sizes, AGREEMENT, starts_at_pca=True
    )
    sizes = pd.concat([narrow.assign(n_latent=8), wide.assign(n_latent=2)])
    assert "squeeze" not in narrate.autoencoder_shown(wide, sizes, AGREEMENT, starts_at_pca=True)


def test_joining_by_position_is_told_by_what_moved():
    assert "a correlation of 0.80 becomes one of -0.10" in narrate.joined_by_position(0.8, -0.1)
    assert "stays at 0.80, by luck" in narrate.joined_by_position(0.8, 0.801)


def test_pair_that_moved_most_is_named_as_text():
    moved = pd.DataFrame([[0.1, 0.5]], ["g"], ["m", "<b>"]).stack()
    text = narrate.swapped_ids(moved)
    assert "0.50 at most" in text and r"g and \<b\>" in text and "0.30 in the median" in text


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({}, ["no column with two"]),
        ({("batch", "a"): 0.05, ("batch", "b"): 0.04}, ["No column goes with many more"]),
        (
            {("batch", "a"): 0.5, ("batch", "b"): 0.04},
            ["`batch` (50%) goes with more", "None does so in both"],
        ),
        ({("batch", "a"): 0.5, ("batch", "b"): 0.4}, ["`batch` does so in both"]),
        ({("x", "a"): 0.5, ("x", "b"): 0.4, ("y", "a"): 0.3, ("y", "b"): 0.2}, ["`x` and `y` do so in both"]),
    ],
)
def test_suspects_are_those_that_go_with_both_tables(shares, words):
    text = narrate.own_confounders(pd.Series(shares, dtype=float))
    assert all(word in text for word in words), text


def test_leak_is_read_from_its_folds():
    table = pd.DataFrame({"everything": [1.0, 1.0], "inside": [1.2, 1.1]}, index=[2, 5])
    assert (
        "With 2 folds the two mean squares lie 0.20 apart, with 5 folds 0.10. The larger"
        in narrate.leak_by_folds(table)
    )
    assert "the luck" in narrate.leak_by_folds(table.assign(inside=[1.1, 1.2]))


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        (
            [[0.0, 0.0], [0.5, 0.0]],
            ["moves neither", "rho stays as it is", "Pearson's correlation moves by up to 0.50"],
        ),
        ([[0.2, 0.0], [0.5, 0.0]], ["size factors differ"]),
        ([[0.0, 0.0], [0.0, 0.0]], ["these values came ready"]),
        ([[0.0, 0.3], [0.1, 0.3]], ["missing are filled in"]),
    ],
)
def test_steps_are_told_by_what_they_move(moves, words):
    text = narrate.step_moves(pd.DataFrame(moves, ["spearman", "pearson"], ["log", "z"]))
    assert all(word in text for word in words), text
    assert "leave genes out" in narrate.step_moves(pd.DataFrame())


def test_small_answers_say_what_their_numbers_say():
    assert "0.59 from a single" in narrate.doubling(np.array([0.585, 0.999]))
    assert "no news" in narrate.weights_per_sample({"sample": 1e3, "value": 11.8, "dimension": 1e3})
    assert "reassures less" in narrate.weights_per_sample({"sample": 1e3, "value": 0.5, "dimension": 1e3})
    table = pd.DataFrame({"training samples": [0.9, 0.4], "held-out": [0.3, 0.3]}, ["autoencoder", "PCA"])
    assert "the network has made more" in narrate.flattery(table)
    assert "PCA has made more" in narrate.flattery(table.set_axis(["PCA", "autoencoder"]))
    assert "flattered alike" in narrate.flattery(table.assign(**{"training samples": 0.5}))
    assert "Neither" in narrate.flattery(table.assign(**{"training samples": 0.3}))
    assert "exactly as much" in narrate.rotated_latents({"a": 0.5, "b": 0.5}, [0.2, 0.1])
    assert "0.400 instead of 0.500" in narrate.rotated_latents({"a": 0.5, "b": 0.4}, [0.2])
