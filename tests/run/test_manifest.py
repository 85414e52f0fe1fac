"""What a run folder says of itself is checked before anything is believed, deleted or written."""

from __future__ import annotations

import json
import os

import pytest

import omics_lib as ol
from omics_lib.cli import main
from omics_lib.errors import RunError
from omics_lib.run import refuse_links, verify_run
from omics_lib.run._manifest import read_manifest, run_files
from omics_lib.run._run import redo_what_was_changed

PARAMETERS = {"random_state": 0}


@pytest.fixture
def run(tmp_path):
    """Make a finished run, beside a file that is none of its business."""
    folder = tmp_path / "run"
    for name in (
        "a.csv",
        "release/summary.csv",
        "notebooks/01_data.ipynb",
        ".snakemake/log",
        "book/index.html",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "study.csv").write_text("1")
    write_manifest(folder)
    return folder


def write_manifest(run, **changed):
    read = {"study.csv": ol.file_sha256(run.parent / "study.csv")}
    manifest = ol.build_manifest(PARAMETERS, read, run, run_files(run), run)
    (run / "manifest.json").write_text(json.dumps(manifest | changed))


def test_manifest_lists_everything_that_a_run_wrote_and_nothing_else(run):
    assert run_files(run) == ["a.csv", "notebooks/01_data.ipynb", "release/summary.csv"]
    assert redo_what_was_changed(run) is False and (run / "manifest.json").exists()


@pytest.mark.parametrize(
    "outputs",
    [
        {"../mine.txt": "0" * 64},
        {"release/../../mine.txt": "0" * 64},
        {"/etc/hostname": "0" * 64},
        {"a.csv": "no checksum"},
        {"a.csv": 7},
        {"a\0b": "0" * 64},
        ["a.csv"],
        "a.csv",
        None,
        {"": "0" * 64},
    ],
    ids=str,
)
def test_manifest_that_lies_deletes_nothing_and_is_made_again(run, outputs, capsys):
    write_manifest(run, outputs=outputs)
    assert redo_what_was_changed(run) is True
    assert "all stages run again" in capsys.readouterr().err
    assert (run.parent / "mine.txt").read_text() == "mine" and (run / "a.csv").exists()
    assert not (run / "manifest.json").exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[" * 100_000, '{"outputs": {}}', "\x00\xff", '{"a": ' + "9" * 5000 + "}"],
    ids=lambda text: repr(text[:12]),
)
def test_manifest_that_cannot_be_read_is_one_error(run, text):
    (run / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(RunError, match="not readable as a manifest"):
        read_manifest(run)
    assert redo_what_was_changed(run) is True


@pytest.mark.parametrize("name", ["a.csv", "notebooks/01_data.ipynb", "release/summary.csv"])
@pytest.mark.parametrize("act", ["edit", "delete"])
def test_what_was_changed_by_hand_is_noticed(run, name, act, capsys):
    if act == "edit":
        (run / name).write_text("by hand")
    else:
        (run / name).unlink()
    assert redo_what_was_changed(run) is False
    assert f"{name} is not what its stage wrote" in capsys.readouterr().err
    assert not (run / name).exists() and not (run / "manifest.json").exists()


def test_file_planted_in_the_release_makes_it_anew(run, capsys):
    (run / "release/planted.csv").write_text("S01")
    redo_what_was_changed(run)
    assert "release/planted.csv is not of this run; the release is made again" in capsys.readouterr().err
    assert not (run / "release").exists() and (run / "a.csv").exists()


def test_file_of_a_user_beside_the_results_is_left_alone(run, capsys):
    (run / "remarks.txt").write_text("mine")
    redo_what_was_changed(run)
    assert "remarks.txt is not of this run; left alone" in capsys.readouterr().err
    assert (run / "remarks.txt").read_text() == "mine" and (run / "manifest.json").exists()


@pytest.mark.parametrize(
    "name", ["a.csv", "release", ".lock", "figures", ".omics-book.json", ".snakemake/log"]
)
def test_link_out_of_a_run_folder_is_refused(run, name, study_folder, capsys):
    place = run / name
    if place.is_dir():
        (place / "summary.csv").unlink()
        place.rmdir()
    place.unlink(missing_ok=True)
    place.symlink_to(run.parent / "mine.txt")
    (run / ".omics-book.json").touch()
    before = {path: path.lstat().st_mtime_ns for path in run.rglob("*")}
    assert main(["run", str(study_folder()), "--out", str(run)]) == 2
    said = capsys.readouterr().err
    assert "a link to" in said and str(place) in said
    assert {path: path.lstat().st_mtime_ns for path in run.rglob("*")} == before
    assert (run.parent / "mine.txt").read_text() in ("mine", "")


def test_pipe_in_a_run_folder_is_refused_at_once(run):
    os.mkfifo(run / "summary.json")
    with pytest.raises(RunError, match="neither a file nor a folder"):
        refuse_links(run)


def test_run_that_is_as_it_says_is_verified(run, capsys):
    found = verify_run(run)
    assert (found.n_files, found.differs) == (3, [])
    assert main(["verify", str(run)]) == 0
    assert "all 3 files are as its manifest says" in capsys.readouterr().out


def test_verify_says_what_differs(run, capsys):
    (run / "a.csv").write_text("by hand")
    (run / "notebooks/01_data.ipynb").unlink()
    (run / "release/planted.csv").write_text("S01")
    assert main(["verify", str(run)]) == 2
    said = capsys.readouterr()
    assert said.out.splitlines()[-3:] == [
        "differs: a.csv: not what its stage wrote",
        "differs: notebooks/01_data.ipynb: missing",
        "differs: release/planted.csv: not of this run",
    ]
    assert "Traceback" not in said.err and said.err.count("omics-book:") == 1


def test_verify_compares_the_study_and_names_other_versions(run, study_folder, capsys):
    study = study_folder()
    read = {path.name: ol.file_sha256(path) for path in ol.study_files(study)}
    manifest = json.loads((run / "manifest.json").read_text())
    write_manifest(run, inputs=read, versions=manifest["versions"] | {"numpy": "0.1"})
    assert main(["verify", str(run), "--study", str(study)]) == 0
    assert "numpy 0.1 there" in capsys.readouterr().out
    with (study / "samples.csv").open("a") as stream:
        stream.write("S99,a,1\n")
    assert main(["verify", str(run), "--study", str(study)]) == 2
    assert "differs: samples.csv of the study: not what the run read" in capsys.readouterr().out


def test_verify_says_in_one_line_that_a_file_of_the_cohort_has_changed(run, study_folder, capsys):
    study, cohort = study_folder(), study_folder("cohort")
    (cohort / "metabolomics.csv").unlink()
    parameters = PARAMETERS | {"cohort": "../cohort"}
    read = {path.name: ol.file_sha256(path) for path in ol.study_files(study)}
    lent = {
        f"cohort/{name}.csv": ol.file_sha256(cohort / f"{name}.csv")
        for name in ("transcriptomics", "samples")
    }
    write_manifest(run, inputs=read | lent, parameters=parameters)
    assert main(["verify", str(run), "--study", str(study)]) == 0
    with (cohort / "samples.csv").open("a") as stream:
        stream.write("S99,a,1\n")
    capsys.readouterr()
    assert main(["verify", str(run), "--study", str(study)]) == 2
    differs = [line for line in capsys.readouterr().out.splitlines() if line.startswith("differs")]
    assert differs == ["differs: samples.csv of the cohort: not what the run read"]
    cohort.rename(cohort.with_name("elsewhere"))
    assert main(["verify", str(run), "--study", str(study)]) == 2
    assert "cohort cohort, " in (said := capsys.readouterr().err) and "no such file or folder" in said


@pytest.mark.parametrize("cohort", [5, ["a"], {"a": 1}], ids=str)
def test_cohort_that_is_no_path_in_a_manifest_is_one_error(cohort, run, study_folder, capsys):
    write_manifest(run, parameters=PARAMETERS | {"cohort": cohort})
    assert main(["verify", str(run), "--study", str(study_folder())]) == 2
    assert "parameters that no run has" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_verify_of_what_is_no_run_is_one_error(place, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["verify", str(tmp_path / place)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
