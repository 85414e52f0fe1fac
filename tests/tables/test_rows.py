"""What spreadsheets, R and counting programs leave around a table: dropped or completed, and said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_helpers import assert_same

from omics_lib.errors import StudyError
from omics_lib.study import read_study
from omics_lib.tables import read_table, read_text_table

GOOD = "sample_id,A,B\nS1,1,2.5\nS2,-3,0.25\n"


def write(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def read(tmp_path, content, name="t.csv"):
    return read_table(write(tmp_path, content, name))


def message(tmp_path, content, name="t.csv"):
    with pytest.raises(StudyError) as caught:
        read(tmp_path, content, name)
    return str(caught.value)


def assert_good(table, *notes):
    assert (table.rows, table.columns) == (["S1", "S2"], ["A", "B"])
    np.testing.assert_array_equal(table.values, [[1, 2.5], [-3, 0.25]])
    assert table.notes == notes


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (GOOD + ",,\n,,\n", "2 empty rows dropped"),
        (GOOD + ' ,"", \n', "1 empty row dropped"),
        (GOOD.replace("S2", ",,\nS2"), "1 empty row dropped"),
        (GOOD.replace("\n", ",\n"), "1 empty column dropped"),
        (GOOD.replace("\n", ",,,\n"), "3 empty columns dropped"),
        (GOOD.replace("A,B", "A,B,,"), "2 empty columns dropped"),
        (GOOD.replace("2.5\n", "2.5,\n"), "1 empty column beyond the header dropped"),
        ("sample_id,A,,B\nS1,1,,2.5\nS2,-3,,0.25\n", "1 empty column dropped"),
    ],
)
def test_read_table_drops_empty_rows_and_columns_and_says_how_many(tmp_path, content, note):
    assert_good(read(tmp_path, content), f"t.csv: {note}.")


@given(st.integers(0, 3), st.integers(0, 3))
def test_padding_never_changes_the_table(tmp_path_factory, n_rows, n_columns):
    lines = [line + "," * n_columns for line in GOOD.splitlines()] + ["," * (2 + n_columns)] * n_rows
    table = read(tmp_path_factory.mktemp("t"), "\n".join(lines) + "\n")
    assert (table.rows, table.columns) == (["S1", "S2"], ["A", "B"])
    assert len(table.notes) == (n_rows > 0) + (n_columns > 0)


def test_read_table_keeps_a_row_that_has_only_its_name(tmp_path):
    table = read(tmp_path, GOOD + "S3,,\n")
    assert table.rows == ["S1", "S2", "S3"]
    assert np.isnan(table.values[2]).all()


def test_read_table_refuses_a_column_with_cells_and_no_name(tmp_path):
    assert "an empty name in the header (column 3)" in message(
        tmp_path, GOOD.replace("\n", ",\n") + "S3,1,2,3\n"
    )


@pytest.mark.parametrize("name", ["t.tsv", "t.csv"])
def test_read_table_completes_the_header_that_r_leaves_one_name_short(tmp_path, name):
    content = '"A","B"\n"S1",1,2.5\n"S2",-3,0.25\n'
    content = content.replace(",", "\t") if name == "t.tsv" else content
    note = f"{name}: the header is one name short, as R writes it; the first column was taken for names."
    assert_good(read(tmp_path, content, name), note)


def test_read_table_completes_a_short_header_of_one_name(tmp_path):
    table = read(tmp_path, "A\nS1,1\nS2,2\n")
    assert (table.rows, table.columns) == (["S1", "S2"], ["A"])


def test_read_table_takes_trailing_separators_of_rows_for_no_short_header(tmp_path):
    assert_good(
        read(tmp_path, "id,A,B\nS1,1,2.5,\nS2,-3,0.25,\n"), "t.csv: 1 empty column beyond the header dropped."
    )


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (
            "sample_id,A\nS1,1,5\nS2,2,5\n",
            ["S1 has 3 fields", "must have 2 as the header has", "decimal comma"],
        ),
        ("sample_id,A,B\nS1,1,5,2\n", ["S1 has 4 fields", "col.names=NA"]),
        ("A,B\nS1,1,2\nS2,1\n", ["S2 has 2 fields", "must have 3 as the first row has"]),
        ("sample_id,A,B\nS1,1,5,2,5\n", ["S1 has 5 fields", "decimal comma"]),
        ("A,B\nS1,1,2\nS1,1,2\n", ["duplicate name in the first column"]),
    ],
)
def test_read_table_refuses_rows_of_another_width(tmp_path, content, parts):
    found = message(tmp_path, content)
    for part in parts:
        assert part in found


@pytest.mark.parametrize("top", ["\n\n", ",,\n", "  \n", '"","",""\n,,\n'])
def test_read_table_skips_empty_rows_before_the_header_and_keeps_line_numbers(tmp_path, top):
    n = top.count("\n")
    said = f"t.csv: {n} empty {'row' if n == 1 else 'rows'} before the header skipped."
    assert_good(read(tmp_path, top + GOOD), said)
    assert f"row S3 (line {n + 4})" in message(tmp_path, top + GOOD + "S3,x,1\nS4,1,1\n")


def test_read_table_refuses_a_title_above_the_header(tmp_path):
    found = message(tmp_path, "My study,,\n" + GOOD)
    assert 't.csv, row 1: one cell only ("My study"); the first row must be the header' in found


@pytest.mark.parametrize(("comment", "n"), [("# made by hand\n", 1), ('# a "quoted, b" c\n#\n', 2)])
def test_read_table_skips_comments_before_the_header_and_keeps_line_numbers(tmp_path, comment, n):
    said = f"t.csv: {n} comment {'line' if n == 1 else 'lines'} before the header skipped."
    assert_good(read(tmp_path, comment + GOOD), said)
    assert f"row S3 (line {n + 4})" in message(tmp_path, comment + GOOD + "S3,x,1\nS4,1,1\n")


def test_read_table_keeps_a_header_that_begins_with_a_hash(tmp_path):
    table = read(tmp_path, "# Constructed from biom file\n#OTU ID\tS1\tS2\nA\t1\t2\n", "t.tsv")
    assert (table.rows, table.columns, table.label) == (["A"], ["S1", "S2"], "#OTU ID")


def test_read_table_leaves_out_the_places_that_featurecounts_writes(tmp_path):
    header = "Geneid\tChr\tStart\tEnd\tStrand\tLength\tS1\tS2"
    comment = '# Program:featureCounts v2; Command:"featureCounts" "-a" "x.gtf"'
    content = f"{comment}\n{header}\ng1\tchr1;chr1\t1;5\t2;9\t+;+\t7\t3\t4\n"
    table = read(tmp_path, content, "t.tsv")
    assert (table.rows, table.columns) == (["g1"], ["S1", "S2"])
    np.testing.assert_array_equal(table.values, [[3, 4]])
    assert "Chr, Start, End, Strand and Length left out" in table.notes[1]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("#1.2\n1\t2\nName\tDescription\tS1\tS2\ng\tx\t1\t2\n", ["a GCT file", "first two lines"]),
        ("%%MatrixMarket matrix\n1 1 1\n", ["Matrix Market"]),
        ('!Series_title\t"x"\n', ["GEO", "samples.csv"]),
        ("<!DOCTYPE html>\n<html></html>\n", ["a web page", "Download"]),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:a\n", ["Git LFS", "git lfs pull"]),
        ('{"a": 1}\n', ["not a table of a kind that is read"]),
    ],
)
def test_read_table_says_what_a_text_of_another_format_is(tmp_path, content, parts):
    found = message(tmp_path, content, "t.tsv")
    for part in ("t.tsv", *parts):
        assert part in found


def test_read_text_table_takes_row_names_for_sample_ids(tmp_path):
    for content in ('"","group"\n"S1","a"\n', "group,age\nS1,a,3\n"):
        frame, notes = read_text_table(write(tmp_path, content, "samples.csv"))
        assert frame.columns[0] == "sample_id"
        assert frame["sample_id"].tolist() == ["S1"]
        assert len(notes) == 1


@pytest.mark.parametrize("content", [",sample_id,x\n0,S1,1\n1,S2,2\n", ",x\n0,1\n1,2\n"])
def test_read_text_table_never_takes_positions_for_sample_ids(tmp_path, content):
    with pytest.raises(StudyError, match="the first column holds row numbers"):
        read_text_table(write(tmp_path, content, "samples.csv"))


def test_read_text_table_drops_empty_rows_and_columns(tmp_path):
    frame, notes = read_text_table(write(tmp_path, "sample_id,x,,\nS1,1,,\n,,,\n", "samples.csv"))
    assert frame.to_dict("list") == {"sample_id": ["S1"], "x": ["1"]}
    assert notes == ["samples.csv: 1 empty row dropped.", "samples.csv: 2 empty columns dropped."]


def test_read_study_says_what_was_dropped(study_folder):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    for name in ("metabolomics", "samples"):
        path = folder / f"{name}.csv"
        lines = path.read_text().splitlines()
        path.write_text("".join(f"{line},\n" for line in [*lines, "," * lines[0].count(",")]))
    study = read_study(folder)
    assert_same(study, expected)
    notes = list(study.uns["notes"])
    for name in ("metabolomics", "samples"):
        assert f"{name}.csv: 1 empty row dropped." in notes
        assert f"{name}.csv: 1 empty column dropped." in notes
