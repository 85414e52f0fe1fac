"""Scores of all pairs, drawn small, beside the table that they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from scipy.sparse import csr_array

from omics_lib.pairs import Apart, FrameScores, PairScores, Products, _scores


@contextmanager
def blocks_of(n_pairs: int) -> Iterator[None]:
    """Score so few pairs at a time that several blocks are made, in threads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_scores, "_BLOCK", n_pairs)
        yield


def _numbers(rng: np.random.Generator, shape: tuple[int, ...], tied: bool) -> np.ndarray:
    """Draw whole numbers, of which many products tie, or numbers of which none do."""
    return rng.integers(-2, 3, shape).astype(float) if tied else rng.normal(size=shape)


def names_of(shape: tuple[int, int]) -> tuple[pd.Index, pd.Index]:
    """Name genes g0, g1, … and metabolites m0, m1, …."""
    return tuple(pd.Index([f"{kind}{i}" for i in range(n)]) for kind, n in zip("gm", shape, strict=True))


def apart_pairs(rng: np.random.Generator, shape: tuple[int, int], n: int) -> tuple[Any, Any, Any]:
    """Draw pairs that score otherwise: genes, metabolites, values; some come twice, and the last counts."""
    return rng.integers(shape[0], size=n), rng.integers(shape[1], size=n), rng.integers(0, 5, n) / 2


@st.composite
def products(draw: st.DrawFn) -> tuple[Products, np.ndarray]:
    """Draw scores that are products, and the table (n_genes, n_metabolites) by their definition."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    shape = draw(st.integers(1, 12)), draw(st.integers(1, 8))
    tied, sparse = draw(st.booleans()), draw(st.booleans())
    combine = draw(st.sampled_from(["largest", "mean"]))
    sides = [
        tuple(_numbers(rng, (n, d), tied) * (rng.random((n, d)) < 0.7) for n in shape)
        for d in draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    ]
    each = np.array([np.abs(left @ right.T) for left, right in sides])
    table = each.max(axis=0) if combine == "largest" else each.mean(axis=0)
    apart, n_apart = None, draw(st.integers(0, 6))
    if draw(st.booleans()):
        genes, metabolites, values = apart_pairs(rng, shape, n_apart)
        apart = Apart.of(genes, metabolites, values)
        for g, m, value in zip(genes, metabolites, values, strict=True):
            table[g, m] = value
    parts = [tuple(map(csr_array, side)) if sparse else side for side in sides]
    return Products(names_of(shape), parts, combine, apart), table


@st.composite
def frames(draw: st.DrawFn) -> tuple[FrameScores, np.ndarray]:
    """Draw a table of any numbers, some of them tied, some below 0."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    table = rng.integers(-4, 5, (draw(st.integers(1, 12)), draw(st.integers(1, 8)))) / 3
    genes, metabolites = names_of(table.shape)
    return FrameScores(pd.DataFrame(table, genes, metabolites)), table


def any_scores() -> st.SearchStrategy[tuple[PairScores, np.ndarray]]:
    """Draw scores of either kind, and their table."""
    return st.one_of(products(), frames())


def single(table: np.ndarray) -> np.ndarray:
    """Return scores in single precision, in which they are ordered."""
    return table.astype(np.float32)
