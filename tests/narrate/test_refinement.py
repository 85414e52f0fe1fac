"""The sentences of chapter 5, each read on a usual, an empty and a single-item result."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrate_helpers import pairs_table, reads

import omics_lib as ol
from omics_lib import narrate
from omics_lib.refinement import World


def said(name, **z):
    statistics = pd.DataFrame(
        {"z": pd.Series({"total": 9.0, "modules": 0.5, "links": 1.0, "curves": 0.1} | z)}
    )
    return World(name, statistics)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (said("modules", modules=15.0), "**In this study, modules dominate.** In standard deviations"),
        (
            said("modules", modules=15.0),
            "(`total`) stand at 9.0, `modules` at 15.0, `links` at 1.0 and `curves` at 0.1.",
        ),
        (said("links", links=5.0), "direct links dominate.** In standard deviations"),
        (said("links", links=5.0, modules=6.0), "more than 2 times `links`"),
        (said("links"), "neither modules nor links stand out.**"),
        (said("curves", curves=6.0), "by U-shaped relations"),
        (said("none", total=1.2), "(the largest is 1.2)"),
        (
            World("links", pd.DataFrame({"z": []})),
            "**In this study, direct links dominate.** So the network sharpens",
        ),
    ],
)
def test_world_is_named_with_its_evidence(result, expected):
    text = reads(narrate.world(result))
    assert expected in text
    assert ("falls back" in text) is (result.name == "none")


@pytest.fixture(scope="module")
def unrefined(tables):
    return refined(tables, "none")


@given(z=st.lists(st.floats(-3, 2.99), min_size=4, max_size=4), n_associations=st.integers(0, 3))
def test_no_world_is_not_said_to_be_no_tie(unrefined, z, n_associations):
    names = ["total", "modules", "links", "curves"]
    text = reads(narrate.world(World("none", pd.DataFrame({"z": z}, index=names))))
    fallback = replace(unrefined, n_associations=n_associations)
    for said in (text, reads(narrate.refinement(fallback))):
        # chapter 4 may have found a pair that stands out by itself
        assert not re.search("better than chance|tie|permuted samples may give", said)
    assert "that chapter says" in text


def test_both_worlds_say_which_filter_helps():
    table = pd.DataFrame(
        {"Spearman": [0.4, 0.2], "smoothing": [0.8, 0.1], "sharpening": [0.3, 0.4]}, ["modules", "links"]
    )
    text = reads(narrate.both_worlds(table))
    assert "on *modules* smoothing is best, with 0.800, 2.0 times the plain correlation" in text
    assert "*worse* than doing nothing" in text
    assert "worse" not in reads(narrate.both_worlds(table.assign(smoothing=[0.8, 0.3])))


@pytest.fixture(scope="module")
def tables():
    study = ol.simulate_study(12, 40, 12, n_modules=2, strength=0.9, random_state=0)
    return study["transcriptomics"].to_df(), study["metabolomics"].to_df(), study.uns["known_pairs"]


def refined(tables, world, prior=False, **options):
    genes, metabolites, known = tables
    pairs = ol.associate(genes, metabolites).pairs
    graph = ol.build_graph(pairs, genes, metabolites, prior_pairs=known if prior else None)
    return ol.refine(graph, genes, metabolites, world=world, random_state=0, **options)


@pytest.mark.parametrize("world", ["modules", "links", "curves", "none"])
@pytest.mark.parametrize("prior", [False, True])
@pytest.mark.parametrize("model", ["gcn", "gat"])
def test_a_refinement_is_read_in_every_world(tables, world, prior, model):
    result = refined(tables, world, prior, model=model)
    text = reads(narrate.refinement(result))
    assert ("falls back" in text) is (world == "none")
    assert ("attention was learnt" in text) is (world == "modules" and model == "gat")
    if world != "none":
        assert ("Known pairs of other metabolites were learnt" in text) is prior
    assert ("splits" in reads(narrate.replication(result))) is (world == "modules")
    kinds = [ranking.kind for ranking in result.rankings.values()]
    assert ("no message crosses between them" in text) is (world in ("links", "curves"))
    known = ["known", "learnt"] if result.learnt else []
    assert kinds == (["correlation"] if world == "none" else ["null", "network", *known])
    assert result.rankings[result.name].knowledge == "tables"
    listed = ol.ranked_table(result, 10)
    text = reads(narrate.ranked(listed, result))
    assert ("of 12 metabolites" in text) is (world != "none")
    assert ("the probability that a pair is *listed*" in text) is (prior and world != "none")
    assert ("distances from the middle one" in text) is (world in ("links", "curves") and not prior)
    assert "probability of a link" not in text.replace("not the probability of a link", "")


def test_first_genes_that_stay_are_said_to_stay(tables):
    result = refined(tables, "modules")
    table = ol.ranked_table(replace(result, scores=result.profiles.scores()), 10)
    text = reads(narrate.ranked(table, result))
    assert "as in chapter 4, and not of the score" in text
    assert "does not heed `groups`: chapter 4 does" in reads(narrate.ranked(table, result, groups=True))
    assert "The first gene of every metabolite is the one that the correlation puts first." in text


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ([0.3, 0.3, 0.3], "In these samples the graph adds to"),
        ([0.3, 0.3, 0.1], "may add something"),
        ([0.3, 0.1, 0.1], "adds nothing"),
    ],
)
def test_replication_claims_what_every_split_shows(tables, network, expected):
    halves = pd.DataFrame({"network": network, "rewired": 0.0, "Spearman": 0.2})
    result = replace(refined(tables, "none"), replication=halves)
    assert expected in reads(narrate.replication(result))


def test_replication_is_laid_out_as_an_evaluation(tables):
    result = refined(tables, "modules")
    rows = result.replicated.set_index("method")
    assert rows["value"].to_dict() == result.replication.mean().to_dict()
    assert rows["knowledge"].to_dict() == {"network": "tables", "rewired": "null_model", "Spearman": "tables"}
    ol.validate_table(result.replicated, "evaluation")


def test_an_explanation_adds_up(tables):
    result = refined(tables, "links")
    gene, metabolite = result.network_scores.strongest()
    score = result.network_scores.of(metabolite)[gene]
    assert score == pytest.approx(result.network_scores.to_frame().to_numpy().max(), abs=1e-7)
    text = reads(narrate.explanation(result.explain(gene, metabolite), gene, metabolite))
    assert f"have a cosine of {score:.2f}" in text
    assert "nothing to explain" in reads(narrate.explanation(None, "g", "m"))


def test_prior_knowledge_names_its_source(tables):
    known = tables[2]
    assert "from the study itself" in reads(narrate.prior("auto", known, 12))
    assert "Human-GEM" in reads(narrate.prior("human_gem", known.head(1), 12))
    assert "check their names" in reads(narrate.prior("human_gem", known.iloc[:0], 12))
    assert reads(narrate.prior("none", None, 12)) == "The graph holds no known pairs."


def test_network_is_read_with_and_without_refinement():
    pairs = pairs_table(0.9, -0.8)
    assert reads(narrate.network(pairs.assign(score=pairs["rho"].abs()))) == (
        "The 2 strongest correlations join 2 genes and 2 metabolites. 1 edge is negative (dashed); the "
        "wider an edge, the larger |rho|."
    )
    text = reads(narrate.network(pairs.head(1).assign(score=0.3)))
    assert text.startswith("The 1 best pair of the refined ranking joins 1 gene and 1 metabolite.")
    assert "No edges are negative (dashed); the wider" in text
    assert reads(narrate.network(pairs.iloc[:0].assign(score=[]))) == "There is no pair to draw."


def test_what_was_asked_of_a_part_is_said(tables, monkeypatch):
    given, result = World("modules", n_metabolites=5), refined(tables, "modules")
    assert narrate.world(given, 5) == narrate.world(given)
    assert "were taken of 5 of the 8 metabolites" in narrate.world(given, 8)
    assert "drawn at random" not in narrate.refinement(result) + narrate.replication(result)
    monkeypatch.setattr("omics_lib.narrate._refinement.MOST_CANDIDATES", 3)
    monkeypatch.setattr("omics_lib.refinement._replication._MOST_PAIRS", 4)
    assert "looked for among 3 others" in narrate.refinement(result)
    assert re.search(r"with \d+ genes and \d+ metabolites drawn at random", narrate.replication(result))
