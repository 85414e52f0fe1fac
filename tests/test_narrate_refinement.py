"""The sentences of chapter 5, each read on a usual, an empty and a single-item result."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_narrate import pairs_table, reads

import omics_lib as ol
from omics_lib import narrate
from omics_lib.world import World


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
    listed = ol.ranked_table(result, 10)
    assert "of 12 metabolites" in reads(narrate.ranked(listed, result))


def test_an_explanation_adds_up(tables):
    result = refined(tables, "links")
    gene, metabolite = result.network_scores.stack().idxmax()
    text = reads(narrate.explanation(result.explain(gene, metabolite), gene, metabolite))
    assert f"have a cosine of {result.network_scores.loc[gene, metabolite]:.2f}" in text
    assert "nothing to explain" in reads(narrate.explanation(None, "g", "m"))


def test_prior_knowledge_names_its_source(tables):
    known = tables[2]
    assert "from the study itself" in reads(narrate.prior("auto", known, 12))
    assert "Human-GEM" in reads(narrate.prior("human_gem", known.head(1), 12))
    assert "check their names" in reads(narrate.prior("human_gem", known.iloc[:0], 12))
    assert reads(narrate.prior("none", None, 12)) == "The graph holds no known pairs."


def evaluation(ours, theirs, **more):
    rows = [("GCN", "known_pairs", "mrr", ours), ("Spearman", "known_pairs", "mrr", theirs)]
    rows += [("GCN", "known_pairs", metric, value) for metric, value in more.items()]
    return pd.DataFrame(rows, columns=["method", "truth", "metric", "value"])


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (0.6, 0.3, "reaches 0.600 and Spearman 0.300: the refined ranking is better"),
        (0.3, 0.3, "level"),
        (0.2, 0.3, "**the refined ranking is worse than the plain correlation**"),
        (0.2, 0.0, "reaches 0.200 and Spearman 0.000: the refined ranking is better"),
    ],
)
def test_evaluation_names_the_better_ranking(ours, theirs, expected):
    assert expected in reads(narrate.evaluation(evaluation(ours, theirs), "GCN", "Spearman"))


def test_evaluation_names_a_better_baseline():
    third = pd.DataFrame([("propagation", "known_pairs", "mrr", 0.7)], columns=evaluation(0, 0).columns)
    text = reads(narrate.evaluation(pd.concat([evaluation(0.6, 0.3), third]), "GCN", "Spearman"))
    assert text.endswith("Best of all is propagation, with 0.700.")
    text = reads(narrate.evaluation(pd.concat([evaluation(0.8, 0.3), third]), "GCN", "Spearman"))
    assert "Best of all" not in text


def rows(**values):
    table = [(name.replace("_", " "), "known_pairs", "mrr", value) for name, value in values.items()]
    return pd.DataFrame(table, columns=["method", "truth", "metric", "value"])


def test_evaluation_says_what_known_pairs_add():
    values = {"Spearman": 0.2, "GCN": 0.5, "known_pairs_alone": 0.1, "GCN_+_known_pairs": 0.6}
    text = reads(narrate.evaluation(rows(**values), "GCN + known pairs", "Spearman"))
    assert "Without known pairs the network has 0.500, known pairs alone 0.100." in text
    assert "Together" not in text
    text = reads(narrate.evaluation(rows(**values | {"GCN": 0.7}), "GCN + known pairs", "Spearman"))
    assert "no better than the better of the two" in text
    assert "Best of all" not in text


@pytest.mark.parametrize("null", ["GCN,_rewired", "GCN,_rotated"])
def test_evaluation_says_where_the_null_does_as_well(null):
    text = reads(narrate.evaluation(rows(Spearman=0.2, GCN=0.5, **{null: 0.6}), "GCN", "Spearman"))
    assert "The null of the network does as well" in text
    assert "Best of all" not in text
    text = reads(narrate.evaluation(rows(Spearman=0.2, GCN=0.5, **{null: 0.4}), "GCN", "Spearman"))
    assert "null" not in text


def test_evaluation_says_where_chance_does_as_well():
    assert "no better than chance" in reads(
        narrate.evaluation(evaluation(0.3, 0.2, mrr_p=0.4), "GCN", "Spearman")
    )
    assert "chance" not in reads(narrate.evaluation(evaluation(0.3, 0.2, mrr_p=0.01), "GCN", "Spearman"))


def test_evaluation_says_that_mofa_is_missing():
    absent = pd.DataFrame([("MOFA2", "known_pairs", "mrr", np.nan)], columns=evaluation(0, 0).columns)
    table = pd.concat([evaluation(0.6, 0.3), absent])
    assert "MOFA2 was not run" in reads(narrate.evaluation(table, "GCN", "Spearman"))


def test_evaluation_without_known_pairs_says_so():
    for table in (evaluation(0.1, 0.2).iloc[:0], evaluation(0.1, 0.2).assign(truth="other_half")):
        assert "no known pairs" in reads(narrate.evaluation(table, "GCN", "Spearman"))


def test_network_is_read_with_and_without_refinement():
    pairs = pairs_table(0.9, -0.8)
    assert reads(narrate.network(pairs.assign(score=pairs["rho"].abs()))) == (
        "The 2 strongest correlations join 2 genes and 2 metabolites. 1 edge is negative (dashed)."
    )
    text = reads(narrate.network(pairs.head(1).assign(score=0.3)))
    assert text.startswith("The 1 best pair of the refined ranking joins 1 gene and 1 metabolite.")
    assert text.endswith("No edges are negative (dashed).")
    assert reads(narrate.network(pairs.iloc[:0].assign(score=[]))) == "There is no pair to draw."
