"""What a command loads: it starts at once, because it waits for nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

import omics_lib as ol

HEAVY = {
    "IPython", "anndata", "h5py", "joblib", "jsonschema", "jupyter_client", "matplotlib", "mudata",
    "nbclient", "networkx", "numba", "numpy", "openpyxl", "pandas", "papermill", "pyarrow", "requests",
    "scipy", "scipy.interpolate", "scipy.special", "scipy.stats", "seaborn", "sklearn", "snakemake",
    "torch", "torch_geometric", "umap", "zarr",
}  # fmt: skip
# anndata loads h5py, zarr and scipy.sparse itself, pandas loads pyarrow.
STUDY = {"anndata", "h5py", "mudata", "numpy", "pandas", "pyarrow", "scipy", "zarr"}
PROGRAM = """
import sys
from omics_lib.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as stop:
    code = stop.code
print(code)
print(*sys.modules)
"""


def run_and_list(program: str, *arguments: str) -> tuple[list[str], set[str]]:
    """Run a program in a process of its own; return what it said, and the heavy modules that it loaded."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *said, modules = done.stdout.splitlines()
    return said, HEAVY & set(modules.split())


def unlike(loaded: set[str], expected: set[str]) -> dict[str, list[str]]:
    """Name what was loaded beyond what is expected, and what is expected and was not loaded."""
    named = {"extra": sorted(loaded - expected), "missing": sorted(expected - loaded)}
    return {which: names for which, names in named.items() if names}


def test_import_loads_nothing_heavy():
    _, loaded = run_and_list("import sys, omics_lib, omics_lib.cli\nprint(*sys.modules)")
    assert unlike(loaded, set()) == {}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], "0"),
        (["check", "--help"], "0"),
        (["run", "--help"], "0"),
        (["grid", "--help"], "0"),
        (["init", "--help"], "0"),
        (["chek"], "2"),
        (["check", "study", "--sets", "alpha=0.1"], "2"),
        (["simulate", "new", "--samples", "0"], "2"),
        (["fetch", "mouse"], "2"),
    ],
    ids=" ".join,
)
def test_help_and_mistakes_in_the_command_line_load_nothing_heavy(arguments, code):
    said, loaded = run_and_list(PROGRAM, *arguments)
    assert said[-1] == code
    assert unlike(loaded, set()) == {}


@pytest.mark.parametrize(
    "command", [["check", "study"], ["run", "study", "--out", "run"], ["init", "study"]], ids=" ".join
)
def test_mistake_in_a_parameter_loads_the_schema_only(command):
    said, loaded = run_and_list(PROGRAM, *command, "--set", "alpha=7")
    assert said[-1] == "2"
    assert unlike(loaded, {"jsonschema"}) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameters", "more"),
    [([], set()), (["normalise=median_of_ratios", "metabolomics_kind=clr"], {"jsonschema"})],
    ids=["defaults", "parameters"],
)
def test_check_loads_what_reading_and_advice_need(parameters, more, tmp_path):
    study = tmp_path / "study"
    ol.write_study_folder(ol.simulate_study(24, 60, 20, random_state=0), study)
    said, loaded = run_and_list(PROGRAM, "check", str(study), *(f"--set={one}" for one in parameters))
    assert "library sizes" in said[0]  # advice was asked for
    assert said[-2:] == [f"{study}: fit to run: 24 samples, 60 genes, 20 metabolites.", "0"]
    assert unlike(loaded, {*STUDY, "scipy.special", *more}) == {}


@pytest.mark.slow
def test_check_of_a_cohort_loads_what_preprocesses_it_as_well(tmp_path):
    both = ol.simulate_study(48, 60, 20, random_state=0)
    for name, part in (("study", both[:24].copy()), ("cohort", both[24:].copy())):
        ol.write_study_folder(part, tmp_path / name)
    said, loaded = run_and_list(PROGRAM, "check", str(tmp_path / "study"), "--set=cohort=../cohort")
    assert "cohort cohort: 24 samples × 60 genes" in said[0]
    pipeline = {"joblib", "scipy.interpolate", "scipy.special", "scipy.stats", "sklearn"}
    assert unlike(loaded, {*STUDY, *pipeline, "jsonschema"}) == {}


@pytest.mark.slow
def test_simulate_loads_what_a_study_needs(tmp_path):
    said, loaded = run_and_list(PROGRAM, "simulate", str(tmp_path / "new"), "--genes", "60")
    assert said[-1] == "0"
    assert unlike(loaded, STUDY) == {}
