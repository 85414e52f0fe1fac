"""Row-space against dense training of the same autoencoder: seconds an epoch and peak memory.

Each figure comes from a process of its own; the two solvers take turns, and the
table shows medians over the repeats and the ratio of the medians.

    python benchmarks/autoencoder.py --genes 5000 20000 --repeats 3
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

import omics_lib as ol

N_SAMPLES, N_EPOCHS = 17, 5


def measure(solver: str, n_genes: int) -> dict[str, float]:
    """Train for a few epochs in this process; return seconds an epoch and peak memory in MB."""
    X = np.random.default_rng(0).normal(size=(N_SAMPLES, n_genes))
    shape = ol.autoencoder_preset("transcriptomics", "counted")
    once, more = (
        ol.OmicsAutoencoder(
            **shape, solver=solver, max_epochs=n, validation_fraction=0.0, random_state=0
        )  # the difference leaves out the start
        for n in (1, 1 + N_EPOCHS)
    )
    seconds = []
    for model in (once, more):
        start = time.perf_counter()
        model.fit(X)
        seconds.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": (seconds[1] - seconds[0]) / N_EPOCHS, "megabytes": memory}


def measured_apart(solver: str, n_genes: int) -> dict[str, float]:
    """Measure in a process of its own, so that one solver's memory is not the other's."""
    command = [sys.executable, __file__, "--one", solver, str(n_genes)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--genes", type=int, nargs="+", default=[5_000, 20_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("SOLVER", "GENES"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]))))
        return
    rows = []
    for n_genes in arguments.genes:
        runs = [
            {"genes": n_genes, "solver": solver, **measured_apart(solver, n_genes)}
            for _ in range(arguments.repeats)
            for solver in ("rowspace", "dense")
        ]
        rows += runs
    table = pd.DataFrame(rows).groupby(["genes", "solver"]).median().unstack("solver")
    for figure in ("seconds", "megabytes"):
        table[figure, "dense / rowspace"] = table[figure, "dense"] / table[figure, "rowspace"]
    print(f"{N_SAMPLES} samples, preset counted, medians of {arguments.repeats}")
    print(table.sort_index(axis=1).round(3).to_string())


if __name__ == "__main__":
    main()
