"""Neighbours of very many genes: among drawn candidates, exactly, and by an approximate index, side by side.

    python benchmarks/neighbours.py [--genes 40000] [--seeds 3]

One table: how long each search takes (median and range over the seeds, one thread), which share of the
exact neighbours it finds, and what the ranking of the smoothing network scores on its graph (average
precision against planted modules). The index is that of `pynndescent` (Dong, Moses and Li 2011,
doi:10.1145/1963405.1963487), which UMAP uses; |cosine| is asked of it through every row and its negative.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import omics_lib as ol
from omics_lib.correlation import _neighbours, nearest
from omics_lib.refinement import _graph, _networks, _nodes

Found = tuple[NDArray[np.intp], NDArray]


def exact(rows: NDArray, n_neighbors: int) -> Found:
    """Search among all rows."""
    before, _neighbours.MOST_CANDIDATES = _neighbours.MOST_CANDIDATES, len(rows)
    try:
        return nearest(rows, n_neighbors)
    finally:
        _neighbours.MOST_CANDIDATES = before


def approximate(rows: NDArray, n_neighbors: int) -> Found:
    """Search with an index of rows and their negatives."""
    from pynndescent import NNDescent

    both = np.concatenate([rows, -rows]).astype(np.float32)
    index = NNDescent(both, metric="cosine", n_neighbors=2 * n_neighbors, random_state=0, n_jobs=1)
    found = index.neighbor_graph[0][: len(rows)] % len(rows)
    neighbours = np.empty((len(rows), n_neighbors), dtype=np.intp)
    for i, mine in enumerate(found):
        others = mine[mine != i]
        kept = others[np.sort(np.unique(others, return_index=True)[1])][:n_neighbors]
        neighbours[i] = np.sort(np.resize(kept, n_neighbors))
    return neighbours, np.einsum("ijk,ik->ij", rows[neighbours], rows).astype(rows.dtype)


SEARCHES: dict[str, Callable[[NDArray, int], Found]] = {
    "10,000 candidates": nearest,
    "exact": exact,
    "pynndescent": approximate,
}


@contextmanager
def searching(search: Callable[[NDArray, int], Found]) -> Iterator[None]:
    """Let graph and networks find their neighbours by `search`."""
    rooms = _graph, _networks, _nodes
    for room in rooms:
        room.nearest = search
    try:
        yield
    finally:
        for room in rooms:
            room.nearest = nearest


def average_precision(study: dict[str, pd.DataFrame], known: pd.DataFrame, search: Callable) -> float:
    """Score the smoothing network on a graph whose neighbours were found by `search`."""
    none = pd.DataFrame({"gene": [], "metabolite": [], "rho": []})
    with searching(search):
        graph = ol.build_graph(none, *study.values())
        refined = ol.refine(graph, *study.values(), world="modules", random_state=0)
    found = ol.evaluate_ranking(refined.network_scores, known, n_permutations=0, n_bootstrap=0)
    return float(found["average_precision"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--genes", type=int, default=40_000)
    parser.add_argument("--metabolites", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    rows = []
    for seed in range(options.seeds):
        study = ol.simulate_study(21, options.genes, options.metabolites, strength=0.68, random_state=seed)
        tables = {name: study[name].to_df() for name in ol.MODALITIES}
        profiles = ol.Profiles.of(*tables.values())
        unit = np.ascontiguousarray(profiles.unit_left.T)
        truth, _ = exact(unit, 100)
        for name, search in SEARCHES.items():
            with threadpool_limits(1):
                start = time.perf_counter()
                neighbours, _ = search(unit, 100)
                seconds = time.perf_counter() - start
            shared = [len(np.intersect1d(a, b)) for a, b in zip(neighbours[:2000], truth[:2000], strict=True)]
            score = average_precision(tables, study.uns["known_pairs"], search)
            rows.append((name, seconds, np.mean(shared) / truth.shape[1], score))
            print(f"seed {seed}: {name}: {seconds:.1f} s, average precision {score:.3f}", flush=True)
    table = pd.DataFrame(rows, columns=["search", "seconds", "found of the exact", "average precision"])
    print(table.groupby("search", sort=False).agg(["median", "min", "max"]).round(3).to_string())


if __name__ == "__main__":
    main()
