"""Run all stages of a study: Snakemake over papermill, in one run folder."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mudata import MuData

from .._files import beside_study, file_sha256, library_files, project_file, tree_sha256, write_json
from .._modalities import MODALITIES
from ..advice import advise
from ..cohort import check_cohort, cohort_files, cohort_folder, read_cohort
from ..errors import Gathered, RunError
from ..evidence import evidence_sha256
from ..schema import READING
from ..study import cell_line_files, read_study, study_files
from ._checks import check_fit
from ._folder import only_one, refuse_other_folders
from ._inputs import CELL_LINES, COHORT, input_files
from ._manifest import MANIFEST, compare, drop_unfinished, read_manifest, refuse_links
from ._memory import N_LENT, check_files, check_memory
from ._needs import stage_needs
from ._workflow import find_profile, run_workflow

CONFIGURATION = ".omics-book.json"
RELEASE, AUDIT = "release", "release_audit.csv"
# What a run has no longer, once the parameter is null.
OF_PARAMETERS = {
    "cohort": ("cohort_pairs.parquet", "notebooks/own_cohort.ipynb"),
    "cell_lines": ("notebooks/cell_lines.ipynb",),
}


def _for_stages(path: Path) -> str:
    """Write a path in UTF-8, as stages read it, whatever this process's locale is."""
    return os.fsencode(path.resolve()).decode("utf-8", errors="surrogateescape")


def _stage_parameters(parameters: Mapping[str, Any], run: str = ".") -> dict[str, dict[str, Any]]:
    """Return, for each notebook, the parameters that it declares; the first gets those of reading."""
    from ..stage import declared_parameters  # and with it papermill, which `check` does without

    reads = {*READING, "normalise", "metabolomics_log"}  # the latter two for what chapter 1 advises
    reading = {name: value for name, value in parameters.items() if name.endswith("_kind") or name in reads}
    available = dict(parameters) | {"run": run, "parameters": reading}
    stages = {}
    for notebook in sorted(project_file("notebooks").glob("*.ipynb")):
        declared = declared_parameters(notebook)
        stages[notebook.stem] = {name: value for name, value in available.items() if name in declared}
    return stages


def check_study(path: Path, parameters: Mapping[str, Any], *, here: bool = True) -> MuData:
    """Read a study and check that every stage can run on it with these parameters.

    Where the stages will not run `here`, but on a cluster, their memory is not asked for.

    Raises
    ------
    StudyError, ParameterError
        If anything does not fit; the message says what to do.
    """
    problems, study = Gathered(), None
    with problems:
        check_files(study_files(path))
        study = read_study(path, parameters)
        check_fit(study, parameters)
    if cohort := cohort_folder(path, parameters):
        with problems:
            _read_cohort(cohort, study, parameters)
    if lines := beside_study(path, parameters[CELL_LINES]):
        with problems:
            cell_line_files(lines)
    problems.tell()
    assert study is not None
    if here:
        check_memory(study, parameters)
    return study


def _read_cohort(cohort: Path, study: MuData | None, parameters: Mapping[str, Any]) -> None:
    """Check a cohort as far as it can be; its study takes down what was handled, and how large it is."""
    check_files(cohort_files(cohort), "the cohort's tables")
    if study is None:
        check_cohort(cohort, parameters)
        return
    lent = read_cohort(cohort, study, parameters)
    study.uns["notes"] = np.array([*study.uns["notes"], *lent.notes], dtype=object)
    study.uns[N_LENT] = lent.n_values


def study_notes(study: MuData, parameters: Mapping[str, Any]) -> list[str]:
    """List what was handled when a study was read, and where its values do not fit the recipe."""
    return [*map(str, study.uns["notes"]), *(finding.text for finding in advise(study, parameters))]


def study_size(study: MuData) -> tuple[int, int, int, int]:
    """Count samples, genes and metabolites of a study that was checked, and the values of its cohort."""
    n_genes, n_metabolites = (study[modality].n_vars for modality in MODALITIES)
    return study.n_obs, n_genes, n_metabolites, study.uns.get(N_LENT, 0)


def run_configuration(
    study: Path, size: tuple[int, ...], parameters: Mapping[str, Any], run: str = "."
) -> dict[str, Any]:
    """Collect what the Snakefile must know of a run.

    Parameters
    ----------
    study : Path
        Study folder or .h5mu file.
    size : tuple of int
        As `study_size` counts it: by that, stages ask for memory and time.
    parameters : mapping
        All of them, as `read_parameters` returns them.
    run : str
        The run folder, as seen from the folder that Snakemake works in.

    Returns
    -------
    dict
        What `config` is in the Snakefile.
    """
    files = input_files(study, parameters)
    notebooks = sorted(project_file("notebooks").glob("*.ipynb"))
    beside = {name: beside_study(study, parameters[name]) for name in (COHORT, CELL_LINES)}
    for_stages = dict(parameters) | {name: path and _for_stages(path) for name, path in beside.items()}
    return {
        "study": _for_stages(study),
        "inputs": {
            whose: {_for_stages(path): file_sha256(path) for path in of.values()}
            for whose, of in files.items()
        },
        "input_names": {name: _for_stages(path) for of in files.values() for name, path in of.items()},
        "inputs_sha256": {whose: tree_sha256(of) for whose, of in files.items()},
        "library_sha256": tree_sha256(library_files()),
        "evidence_sha256": evidence_sha256(),
        "parameters": dict(parameters),
        "stages": _stage_parameters(for_stages, run),
        "needs": stage_needs(*size),
        "notebooks": {
            path.stem: {"path": _for_stages(path), "sha256": file_sha256(path)} for path in notebooks
        },
    }


def redo_what_was_changed(run: Path) -> bool:
    """Remove results that are not what their stage wrote, so that it runs again; tell whether all must.

    What nobody can vouch for is made again: everything, where the manifest cannot be read.
    """
    if not (run / MANIFEST).exists():
        return False
    try:
        found = compare(run, read_manifest(run)["outputs"])
    except RunError as error:
        print(f"note: {error.where}: {error.found}; all stages run again.", file=sys.stderr)
        (run / MANIFEST).unlink()
        return True
    for name in (*found.changed, *found.missing):
        print(f"note: {name} is not what its stage wrote; the stage runs again.", file=sys.stderr)
        (run / name).unlink(missing_ok=True)
    for name in found.added:
        what = "the release is made again" if name.startswith(f"{RELEASE}/") else "left alone"
        print(f"note: {name} is not of this run; {what}.", file=sys.stderr)
    of_release = [
        name for name in (*found.changed, *found.missing, *found.added) if name.startswith(f"{RELEASE}/")
    ]
    if of_release:
        shutil.rmtree(run / RELEASE, ignore_errors=True)
        (run / AUDIT).unlink(missing_ok=True)
    if found.changed or found.missing or of_release:
        # Snakemake makes a lost result again only on the way to a lost target.
        (run / MANIFEST).unlink()
    return False


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
    refuse_other_folders(run, CONFIGURATION)
    refuse_links(run)
    checked = check_study(study, parameters, here=profile is None)
    for note in study_notes(checked, parameters):
        print(f"note: {note}", file=sys.stderr)
    profile = find_profile(profile) if profile else None
    configuration = run_configuration(study, study_size(checked), parameters)
    run.mkdir(parents=True, exist_ok=True)
    with only_one(run) as lock:
        drop_unfinished(run)
        from_scratch = redo_what_was_changed(run)
        for name in (name for given, of in OF_PARAMETERS.items() if parameters[given] is None for name in of):
            (run / name).unlink(missing_ok=True)  # of an earlier run with one: no page may speak of it
        write_json(configuration, run / CONFIGURATION)
        print(f"{run}: running the stages that are not up to date", file=sys.stderr, flush=True)
        run_workflow(run, CONFIGURATION, lock, cores=cores, profile=profile, from_scratch=from_scratch)
