"""The commands: exit codes, messages, and what they leave behind."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from omics_lib.cli import main


def edit(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_csv(path, dtype=str)).to_csv(path, index=False)


def set_cell(name: str, row: int, column: int, value: object) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        table = pd.read_csv(folder / name, dtype=str)
        table.iloc[row, column] = str(value)
        table.to_csv(folder / name, index=False)

    return act


def remove(folder: Path) -> None:
    (folder / "metabolomics.csv").unlink()


def empty(folder: Path) -> None:
    (folder / "metabolomics.csv").write_bytes(b"")


def truncate(folder: Path) -> None:
    packed = gzip.compress((folder / "metabolomics.csv").read_bytes(), mtime=0)
    (folder / "metabolomics.csv").unlink()
    (folder / "metabolomics.csv.gz").write_bytes(packed[: len(packed) // 2])


def make_binary(folder: Path) -> None:
    (folder / "metabolomics.csv").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(range(256)))


def repeat_feature(folder: Path) -> None:
    text = (folder / "transcriptomics.csv").read_text()
    (folder / "transcriptomics.csv").write_text(text.replace("g1", "g0", 1))


def rename_samples(folder: Path) -> None:
    edit(folder / "metabolomics.csv", lambda t: t.assign(sample_id="X" + t["sample_id"]))


def keep_few(folder: Path) -> None:
    for name in ("transcriptomics", "metabolomics", "samples"):
        edit(folder / f"{name}.csv", lambda t: t.head(7))


def unknown_pair(folder: Path) -> None:
    (folder / "known_pairs.csv").write_text("gene_id,metabolite_id\nnot_a_gene,m1\n")


BAD_STUDIES = {
    "missing file": (remove, "no metabolomics file", "Add the"),
    "empty file": (empty, "metabolomics.csv", "empty"),
    "truncated gzip": (truncate, "metabolomics.csv.gz", "gzip"),
    "binary file": (make_binary, "metabolomics.csv", "not readable as h5ad"),
    "duplicate sample": (set_cell("metabolomics.csv", 1, 0, "S01"), "metabolomics.csv", "S01"),
    "duplicate feature": (repeat_feature, "transcriptomics.csv", "g0"),
    "no samples in common": (rename_samples, "metabolomics.csv", "XS01"),
    "text in a number column": (set_cell("metabolomics.csv", 2, 3, "high"), "metabolomics.csv", "high"),
    "negative count": (set_cell("transcriptomics.csv", 3, 2, -1), "transcriptomics.csv", "-1"),
    "infinite value": (set_cell("metabolomics.csv", 0, 1, "inf"), "metabolomics.csv", "inf"),
    "fewer samples than folds need": (keep_few, "7 samples", "n_folds"),
    "known pairs none of which was measured": (unknown_pair, "known_pairs.csv", "not_a_gene"),
}
BAD_SETTINGS = {
    "unknown parameter": ("alhpa=0.1", "alhpa", "alpha"),
    "bad value": ("alpha=2", "alpha", "2"),
    "covariate that is no column": ("covariates=[tissue]", "tissue", "group"),
    "more covariates than samples bear": ("remove_factors=10", "remove_factors", "10"),
    "groups of one sample": ("groups=age", "groups", "age"),
    "prior without pairs": ("prior=known_pairs", "prior", "known_pairs.csv"),
    "target that is no metabolite": ("target=unobtainium", "target", "metabolite of the study"),
    "unknown network": ("refine_model=transformer", "refine_model", "gat"),
    "unknown prior": ("prior=hearsay", "prior", "human_gem"),
    "not a pair": ("alpha", "alpha", "key=value"),
    "group size above the samples": ("min_group_size=20", "min_group_size", "12 samples"),
    "seed that no generator takes": ("random_state=4294967296", "random_state", "4294967295"),
}


def fingerprint(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def an_earlier_run(tmp_path: Path) -> Path:
    run = tmp_path / "run"
    run.mkdir()
    (run / ".omics-book.json").write_text("{}")
    (run / "refined.parquet").write_bytes(b"results")
    return run


def test_groups_without_permutations_are_refused_before_anything_runs(study_folder, capsys):
    study, options = str(study_folder()), ["--set", "groups=group", "--set", "n_permutations=0"]
    assert main(["check", study, *options]) == 2
    assert "found with n_permutations 0" in capsys.readouterr().err
    assert main(["check", study, *options[:2]]) == 0


@pytest.mark.parametrize("case", BAD_STUDIES)
def test_run_refuses_a_bad_study_and_leaves_the_run_untouched(case, study_folder, tmp_path, capsys):
    spoil, *expected = BAD_STUDIES[case]
    study, run = study_folder(), an_earlier_run(tmp_path)
    spoil(study)
    before = fingerprint(run)
    assert main(["run", str(study), "--out", str(run)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("omics-book: ") and "Traceback" not in said
    assert all(part in said for part in expected), said
    assert fingerprint(run) == before


@pytest.mark.parametrize("case", BAD_SETTINGS)
@pytest.mark.parametrize("command", ["check", "run"])
def test_command_refuses_a_bad_parameter(case, command, study_folder, tmp_path, capsys):
    setting, *expected = BAD_SETTINGS[case]
    out = ["--out", str(tmp_path / "run")] if command == "run" else []
    assert main([command, str(study_folder()), *out, "--set", setting]) == 2
    said = capsys.readouterr().err
    assert all(part in said for part in expected), said
    assert not (tmp_path / "run").exists()


def test_run_refuses_a_folder_with_other_things_in_it(study_folder, tmp_path, capsys):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/thesis.txt").write_text("years of work")
    assert main(["run", str(study_folder()), "--out", str(tmp_path / "home")]) == 2
    assert "other things in it" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["thesis.txt"]


def test_run_refuses_a_run_that_is_in_use(study_folder, tmp_path, capsys):
    import fcntl

    run = an_earlier_run(tmp_path)
    with (run / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert main(["run", str(study_folder()), "--out", str(run)]) == 2
    assert "in use" in capsys.readouterr().err
    assert (run / ".omics-book.json").read_text() == "{}"


def test_check_refuses_a_table_whose_direction_cannot_be_told(study_folder, capsys):
    study = study_folder()
    table = pd.read_csv(study / "transcriptomics.csv", dtype=str)
    table.set_axis(["sample_id", *table["sample_id"].head(6)], axis=1).head(6).to_csv(
        study / "transcriptomics.csv", index=False
    )
    assert main(["check", str(study)]) == 2
    assert (
        "6 of 12 sample ids among the 6 names of the first column, and 6 among the 6 of the header"
        in capsys.readouterr().err
    )


def test_run_refuses_a_place_that_cannot_be_written(study_folder, capsys):
    study = study_folder()
    assert main(["run", str(study), "--out", str(study / "samples.csv/run")]) == 2
    assert "samples.csv" in capsys.readouterr().err


def test_check_refuses_what_is_no_file(capsys):
    assert main(["check", "/dev/null"]) == 2
    assert "null" in capsys.readouterr().err


def test_check_says_what_it_found_and_what_it_handled(study_folder, capsys):
    study = study_folder()
    edit(study / "transcriptomics.csv", lambda t: t.assign(still="3"))
    assert main(["check", str(study)]) == 0
    said = capsys.readouterr().out
    assert "1 constant gene" in said
    assert "fit to run: 12 samples, 6 genes, 4 metabolites" in said


def test_check_reads_parameters_from_a_file_and_overrides_them(study_folder, tmp_path, capsys):
    (tmp_path / "mine.yml").write_text("n_folds: 9\n")
    assert main(["check", str(study_folder()), "--params", str(tmp_path / "mine.yml")]) == 2
    assert "n_folds" in capsys.readouterr().err
    options = ["--params", str(tmp_path / "mine.yml"), "--set", "n_folds=3"]
    assert main(["check", str(study_folder("again")), *options]) == 0


@pytest.mark.parametrize(
    "design", ["modules", "links", "nonlinear", "confounded", "null", "tissues", "course"]
)
def test_simulate_writes_a_study_that_is_fit_to_run(design, tmp_path, capsys):
    size = ["--samples", "12", "--genes", "30", "--metabolites", "8", "--modules", "2"]
    assert main(["simulate", str(tmp_path / "s"), "--design", design, *size]) == 0
    assert main(["check", str(tmp_path / "s")]) == 0
    assert "12 samples, 30 genes, 8 metabolites" in capsys.readouterr().out


def test_simulate_takes_what_is_given_before_the_preset(tmp_path):
    options = ["--preset", "full-size", "--genes", "30", "--metabolites", "8", "--format", "csv"]
    assert main(["simulate", str(tmp_path / "s"), *options]) == 0
    design = json.loads((tmp_path / "s" / "planted_design.json").read_text())
    asked = {"design": "tissues", "n_samples": 21, "n_genes": 30, "n_metabolites": 8, "n_modules": 16}
    assert {name: design[name] for name in asked} == asked
    assert (tmp_path / "s" / "transcriptomics.csv").exists()


def test_simulate_refuses_a_folder_that_exists(study_folder, capsys):
    assert main(["simulate", str(study_folder())]) == 2
    assert "study" in capsys.readouterr().err


def test_render_refuses_a_folder_that_is_no_run(tmp_path, capsys):
    assert main(["render", str(tmp_path)]) == 2
    assert "omics-book run" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["walk"], ["run", "study"], ["simulate", "x", "--samples", "0"]])
def test_unusable_arguments_exit_with_2(arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


@pytest.mark.parametrize("command", ["check", "run", "grid", "render", "simulate", "fetch"])
def test_help_exits_with_0_and_explains(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_help_of_run_lists_every_parameter(capsys):
    from omics_lib.schema import default_parameters

    with pytest.raises(SystemExit):
        main(["run", "--help"])
    said = capsys.readouterr().out
    assert all(name in said for name in default_parameters())
