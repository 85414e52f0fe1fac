from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from study_helpers import assert_same, edit, refused

from omics_lib.errors import StudyError
from omics_lib.study import read_study
from omics_lib.study._orientation import refuse_row_numbers, turn_table
from omics_lib.tables import Table


def numbered(folder, first=1):
    """Call the samples of a study 1, 2, 3, ….."""
    for name in ("samples", "transcriptomics", "metabolomics"):
        edit(folder, name, lambda frame: frame.assign(sample_id=[str(first + k) for k in range(len(frame))]))
    return folder


def table(rows, columns, label="sample_id"):
    return Table(
        [str(row) for row in rows], [str(c) for c in columns], np.ones((len(rows), len(columns))), label
    )


def test_row_numbers_before_the_ids_are_refused(study_folder):
    folder = numbered(study_folder())
    frame = pd.read_csv(folder / "transcriptomics.csv")
    frame.to_csv(folder / "transcriptomics.csv")  # pandas writes its index 0, 1, 2, … in front
    refused(
        folder,
        "transcriptomics.csv: row numbers 0 to 11",
        "`sample_id` the sample ids",
        "pandas: index=False",
    )
    frame.set_axis(range(1, 13)).to_csv(folder / "transcriptomics.csv", index_label="Unnamed: 0")
    refused(folder, "row numbers 1 to 12 in the first column (`Unnamed: 0`)", "`sample_id` the sample ids")


def test_row_numbers_before_shuffled_ids_are_refused_whatever_they_are_called(study_folder):
    folder = numbered(study_folder(), first=0)
    frame = pd.read_csv(folder / "metabolomics.csv").sample(frac=1, random_state=0).reset_index(drop=True)
    frame.rename(columns={"sample_id": "mouse"}).to_csv(folder / "metabolomics.csv", index_label="row")
    refused(folder, "metabolomics.csv: row numbers 0 to 11", "`mouse` the sample ids")


def test_row_numbers_before_padded_ids_are_refused(study_folder):
    folder = study_folder()
    for name in ("samples", "transcriptomics", "metabolomics"):
        edit(folder, name, lambda frame: frame.assign(sample_id=[i[1:] for i in frame["sample_id"]]))
    pd.read_csv(folder / "metabolomics.csv").to_csv(folder / "metabolomics.csv")
    refused(folder, "metabolomics.csv: row numbers 0 to 11", "`sample_id` the sample ids", id_match="loose")


def test_row_numbers_alone_are_not_joined_to_numbered_samples(study_folder):
    folder = numbered(study_folder())
    frame = pd.read_csv(folder / "metabolomics.csv").drop(columns="sample_id")
    frame.to_csv(folder / "metabolomics.csv")
    refused(folder, "row numbers 0 to 11 in the first column (it has no name)", "only 11 of 12 sample ids")


@pytest.mark.parametrize("name", ["transcriptomics", "metabolomics", "samples"])
def test_row_numbers_before_ids_of_text_are_named_as_the_cause(study_folder, name):
    folder = study_folder()
    pd.read_csv(folder / f"{name}.csv").to_csv(folder / f"{name}.csv")
    refused(folder, f"{name}.csv: the first column holds row numbers", "stand in `sample_id`", "index=False")
    pd.read_csv(folder / f"{name}.csv").to_csv(folder / f"{name}.csv", index=False)
    refused(
        folder, f"{name}.csv: the first column (`Unnamed: 0`) holds row numbers", "Delete the first column"
    )


def test_numbered_samples_without_a_name_for_the_column_are_told_to_name_it(study_folder):
    folder = numbered(study_folder())
    edit(folder, "samples", lambda frame: frame[["sample_id", "group"]].rename(columns={"sample_id": ""}))
    refused(folder, "samples.csv: an empty name in the header", "Name the column")
    edit(
        folder,
        "samples",
        lambda frame: frame.set_axis(["", "mouse"], axis=1).assign(mouse=list("abcdefghijkl")),
    )
    refused(folder, "samples.csv: the first column holds row numbers, the names stand in `mouse`")


def test_labels_behind_ids_that_are_numbers_are_not_taken_for_ids(study_folder):
    folder = numbered(study_folder())
    frame = pd.read_csv(folder / "metabolomics.csv", index_col=0)
    frame.insert(0, "class", ["ill", "well"] * 6)
    frame.to_csv(folder / "metabolomics.csv", index_label="")
    refused(folder, "metabolomics.csv, column class: text in every cell", "Delete it from this table")


def test_row_numbers_before_the_features_of_a_turned_table_are_refused():
    lying = table(range(60), ["entrez", "S1", "S2", "S3"], "")
    with pytest.raises(StudyError, match=r"row numbers 0 to 59.*behind them, in `entrez`"):
        refuse_row_numbers(lying, ["S1", "S2", "S3"], "t.csv")


def test_samples_that_are_numbered_are_read_as_they_are(study_folder):
    for first in (0, 1, 7):
        study = read_study(numbered(study_folder(f"from{first}"), first))
        assert list(study.obs_names) == [str(first + k) for k in range(12)]


def test_numbered_samples_and_features_are_told_apart_or_refused():
    ids = [str(k) for k in range(1, 25)]
    lying = table(range(1, 61), range(1, 21), "row ID")
    with pytest.raises(
        StudyError, match=r"24 of 24 .* among the 60 names of the first column, and 20 among the 20"
    ):
        turn_table(lying, ids, "t.csv")
    assert turn_table(table(range(1, 2001), range(1, 25)), ids, "t.csv")[0].rows == ids
    assert turn_table(table(range(1, 25), range(1, 2001)), ids, "t.csv")[1] == []


def test_a_large_study_with_a_small_table_is_still_told(study_folder):
    ids = [f"S{k}" for k in range(300)]
    assert turn_table(table(["a", "b"], ids[:12]), ids, "t.csv")[0].rows == ids[:12]
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    more = pd.DataFrame({"sample_id": [f"T{k}" for k in range(200)], "group": "a", "age": "3"})
    edit(folder, "samples", lambda frame: pd.concat([frame, more]))
    assert_same(read_study(folder), expected)


def test_row_numbers_that_parquet_stores_beside_the_ids_are_no_feature(study_folder):
    expected, folder = read_study(study_folder("a")), study_folder("b")
    frame = pd.read_csv(folder / "transcriptomics.csv")
    frame.set_axis(range(100, 112)).sample(frac=1, random_state=0).to_parquet(
        folder / "transcriptomics.parquet"
    )
    (folder / "transcriptomics.csv").unlink()
    assert_same(read_study(folder), expected)


def test_unnamed_row_numbers_that_equal_the_ids_are_said():
    table = Table(["1", "2", "3"], ["a", "b"], np.ones((3, 2)), "")
    (said,) = refuse_row_numbers(table, ["3", "1", "2"], "t.csv")
    assert "the first column has no name and holds 1 to 3 in this order" in said
    assert refuse_row_numbers(table._replace(label="sample_id"), ["3", "1", "2"], "t.csv") == []
