from __future__ import annotations

import hashlib
import json
import subprocess

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib._files import project_file, tree_sha256
from omics_lib.run._provenance import summarise
from omics_lib.run._run import _stage_parameters
from omics_lib.schema import read_parameters


def test_file_sha256_equals_hashlib(tmp_path):
    content = np.random.default_rng(0).bytes(100_000)
    (tmp_path / "a").write_bytes(content)
    assert ol.file_sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


TABLE = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, np.nan]}, index=["S1", "S2"])


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.rename(columns={"a": "c"}),
        lambda t: t.rename(index={"S1": "S3"}),
        lambda t: t[["b", "a"]],
        lambda t: t.iloc[::-1],
        lambda t: t.fillna(0),
        lambda t: t + np.array([0, 1e-15]),
        lambda t: t.T,
    ],
)
def test_table_sha256_changes_with_names_order_and_values(change):
    assert ol.table_sha256(change(TABLE)) != ol.table_sha256(TABLE)


def test_table_sha256_ignores_memory_layout_and_dtype():
    expected = ol.table_sha256(TABLE)
    fortran = pd.DataFrame(np.asfortranarray(TABLE), TABLE.index, TABLE.columns)
    assert ol.table_sha256(fortran) == ol.table_sha256(TABLE.astype("float32")) == expected


def test_tree_sha256_ignores_the_order_and_the_place_of_files(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name in "ab":
            (tmp_path / folder / name).write_text(name)
    one, two = ({name: tmp_path / folder / name for name in "ab"} for folder in ("one", "two"))
    assert tree_sha256(one) == tree_sha256(dict(reversed(two.items())))
    (tmp_path / "two/a").write_text("changed")
    assert tree_sha256(one) != tree_sha256(two)


def test_tree_sha256_changes_when_a_file_moves_to_another_folder(tmp_path):
    (tmp_path / "a.py").write_text("1")
    assert tree_sha256({"room/a.py": tmp_path / "a.py"}) != tree_sha256({"hall/a.py": tmp_path / "a.py"})


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run/figures").mkdir(parents=True)
    (tmp_path / "run/a.csv").write_text("1")
    (tmp_path / "run/figures/b.svg").write_text("2")
    (tmp_path / "genes.csv").write_text("3")
    return tmp_path


def manifest(folder, code):
    parameters = {"random_state": 7, "alpha": 0.05}
    read = {"genes.csv": ol.file_sha256(folder / "genes.csv")}
    return ol.build_manifest(parameters, read, folder / "run", ["figures/b.svg", "a.csv"], code)


def test_manifest_holds_parameters_versions_and_checksums(run):
    result = manifest(run, run)
    assert result["random_state"] == 7
    assert result["parameters"] == {"random_state": 7, "alpha": 0.05}
    assert list(result["outputs"]) == ["a.csv", "figures/b.svg"]
    assert result["outputs"]["a.csv"] == hashlib.sha256(b"1").hexdigest()
    assert result["inputs"] == {"genes.csv": hashlib.sha256(b"3").hexdigest()}
    assert result["versions"]["numpy"] == np.__version__
    assert result["commit"] is None
    assert f"date-released: {result['code_date']}\n" in project_file("CITATION.cff").read_text(
        encoding="utf-8"
    )
    assert str(run) not in json.dumps(result)


def test_manifest_names_the_commit_and_says_what_was_changed(run):
    def git(*words):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(["git", *identity, *words], cwd=run, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    head = git("rev-parse", "HEAD")
    assert manifest(run, run)["commit"] == head
    assert manifest(run, run)["code_date"] == git("log", "-1", "--format=%cd", "--date=format:%Y-%m-%d")
    (run / "new.py").write_text("")
    assert manifest(run, run)["commit"] == f"{head}+changes"


def test_two_manifests_of_a_run_have_the_same_bytes(run):
    for name in ("one.json", "two.json"):
        ol.write_json(manifest(run, run), run / name)
    assert (run / "one.json").read_bytes() == (run / "two.json").read_bytes()


def test_json_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.json"
    ol.write_json({"b": "ü", "a": 1}, path)
    assert path.read_text(encoding="utf-8") == '{\n  "a": 1,\n  "b": "ü"\n}\n'
    with pytest.raises(TypeError):
        ol.write_json({"a": object()}, path)
    assert json.loads(path.read_text(encoding="utf-8"))["a"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(("design", "simulated"), [("modules", True), ("tissues", True), ("null", False)])
def test_summary_counts_the_study(design, simulated):
    study = ol.simulate_study(12, 20, 6, design, random_state=0)
    result = summarise(study, {"title": ""})
    assert (result["n_samples"], result["n_genes"], result["n_metabolites"]) == (12, 20, 6)
    assert (result["n_pairs"], result["title"]) == (120, "untitled study")
    assert result["simulated"] is simulated


def test_a_covariate_changes_no_stage_before_the_associations():
    """What is regressed out is no reason to read the study or to train the autoencoders again."""
    plain, other = (
        _stage_parameters(read_parameters(None, given))
        for given in ([], ["covariates=[batch]", "groups=batch"])
    )
    changed = {stage for stage in plain if plain[stage] != other[stage]}
    assert changed == {"04_associations", "05_refinement", "three_ways", "own_cohort"}
