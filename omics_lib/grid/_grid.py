"""Run a grid: its studies made and checked, its runs as one graph of Snakemake, their results gathered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .._files import write_json
from .._modalities import MODALITIES
from ..errors import OmicsError, RunError, first_few, together
from ..run import (
    CONFIGURATION,
    LOG,
    check_study,
    failed_stages,
    find_profile,
    only_one,
    refuse_other_folders,
    run_configuration,
    run_workflow,
    study_size,
)
from ._gather import gather
from ._page import write_page
from ._plan import Grid, GridRun, read_grid
from ._studies import simulate_studies, study_of

GRID = ".omics-grid.json"
Size = tuple[int, int, int, int]  # as `study_size` counts
_AUTOENCODER = [f"{modality}/cross_validation.csv" for modality in MODALITIES]
_RESULTS = {
    "autoencoder": _AUTOENCODER,
    "associations": [*_AUTOENCODER, "associations.parquet"],
    "refinement": [*_AUTOENCODER, "associations.parquet", "evaluation.csv"],
}


def run_grid(path: Path, out: Path, *, cores: int = 2, profile: str | None = None) -> Path:
    """Run every run of a grid as far as it is not up to date, and gather what came out.

    Parameters
    ----------
    path : Path
        The grid's file, see `read_grid`.
    out : Path
        Folder of the grid; made if it does not exist. Simulated studies go into `studies/`, run folders
        into `runs/`; `grid.csv` and `index.html` gather them.
    cores : int
        Stages that may run at once.
    profile : str, optional
        Snakemake profile, for example of a Slurm cluster.

    Returns
    -------
    Path
        `index.html`.

    Raises
    ------
    StudyError, ParameterError
        If the file, a study or a parameter does not fit; no stage has run.
    RunError
        If the folder holds other things or is in use, or a run failed: the others are gathered.
    """
    grid = read_grid(path)
    refuse_other_folders(out, GRID)
    profile = find_profile(profile) if profile else None
    here = profile is None
    sizes = _check((run for run in grid.runs if run.path is not None), out, here=here)
    out.mkdir(parents=True, exist_ok=True)
    with only_one(out) as lock:
        write_json({}, out / GRID)
        simulate_studies(grid.runs, out)
        sizes |= _check((run for run in grid.runs if run.path is None), out, here=here)
        write_json(_configuration(grid, sizes, out), out / GRID)
        print(f"{out}: {len(grid.runs):,} runs, as far as not up to date", file=sys.stderr, flush=True)
        failed: dict[str, str] = {}
        try:
            run_workflow(out, GRID, lock, cores=cores, profile=profile, snakefile="grid.smk", keep_going=True)
        except RunError:
            failed = _failed(grid.runs, out)
            if not failed:
                raise
        done = [run for run in grid.runs if run.name not in failed]
        n_samples = {name: size[0] for name, size in sizes.items()}
        page = write_page(grid, gather(done, n_samples, out, study_of), out, failed)
    if failed:
        found = f"{len(failed):,} of {len(grid.runs):,} runs failed: {first_few(_named(failed))}"
        expected = f"every run must finish; the others are done and gathered in {page}"
        remedy = "What each said stands above. Put the cause right and give the same command again."
        raise RunError(str(out), found, expected, remedy)
    return page


def _check(runs: Iterable[GridRun], out: Path, *, here: bool) -> dict[str, Size]:
    """Check every study with every set of parameters, and return its size, by the name of the run."""
    sizes: dict[str, Size] = {}
    seen: dict[str, Size] = {}
    for run in runs:
        study = study_of(run, out)
        # What differs by the seed alone fits alike.
        asked = run.parameters | {"random_state": 0, "title": "", "study": str(study)}
        if (key := json.dumps(asked, sort_keys=True)) not in seen:
            try:
                seen[key] = study_size(check_study(study, run.parameters, here=here))
            except OmicsError as error:
                told = [
                    type(each)(f"run {run.name}, {each.where}", each.found, each.expected, each.remedy)
                    for each in error.violations
                ]
                raise together(told, error.more) from error
        sizes[run.name] = seen[key]
    return sizes


def _configuration(grid: Grid, sizes: Mapping[str, Size], out: Path) -> dict[str, Any]:
    """Write the configuration of each run into its folder, and return that of all."""
    runs = {}
    for run in grid.runs:
        name, folder = run.name, Path("runs", run.name)
        (out / folder).mkdir(parents=True, exist_ok=True)
        runs[name] = run_configuration(study_of(run, out), sizes[name], run.parameters, folder.as_posix())
        write_json(runs[name], out / folder / CONFIGURATION)
    return {"runs": runs, "results": _RESULTS.get(grid.until)}


def _failed(runs: list[GridRun], out: Path) -> dict[str, str]:
    """Return the runs of which a stage failed, with the stage."""
    # A name may begin as another does; the longest that fits is meant.
    names = sorted((run.name for run in runs), key=len, reverse=True)
    failed: dict[str, str] = {}
    for rule in failed_stages((out / LOG).read_text(encoding="utf-8", errors="replace")):
        name = next((name for name in names if rule.startswith(f"{name}_")), None)
        if name is not None:
            failed.setdefault(name, rule.removeprefix(f"{name}_"))
    return failed


def _named(failed: dict[str, str]) -> list[str]:
    return [f"{name} (stage {stage})" for name, stage in failed.items()]
