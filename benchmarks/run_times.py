"""What a whole run takes, by its number of samples: every stage of `omics-book run`, as a user starts it.

    python benchmarks/run_times.py --store                          what `make run-times` does
    python benchmarks/run_times.py --samples 20 --genes 500         a first look
    python benchmarks/run_times.py --runs runs/demo runs/mine       runs that are there already

Each study is simulated and run with the parameters that a run has by default. Seconds and memory are
those that each stage writes into RUN/benchmarks; the seconds of all cores hardly depend on what else
the machine does.

`--store` keeps the tables for the book, in evidence/run_times.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
COMMAND = str(Path(sys.executable).with_name("omics-book"))
SIZES = {"samples": "n_samples", "genes": "n_genes", "metabolites": "n_metabolites"}


def stages_of(run: Path) -> pd.DataFrame:
    """Return what each stage of a run cost, and the size of its study."""
    tables = [
        pd.read_csv(path, sep="\t").assign(stage=path.stem) for path in sorted(run.glob("benchmarks/*.tsv"))
    ]
    costs = pd.concat(tables, ignore_index=True).rename(columns={"s": "seconds", "cpu_time": "cpu_seconds"})
    costs["peak_gb"] = costs["max_rss"] * 2**20 / 1e9
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    sizes = {size: summary[name] for size, name in SIZES.items()}
    return costs[["stage", "seconds", "cpu_seconds", "peak_gb"]].round(3).assign(**sizes)


def simulated_run(folder: Path, n_samples: int, chosen: argparse.Namespace) -> pd.DataFrame:
    """Simulate and run a study; return the costs of its stages."""
    study, run = folder / f"study_{n_samples}", folder / f"run_{n_samples}"
    size = ["--samples", n_samples, "--genes", chosen.genes, "--metabolites", chosen.metabolites]
    for words in (["simulate", study, *size], ["run", study, "--out", run, "--cores", chosen.cores]):
        print("$ omics-book", *words, flush=True)
        subprocess.run([COMMAND, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    return stages_of(run)


def totals(stages: pd.DataFrame) -> pd.DataFrame:
    """Add up the stages of each run, and name the one that takes longest."""
    longest = stages.loc[stages.groupby("samples")["cpu_seconds"].idxmax()].set_index("samples")
    by_size = stages.groupby(list(SIZES), as_index=False)
    found = by_size.agg(cpu_seconds=("cpu_seconds", "sum"), peak_gb=("peak_gb", "max"))
    return found.assign(longest=found["samples"].map(longest["stage"]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", nargs="+", type=int, default=[20, 100, 500])
    parser.add_argument("--genes", type=int, default=1000)
    parser.add_argument("--metabolites", type=int, default=100)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--runs", nargs="+", type=Path, help="finished runs, in place of simulated ones")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/run_times")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [stages_of(run) for run in chosen.runs or ()] or [
            simulated_run(Path(folder), n, chosen) for n in chosen.samples
        ]
    stages = pd.concat(found, ignore_index=True)
    tables = {"runs": totals(stages), "stages": stages}
    for table in tables.values():
        print(table.to_string(index=False))
    if chosen.store:
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        settings = {"cores": chosen.cores}
        ol.write_evidence("run_times", tables, script=script, command="make run-times", settings=settings)


if __name__ == "__main__":
    main()
