"""`omics-book check --json`: one document, whatever is wrong."""

from __future__ import annotations

import json

import jsonschema
import pytest

from omics_lib._files import project_file
from omics_lib.cli import main


def checked(capsys, *arguments):
    """Return the document that is printed, checked against its schema, and the exit code."""
    code = main(["check", "--json", *map(str, arguments)])
    said = capsys.readouterr()
    assert said.err == ""
    document = json.loads(said.out)
    schema = json.loads(project_file("data_schema/check.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["fit"] == (code == 0)
    return document, code


def test_fit_study_is_told_with_its_sizes_and_notes(study_folder, capsys):
    study = study_folder()
    (study / "notes.txt").write_text("mine")
    document, code = checked(capsys, study)
    assert code == 0
    assert document["sizes"] == {"samples": 12, "genes": 6, "metabolites": 4}
    assert any("notes.txt" in note for note in document["notes"])
    assert document["violations"] == []


def test_folder_that_is_not_there_is_told(tmp_path, capsys):
    document, code = checked(capsys, tmp_path / "nowhere")
    assert code == 2
    [violation] = document["violations"]
    assert violation["found"] == "no such file or folder"


def test_parameters_that_do_not_fit_are_all_told(study_folder, capsys):
    document, code = checked(capsys, study_folder(), "--set", "alpha=2", "--set", "alhpa=1")
    assert code == 2
    assert [each["file"] for each in document["violations"]] == ["--set alpha", "--set alhpa"]


def test_place_of_a_cell_is_told_in_parts(study_folder, capsys):
    study = study_folder()
    text = (study / "metabolomics.csv").read_text().splitlines()
    text[3] = text[3].rpartition(",")[0] + ",high"
    (study / "metabolomics.csv").write_text("\n".join(text))
    document, _ = checked(capsys, study)
    [violation] = document["violations"]
    assert {key: violation[key] for key in ("file", "row", "line", "column")} == {
        "file": "metabolomics.csv", "row": "S03", "line": 4, "column": "m3",
    }  # fmt: skip
    assert all(violation[key] for key in ("found", "expected", "remedy"))


@pytest.mark.parametrize("error", [MemoryError, PermissionError(13, "Permission denied", "a.csv")])
def test_what_the_system_refuses_is_told_too(error, study_folder, monkeypatch, capsys):
    def fail(*given):
        raise error

    monkeypatch.setattr("omics_lib.run._run.read_study", fail)
    assert checked(capsys, study_folder())[1] == 2
