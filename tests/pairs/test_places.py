"""Where pairs stand among all, counted in one pass, held against sorting all of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pairs_helpers import any_scores, blocks_of, single
from scipy.stats import rankdata

from omics_lib.pairs import count_places


def asked_for(table, n_rows, n, seed):
    """Draw places of pairs: genes (n_rows, n), metabolites (n,)."""
    rng = np.random.default_rng(seed)
    return rng.integers(table.shape[0], size=(n_rows, n)), rng.integers(table.shape[1], size=n)


@given(
    any_scores(),
    st.sampled_from([1, 13, 1_000_000]),
    st.integers(1, 4),
    st.integers(1, 40),
    st.integers(0, 10_000),
)
def test_counts_equal_those_of_all_pairs_sorted(drawn, n_pairs, n_rows, n, seed):
    scores, table = drawn
    genes, metabolites = asked_for(table, n_rows, n, seed)
    own = np.random.default_rng(seed).random(n) < 0.5
    with blocks_of(n_pairs):
        found = count_places(scores, genes, metabolites, ranked=True, own=own)
    values = single(table)
    asked = values[genes, metabolites]
    assert found.place.shape == found.doubled.shape == (n_rows, n)
    np.testing.assert_array_equal(found.above[found.place], (values > asked[..., None, None]).sum((2, 3)))
    np.testing.assert_array_equal(found.upto[found.place], (values >= asked[..., None, None]).sum((2, 3)))
    ranks = np.stack([rankdata(-column) for column in values.T], axis=1)
    np.testing.assert_array_equal(found.doubled, 2 * ranks[genes, metabolites])
    steps = np.unique(asked[0, own])
    np.testing.assert_array_equal(found.own_above, (values > steps[:, None, None]).sum(axis=1))
    np.testing.assert_array_equal(found.own_upto, (values >= steps[:, None, None]).sum(axis=1))


@given(any_scores(), st.integers(0, 10_000))
def test_what_is_not_asked_for_is_not_counted(drawn, seed):
    scores, table = drawn
    genes, metabolites = asked_for(table, 1, 5, seed)
    found = count_places(scores, genes[0], metabolites)
    assert found.place.shape == (5,)
    assert found.doubled is found.own_above is found.own_upto is None
    assert (found.upto > found.above).all()
    assert (np.diff(found.above) < 0).all()
