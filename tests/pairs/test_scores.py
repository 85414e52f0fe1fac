"""What is asked of streamed scores, held against the table of all pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs_helpers import any_scores, blocks_of, names_of, products, single
from scipy.sparse import csr_array

from omics_lib.errors import StudyError
from omics_lib.pairs import Apart, FrameScores, Products

few_pairs = st.sampled_from([1, 13, 1_000_000])


@given(any_scores(), few_pairs)
def test_all_scores_equal_the_table(drawn, n_pairs):
    scores, table = drawn
    with blocks_of(n_pairs):
        assert len(scores.blocks()) == -(-table.shape[1] // max(1, n_pairs // len(table)))
        frame = scores.to_frame()
    assert scores.shape == table.shape
    assert scores.size == table.size
    assert frame.index.equals(scores.names[0])
    assert frame.columns.equals(scores.names[1])
    np.testing.assert_allclose(frame, table, atol=1e-12)
    assert np.asarray(scores, dtype=np.float32).dtype == np.float32


@given(any_scores(), st.data())
def test_rows_are_those_of_the_metabolites_asked_for(drawn, data):
    scores, table = drawn
    start = data.draw(st.integers(0, table.shape[1] - 1))
    stop = data.draw(st.integers(start + 1, table.shape[1]))
    for asked in (slice(start, stop), slice(None), slice(start, None), slice(-1, None)):
        np.testing.assert_allclose(scores.rows(asked), table.T[asked], atol=1e-12)


@given(any_scores(), st.integers(0, 200), st.integers(0, 10_000))
def test_scores_of_single_pairs_are_those_of_the_table(drawn, n, seed):
    """Also where more pairs are asked for than there are."""
    scores, table = drawn
    genes, metabolites = (np.random.default_rng(seed).integers(k, size=(2, n)) for k in table.shape)
    found = scores.at(genes, metabolites)
    assert found.shape == (2, n)
    np.testing.assert_allclose(found, table[genes, metabolites], atol=1e-12)


@given(any_scores(), few_pairs, st.integers(1, 15))
def test_best_genes_are_the_first_in_order_of_all(drawn, n_pairs, n):
    scores, table = drawn
    with blocks_of(n_pairs):
        genes, values = scores.best(n)
    expected = np.argsort(-single(table.T), axis=1, kind="stable")[:, :n]
    np.testing.assert_array_equal(genes, expected)
    np.testing.assert_allclose(values, np.take_along_axis(table.T, expected, axis=1), atol=1e-12)


@given(any_scores())
def test_strongest_pair_is_the_first_of_the_largest(drawn):
    scores, table = drawn
    gene, metabolite = np.unravel_index(np.argmax(single(table)), table.shape)
    assert scores.strongest() == (f"g{gene}", f"m{metabolite}")


@given(any_scores(), few_pairs, st.integers(1, 30), st.floats(0, 1))
def test_pairs_above_a_score_are_the_strongest_of_all(drawn, n_pairs, most, share):
    scores, table = drawn
    # Between two scores, so that rounding moves no pair across.
    steps = np.unique(single(table).astype(float))
    least = float(np.append(steps, steps[-1] + 1)[int(share * (len(steps) - 1))] + 1e-4)
    with blocks_of(n_pairs):
        n, genes, metabolites = scores.above(least, most)
    everything = np.stack(np.nonzero(least < table.T))
    strongest = np.argsort(-table.T[tuple(everything)], kind="stable")[:most]
    kept = everything[:, np.sort(strongest)]
    assert n == everything.shape[1]
    np.testing.assert_array_equal([metabolites, genes], kept)


def test_strongest_pairs_are_kept_whatever_block_they_stand_in():
    """So many pairs lie above that the weakest are dropped on the way."""
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(50, 3)), rng.normal(size=(40, 3))
    scores, table = Products(names_of((50, 40)), [(left, right)]), np.abs(left @ right.T)
    with blocks_of(50):
        n, genes, metabolites = scores.above(0.1, 25)
    assert n == (table > 0.1).sum()
    assert set(zip(genes, metabolites, strict=True)) == set(
        zip(*np.unravel_index(np.argsort(-table, axis=None)[:25], table.shape), strict=True)
    )
    assert (np.diff(metabolites) >= 0).all()


@given(any_scores())
def test_scores_of_one_metabolite_are_a_series(drawn):
    scores, table = drawn
    for place, name in enumerate(scores.names[1]):
        series = scores.of(name)
        assert series.name == name
        assert series.index.equals(scores.names[0])
        np.testing.assert_allclose(series, table[:, place], atol=1e-12)


def test_scores_of_an_unknown_metabolite_are_refused():
    scores = FrameScores(pd.DataFrame({"m": [1.0, 2.0]}))
    with pytest.raises(StudyError, match="scores: unknown k; it must be scored"):
        scores.of("k")


@given(any_scores(), st.integers(0, 10_000))
def test_keys_stand_in_the_order_of_single_precision(drawn, seed):
    scores, table = drawn
    keys = scores.keys(slice(None))
    ranks = (np.unique(values, return_inverse=True)[1] for values in (keys.ravel(), single(table.T).ravel()))
    np.testing.assert_array_equal(*ranks)
    genes, metabolites = (np.random.default_rng(seed).integers(k, size=9) for k in table.shape)
    np.testing.assert_array_equal(scores.keys_at(genes, metabolites), keys[metabolites, genes])


def test_scores_that_differ_by_rounding_alone_tie():
    left, right = np.array([[1.0], [1.0 + 1e-12], [-1.0], [0.9]]), np.array([[1.0]])
    scores = Products(names_of((4, 1)), [(left, right)])
    assert scores.best(4)[0].tolist() == [[0, 1, 2, 3]]
    assert len(np.unique(scores.keys(slice(None)))) == 2


def test_scores_that_are_0_up_to_rounding_tie_however_they_are_computed():
    """Ranks of five samples, turned: many correlations are 0, which products miss by their last digits."""
    rng = np.random.default_rng(0)
    sides = [np.argsort(rng.random((n, 5)), axis=1) - 2.0 for n in (40, 30)]
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    scores = Products(names_of((40, 30)), [tuple(side @ turn / 10**0.5 for side in sides)])
    expected = np.unique(np.abs(sides[0] @ sides[1].T).astype(int).ravel(), return_inverse=True)[1]
    genes, metabolites = np.indices((40, 30)).reshape(2, -1)
    assert (expected == 0).sum() > 20
    keys = scores.keys(slice(None)).T.ravel(), scores.keys_at(genes, metabolites)
    np.testing.assert_array_equal(*keys)
    np.testing.assert_array_equal(np.unique(keys[0], return_inverse=True)[1], expected)


def test_a_product_of_minus_zero_ties_with_zero():
    scores = FrameScores(pd.DataFrame({"m": [-0.0, 0.0]}))
    zeros = Products(names_of((2, 1)), [(np.array([[-0.0], [0.0]]), np.array([[1.0]]))])
    for both in (scores, zeros):
        assert len(np.unique(both.keys(slice(None)))) == 1


def test_many_single_pairs_are_scored_a_part_at_a_time(monkeypatch):
    monkeypatch.setattr("omics_lib.pairs._products._CHUNK", 3)
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(6, 2)), rng.normal(size=(5, 2))
    apart = Apart.of(np.array([1, 4]), np.array([0, 3]), np.array([7.0, 8.0]))
    for sides in ((left, right), (csr_array(left), csr_array(right))):
        scores = Products(names_of((6, 5)), [sides], apart=apart)
        expected = np.abs(left @ right.T)
        expected[[1, 4], [0, 3]] = 7, 8
        genes, metabolites = np.indices((6, 5)).reshape(2, -1)
        np.testing.assert_allclose(scores.at(genes, metabolites), expected.ravel(), atol=1e-12)


def test_of_pairs_apart_the_last_value_counts():
    apart = Apart.of(np.array([3, 1, 3, 0]), np.array([1, 0, 1, 1]), np.array([5.0, 6.0, 7.0, 8.0]))
    assert apart.metabolites.tolist() == [0, 1, 1]
    assert apart.genes.tolist() == [1, 0, 3]
    assert apart.values.tolist() == [6, 8, 7]


@given(products())
def test_the_same_scores_come_from_any_number_of_threads(drawn):
    scores, _ = drawn
    with blocks_of(1), pytest.MonkeyPatch.context() as patch:
        found = []
        for n in (1, 4):
            patch.setattr("omics_lib.pairs._threads.n_threads", lambda n_jobs=None, n=n: n)
            found.append(np.asarray(scores).tobytes())
    assert found[0] == found[1]
