"""Pairs that are followed by name: chosen, ranked, and told."""

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib import narrate

KNOWN = pd.DataFrame(
    {
        "gene_id": ["a", "a", "b", "c", "d", "gone"],
        "metabolite_id": ["x", "y", "y", "z", "w", "x"],
        "source": ["link", "link", "module", "module", "link", "link"],
    }
)


def test_first_pairs_of_each_source_are_followed_in_turn():
    pairs = ol.pairs_to_follow(KNOWN, pd.Index(list("abcd")), pd.Index(list("wxyz")), most=3)
    assert pairs.to_numpy().tolist() == [["a", "x", "link"], ["c", "z", "module"], ["d", "w", "link"]]
    assert list(
        ol.pairs_to_follow(KNOWN.drop(columns="source"), pd.Index(["b"]), pd.Index(["y"])).columns
    ) == ["gene", "metabolite"]
    for none in (None, KNOWN.head(0), KNOWN.tail(1)):
        assert ol.pairs_to_follow(none, pd.Index(["a"]), pd.Index(["x"])).empty


def test_rank_of_a_pair_is_its_place_among_the_genes_of_its_metabolite():
    genes = pd.DataFrame(np.random.default_rng(0).normal(size=(9, 5)), columns=list("abcde"))
    metabolites = genes[["c"]].set_axis(["x"], axis=1).assign(y=genes["a"] + genes["b"])
    scores = ol.Profiles.of(genes, metabolites).scores()
    pairs = pd.DataFrame({"gene": ["c", "e"], "metabolite": ["x", "y"]}, index=[3, 4])
    expected = ol.spearman_matrix(genes, metabolites).abs().rank(ascending=False, method="min")
    assert ol.rank_of_pairs(pairs, scores).to_dict() == {3: 1, 4: int(expected.loc["e", "y"])}


def table(q, rho=(0.8, 0.3)):
    return pd.DataFrame({"gene": ["a", "b"], "metabolite": ["x", "*y*"], "rho": rho, "q": q})


@pytest.mark.parametrize(
    ("q", "words"),
    [
        (
            [0.01, np.nan],
            [r"1 of the 2 is on the list. b – \*y\* is not", "|rho| = 0.30, where the list begins at 0.50"],
        ),
        ([np.nan, np.nan], ["None of the 2"]),
        ([0.01, 0.01], ["All of them"]),
    ],
)
def test_pairs_are_told_by_the_list(q, words):
    text = narrate.followed_pairs(table(q), 0.5)
    assert all(word in text for word in words), text


def test_ranks_are_told_by_who_moves():
    ranks = pd.DataFrame({"gene": list("abc"), "metabolite": list("xyz")})
    ranks = ranks.assign(**{"rank by rho": [3, 1, 7], "rank, refined": [1, 1, 9]})
    text = narrate.followed_ranks(ranks, 800)
    assert text == (
        "Of 3 pairs, 1 moves forward, 1 falls back and 1 stays where it is, among 800 genes. 2 genes were "
        "first after the refinement, 1 gene was before."
    )
    assert "from place 3 to place 1 of 800" in narrate.followed_ranks(ranks.head(1), 800)


def test_pairs_are_named_once_and_looked_for_in_the_network():
    pairs = ol.pairs_to_follow(KNOWN, pd.Index(list("abcd")), pd.Index(list("wxyz")))
    assert "(in turn: link and module): a – x, c – z and d – w." in narrate.followed(pairs)
    top = pd.DataFrame({"gene": ["a"], "metabolite": ["x"]})
    assert narrate.followed_in_network(pairs, top).endswith("a – x is in the picture.")
    assert "None of the pairs" in narrate.followed_in_network(pairs, top.head(0))
    none = pairs.head(0)
    for said in (
        narrate.followed(none),
        narrate.followed_in_network(none, top),
        narrate.followed_ranks(none, 1),
    ):
        assert "no known pairs" in said
