"""A ranking is worth the same, streamed or as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs_helpers import blocks_of, products, single

import omics_lib as ol
from omics_lib.evaluation._ranking import name_permutations


def known_among(scores, seed):
    """List some pairs, of which some are no evidence."""
    rng = np.random.default_rng(seed)
    pairs = pd.DataFrame(
        {
            "gene_id": rng.choice(scores.names[0], 8),
            "metabolite_id": rng.choice(scores.names[1], 8),
            "tier": rng.choice(["enzyme", "enzyme", "transport"], 8),
        }
    )
    return pairs.drop_duplicates(["gene_id", "metabolite_id"])


@given(products(), st.sampled_from([1, 13, 1_000_000]), st.integers(0, 10_000))
def test_streamed_ranking_is_worth_what_its_table_is(drawn, n_pairs, seed):
    scores, table = drawn
    frame = pd.DataFrame(single(table), *scores.names)  # what differs by rounding alone is a tie
    known = known_among(scores, seed)
    options = {"n_permutations": 9, "n_bootstrap": 7, "random_state": seed}
    with blocks_of(n_pairs):
        streamed = ol.evaluate_ranking(scores, known, **options)
    pd.testing.assert_series_equal(streamed, ol.evaluate_ranking(frame, known, **options), check_exact=True)


def test_streamed_rankings_and_tables_are_compared_with_one_another():
    rng = np.random.default_rng(0)
    tables = [pd.DataFrame(rng.normal(size=(12, n))).add_prefix(p) for n, p in ((30, "g"), (9, "m"))]
    streamed = ol.baseline_rankings(*tables)["Spearman"].scores
    known = known_among(streamed, 3)
    turned = streamed.to_frame().iloc[::-1, ::-1]
    rankings = {
        "streamed": ol.Ranking(streamed, "correlation"),
        "table": ol.Ranking(turned.astype(np.float32), "baseline"),
    }
    for order in (list(rankings), list(rankings)[::-1]):
        both = ol.compare_rankings({name: rankings[name] for name in order}, known, random_state=0)
        values = both.pivot(index="metric", columns="method", values="value")
        own = values[~values.index.str.contains("behind|over")]
        pd.testing.assert_series_equal(own["streamed"], own["table"], check_names=False)


@pytest.mark.parametrize(
    ("n_pairs", "n_listed", "expected"),
    [(10_000_000, 10**6, 1000), (10_000_001, 0, 1000), (10_000_001, 2000, 100), (10**9, 10**6, 39)],
)
def test_fewer_permutations_are_counted_where_pairs_and_known_pairs_are_many(n_pairs, n_listed, expected):
    assert name_permutations("auto", n_pairs, n_listed) == expected
    assert name_permutations(7, n_pairs, n_listed) == 7
