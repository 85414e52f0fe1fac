"""Fixtures that several tests share."""

from __future__ import annotations

import csv
import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import settings
from run_helpers import PLANTED, run_quickly
from study_helpers import HOSTILE_NAMES

import omics_lib as ol

# The same examples on every machine, however slow it is: a failure is a change of the code.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


_NEEDS = {
    "both_runs": "notebook",
    "rendered": "notebook",
    "stage_in_a_hostile_place": "notebook",
    "driver": "browser",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they ask for: what takes a run or a book takes notebooks.

    Files with such tests come first: `make test` shares files out to two processes, and the long ones are not
    to be left for the end.
    """
    for item in items:
        for fixture, mark in _NEEDS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
    runs = {item.path for item in items if "both_runs" in getattr(item, "fixturenames", ())}
    notebooks = {item.path for item in items if item.get_closest_marker("notebook")}
    items.sort(key=lambda item: (item.path not in runs, item.path not in notebooks))


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Small networks are slower on several threads, by far so on a busy machine."""
    n = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n)


def _write_rows(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


@pytest.fixture
def study_folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a small valid study folder: samples S01…, genes g0…, metabolites m0…; no feature is constant."""

    def make(name: str = "study", n_samples: int = 12, n_genes: int = 6, n_metabolites: int = 4) -> Path:
        rng = np.random.default_rng(0)
        folder = tmp_path / name
        folder.mkdir()
        ids = [f"S{i:02d}" for i in range(1, n_samples + 1)]
        genes = rng.permuted(np.tile(np.arange(n_samples)[:, None], n_genes), axis=0)
        metabolites = (rng.random((n_samples, n_metabolites)) + 1).round(3)
        header = ["sample_id", *(f"g{j}" for j in range(n_genes))]
        rows = [[i, *row] for i, row in zip(ids, genes.tolist(), strict=True)]
        _write_rows(folder / "transcriptomics.csv", [header, *rows])
        header = ["sample_id", *(f"m{j}" for j in range(n_metabolites))]
        rows = [[i, *row] for i, row in zip(ids, metabolites.tolist(), strict=True)]
        _write_rows(folder / "metabolomics.csv", [header, *rows])
        levels = [[i, "ab"[k % 2], 20 + k] for k, i in enumerate(ids)]
        _write_rows(folder / "samples.csv", [["sample_id", "group", "age"], *levels])
        return folder

    return make


def _planted_study(folder: Path) -> Path:
    """Write a small study in which modules are planted."""
    study = ol.simulate_study(18, 60, 16, "modules", n_modules=2, strength=0.95, random_state=0)
    return ol.write_study_folder(study, folder)


def _empty_study(folder: Path) -> Path:
    """Write a study with nothing to find in it, everything that is handled and said, and hostile names."""
    ol.write_study_folder(ol.simulate_study(15, 40, 8, "null", random_state=3), folder)
    hostile = [*HOSTILE_NAMES, *(f"g{i}" for i in range(40 - len(HOSTILE_NAMES)))]
    genes = pd.read_csv(folder / "transcriptomics.csv", index_col=0).set_axis(hostile, axis=1)
    genes = genes.assign(constant=7)
    genes.T.rename_axis("gene").to_csv(folder / "transcriptomics.csv")
    samples = pd.read_csv(folder / "samples.csv", index_col=0)
    samples.iloc[2, 0] = np.nan
    for level, hostile_level in zip(samples["batch"].unique(), HOSTILE_NAMES, strict=False):
        samples["batch"] = samples["batch"].replace(level, hostile_level)
    samples[HOSTILE_NAMES[4]] = [HOSTILE_NAMES[3], HOSTILE_NAMES[9], "c"] * 5
    samples.to_csv(folder / "samples.csv")
    metabolites = pd.read_csv(folder / "metabolomics.csv", index_col=0)
    metabolites.set_axis(HOSTILE_NAMES[:8], axis=1).to_csv(folder / "metabolomics.csv")
    (folder / "lipidomics.csv").write_bytes((folder / "metabolomics.csv").read_bytes())  # a further modality
    return folder


def _run_both(folder: Path) -> None:
    """Run all stages on both studies, side by side."""
    planted, empty = _planted_study(folder / "planted"), _empty_study(folder / "empty")
    title = json.dumps(" ".join(HOSTILE_NAMES[:4])[:200])
    nothing = [f"title={title}", "covariates=[group]", "groups=batch", "alpha=0.001"]
    with ThreadPoolExecutor() as pool:
        codes = [
            pool.submit(run_quickly, planted, folder / "tiny_run", *PLANTED),
            pool.submit(run_quickly, empty, folder / "empty_run", *nothing),
        ]
    assert [code.result() for code in codes] == [0, 0]


@pytest.fixture(scope="session")
def both_runs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Path, Path]:
    """Two runs of all stages, made once for all processes of pytest: what changes a run takes `own_run`."""
    folder = tmp_path_factory.getbasetemp() / "runs"
    if worker_id != "master":
        folder = tmp_path_factory.getbasetemp().parent / "runs"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _run_both(folder)
            (folder / "done").touch()
    return folder / "tiny_run", folder / "empty_run"


@pytest.fixture(scope="session")
def tiny_run(both_runs: tuple[Path, Path]) -> Path:
    """The run in which modules are planted."""
    return both_runs[0]


@pytest.fixture(scope="session")
def empty_handed_run(both_runs: tuple[Path, Path]) -> Path:
    """The run in which nothing is found."""
    return both_runs[1]


@pytest.fixture
def own_run(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of the run in which modules are planted, to be changed."""
    return shutil.copytree(tiny_run, tmp_path / tiny_run.name)


@pytest.fixture(params=[0, 1], ids=["planted", "empty_handed"])
def each_run(both_runs: tuple[Path, Path], request: pytest.FixtureRequest) -> Path:
    """One of the two runs after the other."""
    return both_runs[request.param]
