"""The sentences that compare rankings: each claim is checked against the numbers of its table."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from narrate_helpers import reads

import omics_lib as ol
from omics_lib import Ranking, narrate
from omics_lib._words import number

KINDS = {
    "Spearman": "correlation",
    "Spearman (fallback)": "correlation",
    "GCN, rewired": "null",
    "GCN": "network",
    "known pairs alone": "known",
    "GCN + known pairs": "learnt",
}


def table_of(values, metric="mrr", **more):
    """Lay out values (method → number) and further rows (metric → method → number)."""
    rows = [(method, metric, value) for method, value in values.items()]
    rows += [(method, name, value) for name, found in more.items() for method, value in found.items()]
    table = pd.DataFrame(rows, columns=["method", "metric", "value"]).astype({"value": float})
    knowledge = {method: Ranking(None, KINDS.get(method, "baseline")).knowledge for method in values}
    return table.assign(truth="known_pairs", knowledge=table["method"].map(knowledge).fillna("tables"))


def told(table, not_run=(), kinds=KINDS):
    """Read the sentences on an evaluation; `kinds` says what its methods are, a baseline else."""
    methods = [*table["method"].unique(), *not_run]
    scores = {method: None if method in not_run else pd.DataFrame() for method in methods}
    return reads(
        narrate.evaluation(table, {m: Ranking(scores[m], kinds.get(m, "baseline")) for m in methods})
    )


def said(values, **more):
    return told(table_of(values | {"GCN, rewired": 0.0} | values, **more))


def apart(difference, **limits):
    return {
        f"mrr_{difference}_{side}": {m: v[i] for m, v in limits.items()}
        for i, side in enumerate(("low", "high"))
    }


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (0.6, 0.3, "Spearman has 0.300: the network is better (no interval says"),
        (0.3, 0.3, "Spearman and GCN are level at the top, with 0.300."),
        (0.3, 0.3, "Spearman has 0.300: the two are level."),
        (0.2, 0.3, "**the network is worse than the plain correlation** (no interval"),
        (0.2, 0.0, "Spearman has 0: the network is better"),
    ],
)
def test_evaluation_names_the_better_ranking(ours, theirs, expected):
    assert expected in said({"Spearman": theirs, "GCN": ours})


def test_evaluation_names_a_better_baseline():
    values = {"Spearman": 0.2, "propagation": 0.7, "GCN": 0.6}
    text = said(values, **apart("behind_best", GCN=(0.05, 0.2), Spearman=(0.4, 0.6)))
    assert "of the rankings made from the two tables alone, propagation is best, with 0.700." in text
    assert (
        "Next is GCN, with 0.600, behind by 0.050 to 0.200 (95% interval over metabolites), more than" in text
    )
    text = said(values, **apart("behind_best", GCN=(-0.05, 0.2), Spearman=(0.4, 0.6)))
    assert (
        "behind by -0.050 to 0.200 (95% interval over metabolites), which the choice of metabolites may"
        in text
    )


def test_evaluation_never_holds_known_pairs_against_rankings_without():
    values = {"Spearman": 0.2, "GCN": 0.5, "known pairs alone": 0.1, "GCN + known pairs": 0.6}
    text = said(values)
    assert "made from the two tables alone, GCN is best, with 0.500." in text
    assert (
        "that also learn from known pairs of other metabolites, GCN + known pairs is best, with 0.600" in text
    )
    assert "not held against the others; without known pairs GCN has 0.500." in text
    assert "did not help" not in text and "adds nothing" not in text
    assert "did not help the network" in said(values | {"GCN": 0.7})
    assert "adds nothing" in said(values | {"known pairs alone": 0.7})


def test_evaluation_says_where_the_null_does_as_well():
    text = said({"Spearman": 0.2, "GCN, rewired": 0.6, "GCN": 0.5})
    assert "two tables alone, GCN is best" in text  # a null is no rival
    assert "does not come from the graph" in text
    assert "come from the graph" not in said({"Spearman": 0.2, "GCN, rewired": 0.4, "GCN": 0.5})


def test_evaluation_says_where_chance_does_as_well():
    values = {"Spearman": 0.2, "GCN": 0.3}
    assert said(values, mrr_p={"GCN": 0.4}).count("no better than chance") == 2
    assert "chance" not in said(values, mrr_p={"GCN": 0.01})


def test_evaluation_leaves_out_a_metric_at_its_ceiling():
    values = {"Spearman": 0.995, "propagation": 0.5, "GCN": 0.4}
    table = table_of(values, n_pairs={"GCN": 6000}, n_metabolites={"GCN": 60})
    table = pd.concat([table, table_of({"Spearman": 0.2, "GCN": 0.5}, "average_precision")])
    text = told(table)
    assert (
        "**The mean reciprocal rank is left out**: 1 of 3 rankings, nulls aside, reach 0.99 or more" in text
    )
    assert "has 100 known genes here in the mean" in text
    assert "By average precision" in text and "By mean" not in text
    table = table_of(values, "average_precision", n_pairs={"GCN": 60}, n_metabolites={"GCN": 6})
    assert "known genes" not in told(table)
    # one known gene a metabolite puts no ceiling on anything: the rankings are that good
    table = table_of(values, n_pairs={"GCN": 60}, n_metabolites={"GCN": 60})
    assert "known gene" not in told(table)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Spearman": 1.0, "PLS": 0.2, "GCN": 0.3}, (1, 3)),
        ({"Spearman": 0.5, "PLS": 1.0, "GCN": 0.99}, (2, 3)),
        ({"Spearman": 0.5, "PLS": 1.0, "GCN": 0.9, "GCN, rewired": 1.0}, (0, 3)),
        ({"Spearman": 0.5, "MOFA2": np.nan, "GCN": 1.0}, (0, 2)),
        ({}, (0, 0)),
    ],
)
def test_a_metric_saturates_by_the_plain_ranking_or_by_most(values, expected):
    assert ol.saturated(table_of(values), "mrr") == expected


def test_evaluation_of_a_fallback_claims_no_network():
    table = table_of({"Spearman": 0.3, "PLS": 0.5, "Spearman (fallback)": 0.3})
    text = told(table)
    assert "PLS is best" in text and text.endswith("Spearman (fallback), is the correlation.")


def test_evaluation_says_that_mofa_is_missing():
    table = table_of({"Spearman": 0.3, "GCN": 0.6, "GCN, rewired": 0.1})
    assert "MOFA2 was not run" in told(table, ["MOFA2"])
    undefined = table_of({"MOFA2": 0.4, "Spearman": 0.3, "GCN": 0.6}, mrr_low={"MOFA2": np.nan})
    assert "not run" not in told(undefined)


def test_sentences_follow_the_kinds_whatever_the_names():
    values = {"Spearman": 0.2, "PLS": 0.4, "GCN, rewired": 0.1, "GCN": 0.5, "known pairs alone": 0.3}
    values["GCN + known pairs"] = 0.6
    names = dict(zip(values, ["GCN + x", "Spearman", "PLS", "MOFA2", "GCN", "known"], strict=True))
    table = table_of(values)
    renamed = table.assign(method=table["method"].map(names))
    kinds = {name: KINDS.get(method, "baseline") for method, name in names.items()}
    words = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    assert told(renamed, kinds=kinds) == words.sub(lambda found: names[found[0]], told(table))


def test_evaluation_without_known_pairs_says_so():
    table = table_of({"Spearman": 0.1, "GCN": 0.2})
    for nothing in (table.iloc[:0], table.assign(truth="other_half")):
        assert "no known pairs" in told(nothing, ["Spearman"])


RIVALS = (
    "Spearman",
    "propagation",
    "PLS",
    "MOFA2",
    "GCN, rewired",
    "GCN",
    "known pairs alone",
    "GCN + known pairs",
)
NUMBERS = st.sampled_from([0.0, 0.004, 0.3, 0.3 + 1e-13, 0.31, 0.6, 0.989, 0.99, 1.0])


@st.composite
def evaluations(draw):
    """Draw an evaluation: ties, a rival that was not run, saturated metrics, intervals, large p."""
    known = draw(st.booleans())
    methods = [m for m in RIVALS if known or KINDS.get(m) not in ("known", "learnt")]
    values = {m: draw(NUMBERS) for m in methods}
    if draw(st.booleans()):
        values["MOFA2"] = np.nan
    p = {m: draw(st.sampled_from([0.001, 0.05, 0.6])) for m in methods}
    limits = {m: sorted(draw(st.tuples(*[st.sampled_from([-0.2, 0.0, 0.01, 0.5])] * 2))) for m in methods}
    more = apart("behind_best", **limits) | apart("over_plain", **limits) if draw(st.booleans()) else {}
    return table_of(values, mrr_p=p, **more), known


@given(evaluations())
@pytest.mark.slow
def test_every_claim_of_an_evaluation_is_true_of_its_numbers(drawn):
    table, known = drawn
    text = told(table)
    found = table.pivot(index="method", columns="metric", values="value")
    knowledge = table.drop_duplicates("method").set_index("method")["knowledge"]
    value = found["mrr"]
    alone = value[knowledge == "tables"].dropna()
    assert ("left out" in text) is bool(ol.saturated(table, "mrr")[0])
    if "left out" in text:
        assert "best" not in text and "better" not in text.replace("good from better", "")
        return
    for among, names, reached in re.findall(
        r"(tables alone|other metabolites), (.+?) (?:is best|are level at the top), with ([\d.]+)\.(?: |$)",
        text,
    ):
        rivals = alone if among == "tables alone" else value[knowledge == "known_pairs"]
        top = set(rivals.index[np.isclose(rivals, rivals.max(), rtol=1e-9, atol=1e-12)])
        assert set(re.split(r", | and ", names.replace("GCN, rewired", "null"))) == top
        assert reached == number(rivals.max())
    assert text.count("tables alone,") == 1
    ours, theirs = value["GCN"], value["Spearman"]
    chance = found.loc["GCN", "mrr_p"] > 0.05
    assert ("the network is no better than chance" in text) is bool(chance)
    assert ("the network is better" in text) is bool(not chance and ours > theirs + 1e-9)
    assert ("the network is worse" in text) is bool(not chance and ours < theirs - 1e-9)
    assert ("does not come from the graph" in text) is bool(value["GCN, rewired"] >= ours - 1e-9)
    if known:
        learnt = value["GCN + known pairs"]
        assert ("did not help" in text) is bool(ours >= learnt)
        assert ("adds nothing" in text) is bool(value["known pairs alone"] >= learnt)
    for low, high, verdict in re.findall(
        r"by (-?[\d.]+)(?: to (-?[\d.]+))? \(95% interval over metabolites\), (more|which)", text
    ):
        assert float(low) <= float(high or low)
        assert (verdict == "more") is (float(low) > 0)


def test_differences_are_paired_and_stay_within_what_is_known():
    rng = np.random.default_rng(0)
    truth = pd.DataFrame(rng.random((40, 30)) < 0.1).rename(index=lambda i: f"g{i}").add_prefix("m")
    known = truth.stack().rename_axis(["gene_id", "metabolite_id"]).loc[lambda s: s].reset_index()
    plain = truth + rng.normal(size=truth.shape)
    rankings = {
        "Spearman": Ranking(plain, "correlation"),
        "copy": Ranking(2 * plain, "baseline"),
        "better": Ranking(plain + truth, "network"),
        "MOFA2": Ranking(None, "baseline"),
        "taught": Ranking(plain + 2 * truth, "learnt"),
        "rewired": Ranking(plain * 0, "null"),
    }
    options = {"n_permutations": 0, "n_bootstrap": 200, "random_state": 0}
    table = ol.compare_rankings(rankings, known, **options)
    assert table.drop_duplicates("method").set_index("method")["knowledge"].tolist() == [
        "tables", "tables", "tables", "tables", "known_pairs", "null_model",
    ]  # fmt: skip
    again = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert again["knowledge"].tolist() == table["knowledge"].tolist()  # no word that pandas takes for missing
    ol.validate_table(again, "evaluation")
    wide = table.pivot(index="method", columns="metric", values="value")
    name = "average_precision_{}_{}".format
    assert wide.loc["copy", [name("over_plain", "low"), name("over_plain", "high")]].tolist() == [0, 0]
    assert wide.loc["better", name("over_plain", "low")] > 0
    assert wide.loc["Spearman", name("behind_best", "low")] == wide.loc["better", name("over_plain", "low")]
    for alone in ("taught", "rewired", "MOFA2"):
        assert wide.loc[alone].filter(regex="behind|over").isna().all()
    between = wide.loc["better", name("over_plain", "high")] - wide.loc["better", name("over_plain", "low")]
    apart_ = wide.loc["better", "average_precision_high"] - wide.loc["better", "average_precision_low"]
    assert between < apart_  # the same metabolites on both sides


def test_fewer_permutations_are_said(monkeypatch):
    scores = pd.DataFrame(np.random.default_rng(0).random((30, 4))).add_prefix("m").rename(index="g{}".format)
    known = pd.DataFrame({"gene_id": ["g0", "g1", "g2"], "metabolite_id": ["m0", "m1", "m2"]})
    rankings = {"Spearman": Ranking(scores, "correlation")}
    table = ol.compare_rankings(rankings, known, n_bootstrap=0, random_state=0)
    assert "were permuted" not in narrate.evaluation(table, rankings, known)
    monkeypatch.setattr("omics_lib.evaluation._ranking._MANY_PAIRS", 100)
    monkeypatch.setattr("omics_lib.evaluation._ranking._MOST_PLACES", 150)
    assert "were permuted 50 times, not 1,000: no p is below 0.020" in narrate.evaluation(
        table, rankings, known
    )
