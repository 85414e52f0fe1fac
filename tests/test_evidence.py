"""Stored results: written with what made them, read with whether that has changed."""

from __future__ import annotations

import json
import platform
import shutil

import pandas as pd
import pytest

import omics_lib as ol
from omics_lib import narrate
from omics_lib._files import project_file
from omics_lib.errors import RunError
from omics_lib.evidence import evidence_sha256

SCRIPT = "benchmarks/error_rates.py"
TABLE = pd.DataFrame({"stage": ["a", "b"], "seconds": [1.5, 2.0]})


@pytest.fixture
def stored(tmp_path):
    ol.write_evidence(
        "x", {"stages": TABLE}, script=SCRIPT, command="make x", settings={"n": 3}, folder=tmp_path
    )
    return tmp_path


def change(folder, **values):
    path = folder / "x/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_results_come_back_as_they_were_stored(stored):
    found = ol.read_evidence("x", stored)
    pd.testing.assert_frame_equal(found.tables["stages"], TABLE)
    assert found.manifest["settings"] == {"n": 3}
    assert found.manifest["machine"]["cores"] >= 1
    assert not found.stale
    assert "still the one that made them" in narrate.evidence(found)


def test_name_of_a_design_is_no_missing_value(tmp_path):
    table = pd.DataFrame({"design": ["null", "none"], "power": [None, 0.5]})
    ol.write_evidence("x", {"rates": table}, script=SCRIPT, command="make x", folder=tmp_path)
    found = ol.read_evidence("x", tmp_path).tables["rates"]
    assert found["design"].tolist() == ["null", "none"] and found["power"].isna().tolist() == [True, False]


def test_results_are_stale_when_a_notebook_changes(stored, tmp_path, monkeypatch):
    root = project_file("Snakefile").parent
    for name in ("notebooks", "data_schema"):
        shutil.copytree(root / name, tmp_path / name)
    for graph in (root / "Snakefile", *root.glob("*.smk")):
        shutil.copy(graph, tmp_path)
    page = tmp_path / "notebooks/01_data.ipynb"
    monkeypatch.setattr("omics_lib._code.project_file", lambda name: tmp_path / name)
    assert not ol.read_evidence("x", stored).stale
    page.write_text(page.read_text() + "\n")
    found = ol.read_evidence("x", stored)
    assert found.stale
    said = narrate.evidence(found)
    assert "**They are stale**" in said and "`make x` makes them again" in said
    assert found.manifest["code"]["library"][:8] in said and found.now["library"][:8] in said
    assert "the script itself" not in said


def test_results_are_stale_when_the_script_changes(stored):
    code = ol.read_evidence("x", stored).manifest["code"]
    change(stored, code=code | {"script": "0" * 64})
    said = narrate.evidence(ol.read_evidence("x", stored))
    assert "since then the script itself changed (checksum `00000000` then" in said


def test_results_are_not_stale_where_scripts_are_not_installed(stored):
    change(stored, script="benchmarks/nowhere.py")
    assert not ol.read_evidence("x", stored).stale


def test_manifest_names_no_machine_and_no_place(stored, tmp_path):
    text = (stored / "x/manifest.json").read_text()
    assert platform.node() not in text and str(tmp_path) not in text


def test_storing_again_leaves_no_table_of_before(stored):
    ol.write_evidence("x", {"other": TABLE}, script=SCRIPT, command="make x", folder=stored)
    assert list(ol.read_evidence("x", stored).tables) == ["other"]


def test_results_that_were_never_stored_are_named(tmp_path):
    with pytest.raises(RunError, match="evidence/y: no such results"):
        ol.read_evidence("y", tmp_path)


@pytest.mark.parametrize(
    ("gpu", "commit", "words"),
    [
        (None, "a" * 40, ["of commit `aaaaaaa`, on", "and no graphics card"]),
        ("H100", "b" * 40 + "+changes", ["of commit `bbbbbbb` with changes", "and the graphics card H100"]),
        (None, None, [f"by `{SCRIPT}`, on"]),
    ],
)
def test_sentence_says_what_made_them(gpu, commit, words, stored):
    machine = {"cpu": "Chip_1", "cores": 2, "memory_gb": 25.3, "gpu": gpu}
    change(stored, commit=commit, machine=machine, date="2026-11-27")
    said = narrate.evidence(ol.read_evidence("x", stored))
    for part in ["made on 2026-11-27", r"on 2 cores of Chip\_1 with 25 GB of memory", *words]:
        assert part in said


def test_page_changes_with_its_results_and_with_the_code(stored, monkeypatch):
    monkeypatch.setattr("omics_lib.evidence.project_file", lambda name: stored)
    before = evidence_sha256()
    assert list(before) == ["x"] and before == evidence_sha256()
    change(stored, date="2030-01-01")
    results = evidence_sha256()
    assert results != before
    monkeypatch.setattr("omics_lib.evidence.code_sha256", lambda: "another")
    assert evidence_sha256() != results
