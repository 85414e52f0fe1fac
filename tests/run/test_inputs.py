"""A table that changes while a run is under way is noticed, and no manifest mixes two states of it."""

from __future__ import annotations

import json

import pytest
from run_helpers import write_notebook

import omics_lib as ol
from omics_lib.run import manifest
from omics_lib.run._inputs import input_files
from omics_lib.run._run import CONFIGURATION, check_study, run_configuration
from omics_lib.stage import _execute


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "genes.csv"
    path.write_text("1")
    return path


def stage(table, *sources: str) -> int:
    notebook = write_notebook(table.parent / "n.ipynb", *sources)
    inputs = json.dumps({str(table): ol.file_sha256(table)})
    (table.parent / "run/notebooks").mkdir(parents=True)
    return _execute.main([str(notebook), "run/notebooks/n.ipynb", "--inputs", inputs])


@pytest.mark.notebook
def test_stage_reads_a_table_that_stays(table):
    assert stage(table, "print(n)") == 0


@pytest.mark.notebook
@pytest.mark.parametrize(
    ("act", "how"),
    [("open('genes.csv', 'w').write('2')", "changed"), ("import os; os.remove('genes.csv')", "gone")],
)
def test_stage_ends_where_a_table_changes_as_it_is_read(act, how, table, capsys):
    assert stage(table, act) == 2
    assert f"genes.csv: {how} while the run was under way" in capsys.readouterr().err


def test_no_manifest_is_written_where_a_table_has_changed_since(table, capsys):
    run = table.parent / "run"
    run.mkdir()
    known = {
        "parameters": {"random_state": 0},
        "inputs": {"study": {str(table): ol.file_sha256(table)}},
        "input_names": {},
    }
    (run / CONFIGURATION).write_text(json.dumps(known))
    table.write_text("2")
    assert manifest.main(str(run / "manifest.json"), str(run / "summary.json")) == 2
    assert "genes.csv: changed while the run was under way" in capsys.readouterr().err
    assert [path.name for path in run.iterdir()] == [CONFIGURATION]


def test_cohort_is_an_input_of_its_own_name_and_what_changes_it_is_noticed(tmp_path):
    both = ol.simulate_study(24, 40, 10, n_modules=2, random_state=0)
    for name, part in (("study", both[:12].copy()), ("cohort", both[12:].copy())):
        ol.write_study_folder(part, tmp_path / name)
    parameters = ol.default_parameters() | {"cohort": "../cohort", "n_folds": 3}
    study = tmp_path / "study"
    alone, files = input_files(study, ol.default_parameters()), input_files(study, parameters)
    assert alone["cohort"] == {} and alone["study"] == files["study"]
    assert set(files["cohort"]) == {
        "cohort/metabolomics.csv",
        "cohort/samples.csv",
        "cohort/transcriptomics.csv",
        "cohort/known_pairs.csv",
    }
    checked = check_study(study, parameters)
    assert any("40 of the study's 40 genes" in note for note in checked.uns["notes"])
    before = run_configuration(study, (12, 40, 10), parameters)
    (tmp_path / "cohort/params.yml").write_text("covariates: [batch]\n")
    after = run_configuration(study, (12, 40, 10), parameters)
    # Other stages than that of the cohort have no reason to run again.
    unlike = [name for name in before if before[name] != after[name]]
    assert unlike == ["inputs", "input_names", "inputs_sha256"]
    for name in ("inputs", "inputs_sha256"):
        assert before[name].pop("cohort") != after[name].pop("cohort") and before[name] == after[name]
    assert after["stages"]["own_cohort"]["cohort"] == str(tmp_path / "cohort")
    assert after["input_names"]["cohort/params.yml"] == str(tmp_path / "cohort/params.yml")
    with pytest.raises(ol.StudyError, match="cohort study"):
        check_study(study, parameters | {"cohort": "."})
    with pytest.raises(ol.StudyError, match=r"cohort nowhere, .*no such file"):
        check_study(study, parameters | {"cohort": "../nowhere"})
