"""All that is wrong in the files of a study is told in one go."""

from __future__ import annotations

import pandas as pd
import pytest
from study_helpers import edit, write_pairs

from omics_lib.errors import OmicsError
from omics_lib.study import read_study


def violations(folder, **parameters):
    with pytest.raises(OmicsError) as caught:
        read_study(folder, parameters)
    return caught.value


def places(error):
    return {(each.file, each.row, each.column) for each in error.violations}


def rewrite(path, *changes):
    """Change cells of a file by line and place in the line, both from 0."""
    lines = [line.split(",") for line in path.read_text().splitlines()]
    for line, place, text in changes:
        lines[line][place] = text
    path.write_text("\n".join(",".join(line) for line in lines) + "\n")


def test_every_kind_of_violation_in_a_table_is_told(study_folder):
    folder = study_folder()
    table = folder / "transcriptomics.csv"
    rewrite(
        table, (0, 3, "g0"), (0, 6, " "), (1, 2, "high"), (2, 1, "-7"), (3, 1, "inf"), (4, 2, ""),
        (5, 0, "S01"), (6, 0, ""), (7, 4, "low"),
    )  # fmt: skip
    table.write_text(table.read_text() + "S13,1,2\n")
    error = violations(folder)
    assert {each.file for each in error.violations} == {"transcriptomics.csv"}
    assert {(each.row, each.column, each.line) for each in error.violations} == {
        (None, None, 14),  # ragged
        ("S01", "g1", 2), ("S07", "g3", 8),  # text
        ("S02", "g0", None), ("S03", "g0", None), ("S04", "g1", None),  # negative, infinite, missing
        (None, "g0", None), ("S01", None, None),  # names twice
        (None, None, None),  # names that are empty: of a column, of a row
    }  # fmt: skip
    assert len(error.violations) == 10
    assert all(each.found and each.expected and each.remedy for each in error.violations)


def test_violations_of_all_files_are_told_together(study_folder):
    folder = study_folder()
    rewrite(folder / "transcriptomics.csv", (1, 2, "high"))
    rewrite(folder / "metabolomics.csv", (1, 2, "-1"))
    rewrite(folder / "samples.csv", (1, 2, "inf"), (0, 1, "sample group"))
    write_pairs(folder, "g0,m0,maybe", "g1,m1,perhaps", header="gene_id,metabolite_id,currency")
    assert places(violations(folder)) == {
        ("transcriptomics.csv", "S01", "g1"), ("metabolomics.csv", "S01", "m1"),
        ("samples.csv", None, "age"), ("known_pairs.csv", None, "currency"),
    }  # fmt: skip


def test_violations_that_only_joined_tables_show_are_told_together(study_folder):
    folder = study_folder()
    rewrite(folder / "transcriptomics.csv", (1, 2, "-1"))
    rewrite(folder / "metabolomics.csv", (1, 2, "-1"))
    rewrite(folder / "samples.csv", (1, 2, "inf"))
    write_pairs(folder, "gX,m0", "g0,mX")
    error = violations(folder)
    assert {each.file for each in error.violations} == {
        "transcriptomics.csv", "metabolomics.csv", "samples.csv", "known_pairs.csv",
    }  # fmt: skip
    assert [each.line for each in error.violations if each.file == "known_pairs.csv"] == [None, 2, 3]


def test_twenty_violations_of_a_file_are_listed_and_the_others_counted(study_folder):
    def with_text(frame):
        return ["x", *frame["g0"][1:]]

    folder = study_folder(n_genes=50)
    edit(
        folder,
        "transcriptomics",
        lambda f: f.assign(g3=with_text(f), g4=with_text(f), g7=with_text(f)),
    )
    edit(folder, "metabolomics", lambda f: f.assign(m1=["-1"] * 12, m2=["-2"] * 12))
    error = violations(folder)
    listed = pd.Series([each.file for each in error.violations]).value_counts()
    assert listed.to_dict() == {"metabolomics.csv": 20, "transcriptomics.csv": 3}
    assert str(error).splitlines()[-1] == "metabolomics.csv: and 4 more."
    assert "the first of 24 such cells" in str(error)


def test_rows_of_another_width_are_all_told(study_folder):
    folder = study_folder()
    table = folder / "metabolomics.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines[:3], *(line + ",1" for line in lines[3:5]), *lines[5:]]))
    assert [each.line for each in violations(folder).violations] == [4, 5]


def test_place_in_a_turned_table_is_that_of_the_file(study_folder):
    folder = study_folder()
    table = folder / "transcriptomics.csv"
    rewrite(table, (1, 2, "-1"))
    pd.read_csv(table, index_col=0, dtype=str).T.rename_axis("gene_id").to_csv(table)
    assert places(violations(folder)) == {("transcriptomics.csv", "g1", "S01")}


def test_all_tables_that_are_missing_are_told(study_folder):
    folder = study_folder()
    (folder / "metabolomics.csv").unlink()
    (folder / "samples.csv").unlink()
    assert [each.found.split(" (")[0] for each in violations(folder).violations] == [
        "no metabolomics file", "no samples file",
    ]  # fmt: skip


def test_columns_that_parameters_name_and_nobody_has_are_all_told(study_folder):
    error = violations(study_folder(), groups="tissue", covariates=["plate"])
    assert [each.found.split("`")[1] for each in error.violations] == ["covariates", "groups"]
