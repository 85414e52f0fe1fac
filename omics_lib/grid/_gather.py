"""What came out of the runs of a grid, as one long table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from .._files import whole_file
from .._modalities import MODALITIES
from ..evaluation import METRICS
from ._plan import GridRun
from ._truth import Truth, read_truth

MEASURES = ["table", "method", "knowledge", "metric", "value"]


def gather(
    runs: list[GridRun],
    n_samples: Mapping[str, int],
    out: Path,
    study_of: Callable[[GridRun, Path], Path],
) -> pd.DataFrame:
    """Write `grid.csv`: what came out of each run.

    Parameters
    ----------
    runs : list of GridRun
        Those that are done.
    n_samples : mapping of str to int
        Name of a run to the number of its samples.
    out : Path
        Folder of the grid.
    study_of : callable
        Says where a run's study lies.

    Returns
    -------
    DataFrame
        `run`, `study`, `samples`, `seed`, a column for each further setting that varies in the grid, and
        `table` (that the number comes from), `method`, `knowledge`, `metric`, `value`.
    """
    settings = list(dict.fromkeys(key for run in runs for key in run.settings if key != "samples"))
    rows = []
    for run in runs:
        folder = out / "runs" / run.name
        held = run.parameters["covariates"]
        found = measure_run(folder, read_truth(study_of(run, out)), held)
        described: dict[str, Any] = {"run": run.name, "study": run.study, "samples": n_samples[run.name]}
        described |= {"seed": run.seed} | {key: _shown(run.settings.get(key)) for key in settings}
        rows.append(pd.DataFrame([described] * len(found), columns=list(described)).join(found))
    empty = pd.DataFrame(columns=["run", "study", "samples", "seed", *settings, *MEASURES])
    table = pd.concat(rows, ignore_index=True) if rows else empty
    with whole_file(out / "grid.csv") as part:
        table.to_csv(part, index=False, lineterminator="\n")
    return table


def measure_run(run: Path, truth: Truth | None, given: list[str]) -> pd.DataFrame:
    """Collect the numbers that a run came to.

    Parameters
    ----------
    run : Path
        Run folder; what it lacks is left out.
    truth : Truth or None
        Of its study, where that is simulated.
    given : list of str
        Factors that the run holds constant: its covariates.

    Returns
    -------
    DataFrame
        `table`, `method`, `knowledge`, `metric`, `value`. From `evaluation`, the metrics of
        `evaluate_ranking` against known pairs; from `<modality>/cross_validation`, `r2`, the mean over
        folds; from `associations`, by route the number `n` of pairs, and of the direct ones, where the
        truth is known, `power`, the share of planted pairs that were found (where several kinds are
        planted also of each, `power_<kind>`), and `false_discovery_proportion`, the share of pairs found
        whose gene and metabolite do not depend on each other.
    """
    parts = []
    if (path := run / "evaluation.csv").exists():
        evaluation = pd.read_csv(path)
        kept = (evaluation["truth"] == "known_pairs") & evaluation["metric"].isin(METRICS)
        parts.append(evaluation[kept].assign(table="evaluation"))
    for modality in MODALITIES:
        scores = pd.read_csv(run / modality / "cross_validation.csv")
        means = scores.groupby("model", sort=False)["r2"].mean().rename("value").rename_axis("method")
        parts.append(means.reset_index().assign(table=f"{modality}/cross_validation", metric="r2"))
    if (path := run / "associations.parquet").exists():
        pairs = pd.read_parquet(path, columns=["gene", "metabolite", "source"])
        parts.append(pd.DataFrame(_associations(pairs, truth, given)).assign(table="associations"))
    return pd.concat(parts, ignore_index=True).reindex(columns=MEASURES)


def _associations(pairs: pd.DataFrame, truth: Truth | None, given: list[str]) -> list[dict[str, Any]]:
    direct = pairs[pairs["source"] == "direct"]
    counts = {"direct": len(direct), "latent": len(pairs) - len(direct)}
    rows = [{"method": route, "metric": "n", "value": float(n)} for route, n in counts.items()]
    if truth is None:
        return rows
    false = 1 - truth.dependent(direct, given).mean() if len(direct) else 0.0
    values = {"false_discovery_proportion": false}
    if len(truth.planted):
        found = pd.Series(truth.planted.isin(pd.MultiIndex.from_frame(direct[["gene", "metabolite"]])))
        by_kind = found.groupby(truth.kinds.to_numpy()).mean()
        values["power"] = found.mean()
        values |= {f"power_{kind}": share for kind, share in by_kind.items()} if len(by_kind) > 1 else {}
    return rows + [{"method": "direct", "metric": name, "value": v} for name, v in values.items()]


def _shown(value: object) -> object:
    """Write a list in a cell as JSON."""
    return json.dumps(value) if isinstance(value, list) else value
