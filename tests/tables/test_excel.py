"""Excel workbooks: one table each, or a study with a sheet a table."""

from __future__ import annotations

import datetime
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_helpers import assert_same, refused, write_pairs

from omics_lib.errors import StudyError
from omics_lib.study import read_study, study_files
from omics_lib.tables import read_table, read_text_table, reading_of

GOOD = [["sample_id", "A", "B"], ["S1", 1, 2.5], ["S2", -3, 0.01]]
SEPTEMBER = datetime.datetime(2024, 9, 2)


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def typed(cell):
    try:
        return float(cell)
    except ValueError:
        return cell


def sheet_of(folder, name):
    """The rows of a CSV file, numbers as numbers."""
    text = pd.read_csv(folder / f"{name}.csv", header=None, dtype=str, keep_default_na=False)
    return [[typed(cell) for cell in row] for row in text.to_numpy().tolist()]


def as_workbook(folder, path, *names):
    workbook(path, **{name.title(): sheet_of(folder, name) for name in names})
    for name in names:
        (folder / f"{name}.csv").unlink()


def assert_good(table):
    assert (table.rows, table.columns) == (["S1", "S2"], ["A", "B"])
    np.testing.assert_array_equal(table.values, [[1, 2.5], [-3, 0.01]])


@pytest.mark.parametrize("name", ["t.xlsx", "T.XLSX", "t.csv", "t.tsv.gz", "t.parquet"])
def test_read_table_reads_a_workbook_under_any_name(tmp_path, name):
    workbook(tmp_path / "book.xlsx", Sheet1=GOOD).rename(tmp_path / name)
    table = read_table(tmp_path / name)
    assert_good(table)
    assert bool(table.notes) == (not name.lower().endswith("xlsx"))


def test_read_table_takes_the_sheet_of_the_tables_name_or_the_only_one(tmp_path):
    assert_good(read_table(workbook(tmp_path / "t.xlsx", Notes=[["a", "b"]], T=GOOD)))
    assert_good(read_table(workbook(tmp_path / "t.xlsx", Data=GOOD, Sheet2=[])))
    workbook(tmp_path / "t.xlsx", Raw=GOOD, Normalised=GOOD)
    with pytest.raises(
        StudyError, match=r"t\.xlsx: 2 sheets \(Raw, Normalised\); one of them must be called t"
    ):
        read_table(tmp_path / "t.xlsx")


@settings(max_examples=30)
@given(st.lists(st.floats(-1e300, 1e300).map(lambda number: float(f"{number:.12g}")), min_size=1, max_size=5))
def test_read_table_keeps_the_numbers_of_a_workbook(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("t") / "t.xlsx"
    names = [f"m{j}" for j in range(len(numbers))]
    workbook(path, t=[["id", *names], ["S1", *numbers], ["S2", *numbers]])
    for decimal in (".", ","):
        np.testing.assert_array_equal(read_table(path, reading_of({"decimal": decimal})).values[1], numbers)


def test_read_table_writes_whole_ids_of_a_workbook_without_a_point(tmp_path):
    table = read_table(workbook(tmp_path / "t.xlsx", t=[["id", 7.0, 8], [1.0, 1, 2], [2.0, 3, 4], [3, 5, 6]]))
    assert (table.rows, table.columns) == (["1", "2", "3"], ["7", "8"])


def test_read_table_writes_whole_ids_of_parquet_without_a_point(tmp_path):
    pd.DataFrame({"sample_id": [1.0, 2.0], "A": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").rows == ["1", "2"]


def test_read_table_shows_single_dates_among_names_as_excel_does(tmp_path):
    rows = [["sample_id", "TP53", SEPTEMBER], ["S1", 1, 2], ["S2", 3, 4]]
    table = read_table(workbook(tmp_path / "t.xlsx", t=rows))
    assert table.columns == ["TP53", "2-Sep"]
    assert "1 name is a date in Excel, which may have been gene symbols; read as 2-Sep" in table.notes[0]


def test_read_table_keeps_ids_that_all_are_dates(tmp_path):
    rows = [["sample_id", "A"], [SEPTEMBER, 1], [SEPTEMBER.replace(year=2023), 2]]
    assert read_table(workbook(tmp_path / "t.xlsx", t=rows)).rows == ["2024-09-02", "2023-09-02"]


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ([*GOOD, ["S3", SEPTEMBER, 1]], ["column A", '"2024-09-02"', "numbers for dates"]),
        ([*GOOD, ["S3", "#N/A", 1]], ["row S3 (line 4)", "column A", '"#N/A"', "na_values"]),
        ([*GOOD, ["S3", True, 1]], ['"TRUE"', "number"]),
        ([*GOOD, ["S3", "=1+1", 1]], ["cell B4", "a formula whose value was not saved", "paste the values"]),
        (
            [["My study of mice"], *GOOD],
            ["row 1", 'one cell only ("My study of mice")', "rows above the header"],
        ),
        ([[]], ["the sheet is empty"]),
        ([GOOD[0]], ["no rows"]),
    ],
)
def test_read_table_says_what_is_wrong_in_a_workbook(tmp_path, rows, parts):
    workbook(tmp_path / "t.xlsx", t=rows)
    with pytest.raises(StudyError) as caught:
        read_table(tmp_path / "t.xlsx")
    for part in ("t.xlsx", *parts):
        assert part in str(caught.value)


def test_read_table_refuses_merged_cells(tmp_path):
    path = workbook(tmp_path / "t.xlsx", t=GOOD)
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("B2:B3")
    book.save(path)
    with pytest.raises(StudyError, match=r"merged cells \(B2:B3\).*Unmerge"):
        read_table(path)


def test_read_table_drops_the_margins_of_a_sheet_and_says_where_it_begins(tmp_path):
    rows = [[], [], *([None, *row] for row in GOOD), [], [None, None, " "]]
    table = read_table(workbook(tmp_path / "t.xlsx", t=rows))
    assert_good(table)
    assert table.notes == ("t.xlsx: the table begins at row 3, column 2, after empty ones.",)


def test_read_table_reads_blank_cells_of_a_workbook_as_missing(tmp_path):
    table = read_table(
        workbook(tmp_path / "t.xlsx", t=[*GOOD, ["S3", None, "nd"]]), reading_of({"na_values": ["nd"]})
    )
    assert np.isnan(table.values[2]).all()


def test_read_text_table_reads_a_workbook(tmp_path):
    path = workbook(tmp_path / "samples.xlsx", x=[["sample_id", "day", "batch"], ["S1", SEPTEMBER, 1.0]])
    assert read_text_table(path)[0].to_numpy().tolist() == [["S1", "2024-09-02", "1"]]


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"text, no workbook"])
def test_read_table_says_damaged_workbook(tmp_path, content):
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(StudyError, match=r"t\.xlsx: not readable as an Excel workbook"):
        read_table(tmp_path / "t.xlsx")


def test_read_study_reads_tables_that_are_workbooks(study_folder):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    for name in ("transcriptomics", "metabolomics", "samples"):
        as_workbook(folder, folder / f"{name}.xlsx", name)
    assert_same(read_study(folder), expected)


@pytest.mark.parametrize("given", ["folder", "file"])
def test_read_study_reads_one_workbook_with_a_sheet_a_table(study_folder, given):
    folders = [study_folder(name) for name in "ab"]
    for folder in folders:
        write_pairs(folder, "g0,m1")
    book = folders[1] / "Our data.xlsx"
    as_workbook(folders[1], book, "transcriptomics", "metabolomics", "samples", "known_pairs")
    path = folders[1] if given == "folder" else book
    study = read_study(path)
    assert_same(study, read_study(folders[0]))
    assert (
        "Our data.xlsx: read as transcriptomics, metabolomics, samples, known_pairs, a sheet each."
        in list(study.uns["notes"])
    )
    assert study_files(path) == [book]


def test_read_study_completes_a_folder_from_a_workbook_and_names_unused_sheets(study_folder):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    sheets = {name: sheet_of(folder, name) for name in ("transcriptomics", "metabolomics")}
    for name in sheets:
        (folder / f"{name}.csv").unlink()
    workbook(folder / "data.xlsx", **sheets, Legend=[["a", "b"]])
    study = read_study(folder)
    assert_same(study, expected)
    assert "sheets left alone, no tables of the study: Legend." in "".join(study.uns["notes"])


def test_read_study_lists_the_sheets_where_one_is_missing(study_folder):
    folder = study_folder()
    as_workbook(folder, folder / "data.xlsx", "transcriptomics", "samples")
    (folder / "metabolomics.csv").unlink()
    parts = [
        "no metabolomics file",
        "data.xlsx has the sheets Transcriptomics, Samples",
        "a sheet metabolomics",
    ]
    refused(folder, *parts)
    refused(folder / "data.xlsx", *parts)


def test_a_header_of_two_rows_is_told_from_a_row_of_text(tmp_path):
    rows = [",amino acids,,lipids,", "id,a,b,c,d", "S1,1,2,3,4", "S2,1,2,3,5"]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    with pytest.raises(StudyError, match="If the header has two rows, keep the one with the names"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize("row", [20_000, 1_048_576, 99_999_999_999])
def test_read_table_refuses_a_cell_far_below_the_table(tmp_path, row):
    path = workbook(tmp_path / "t.xlsx", t=GOOD)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    far = f'<row r="{row}"><c r="A{row}"><v>1</v></c></row></sheetData>'.encode()
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.replace(b"</sheetData>", far))
    with pytest.raises(StudyError, match=r"empty rows; a table must be in one piece|a row beyond 1,048,576"):
        read_table(path)
