"""What the page on a run's own cohort says of its numbers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from omics_lib import narrate


def cohort(n_shared=(40, 10), n=30, covariates=(), name="co`hort", alike=()):
    rows = {"transcriptomics": (100, 120, n_shared[0]), "metabolomics": (20, 30, n_shared[1])}
    overlap = pd.DataFrame.from_dict(rows, "index", columns=["n_study", "n_cohort", "n_shared"])
    metabolites = pd.DataFrame() if n_shared[1] else None
    return SimpleNamespace(
        name=name,
        samples=pd.DataFrame(index=range(n)),
        overlap=overlap,
        metabolites=metabolites,
        covariates=list(covariates),
        alike=list(alike),
    )


@pytest.mark.parametrize(
    ("told", "words", "not_there"),
    [
        (cohort(), ["40 of the study's 100 genes (40%).", "10 of the study's 20 metabolites (50%)"], "**"),
        (cohort((19, 10)), ["less than 20%: **what it lends, it lends to these few alone**"], "no larger"),
        (cohort((40, 0)), ["**Of the study's metabolites it has none**"], "lends to these few"),
        (cohort(alike=["S1 = C1"]), ["**But 1 pair is as alike as copies", "too good to be true"], "S1"),
        (cohort(n=21), ["**It is no larger than the study**"], "none"),
        (cohort(covariates=["a_b"]), ["Within it, `a_b` is regressed out"], "**"),
    ],
)
def test_cohort_is_introduced_with_its_overlap_and_what_it_lacks(told, words, not_there):
    text = narrate.own_cohort(told, 21)
    assert all(word in text for word in words), text
    assert not_there not in text
    assert "`` co`hort ``" in text


def scores(alone, lent, shuffled, widths=(2, 8)):
    """Held-out R² of each model at each width, the same in two folds but for a little."""
    rows = [
        (k, model, value + shift)
        for model, values in zip(narrate.COHORT_MODELS, (alone, lent, shuffled), strict=True)
        for k, value in zip(widths, values, strict=True)
        for shift in (-0.01, 0.01)
    ]
    return pd.DataFrame(rows, columns=["latents", "model", "value"])


@pytest.mark.parametrize(
    ("values", "words", "not_there"),
    [
        (
            ((0.1, 0.2), (0.15, 0.3), (0.1, 0.2)),
            ["at every width**; the most at 8 latents, from 0.200 to 0.300"],
            "costs up",
        ),
        (
            ((0.1, 0.2), (0.1, 0.3), (0.1, 0.2)),
            ["explained at 8 latents; the most at 8", "costs nothing"],
            "every",
        ),
        (
            ((0.1, 0.2), (0.101, 0.2), (0.1, 0.19)),
            ["add nothing", "never more than 0.001", "costs up to 0.010"],
            "every",
        ),
        (
            ((0.1, 0.2), (0.1, 0.2), (0.1, 0.2)),
            ["**The cohort's axes add nothing to this study that counts**."],
            "never",
        ),
        (((0.1, 0.2), (0.08, 0.3), (0.1, 0.2)), ["At 2 latents it costs 0.020."], "every"),
        (
            ((0.1, 0.2), (0.1, 0.3), (0.1, 0.28)),
            ["**With its genes' names shuffled it adds 0.080 as well, at 8 latents**"],
            "costs",
        ),
        (
            ((0.1, 0.2), (0.1, 0.3), (0.1, 0.21)),
            ["adds 0.010 as well, at 8 latents: that much"],
            "**With its genes",
        ),
    ],
)
def test_axes_are_read_beside_shuffled_names(values, words, not_there):
    text = narrate.own_cohort_axes(scores(*values))
    assert all(word in text for word in words), text
    assert not_there not in text


@pytest.mark.parametrize(
    ("lent", "word"), [(0.3, "0.100 more"), (0.2, "no difference"), (0.1, "0.100 **less**")]
)
def test_autoencoder_is_read_beside_itself_without_the_cohort(lent, word):
    trained = pd.DataFrame({"model": narrate.COHORT_MODELS[:2], "r2": [0.2, lent]})
    assert word in narrate.own_cohort_autoencoder(trained, 8)


def found(q, n_unweighted, n=None):
    n = len(q) if n is None else n
    pairs = pd.DataFrame({"q": np.asarray(q, float)})
    return SimpleNamespace(
        pairs=pairs, n_significant=n, n_kept=len(q), n_unweighted=n_unweighted, n_tests=1000
    )


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, ["none of the study's metabolites"]),
        (found([], 0), ["declares none", "none is declared. The cohort changes nothing."]),
        (found([], 3), ["declares 3", "**The cohort takes all of them away.**"]),
        (
            found([0.2], 0),
            ["1 is declared: 1 new one comes in, and no pairs go out", "**The new ones rest on both"],
        ),
        (
            found([0.01, 0.2, 0.3], 2),
            ["2 new ones come in, and 1 pair goes out", "none is declared whose own p"],
        ),
        (found([0.01], 3), ["no new ones come in, and 2 pairs go out", "**The cohort costs pairs here**"]),
        (found([0.01], 1), ["no new ones come in, and no pairs go out"]),
        (found([0.01], 1, n=7), ["the 1 foremost are written down"]),
    ],
)
def test_pairs_are_compared_with_those_of_plain_control(result, words):
    text = narrate.own_cohort_pairs(result, 0.05)
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("of_use", "result", "words"),
    [
        (True, found([0.01, 0.2], 1), ["is of use for this study", "1 without its weights, 2 with them."]),
        (False, found([0.01], 1), ["**left out by default**", "keep to those without"]),
        (True, None, ["Of pairs it says nothing"]),
    ],
)
def test_what_was_shown_follows_the_verdict(of_use, result, words):
    table = scores((0.1, 0.2), (0.15, 0.3), (0.1, 0.19))
    text = narrate.own_cohort_shown(SimpleNamespace(of_use=of_use), table, result)
    assert all(word in text for word in [*words, "Held-out R² at 8 latents: 0.200 alone, 0.300 with it"]), (
        text
    )
