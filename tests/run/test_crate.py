"""A run as an RO-Crate: what it says, what it does not, and that it says the same twice."""

from __future__ import annotations

import json

import pytest
from rocrate.rocrate import ROCrate

from omics_lib import build_crate, default_parameters

MANIFEST = {
    "parameters": default_parameters()
    | {"title": "Patients of Dr Smith", "alpha": 0.1, "na_values": ["Smith"], "cohort": "/home/Smith/c"},
    "random_state": 0,
    "versions": {"python": "3.11.2", "omics_lib": "0.1.0"},
    "commit": "abc",
    "code_date": "2026-11-27",
    "inputs": {"Smith.xlsx": "1" * 64, "samples.csv": "2" * 64},
    "outputs": {"refined.parquet": "3" * 64, "figures/a b.svg": "4" * 64},
}


@pytest.fixture
def entities():
    return {entity["@id"]: entity for entity in build_crate(MANIFEST)["@graph"]}


def test_run_is_an_action_of_the_library_on_files_with_results(entities):
    run = entities["#run"]
    assert run["@type"] == "CreateAction"
    assert entities["#omics_lib"] | {"version": "0.1.0", "identifier": "abc"} == entities["#omics_lib"]
    assert {"@id": "#omics_lib"} in run["instrument"]
    assert [entities[each["@id"]]["sha256"] for each in run["result"]] == ["4" * 64, "3" * 64]
    assert {entities[each["@id"]].get("sha256") for each in run["object"]} == {"1" * 64, "2" * 64, None}
    assert entities["#parameter-alpha"]["value"] == 0.1


def test_names_that_the_study_gave_stay_out():
    assert "Smith" not in json.dumps(build_crate(MANIFEST))


def test_crate_is_the_same_twice():
    assert json.dumps(build_crate(MANIFEST)) == json.dumps(build_crate(MANIFEST))


def test_crate_is_read_back_by_the_library_of_crates(tmp_path):
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(build_crate(MANIFEST)))
    crate = ROCrate(tmp_path)
    assert crate.license["name"] == "No licence"
    assert crate.version == "1.1" and crate.root_dataset["datePublished"] == "2026-11-27"
    assert {entity.id for entity in crate.data_entities} == {"refined.parquet", "figures/a%20b.svg"}
