"""What can be found, and with how many samples: one simulated design at several sizes, several seeds each.

    python benchmarks/sample_size.py --store                             what `make sample-size` does
    python benchmarks/sample_size.py --grid MY.yml --out runs/try        another grid, only printed

The grid (studies/sample_size.yml) says what is run. It takes a quarter of an hour on two cores with nothing
else to do; what is done is kept, and the same command goes on there.

`--store` keeps the tables for the book, in evidence/sample_size.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import pandas as pd

import omics_lib as ol

ROOT = Path(__file__).resolve().parent.parent
GRID = ROOT / "studies/sample_size.yml"
NETWORKS = ("GCN", "GAT", "Spearman (fallback)")  # where nothing ties the tables, a run keeps the correlation
# What the network does, by the null that stands beside it.
FILTERS = {"rewired": "smoothing", "rotated": "sharpening"}


def settings_of(path: Path) -> dict[str, Any]:
    """Say what was run: the design, its sizes, the number of seeds, the parameters that were set."""
    runs = ol.read_grid(path).runs
    told = {name: value for name, value in runs[0].simulate.items() if name != "n_samples"}
    changed = {
        name: value
        for name, value in runs[0].parameters.items()
        if value != ol.default_parameters()[name] and name not in ("title", "random_state")
    }
    n_samples = sorted({run.simulate["n_samples"] for run in runs})
    return told | {"n_samples": n_samples, "n_seeds": len({run.seed for run in runs}), "parameters": changed}


def association_table(measures: pd.DataFrame) -> pd.DataFrame:
    """Return what the direct route found: `samples`, `seed`, `metric`, `value`."""
    rows = measures[(measures["table"] == "associations") & (measures["method"] == "direct")]
    return rows[["samples", "seed", "metric", "value"]]


def ranking_table(measures: pd.DataFrame) -> pd.DataFrame:
    """Return the average precision of the rankings that know the two tables alone, and the role of each.

    The roles: `Spearman`, adjusted for what the runs regress out; the `network`; at each number of samples
    the `best rival`, by its mean over the seeds; `other`. A network's method says what it did.
    """
    nulls = measures[measures["knowledge"] == "null_model"]
    done = nulls["method"].str.rpartition(", ")[2].map(FILTERS).groupby(nulls["run"]).first()
    rows = measures[(measures["metric"] == "average_precision") & (measures["knowledge"] == "tables")]
    rows = rows.assign(role="other")
    plain = "Spearman, adjusted" if "Spearman, adjusted" in set(rows["method"]) else "Spearman"
    rows.loc[rows["method"] == plain, "role"] = "Spearman"
    rows.loc[rows["method"].isin(NETWORKS), "role"] = "network"
    rivals = rows[(rows["role"] == "other") & (rows["method"] != "Spearman")]
    means = rivals.groupby(["samples", "method"])["value"].mean()
    filtered = rows["method"].isin(NETWORKS) & rows["run"].isin(done.index)
    rows.loc[filtered, "method"] += ", " + rows.loc[filtered, "run"].map(done)
    for n, best in means.groupby("samples").idxmax().items():
        rows.loc[(rows["samples"] == n) & (rows["method"] == best[1]), "role"] = "best rival"
    return rows[["samples", "seed", "method", "role", "value"]]


def reconstruction_table(measures: pd.DataFrame) -> pd.DataFrame:
    """Return the held-out R² of both tables: `samples`, `seed`, `table`, `method`, `value`."""
    rows = measures[measures["metric"] == "r2"]
    return rows.assign(table=rows["table"].str.partition("/")[0])[
        ["samples", "seed", "table", "method", "value"]
    ]


def main() -> None:
    """Run the grid, print its means, and keep its tables where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--grid", type=Path, default=GRID, metavar="GRID.yml", help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=ROOT / "runs/sample_size", metavar="DIR")
    parser.add_argument("--cores", type=int, default=2, metavar="N", help="stages at once (default: 2)")
    parser.add_argument("--store", action="store_true", help="keep the tables in evidence/sample_size")
    arguments = parser.parse_args()
    start = time.perf_counter()
    page = ol.run_grid(arguments.grid, arguments.out, cores=arguments.cores)
    minutes = (time.perf_counter() - start) / 60
    measures = pd.read_csv(page.with_name("grid.csv"))
    tables = {
        "associations": association_table(measures),
        "rankings": ranking_table(measures),
        "reconstruction": reconstruction_table(measures),
    }
    for name, table in tables.items():
        keys = [column for column in table if column not in ("samples", "seed", "value")]
        print(f"== {name}, means over the seeds ({minutes:.1f} minutes)")
        print(table.groupby([*keys, "samples"], sort=False)["value"].mean().unstack().round(3).to_string())
    if arguments.store:
        script = Path(__file__).resolve().relative_to(ROOT).as_posix()
        settings = settings_of(arguments.grid)
        ol.write_evidence("sample_size", tables, script=script, command="make sample-size", settings=settings)


if __name__ == "__main__":
    main()
