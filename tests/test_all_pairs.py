"""No step of the refinement holds a table of all pairs, as counted by what it allocates."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import omics_lib as ol

N_SAMPLES, N_GENES, N_METABOLITES = 12, 3000, 700
TABLE = 8 * N_GENES * N_METABOLITES  # bytes


class Tensors(TorchDispatchMode):
    """Remember the greatest tensor that is made, which tracemalloc does not see."""

    largest = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **kwargs or {})
        if isinstance(found, torch.Tensor):
            self.largest = max(self.largest, found.numel() * found.element_size())
        return found


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on so few pairs at a time that whatever is held beside them shows."""
    for name, n in {
        "pairs._scores._BLOCK": 50_000,
        "pairs._products._CHUNK": 30_000,
        "correlation._profiles._CHUNK": 20_000,
        "correlation._neighbours._BLOCK": 50_000,
        "correlation._neighbours.MOST_NEIGHBOURS": 5,
        "correlation._neighbours.MOST_CANDIDATES": 500,
        "refinement._replication._MOST_PAIRS": 50_000,
        "evaluation._ranking._MANY_PAIRS": 1_000_000,
        "evaluation._ranking._MOST_PLACES": 3000,
    }.items():
        monkeypatch.setattr(f"omics_lib.{name}", n)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # each thread works on a block of its own


@pytest.fixture(scope="module")
def study() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Two tables with modules, the strongest pairs of some, and known pairs."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(N_SAMPLES, 6))
    sides = []
    for n, prefix in ((N_GENES, "g"), (N_METABOLITES, "m")):
        values = rng.normal(size=(N_SAMPLES, n)) + 1.5 * factors[:, rng.integers(6, size=n)]
        sides.append(pd.DataFrame(values).add_prefix(prefix))
    rho = ol.spearman_matrix(sides[0].iloc[:, :200], sides[1].iloc[:, :100]).stack()
    pairs = rho[rho.abs() > 0.9].rename_axis(["gene", "metabolite"]).rename("rho").reset_index()
    known = pairs.sample(30, random_state=0).rename(
        columns={"gene": "gene_id", "metabolite": "metabolite_id"}
    )
    return *sides, pairs, known


Step = Callable[[str, Callable[[], Any]], Any]


class Memory:
    """Count what the steps of a chapter allocate."""

    def __init__(self) -> None:
        self.peaks: dict[str, int] = {}

    def of(self, step: str, call: Callable[[], Any]) -> Any:
        """Return what `call` returns; note the most that it holds at once, in bytes."""
        with Tensors() as tensors:
            tracemalloc.start()
            try:
                found = call()
                self.peaks[step] = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
        self.peaks[f"{step}, greatest tensor"] = tensors.largest
        return found


def chapter_5(study: Any, world: str, step: Step) -> pd.DataFrame:
    """Do what the chapter does."""
    genes, metabolites, pairs, known = study
    graph = step("graph", lambda: ol.build_graph(pairs, genes, metabolites, prior_pairs=known))
    step("world", lambda: ol.study_world(genes, metabolites, n_permutations=2, random_state=0))
    result = step("refine", lambda: ol.refine(graph, genes, metabolites, world=world, random_state=0))
    rivals = step("rivals", lambda: ol.baseline_rankings(genes, metabolites))
    rankings, options = rivals | result.rankings, {"n_bootstrap": 20, "random_state": 0}
    step("compare", lambda: ol.compare_rankings(rankings, known, **options))
    return step("list", lambda: ol.ranked_table(result, 10, max_pairs=1_000_000, n_kept=5))


@pytest.fixture(scope="module")
def compiled() -> None:
    """Do the chapter once, small: loops are compiled and modules loaded before anything is counted."""
    rng = np.random.default_rng(0)
    tables = [pd.DataFrame(rng.normal(size=(N_SAMPLES, n))).add_prefix(p) for n, p in ((20, "g"), (9, "m"))]
    pairs = pd.DataFrame({"gene": ["g0", "g1"], "metabolite": ["m0", "m1"], "rho": 0.9})
    known = pairs.rename(columns={"gene": "gene_id", "metabolite": "metabolite_id"})
    for world in ("modules", "links"):
        chapter_5((*tables, pairs, known), world, lambda _, call: call())


@pytest.mark.slow
@pytest.mark.usefixtures("few_at_a_time", "compiled")
@pytest.mark.parametrize("world", ["modules", "links"])
def test_no_step_of_chapter_5_holds_a_table_of_all_pairs(study, world):
    """Not even one in single precision, which would be half of `TABLE`."""
    memory = Memory()
    table = chapter_5(study, world, memory.of)
    assert len(table) == 5 * N_METABOLITES
    assert max(memory.peaks.values()) < TABLE / 2, memory.peaks


@pytest.mark.slow
@pytest.mark.usefixtures("few_at_a_time", "compiled")
def test_decoding_never_holds_a_table_of_all_pairs(study):
    genes, metabolites, *_ = study
    latents = [table.iloc[:, :40].T.groupby(np.arange(40) % 4).mean().T for table in (genes, metabolites)]
    memory, options = Memory(), {"n_permutations": 20, "max_pairs": 5000, "random_state": 0}
    found = memory.of("decode", lambda: ol.decode_latent_pairs(genes, metabolites, *latents, **options))
    assert found.n_found > len(found.pairs) == 5000
    assert max(memory.peaks.values()) < TABLE / 2, memory.peaks


@pytest.mark.slow
@pytest.mark.usefixtures("few_at_a_time", "compiled")
def test_weights_of_a_cohort_never_hold_a_table_of_all_pairs(study, monkeypatch):
    genes, metabolites, *_ = study
    rng = np.random.default_rng(1)
    cohort = [
        table.iloc[rng.permutation(N_SAMPLES)].add_prefix("c", axis=0) for table in (genes, metabolites)
    ]
    for place in ("_all_pairs", "_weighted"):
        monkeypatch.setattr(f"omics_lib.associations.{place}.CHUNK", 10_000)
    monkeypatch.setattr("omics_lib.correlation._pair_stream._TILE_ELEMENTS", 50_000)
    few = [table.iloc[:, :50] for table in (genes, metabolites)]
    ol.associate(*few, weights=ol.cohort_weights(*cohort))  # compiles
    memory, options = Memory(), {"alpha": 1e-3, "max_pairs": 5000}
    weights = memory.of("weights", lambda: ol.cohort_weights(*cohort))
    found = memory.of("tests", lambda: ol.associate(genes, metabolites, weights=weights, **options))
    assert found.n_tests == N_GENES * N_METABOLITES
    assert max(memory.peaks.values()) < TABLE / 2, memory.peaks


def test_memory_of_a_table_is_seen():
    """What the tests above rest on."""
    memory = Memory()
    memory.of("table", lambda: np.ones((N_GENES, N_METABOLITES), np.float32))
    memory.of("tensor", lambda: torch.ones(N_GENES, N_METABOLITES))
    assert memory.peaks["table"] >= TABLE / 2
    assert memory.peaks["tensor, greatest tensor"] >= TABLE / 2
