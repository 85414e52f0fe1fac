"""Do the sentences of the page "How many samples?" say what their numbers say?"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrate_helpers import reads

from omics_lib import narrate


def table(values, **columns):
    """Lay out samples → values of the seeds."""
    rows = [(n, seed, value) for n, found in values.items() for seed, value in enumerate(found)]
    return pd.DataFrame(rows, columns=["samples", "seed", "value"]).assign(**columns)


def power(values, **kinds):
    parts = {"power": values} | {f"power_{kind}": found for kind, found in kinds.items()}
    return pd.concat([table(found, metric=metric) for metric, found in parts.items()])


def errors(values, n=3.0):
    counts = {size: [n] * len(found) for size, found in values.items()}
    return pd.concat([table(values, metric="false_discovery_proportion"), table(counts, metric="n")])


def rankings(values, best="PLS", network="GCN, smoothing"):
    """Lay out samples → (correlation, network, best rival), each a list over the seeds."""
    parts = []
    for n, found in values.items():
        names = {"Spearman": "Spearman", "network": network, "best rival": best}
        for (role, method), of_seeds in zip(names.items(), found, strict=True):
            parts.append(table({n: of_seeds}, role=role, method=method))
    return pd.concat([*parts, table({21: [0.9]}, role="other", method="MOFA2")])


def test_study_is_told_by_its_settings():
    sizes = {"n_samples": [21, 50], "n_genes": 1000, "n_metabolites": 100, "n_seeds": 5}
    settings = sizes | {"parameters": {"covariates": ["tissue"], "n_latent": 8}}
    text = reads(narrate.sample_size_study(settings))
    assert "1,000 genes and 100 metabolites, and 21 and 50 samples" in text and "5 studies were drawn" in text
    assert text.endswith('not at their defaults: `covariates: ["tissue"]` and `n_latent: 8`.')


def test_power_is_told_as_mean_and_range():
    text = reads(narrate.sample_size_power(power({21: [0.0, 0.2], 100: [0.9, 0.9], 300: [1, 1]})))
    assert "10% with 21 (0% to 20%), 90% with 100 and 100% with 300 samples" in text
    assert "found from 100 samples on" in text


@pytest.mark.parametrize(
    ("at_100", "at_300", "words"),
    [
        (0.85, 0.95, "the recommendation holds for pairs as strong as these"),
        (0.2, 0.9, "**most of what can be found still comes beyond it**, with 300"),
        (0.5, 0.7, "**a good part is still missed there**"),
    ],
)
def test_recommendation_is_judged_by_what_it_buys(at_100, at_300, words):
    text = reads(narrate.sample_size_power(power({21: [0.1], 100: [at_100], 300: [at_300]})))
    assert words in text


def test_other_sizes_say_nothing_of_the_recommendation():
    assert "recommend" not in reads(narrate.sample_size_power(power({21: [0.1], 50: [0.3]})))
    last = reads(narrate.sample_size_power(power({21: [0.1], 100: [0.3]})))
    assert "find 30%, where 21 find 10%." in last and "with none of these numbers**, 100 included" in last


def test_kind_that_is_found_sooner_is_named():
    values = {21: [0.0], 50: [0.2]}
    text = reads(narrate.sample_size_power(power(values, link={21: [0.0], 50: [0.6]}, module=values)))
    assert "kind *link* are found sooner" in text and "60% against 20% with 50 samples" in text
    alike = reads(narrate.sample_size_power(power(values, link=values, module=values)))
    assert "about equally often" in alike


@pytest.mark.parametrize(
    ("at_100", "words"),
    [
        ([0.04, 0.05], "That keeps the 5%"),
        ([0.02, 0.1], "by no more than the studies differ"),
        ([0.2, 0.21], "**With 100 samples that is more than the 5% that were promised**"),
    ],
)
def test_false_discoveries_are_held_against_the_promise(at_100, words):
    assert words in reads(narrate.sample_size_errors(errors({21: [0.0, 0.0], 100: at_100})))


def test_studies_that_found_nothing_are_counted():
    assert "2 of 2 studies found nothing" in reads(
        narrate.sample_size_errors(errors({21: [0.0, 0.0]}, n=0.0))
    )
    assert "found nothing" not in reads(narrate.sample_size_errors(errors({21: [0.0, 0.0]})))


def test_network_is_compared_study_by_study():
    found = rankings({21: ([0.2, 0.2], [0.3, 0.1], [0.4, 0.1]), 300: ([0.9, 0.9], [0.8, 0.8], [0.7, 0.7])})
    text = narrate.sample_size_rankings(found)
    first, second = (reads(line.removeprefix("- ")) for line in text.splitlines()[:2])
    assert "the correlation has 0.200, the network 0.200, PLS, the best rival, 0.250" in first
    assert "ahead of the correlation in 1 and ahead of the best rival in 0 and level in 1" in first
    assert "ahead of the correlation in 0 and ahead of the best rival in 2" in second
    assert first.endswith("It smoothed in 2.")
    assert "gains most over the correlation with 21 samples (0.050); with 300, nothing is left of it" in text


def test_correlation_that_stands_in_for_a_network_is_said():
    found = rankings({21: ([0.2], [0.2], [0.1])}, network="Spearman (fallback)")
    assert "in 1 of 1 studies (1 with 21 samples) nothing tied" in narrate.sample_size_rankings(found)
    assert "not always a network" not in narrate.sample_size_rankings(rankings({21: ([0.2], [0.2], [0.1])}))


@pytest.mark.parametrize("sharpened", [0.1, 0.6])
def test_worlds_that_the_network_read_are_held_apart(sharpened):
    smooth = rankings({21: ([0.5], [0.8], [0.5])})
    sharp = rankings({50: ([0.5], [sharpened], [0.5])}, network="GCN, sharpening")
    text = narrate.sample_size_rankings(pd.concat([smooth, sharp]))
    assert "where it smoothed it is 0.300 ahead of the correlation" in text
    other = "0.400 behind" if sharpened < 0.5 else "0.100 ahead of"
    assert f"where it sharpened it is {other} the correlation." in text
    assert ("**What it reads off the tables decides" in text) is (sharpened < 0.5)
    assert "made for one of them" not in narrate.sample_size_rankings(smooth)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {21: ([0.5], [0.4], [0.3]), 50: ([0.5], [0.4], [0.3])},
            "**With no number of samples is anything ahead",
        ),
        ({21: ([0.2], [0.2], [0.2]), 50: ([0.2], [0.5], [0.2])}, "the largest number tried"),
        ({21: ([0.2], [0.6], [0.2]), 50: ([0.5], [0.6], [0.2])}, "with 50, 0.100 are left of it"),
    ],
)
def test_where_neighbours_help_is_told_by_the_outcome(values, words):
    assert words in narrate.sample_size_rankings(rankings(values))


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        ([0.1, 0.2], "rises from 0.100 with 21 samples to 0.200 with 300; it is level with PCA throughout"),
        (
            [0.3, 0.2],
            "falls from 0.300 with 21 samples to 0.200 with 300; it is ahead of PCA with 21 samples",
        ),
        (
            [0.1, 0.1],
            "hardly moves, from 0.100 with 21 samples to 0.100 with 300; it is **behind** PCA with 300",
        ),
        ([0.2, 0.1], "it is ahead of PCA with 21 samples and behind with 300"),
    ],
)
def test_autoencoder_is_held_against_pca(ours, words):
    parts = {"autoencoder": ours, "PCA": [0.1, 0.2]}
    found = [
        table({21: [a], 300: [b]}, method=method, table="transcriptomics") for method, (a, b) in parts.items()
    ]
    text = reads(narrate.sample_size_reconstruction(pd.concat(found)))
    assert "For the genes" in text and words in text


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_sentences_read_whatever_is_found(some, others):
    sizes = (21, 100)
    values = {n: [a, b] for n, a, b in zip(sizes, some, others, strict=False)}
    reads(narrate.sample_size_power(power(values, link=values, module={n: others[:2] for n in sizes})))
    reads(narrate.sample_size_errors(errors(values)))
    ranked = {n: (some[:2], others[:2], some[2:]) for n in sizes}
    for line in narrate.sample_size_rankings(rankings(ranked)).splitlines():
        if line:
            reads(line.removeprefix("- "))
