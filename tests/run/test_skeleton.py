"""A study folder from two tables: what is copied, chosen and said, and that nothing is half written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from omics_lib import ParameterError, StudyError, init_study, read_parameters, read_study, simulate_study
from omics_lib.cli import main


@pytest.fixture
def frames():
    study = simulate_study(12, 30, 8, random_state=0)
    return {name: study[name].to_df().rename_axis("sample_id") for name in study.mod} | {
        "samples": study.obs.rename_axis("sample_id")
    }


@pytest.fixture
def tables(frames, tmp_path):
    paths = {}
    for name, frame in frames.items():
        paths[name] = tmp_path / f"my {name}.csv"
        frame.to_csv(paths[name])
    return paths


def read(folder):
    return read_parameters(folder / "params.yml")


def test_folder_is_a_study_that_its_parameters_file_fits(tables, tmp_path):
    folder = tmp_path / "new study"
    assert main(["init", str(folder), *(f"--{name}={path}" for name, path in tables.items())]) == 0
    assert main(["check", str(folder), "--params", str(folder / "params.yml")]) == 0
    assert read(folder)["title"] == "new study"
    assert {path.name for path in folder.iterdir()} == {
        "transcriptomics.csv", "metabolomics.csv", "samples.csv", "params.yml",
    }  # fmt: skip


def test_advice_is_offered_and_not_taken(tables, tmp_path):
    init_study(tmp_path / "new", tables)
    lines = (tmp_path / "new/params.yml").read_text().splitlines()
    assert "# metabolomics_log: true" in lines
    assert read(tmp_path / "new")["metabolomics_log"] is False


def test_columns_of_samples_are_named_above_the_covariates(tables, tmp_path):
    init_study(tmp_path / "new", tables)
    text = (tmp_path / "new/params.yml").read_text()
    assert text.index('# "batch": 2 levels') < text.index("# covariates: []")


@pytest.mark.parametrize("turned", ["transcriptomics", "metabolomics"])
def test_samples_are_those_of_both_tables_where_none_are_given(frames, tmp_path, turned):
    frames["metabolomics"] = frames["metabolomics"].iloc[1:]
    frames[turned] = frames[turned].T.rename_axis("feature")
    for name in ("transcriptomics", "metabolomics"):
        frames[name].to_csv(tmp_path / f"{name}.csv")
    given = {name: tmp_path / f"{name}.csv" for name in ("transcriptomics", "metabolomics")}
    notes = init_study(tmp_path / "new", given)
    assert any("11 ids" in note for note in notes)
    assert any("turned" in note for note in notes)
    assert list(read_study(tmp_path / "new").obs_names) == list(frames["samples"].index[1:])


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (np.log2, "log"),
        (lambda x: x - x.mean(), "log"),
        (lambda x: x - 1, "counts"),
        (lambda x: x * 1.01, "counts"),
    ],
    ids=["logarithms", "negative", "counts", "scaled counts"],
)
def test_kind_of_genes_is_told_by_the_values(frames, tables, tmp_path, change, kind):
    change(frames["transcriptomics"] + 1).to_csv(tables["transcriptomics"])
    init_study(tmp_path / "new", tables)
    assert read(tmp_path / "new")["transcriptomics_kind"] == kind


def test_one_workbook_gives_both_tables(frames, tmp_path):
    book = tmp_path / "all.xlsx"
    with pd.ExcelWriter(book) as writer:
        for name, frame in frames.items():
            frame.to_excel(writer, sheet_name=name)
    init_study(tmp_path / "new", dict.fromkeys(frames, book))
    assert read_study(tmp_path / "new").n_obs == 12


def test_folds_are_as_many_as_few_samples_allow(frames, tables, tmp_path):
    frames["samples"].head(7).to_csv(tables["samples"])
    init_study(tmp_path / "new", tables)
    assert read(tmp_path / "new")["n_folds"] == 3


def test_given_parameters_are_set_in_the_file(tables, tmp_path):
    settings = ["alpha=0.2", "na_values=[nd]"]
    init_study(tmp_path / "new", tables, read_parameters(None, settings))
    assert read(tmp_path / "new") == read_parameters(None, [*settings, "title=new"])


def test_templates_are_written_where_no_table_is_given(tmp_path, capsys):
    assert main(["init", str(tmp_path / "new")]) == 0
    assert "below the headers" in capsys.readouterr().out
    assert (tmp_path / "new/samples.csv").read_text().startswith("sample_id,")
    assert read(tmp_path / "new") == read_parameters(None, ["title=new"])


def test_full_folder_is_left_alone(tables, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new/mine.txt").write_text("mine")
    with pytest.raises(StudyError, match="not empty"):
        init_study(tmp_path / "new", tables)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mine.txt"]


def test_table_that_is_not_fit_leaves_nothing(tables, tmp_path):
    tables["metabolomics"].write_text("sample_id,a\nS01,high\n")
    before = sorted(tmp_path.iterdir())
    assert main(["init", str(tmp_path / "new"), *(f"--{name}={path}" for name, path in tables.items())]) == 2
    assert sorted(tmp_path.iterdir()) == before


def test_one_table_of_two_is_refused(tables, tmp_path):
    with pytest.raises(ParameterError, match="--metabolomics is not given"):
        init_study(tmp_path / "new", {"transcriptomics": tables["transcriptomics"]})


def test_tables_without_a_common_name_are_refused(frames, tables, tmp_path):
    frames["metabolomics"].rename(index=lambda name: f"X{name}").to_csv(tables["metabolomics"])
    del tables["samples"]
    with pytest.raises(StudyError, match="no name in common"):
        init_study(tmp_path / "new", tables)


def test_quotes_and_line_ends_in_names_stay_in_comments(frames, tables, tmp_path):
    frames["samples"].rename(columns={"batch": 'b"\nalpha: 0.9\n'}).to_csv(tables["samples"])
    init_study(tmp_path / "new", tables)
    assert read(tmp_path / "new")["alpha"] == 0.05
