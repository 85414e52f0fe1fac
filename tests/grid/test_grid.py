"""A grid from end to end: one graph, continued where it was, and gathered with what failed named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from run_helpers import ROOT

import omics_lib as ol
from omics_lib.cli import main
from omics_lib.grid._gather import measure_run
from omics_lib.grid._truth import read_truth
from omics_lib.run import _workflow

GRID = """
studies:
  - {path: study, name: "mine"}
  - simulate: {samples: [12, 16], genes: 20, metabolites: 6, modules: 2}
seeds: 2
parameters: {n_folds: 3}
until: autoencoder
"""
# The stages of a run, in a line each; that of seed 1 fails where a file says so.
STAGES = """
rule all:
    input: "manifest.json"
rule autoencoder:
    output: "{modality}/cross_validation.csv"
    wildcard_constraints: modality="transcriptomics|metabolomics"
    params: seed=config["parameters"]["random_state"], study=config["study"]
    shell:
        "echo run >> {output}.log; [ {params.seed} = 0 ] || [ ! -e ../fail ] || exit 1;"
        "n=$(tail -n +2 {params.study}/samples.csv | wc -l);"
        "printf 'fold,model,r2,n_train,n_test\\\\n1,PCA,0.{params.seed},%s,0\\\\n' $n > {output}"
"""


@pytest.fixture
def grid(tmp_path, study_folder, monkeypatch):
    """A grid over stages that take no time; returns what gives the command."""
    study_folder()
    (tmp_path / "grid.yml").write_text(GRID)
    (tmp_path / "Snakefile").write_text(STAGES)
    shutil.copy(ROOT / "grid.smk", tmp_path)
    monkeypatch.setattr(_workflow, "project_file", lambda name: tmp_path / name)
    command = ["grid", str(tmp_path / "grid.yml"), "--out", str(tmp_path / "out"), "--cores", "2"]
    return lambda: main(command)


def times_run(out: Path) -> dict[str, int]:
    logs = (out / "runs").rglob("*.log")
    return {path.parents[1].name: len(path.read_text().splitlines()) for path in logs}


@pytest.mark.slow
def test_grid_runs_every_run_once_and_gathers_them(grid, tmp_path, capsys):
    assert grid() == 0
    out = tmp_path / "out"
    table = pd.read_csv(out / "grid.csv")
    assert list(table)[:4] == ["run", "study", "samples", "seed"]
    assert table["run"].nunique() == 6
    simulated = table[table["study"] == "modules"]
    assert sorted(simulated["samples"].unique()) == [12, 16]
    assert table.groupby("seed")["value"].unique().map(list).to_dict() == {0: [0.0], 1: [0.1]}
    page = (out / "index.html").read_text()
    assert "6 runs, with 2 seeds each" in page and "0.050 (0 to 0.100)" in page
    for figure in re.findall(r'src="([^"]+)"', page):
        assert (out / figure).exists()
    assert grid() == 0
    assert set(times_run(out).values()) == {1}


@pytest.mark.slow
def test_run_that_fails_is_named_and_the_others_go_on(grid, tmp_path, capsys):
    (tmp_path / "fail").touch()
    assert grid() == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "3 of 6 runs failed" in said and "mine_seed_1 (stage autoencoder)" in said
    out = tmp_path / "out"
    assert set(pd.read_csv(out / "grid.csv")["seed"]) == {0}
    assert "Missing, because they failed" in (out / "index.html").read_text()
    (tmp_path / "fail").unlink()
    assert grid() == 0
    assert set(pd.read_csv(out / "grid.csv")["seed"]) == {0, 1}
    again = {name for name, n in times_run(out).items() if n > 1}
    assert all("seed_1" in name for name in again)


@pytest.mark.slow
def test_more_seeds_leave_what_is_done_alone(grid, tmp_path):
    assert grid() == 0
    text = (tmp_path / "grid.yml").read_text()
    (tmp_path / "grid.yml").write_text(text.replace("seeds: 2", "seeds: 3"))
    assert grid() == 0
    out = tmp_path / "out"
    assert pd.read_csv(out / "grid.csv")["run"].nunique() == 9
    assert set(times_run(out).values()) == {1}


@pytest.mark.slow
def test_study_is_simulated_again_when_its_size_changes(grid, tmp_path):
    assert grid() == 0
    text = (tmp_path / "grid.yml").read_text()
    (tmp_path / "grid.yml").write_text(text.replace("genes: 20", "genes: 30"))
    assert grid() == 0
    study = tmp_path / "out/studies/modules_samples_12_seed_0"
    assert ol.read_study(study)["transcriptomics"].n_vars == 30


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("path: study", "path: nowhere", "run mine_seed_0, "),
        ("n_folds: 3", "n_folds: 9", "run mine_seed_0, samples: fewer samples than folds need"),
        ("n_folds: 3", "n_folds: 9, target: nobody", "run mine_seed_0, target: found 'nobody'"),
        ("n_folds: 3", "alhpa: 3", "alpha"),
        ("modules: 2", "modules: 2, design: chaos", "chaos"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_stage(old, new, word, grid, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("omics_lib.grid._grid.run_workflow", lambda *given, **more: pytest.fail("started"))
    text = (tmp_path / "grid.yml").read_text()
    (tmp_path / "grid.yml").write_text(text.replace(old, new))
    assert grid() == 2
    assert word in capsys.readouterr().err


def test_folder_of_a_run_is_no_folder_of_a_grid(grid, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.omics-book.json").write_text("{}")
    assert grid() == 2
    assert "other things in it" in capsys.readouterr().err


@pytest.fixture(scope="module")
def gathered(tiny_run, tmp_path_factory):
    """A grid of one run to the end, of the planted study under pseudonyms; returns its folder."""
    folder = tmp_path_factory.mktemp("grid")
    ol.pseudonymize_study(
        tiny_run.parent / "planted", folder / "study", b"k" * 32, ol.default_parameters(), features=True
    )
    settings = "{max_epochs: 5, n_permutations: 19, n_latent: 4, n_folds: 3}"
    (folder / "grid.yml").write_text(f"studies: [{{path: study}}]\nparameters: {settings}\nuntil: all\n")
    assert main(["grid", str(folder / "grid.yml"), "--out", str(folder / "out")]) == 0
    return folder / "out"


def test_run_of_a_grid_is_whole_and_gathered(gathered):
    run = gathered / "runs/study_seed_0"
    assert (run / "summary.json").exists() and (run / "notebooks/sample_graph.ipynb").exists()
    found = pd.read_csv(gathered / "grid.csv")
    assert {"average_precision", "r2"} <= set(found["metric"])


def test_run_is_held_against_the_truth_beside_its_study(tiny_run):
    found = measure_run(tiny_run, read_truth(tiny_run.parent / "planted"), [])
    assert {"power", "false_discovery_proportion", "average_precision", "r2"} <= set(found["metric"])


def test_run_of_a_grid_under_pseudonyms_gives_the_numbers_of_the_run_by_itself(gathered, tiny_run):
    run = gathered / "runs/study_seed_0"
    tables = ["evaluation.csv", "release/latent_correlations.csv"]
    parts = ("cross_validation.csv", "latent_sizes.csv", "history.csv")
    tables += [f"{modality}/{name}" for modality in ol.MODALITIES for name in parts]
    assert [name for name in tables if (run / name).read_bytes() != (tiny_run / name).read_bytes()] == []
    one, other = (pd.read_parquet(folder / "latent_pairs.parquet") for folder in (run, tiny_run))
    pd.testing.assert_frame_equal(one, other)
    for name in ("associations.parquet", "refined.parquet"):
        one, other = (pd.read_parquet(folder / name).select_dtypes("number") for folder in (run, tiny_run))
        assert one.columns.equals(other.columns) and len(one) == len(other)
        for column in one:
            np.testing.assert_allclose(np.sort(one[column]), np.sort(other[column]), err_msg=column)
