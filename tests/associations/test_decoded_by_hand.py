"""Decoded pairs, held against the table of all of them in every permutation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs_helpers import blocks_of
from scipy.stats import rankdata

import omics_lib as ol
from omics_lib.correlation._spearman_null import spearman_p


def drawn_tables(seed, n, sizes):
    """Draw tables and latents that share a factor to some degree; values tie in some."""
    rng = np.random.default_rng(seed)
    factor, strength = rng.normal(size=(n, 1)), rng.uniform(0, 4)
    digits = int(rng.integers(0, 3))
    tables = []
    for size, prefix in zip(sizes, "gmuv", strict=True):
        values = rng.normal(size=(n, size)) + strength * factor * (rng.random(size) < 0.6)
        tables.append(pd.DataFrame(values.round(digits)).add_prefix(prefix))
    return tables


def without(columns, basis):
    """Regress a basis out of columns."""
    return columns - basis @ (basis.T @ columns)


def correlation(one, other):
    """Correlate columns that are centred already; 0 where one does not vary."""
    lengths = [np.linalg.norm(side, axis=0) for side in (one, other)]
    units = [
        side * np.divide(1, length, out=np.zeros(len(length)), where=length > 1e-9)
        for side, length in zip((one, other), lengths, strict=True)
    ]
    return units[0].T @ units[1]


def decoded(genes, metabolites, Zg, Zm, alpha, n, n_strongest=None):
    """Return all scores (n_genes, n_metabolites), and how many latent pairs are significant.

    Of tables without what is regressed out; `n` samples give the null.
    """
    between = correlation(Zg, Zm)
    live = between[np.ptp(Zg, axis=0) > 1e-9][:, np.ptp(Zm, axis=0) > 1e-9]
    n_significant = int((ol.benjamini_hochberg(spearman_p(live.ravel(), n)) <= alpha).sum())
    size, kept = np.abs(between), n_significant if n_strongest is None else n_strongest
    floor = np.sort(size, axis=None)[-kept] if kept else np.inf
    between = np.where(size >= floor, between, 0)
    return correlation(genes, Zg) @ between @ correlation(Zm, metabolites), n_significant


@given(
    st.integers(0, 10_000),
    st.integers(6, 14),
    st.tuples(*[st.integers(1, 6)] * 2, *[st.integers(1, 3)] * 2),
    st.booleans(),
    st.sampled_from([0.05, 0.2, 0.6]),
    st.sampled_from([1, 7, 1_000_000]),
)
def test_decoded_pairs_are_those_of_the_dense_computation(seed, n, sizes, adjusted, alpha, n_pairs):
    if not adjusted:  # correlations of plain ranks tie, and which of two latent pairs comes first is chance
        sizes = (*sizes[:2], 1, 1)
    tables, m, rng = drawn_tables(seed, n, sizes), 19, np.random.default_rng(seed)
    age = pd.DataFrame({"age": np.random.default_rng(seed + 1).normal(size=n)})
    options = {"covariates": age if adjusted else None, "n_permutations": m, "random_state": seed}
    with blocks_of(n_pairs):
        found = ol.decode_latent_pairs(*tables, alpha=alpha, **options)
    basis = np.linalg.qr(np.column_stack([np.ones(n), age][: 1 + adjusted]))[0]
    genes, metabolites, Zg, Zm = (without(rankdata(table, axis=0), basis) for table in tables)
    as_many = n - adjusted
    observed, n_latent_pairs = decoded(genes, metabolites, Zg, Zm, alpha, as_many)
    null = []
    for order in [rng.permutation(n) for _ in range(m)]:
        M, Z = (without(side[order], basis) for side in (metabolites, Zm))  # permuted, then again
        null.append(decoded(genes, M, Zg, Z, alpha, as_many, n_latent_pairs)[0])
    size, null = np.abs(observed), np.abs(null)
    assert found.n_latent_pairs == n_latent_pairs
    np.testing.assert_allclose(found.null["max_score"], null.max(axis=(1, 2)), atol=1e-12)
    p = (1 + (null >= size * (1 - 1e-9)).sum(axis=0)) / (m + 1)
    strongest = null.max(axis=(1, 2))[:, None, None]
    p_family = (1 + (strongest >= size * (1 - 1e-9)).sum(axis=0)) / (m + 1)
    kept = (p_family <= alpha + 1e-12) & (size > 1e-9)
    assert found.n_found == len(found.pairs) == kept.sum()
    rows = tables[0].columns.get_indexer(found.pairs["gene"])
    columns = tables[1].columns.get_indexer(found.pairs["metabolite"])
    assert kept[rows, columns].all()
    assert not found.pairs.duplicated(["gene", "metabolite"]).any()
    assert (np.diff(found.pairs["score"].abs()) <= 0).all()
    expected = {"score": observed, "p": p, "p_family": p_family, "rho": correlation(genes, metabolites)}
    for name, table in expected.items():
        np.testing.assert_allclose(found.pairs[name], table[rows, columns], atol=1e-12)


def test_of_many_decoded_pairs_the_strongest_are_listed_and_all_are_counted():
    tables = drawn_tables(3, 12, (30, 20, 3, 3))
    options = {"alpha": 0.6, "n_permutations": 19, "random_state": 0}
    with blocks_of(40):
        whole = ol.decode_latent_pairs(*tables, **options)
        few = ol.decode_latent_pairs(*tables, max_pairs=25, **options)
    assert whole.n_found == len(whole.pairs) > 100
    assert (few.n_found, len(few.pairs)) == (whole.n_found, 25)
    assert few.pairs["score"].abs().min() >= whole.pairs["score"].abs().iloc[24] * (1 - 1e-12)
    both = whole.pairs.merge(few.pairs, on=["gene", "metabolite"])
    assert len(both) == 25
    for name in ("score", "p", "p_family", "rho"):
        np.testing.assert_allclose(both[f"{name}_x"], both[f"{name}_y"], atol=1e-12)


@pytest.mark.parametrize("bad", [0, -1, 1.5])
def test_a_number_of_pairs_that_is_none_is_refused(bad):
    with pytest.raises(ol.errors.ParameterError, match="max_pairs"):
        ol.decode_latent_pairs(*drawn_tables(0, 8, (3, 2, 1, 1)), max_pairs=bad)
