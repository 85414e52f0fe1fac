"""How long a whole run takes, by its number of samples: `omics-book run` and `render`, as a user starts them.

    python benchmarks/run_times.py --store                          what `make run-times` does
    python benchmarks/run_times.py --samples 20 --genes 500         a first look

Each study is simulated, run with the parameters that a run has by default, and rendered. Time and memory of
the stages are those that each writes into RUN/benchmarks; those of the commands are measured here. A
machine that has other things to do takes longer: its load before each run is in the table, and the seconds
of all cores, which are nearly the same however busy it is.

`--store` keeps the tables for the book, in evidence/run_times.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).with_name("omics-book"))


def seconds_of(*words: str | Path) -> float:
    """Run `omics-book`; return its seconds."""
    print("$ omics-book", *words, flush=True)
    start = time.perf_counter()
    subprocess.run([COMMAND, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def stages_of(run: Path) -> pd.DataFrame:
    """Return what each stage of a run cost."""
    tables = [
        pd.read_csv(path, sep="\t").assign(stage=path.stem) for path in sorted(run.glob("benchmarks/*.tsv"))
    ]
    costs = pd.concat(tables, ignore_index=True)
    costs["peak_gb"] = costs["max_rss"] * 2**20 / 1e9
    costs = costs.rename(columns={"s": "seconds", "cpu_time": "cpu_seconds"})
    return costs[["stage", "seconds", "cpu_seconds", "peak_gb"]].round(3)


def one_run(folder: Path, n_samples: int, chosen: argparse.Namespace) -> tuple[dict, pd.DataFrame]:
    """Simulate, run and render a study; return the costs of the commands and of the stages."""
    study, run, load = folder / f"study_{n_samples}", folder / f"run_{n_samples}", os.getloadavg()[0]
    size = ["--samples", n_samples, "--genes", chosen.genes, "--metabolites", chosen.metabolites]
    seconds_of("simulate", study, *map(str, size), "--modules", "8", "--seed", "0")
    took = seconds_of("run", study, "--out", run, "--cores", str(chosen.cores))
    stages = stages_of(run)
    costs = {
        "samples": n_samples,
        "genes": chosen.genes,
        "metabolites": chosen.metabolites,
        "run_seconds": round(took, 1),
        "render_seconds": round(seconds_of("render", run), 1),
        "cpu_seconds": round(stages["cpu_seconds"].sum(), 1),
        "peak_gb": stages["peak_gb"].max(),
        "load": round(load, 1),
    }
    return costs, stages.assign(samples=n_samples)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", nargs="+", type=int, default=[20, 100, 500])
    parser.add_argument("--genes", type=int, default=2000)
    parser.add_argument("--metabolites", type=int, default=200)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/run_times")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [one_run(Path(folder), n, chosen) for n in chosen.samples]
    tables = {
        "runs": pd.DataFrame([costs for costs, _ in found]),
        "stages": pd.concat([stages for _, stages in found], ignore_index=True),
    }
    for table in tables.values():
        print(table.to_string(index=False))
    if chosen.store:
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        settings = {"cores": chosen.cores, "n_modules": 8, "random_state": 0}
        ol.write_evidence("run_times", tables, script=script, command="make run-times", settings=settings)


if __name__ == "__main__":
    main()
