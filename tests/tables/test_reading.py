"""Spellings of missing, separators, decimal marks and encodings: what the user says of text files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_helpers import assert_same, edit, refused

from omics_lib.errors import ParameterError, StudyError
from omics_lib.run._run import _stage_parameters
from omics_lib.schema import READING, default_parameters, read_parameters
from omics_lib.study import read_study
from omics_lib.tables import read_table, read_text_table, reading_of
from omics_lib.tables._encodings import chosen_encoding

GOOD = "sample_id,A,B\nS1,1,2.5\nS2,-3,0.25\n"
SEPARATORS = [
    ("semicolon", ";"),
    (";", ";"),
    ("tab", "\t"),
    ("\\t", "\t"),
    ("blank", " "),
    ("bar", "|"),
    ("~", "~"),
]


def table(tmp_path, content, name="t.csv", encoding="utf-8", **parameters):
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return read_table(path, reading_of(parameters))


def message(tmp_path, content, name="t.csv", encoding="utf-8", **parameters):
    with pytest.raises(StudyError) as caught:
        table(tmp_path, content, name, encoding, **parameters)
    return str(caught.value)


def notes_of(folder, **parameters):
    return "\n".join(read_study(folder, parameters).uns["notes"])


@pytest.mark.parametrize("spelling", ["nd", "<LOD", "#N/A", ".", "-", "ND", " nd "])
def test_na_values_reads_a_spelling_as_missing_and_says_how_often(tmp_path, spelling):
    content = f"sample_id,A,B\nS1,{spelling},2\nS2,3,{spelling}\n"
    found = table(tmp_path, content, na_values=[spelling])
    np.testing.assert_array_equal(found.values, [[np.nan, 2], [3, np.nan]])
    assert found.notes == ("t.csv: 2 cells read as missing, as `na_values` says.",)


def test_na_values_takes_numbers_as_missing_in_every_kind_of_table(tmp_path):
    found = table(tmp_path, "sample_id,A,B\nS1,-9,2\nS2,3,-9.0\n", na_values=["-9"])
    np.testing.assert_array_equal(found.values, [[np.nan, 2], [3, np.nan]])
    assert "2 cells read as missing" in found.notes[0]


def test_read_table_shows_the_spellings_that_are_no_numbers_and_the_parameter(tmp_path):
    content = "sample_id,A,B\nS1,nd,2\nS2,3,<LOD\nS3,nd,1\n"
    found = message(tmp_path, content)
    assert 't.csv, row S1 (line 2), column A: text "nd", the first of 3 such cells ("nd", "<LOD")' in found
    assert """--set 'na_values=["nd", "<LOD"]'""" in found
    assert '"<LOD" may be read as below the limit of detection' in found
    assert "half of the smallest" in found


def test_read_table_shows_five_spellings_at_most(tmp_path):
    content = "sample_id,A,B\n" + "".join(f"S{i},<{i},2\n" for i in range(9)) + "S9,1,2\n"
    found = message(tmp_path, content)
    assert 'the first of 9 such cells ("<0", "<1", "<2", "<3", "<4" and 4 more spellings)' in found


@pytest.mark.parametrize(
    "parts",
    [
        ("sample_id,A,name\nS1,1,x\nS2,2,y\n", "column name"),
        ("g,S1,S2\nLabel,a,b\nA,1,2\n", "row Label (line 2)"),
    ],
)
def test_read_table_says_that_a_whole_row_or_column_is_text(tmp_path, parts):
    content, where = parts
    found = message(tmp_path, content)
    assert f"t.csv, {where}: text in every cell" in found
    assert "samples.csv" in found
    assert "na_values" not in found


def test_read_table_offers_na_values_for_a_column_that_was_never_detected(tmp_path):
    found = message(tmp_path, "sample_id,A,B\nS1,1,nd\nS2,2,nd\n")
    assert "column B: text in every cell" in found
    assert """--set 'na_values=["nd"]'""" in found


@pytest.mark.parametrize("cell", ["1,234.5", "1 234", "12%", "5 mg", "3.1*", "−5", "1e", "1_000"])
def test_read_table_asks_for_plain_numbers_where_cells_are_nearly_numbers(tmp_path, cell):
    found = message(tmp_path, f'sample_id,A,B\nS1,"{cell}",1\n')
    assert "Write plain numbers" in found
    assert "na_values" not in found


def test_read_table_gives_a_remedy_for_every_kind_of_text(tmp_path):
    found = message(tmp_path, 'sample_id,A,B\nS1,"1,5",nd\nS2,2024-09-02,5 mg\nS3,1,1\n')
    for part in ('na_values=["nd"]', "--set decimal=','", "Write plain numbers", "numbers for dates"):
        assert part in found


@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
def test_read_table_names_blanks_in_what_r_writes_by_default(tmp_path, suffix):
    content = '"A" "B"\n"S1" 1 2.5\n"S2" -3 0.25\n'
    found = message(tmp_path, content, f"t.{suffix}")
    assert f"t.{suffix}, line 1: the header is separated by blanks" in found
    assert "--set sep=blank" in found
    read = table(tmp_path, content, f"t.{suffix}", sep="blank")
    assert (read.rows, read.columns) == (["S1", "S2"], ["A", "B"])


@pytest.mark.parametrize(("given", "mark"), SEPARATORS)
def test_sep_separates_by_word_or_mark(tmp_path, given, mark):
    found = table(tmp_path, GOOD.replace(",", mark), sep=given)
    assert (found.rows, found.columns) == (["S1", "S2"], ["A", "B"])
    np.testing.assert_array_equal(found.values, [[1, 2.5], [-3, 0.25]])


def test_sep_blank_takes_runs_of_blanks(tmp_path):
    found = table(tmp_path, "  sample_id   A  B\nS1  1    2.5 \n  S2 -3 0.25\n", sep="blank")
    np.testing.assert_array_equal(found.values, [[1, 2.5], [-3, 0.25]])


def test_sep_leaves_a_file_alone_that_is_separated_as_its_name_says(tmp_path):
    found = table(tmp_path, GOOD.replace("A", "PC(16:0;18:1)"), sep=";")
    assert found.columns == ["PC(16:0;18:1)", "B"]
    assert found.notes == ("t.csv: separated by commas, as its name says, not as `sep` says.",)


def test_read_table_takes_the_separator_that_excel_declares(tmp_path):
    found = table(tmp_path, "sep=;\n" + GOOD.replace(",", ";"))
    assert found.columns == ["A", "B"]
    assert "as its first line says" in found.notes[0]


@pytest.mark.parametrize("sep", ["ab", "", "a", "1", '"', ".", "-"])
def test_sep_refuses_what_is_no_separator(sep):
    with pytest.raises(ParameterError, match="sep"):
        reading_of({"sep": sep})


def test_sep_refuses_the_decimal_mark():
    with pytest.raises(ParameterError, match="decimal mark too"):
        reading_of({"sep": "comma", "decimal": ","})


def test_decimal_comma_reads_german_excel(tmp_path):
    found = table(tmp_path, "sample_id;A;B\nS1;1,5;2\nS2;-0,25;1e3\n", sep=";", decimal=",")
    np.testing.assert_array_equal(found.values, [[1.5, 2], [-0.25, 1000]])
    assert found.notes == ()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_decimal_comma_reads_every_number_as_the_point_does(tmp_path_factory, numbers):
    cells = [f"{number!r}".replace(".", ",") for number in numbers]
    names = ";".join(f"m{j}" for j in range(len(cells)))
    folder = tmp_path_factory.mktemp("t")
    found = table(folder, f"sample_id;{names}\nS1;{';'.join(cells)}\n", sep=";", decimal=",")
    np.testing.assert_array_equal(found.values[0], numbers)


def test_decimal_names_itself_where_quoted_cells_have_commas(tmp_path):
    found = message(tmp_path, 'sample_id,A\nS1,"1,5"\nS2,"12,25"\n')
    assert "--set decimal=','" in found
    assert "thousands" not in found
    assert "column A: text" in message(tmp_path, 'sample_id,A\nS1,"1,500"\nS2,"12,250"\n')
    assert "no marks between thousands" in message(tmp_path, 'sample_id,A\nS1,"1,500"\nS2,"12,250"\n')


def test_decimal_comma_reads_a_table_of_points_and_says_so(tmp_path):
    found = table(tmp_path, GOOD, decimal=",")
    np.testing.assert_array_equal(found.values, [[1, 2.5], [-3, 0.25]])
    assert "decimal points" in found.notes[0]


@pytest.mark.parametrize("cells", ['1.5,"2,5"', "1.500,2"])
def test_decimal_comma_refuses_both_marks_and_what_may_be_thousands(tmp_path, cells):
    assert "one decimal mark" in message(tmp_path, f"sample_id,A,B\nS1,{cells}\n", decimal=",")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_encoding_reads_files_that_are_not_utf8_and_leaves_the_others(tmp_path, encoding):
    content = GOOD.replace("A", "µmol")
    path = tmp_path / "t.csv"
    for written in (encoding, "utf-8", "utf-8-sig"):
        path.write_bytes(content.encode(written))
        assert read_table(path, reading_of({"encoding": encoding})).columns == ["µmol", "B"]


def test_encoding_that_does_not_fit_is_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(GOOD.replace("A", "µ").encode("latin-1"))
    with pytest.raises(StudyError, match=r"not ascii text.*Correct `encoding`"):
        read_table(path, reading_of({"encoding": "ascii"}))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13"])
def test_encoding_refuses_what_python_does_not_know(encoding):
    with pytest.raises(ParameterError, match="encoding"):
        reading_of({"encoding": encoding})


def test_chosen_encoding_reads_in_pieces_without_breaking_a_letter(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a" * ((1 << 20) - 1) + "µ".encode())
    assert chosen_encoding("latin-1", lambda: path.open("rb")) == "utf-8-sig"


def test_read_text_table_takes_separator_and_encoding(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_bytes("sample_id;größe\nS1;1\n".encode("latin-1"))
    frame, _ = read_text_table(path, reading_of({"sep": ";", "encoding": "latin-1"}))
    assert list(frame.columns) == ["sample_id", "größe"]


def test_read_study_reads_spellings_of_missing_and_decimal_commas_in_samples(study_folder):
    folder = study_folder()
    edit(
        folder, "samples", lambda f: f.assign(age=["1,5", "nd", *f["age"][2:]], group=["nd", *f["group"][1:]])
    )
    study = read_study(folder, {"na_values": ["nd"], "decimal": ","})
    assert study.obs["age"].iloc[0] == 1.5
    assert np.isnan(study.obs["age"].iloc[1])
    assert study.obs["group"].iloc[0] == "missing"


@pytest.mark.parametrize(
    "overrides",
    [["sep=;", "decimal=,"], ["sep=semicolon", "decimal=','"], ["sep=';'", 'decimal=","']],
)
def test_read_study_reads_a_german_table_among_others_through_set(study_folder, overrides):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    path = folder / "metabolomics.csv"
    path.write_text(path.read_text().replace(",", ";").replace(".", ","))
    refused(folder, "metabolomics.csv, line 1", "--set sep=';' --set decimal=','")
    study = read_study(folder, read_parameters(None, overrides))
    assert_same(study, expected)


def test_read_study_reads_na_values_through_set_and_says_so(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda f: f.assign(m0=["<LOD", *f["m0"][1:]]))
    refused(folder, "metabolomics.csv, row S01 (line 2), column m0", "na_values")
    parameters = read_parameters(None, ['na_values=["<LOD"]'])
    study = read_study(folder, parameters)
    assert np.isnan(study["metabolomics"].X[0, 0])
    assert "1 cell read as missing" in notes_of(folder, **parameters)


def test_every_parameter_of_reading_reaches_the_first_notebook():
    settings = default_parameters() | {"na_values": ["nd"], "sep": ";", "decimal": ",", "encoding": "latin-1"}
    passed = _stage_parameters(settings)["01_data"]["parameters"]
    assert {name: passed[name] for name in READING} == {name: settings[name] for name in READING}


def _marked(folder, name, mark, scale=1):
    """Write a table's numbers, times a scale, with a mark between thousands."""

    def change(frame):
        numbers = (frame.iloc[:, 1:].astype(float) * scale).round().astype(int)
        return frame[["sample_id"]].join(numbers.map(lambda n: f"{n:,}".replace(",", mark)))

    edit(folder, name, change)


@pytest.mark.parametrize(("mark", "parameters"), [(".", {}), (",", {"decimal": ","})])
def test_thousands_marks_that_look_like_decimal_marks_are_refused(study_folder, mark, parameters):
    folder = study_folder(n_samples=24)
    edit(folder, "transcriptomics", lambda f: f.assign(g0=[str(j * 40 + 1) for j in range(24)]))
    _marked(folder, "transcriptomics", mark, scale=100)
    assert f"{mark}" in (folder / "transcriptomics.csv").read_text().split("\n", 2)[1]
    edit(folder, "transcriptomics", lambda f: f.assign(g1=[str(j + 101) for j in range(24)]))
    refused(folder, "transcriptomics.csv: ", "before three digits", "between thousands", **parameters)


def test_three_decimals_are_no_thousands(tmp_path):
    numbers = np.random.default_rng(0).uniform(5, 900, (30, 9)).round(3)
    numbers[:3, 0] = [7, 8, 9]
    frame = pd.DataFrame(numbers, columns=list("abcdefghi"))
    for text in (frame.to_csv(index_label="s"), frame.to_csv(index_label="s", float_format="%.3f")):
        (tmp_path / "t.csv").write_text(text)
        np.testing.assert_array_equal(read_table(tmp_path / "t.csv").values, numbers)


def test_thousands_marks_in_the_text_of_a_parquet_file_are_refused(tmp_path):
    marked = [f"{n:,}".replace(",", ".") for n in range(937, 4000, 7)]
    pd.DataFrame({"g1": marked}, index=[f"S{j}" for j in range(len(marked))]).to_parquet(
        tmp_path / "t.parquet"
    )
    with pytest.raises(StudyError, match="seems to stand between thousands"):
        read_table(tmp_path / "t.parquet")


def test_ids_behind_another_column_are_not_to_be_deleted(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda f: f.rename(columns={"sample_id": "Sample Name"}))
    edit(folder, "metabolomics", lambda f: f.set_axis(range(1, 13)).reset_index(names="no"))
    refused(folder, "column Sample Name: text in every cell", "make it the first column")
