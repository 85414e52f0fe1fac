"""Run all stages of a study: Snakemake over papermill, in one run folder."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mudata import MuData

from ._human_gem_sbml import installed_model
from ._paths import project_file
from .association import residual_degrees_of_freedom
from .errors import ParameterError, RunError
from .provenance import file_sha256, tree_sha256, write_json
from .schema import READING
from .stage import declared_parameters
from .study import read_study, study_files

CONFIGURATION = ".omics-book.json"


def _refuse_other_folders(run: Path) -> None:
    if run.exists() and not run.is_dir():
        raise RunError(
            str(run), "found a file", "it must be a new folder or a run folder", "Choose another --out."
        )
    if run.is_dir() and any(run.iterdir()) and not (run / CONFIGURATION).exists():
        raise RunError(
            str(run),
            "found a folder with other things in it",
            "it must be a new or empty folder, or an earlier run",
            "Choose another --out.",
        )


def _stage_parameters(parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return, for each notebook, the parameters that it declares; the first gets those of reading."""
    reading = {name: value for name, value in parameters.items() if name.endswith("_kind") or name in READING}
    available = dict(parameters) | {"run": ".", "parameters": reading}
    stages = {}
    for notebook in sorted(project_file("notebooks").glob("*.ipynb")):
        declared = declared_parameters(notebook)
        stages[notebook.stem] = {name: value for name, value in available.items() if name in declared}
    return stages


def check_study(path: Path, parameters: Mapping[str, Any]) -> MuData:
    """Read a study and check that every stage can run on it with these parameters.

    Raises
    ------
    StudyError, ParameterError
        If anything does not fit; the message says what to do.
    """
    study = read_study(path, parameters)
    covariates = study.obs[parameters["covariates"]] if parameters["covariates"] else None
    residual_degrees_of_freedom(study.n_obs, covariates, parameters["remove_factors"])
    groups = parameters["groups"]
    if groups is not None and study.obs[groups].value_counts(dropna=False).max() < 2:
        raise ParameterError(
            "groups",
            f"every level of {groups!r} has one sample",
            "permutations stay within a level, so some level needs two",
            "Name a coarser column, or leave `groups` out.",
        )
    if groups is not None and parameters["n_permutations"] == 0:
        raise ParameterError(
            "groups",
            "found with n_permutations 0",
            "with groups, p-values come from permutations within them",
            "Set n_permutations to auto, or give the column as a covariate instead.",
        )
    if parameters["prior"] == "known_pairs" and "known_pairs" not in study.uns:
        raise ParameterError(
            "prior",
            "found 'known_pairs' for a study without any",
            "they stand in known_pairs.csv",
            "Add the file, or set `prior: none`.",
        )
    if parameters["prior"] == "human_gem":
        installed_model()
    target = parameters["target"]
    if target is not None and target not in study["metabolomics"].var_names:
        raise ParameterError(
            "target",
            f"found {target!r}",
            "it must be a metabolite of the study",
            "Correct the name, or leave it out.",
        )
    if study.n_obs < parameters["min_group_size"]:
        raise ParameterError(
            "min_group_size",
            f"found {parameters['min_group_size']} for {study.n_obs} samples",
            "a release stands for at least so many samples",
            "Set it to the number of samples or lower.",
        )
    return study


def _redo_what_was_changed_by_hand(run: Path) -> None:
    """Remove results that are not what their stage wrote, so that the stage is run again."""
    manifest = run / "manifest.json"
    if not manifest.exists():
        return
    for name, sha256 in json.loads(manifest.read_text())["outputs"].items():
        if not (run / name).exists() or file_sha256(run / name) != sha256:
            print(f"note: {name} is not what its stage wrote; the stage runs again.", file=sys.stderr)
            (run / name).unlink(missing_ok=True)
            # Snakemake makes a lost result again only on the way to a lost target.
            manifest.unlink(missing_ok=True)


@contextmanager
def _only_one(run: Path) -> Iterator[int]:
    """Hold the run's lock; the system frees it when the last holder ends, however it ends."""
    with (run / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                str(run),
                "in use by another process",
                "one command at a time may work on a run",
                "Wait until it is done.",
            ) from None
        yield lock.fileno()


def run_study(
    study: Path, run: Path, parameters: Mapping[str, Any], *, cores: int = 2, profile: str | None = None
) -> None:
    """Run every stage that is not up to date.

    Parameters
    ----------
    study : Path
        Study folder or .h5mu file. It is read and checked before anything is written.
    run : Path
        Run folder; made if it does not exist.
    parameters : mapping
        All of them, as `read_parameters` returns them.
    cores : int
        Stages that may run at once.
    profile : str, optional
        Snakemake profile, for example of a Slurm cluster.

    Raises
    ------
    StudyError, ParameterError
        If the study or a parameter does not fit; the run folder is untouched.
    RunError
        If the folder holds other things or is in use, or a stage failed.
    """
    _refuse_other_folders(run)
    for note in check_study(study, parameters).uns["notes"]:
        print(f"note: {note}", file=sys.stderr)
    files = study_files(study)
    snakefile = project_file("Snakefile")
    configuration = {
        "study": str(study.resolve()),
        "study_files": [str(path.resolve()) for path in files],
        "study_sha256": tree_sha256(files),
        "library_sha256": tree_sha256(Path(__file__).parent.glob("*.py")),
        "parameters": dict(parameters),
        "stages": _stage_parameters(parameters),
    }
    run.mkdir(parents=True, exist_ok=True)
    with _only_one(run) as lock:
        _redo_what_was_changed_by_hand(run)
        write_json(configuration, run / CONFIGURATION)
        command = [
            sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--directory", str(run),
            "--configfile", str(run / CONFIGURATION), "--rerun-incomplete", "--nolock", "--quiet", "all",
        ]  # fmt: skip
        command += ["--profile", profile] if profile else ["--cores", str(cores)]
        print(f"{run}: running the stages that are not up to date", file=sys.stderr, flush=True)
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore::SyntaxWarning"}
        done = subprocess.run(command, env=environment, pass_fds=[lock], check=False)
    if done.returncode:
        raise RunError(
            str(run),
            "a stage failed (see above)",
            "every stage must finish",
            "Put the cause right and give the same command again: what is done is kept.",
        )
