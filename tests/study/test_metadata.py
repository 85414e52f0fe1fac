from __future__ import annotations

import numpy as np
import pytest
from study_helpers import edit, refused

from omics_lib.errors import ParameterError
from omics_lib.study import read_stage, read_study, write_study


def add(folder, name, values):
    edit(folder, "samples", lambda frame: frame.assign(**{name: [str(value) for value in values]}))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("batch", [1, 2, 3, 4] * 3),
        ("plate", ["1.0", "2.0", "3.0"] * 4),
        ("anything", [0, 5, 9, 5] * 3),
        ("run_id", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11]),
        ("batch", [1, 2, 3, ""] * 3),
    ],
)
def test_a_covariate_of_few_whole_numbers_is_asked_about(study_folder, name, values):
    folder = study_folder()
    add(folder, name, values)
    assert read_study(folder).obs[name].dtype != object
    parts = [f"column {name}", "whole numbers", f"'categorical=[{name}]'", f"'numeric=[{name}]'"]
    refused(folder, *parts, kind=ParameterError, covariates=[name])
    slope = read_study(folder, {"covariates": [name], "numeric": [name]})
    assert slope.obs[name].dtype != object
    assert f"samples.csv: covariates: {name} is a number, " in "\n".join(slope.uns["notes"])


def test_the_levels_of_a_covariate_reach_every_later_stage(study_folder, tmp_path):
    folder = study_folder()
    add(folder, "batch", ["1", "2.0", "3", ""] * 3)
    settings = {"covariates": ["batch"], "categorical": ["batch"]}
    study = read_study(folder, settings)
    assert study.obs["batch"].tolist() == ["1", "2", "3", "missing"] * 3
    assert "samples.csv: covariates: batch is 4 levels (1, 2, 3, missing)." in study.uns["notes"]
    write_study(study, tmp_path / "study.h5mu")
    assert read_stage(tmp_path / "study.h5mu").obs["batch"].tolist() == study.obs["batch"].tolist()


@pytest.mark.parametrize("values", [range(20, 32), [0, 1] * 6, [f"{20 + k}.5" for k in range(4)] * 3])
def test_numbers_that_are_no_levels_are_not_asked_about(study_folder, values):
    folder = study_folder()
    add(folder, "dose", values)
    assert read_study(folder, {"covariates": ["dose"]}).obs["dose"].dtype in (np.int64, np.float64)


def test_used_columns_are_said_with_their_type(study_folder):
    study = read_study(study_folder(), {"covariates": ["age"], "groups": "group", "colour_by": "group"})
    assert list(study.uns["notes"]) == [
        "samples.csv: covariates: age is a number, 20 to 31.",
        "samples.csv: groups, colour_by: group is 2 levels (a, b).",
    ]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([f"{20 + k},5" for k in range(12)], '12 numbers with a decimal comma (S01: "20,5")'),
        (["3,5", "4", *["NA"] * 2, *[f"{k},25" for k in range(8)]], "9 numbers with a decimal comma"),
        ([*range(20, 31), ">90"], '11 numbers and 1 cells of text (S12: ">90")'),
    ],
)
def test_numbers_that_are_read_as_text_are_said_and_refused_where_used(study_folder, values, found):
    folder = study_folder()
    add(folder, "weight", values)
    assert any(found in note for note in read_study(folder).uns["notes"])
    refused(folder, "samples.csv, column weight", found, covariates=["weight"])
    refused(folder, "samples.csv, column weight", found, numeric=["weight"])
    assert (
        read_study(folder, {"covariates": ["group"], "categorical": ["weight"]}).obs["weight"].dtype == object
    )


def test_spellings_of_missing_are_missing_among_numbers_and_levels_elsewhere(study_folder):
    folder = study_folder()
    add(folder, "weight", ["-", "?", "#N/A", "n.a.", *range(20, 28)])
    add(folder, "drug", ["+", "-"] * 6)
    study = read_study(folder)
    assert study.obs["weight"].isna().sum() == 4
    assert study.obs["drug"].tolist() == ["+", "-"] * 6
    add(folder, "tissue", ["#N/A", "<NA>", *["liver"] * 10])
    assert read_study(folder).obs["tissue"].tolist()[:3] == ["missing", "missing", "liver"]


def test_groups_are_levels_whatever_they_are_coded_as(study_folder):
    folder = study_folder()
    add(folder, "batch", [1, 2, 3] * 4)
    notes = read_study(folder, {"groups": "batch"}).uns["notes"]
    assert "samples.csv: groups: batch is 3 levels (1, 2, 3)." in notes


def test_columns_that_split_the_samples_alike_are_said(study_folder):
    folder = study_folder()
    add(folder, "batch", [2, 7] * 6)
    assert "group and batch split the samples alike, into 2 levels" in read_study(folder).uns["notes"][0]
    notes = read_study(folder, {"covariates": ["batch"]}).uns["notes"]
    assert "regressing out batch takes the differences in group away too" in notes[-1]


def test_a_covariate_within_the_levels_of_another_column_is_said(study_folder):
    folder = study_folder()
    add(folder, "litter", ["p", "q", "r", "s"] * 3)
    assert len(read_study(folder).uns["notes"]) == 0
    notes = read_study(folder, {"covariates": ["litter"]}).uns["notes"]
    assert "litter tells the group of every sample" in notes[-1]
    assert "regressing out litter takes the differences in group away too" in notes[-1]


def test_a_covariate_that_nearly_is_another_column_is_said(study_folder):
    folder = study_folder(n_samples=24)
    add(folder, "batch", ["x", "y"] * 11 + ["y", "x"])
    assert len(read_study(folder).uns["notes"]) == 0
    notes = read_study(folder, {"covariates": ["batch"]}).uns["notes"]
    assert "batch tells the group of 92% of the samples; regressing out batch takes most of the" in notes[-1]


def test_a_slope_takes_no_levels_away(study_folder):
    folder = study_folder()
    add(folder, "dose", [1, 2, 3, 4] * 3)
    notes = read_study(folder, {"covariates": ["dose"], "numeric": ["dose"]}).uns["notes"]
    assert not any("regressing out" in note for note in notes)


def test_levels_that_differ_by_case_or_blanks_are_said(study_folder):
    folder = study_folder()
    add(folder, "site", ["A", "a ", "B", "B"] * 3)
    assert "'A' and 'a '" in read_study(folder, {"covariates": ["site"]}).uns["notes"][-1]


@pytest.mark.parametrize("name", ["categorical", "numeric"])
def test_columns_of_a_kind_must_be_there(study_folder, name):
    refused(study_folder(), f"`{name}` names tissue", kind=ParameterError, **{name: ["tissue"]})
    both = {"categorical": ["age"], "numeric": ["age"]}
    refused(study_folder("b"), "age in `categorical` and in `numeric`", kind=ParameterError, **both)


def test_a_numeric_column_of_text_is_refused(study_folder):
    refused(study_folder(), "column group", "numeric", kind=ParameterError, numeric=["group"])


def test_a_covariate_of_numbers_with_a_unit_is_refused_and_time_points_are_levels(study_folder):
    folder = study_folder()
    times = ["0h", "6h", "24h"] * 4
    edit(folder, "samples", lambda f: f.assign(age=[f"{j + 30} years" for j in range(12)], time=times))
    refused(folder, "column age: 12 numbers with a unit", "Put the unit into the name", covariates=["age"])
    study = read_study(folder, {"covariates": ["time"]})
    assert list(study.obs["time"]) == times


def test_dates_written_as_numbers_are_shown_whole(study_folder):
    folder = study_folder()
    edit(folder, "samples", lambda f: f.assign(day=["20230101", "20230102", "20230315"] * 4))
    refused(folder, "(20230101, 20230102, 20230315)", kind=ParameterError, covariates=["day"])
