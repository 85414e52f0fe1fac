from __future__ import annotations

import csv
import gzip

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omics_lib.errors import StudyError
from omics_lib.tables import read_table, read_text_table, reading_of

GOOD = "sample_id,A,B\nS1,1,2.5\nS2,-3,1e-2\n"
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def assert_good(table):
    assert (table.rows, table.columns, table.label) == (["S1", "S2"], ["A", "B"], "sample_id")
    assert table.values.dtype == np.float64
    np.testing.assert_array_equal(table.values, [[1, 2.5], [-3, 0.01]])


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.csv.gz", "t.tsv.gz", "T.CSV"])
def test_read_table_gives_ids_names_and_numbers_from_text(tmp_path, name):
    content = GOOD.replace(",", "\t") if ".tsv" in name else GOOD
    assert_good(
        read_table(
            write(tmp_path, name, gzip.compress(content.encode(), mtime=0) if "gz" in name else content)
        )
    )


@pytest.mark.parametrize(
    "content", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD + "\n\n", GOOD.rstrip("\n")]
)
def test_read_table_takes_byte_order_mark_windows_lines_and_blank_lines(tmp_path, content):
    assert_good(read_table(write(tmp_path, "t.csv", content)))


def frame():
    index = pd.Index(["S1", "S2"], name="sample_id")
    return pd.DataFrame({"A": [1, -3], "B": [2.5, 0.01]}, index=index)


@pytest.mark.parametrize("as_index", [True, False])
def test_read_table_finds_ids_in_parquet(tmp_path, as_index):
    (frame() if as_index else frame().reset_index()).to_parquet(tmp_path / "t.parquet")
    assert_good(read_table(tmp_path / "t.parquet"))


@pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_matrix])
def test_read_table_takes_dense_and_sparse_h5ad(tmp_path, convert):
    adata = anndata.AnnData(convert(frame().to_numpy()), obs=frame()[[]], var=pd.DataFrame(index=["A", "B"]))
    adata.write_h5ad(tmp_path / "t.h5ad")
    assert_good(read_table(tmp_path / "t.h5ad"))


@pytest.mark.parametrize("blank", ["", " ", "NA", "NaN", "nan", "null", "N/A"])
def test_read_table_turns_blank_cells_into_nan(tmp_path, blank):
    table = read_table(write(tmp_path, "t.csv", f"sample_id,A,B\nS1,{blank},2\n"))
    np.testing.assert_array_equal(table.values, [[np.nan, 2]])


def test_read_table_takes_nulls_in_parquet_as_nan(tmp_path):
    frame().assign(A=pd.array([None, 4], dtype="Int64"), C=None).to_parquet(tmp_path / "t.parquet")
    np.testing.assert_array_equal(
        read_table(tmp_path / "t.parquet").values, [[np.nan, 2.5, np.nan], [4, 0.01, np.nan]]
    )


def test_read_table_keeps_names_that_differ_by_case(tmp_path):
    assert read_table(write(tmp_path, "t.csv", "sample_id,a,A\nS1,1,2\n")).columns == ["a", "A"]


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("t.csv", "", ["empty"]),
        ("t.csv.gz", gzip.compress(b"", mtime=0), ["empty"]),
        ("t.csv", "sample_id,A\n", ["no rows"]),
        ("t.csv", "sample_id\nS1\n", ["single column"]),
        ("t.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-9], ["truncated", "Copy it again"]),
        ("t.csv", GOOD.encode() + b"S3,\x00,1\n", ["line 4", "NUL", "binary"]),
        ("t.csv", GOOD.encode("utf-16"), ["UTF-8", "0xff", "--set encoding=utf-16"]),
        ("t.csv", GOOD.encode("utf-16-le"), ["line 1", "NUL", "--set encoding=utf-16-le"]),
        ("t.csv", "sample_id,\xb5mol\nS1,1\n".encode("latin-1"), ["UTF-8", "0xb5", "--set encoding=latin-1"]),
        ("t.csv", GOOD + "S3,1\n", ["line 4", "S3 has 2 fields", "must have 3"]),
        ("t.csv", GOOD + "S3,1,2,3\n", ["line 4", "S3 has 4 fields", "must have 3"]),
        ("t.csv", 'sample_id,"A\nS1,1\n', ["CSV", "quotes"]),
        ("t.csv", GOOD.replace(",", ";"), ["line 1", "semicolons", "commas", "Give --set sep=';', or"]),
        ("t.csv", GOOD.replace(",", ";").replace(".", ","), ["--set sep=';' --set decimal=','"]),
        ("t.csv", GOOD.replace(",", "\t"), ["line 1", "tabs", "commas", "--set sep=tab", ".tsv"]),
        ("t.csv", GOOD.replace(",", " "), ["line 1", "blanks", "commas", "--set sep=blank"]),
        ("t.tsv", GOOD, ["line 1", "commas", "must be separated by tabs", "--set sep=comma", ".csv"]),
        ("t.csv", GOOD + "S1,1,2\n", ["duplicate", "S1", "rows 1, 3", "first column"]),
        ("t.csv", "sample_id,A,A\nS1,1,2\n", ["duplicate", "A", "columns 1, 2", "header"]),
        ("t.csv", GOOD + ",1,2\n", ["empty name", "row 3"]),
        ("t.csv", GOOD + "S3,,high\n,,low\n", ["row S3 (line 4)", "column B", "the first of 2 such cells"]),
        ("t.csv", "sample_id,A,\nS1,1,2\n", ["empty name", "header", "column 2"]),
        ("t.csv", GOOD + "S3,1,high\n", ["row S3 (line 4)", "column B", '"high"', "number"]),
        ("t.csv", GOOD + "S3,1_000,1\n", ["column A", '"1_000"']),
        ("t.csv", GOOD + 'S3,"1,5",1\n', ["column A", '"1,5"', "decimal point"]),
        ("t.csv", GOOD + "S3,1,inf\n", ["infinite", "row S3", "column B"]),
        ("t.csv", GOOD + "S3,1,-1e999\n", ["infinite", "-inf"]),
        ("t.parquet", b"PAR1 this is not one PAR1", ["Parquet"]),
        ("t.h5ad", b"\x89HDF\r\n\x1a\n and nothing else", ["h5ad"]),
        ("t.xlsx", b"PK", ["not readable as an Excel workbook"]),
        ("t.foo", GOOD, ["unknown kind", ".parquet"]),
    ],
)
def test_read_table_says_where_and_what_when_damaged(tmp_path, name, content, parts):
    with pytest.raises(StudyError) as caught:
        read_table(write(tmp_path, name, content))
    for part in [name, *parts]:
        assert part in str(caught.value)


def test_read_table_says_missing_file(tmp_path):
    with pytest.raises(StudyError, match=r"t\.csv: no such file"):
        read_table(tmp_path / "t.csv")


def test_read_table_names_text_cell_in_parquet(tmp_path):
    frame().assign(B=["1.5", "high"]).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(StudyError, match=r'row S2, column B: text "high"'):
        read_table(tmp_path / "t.parquet")


@pytest.mark.filterwarnings("ignore:Variable names are not unique")
def test_read_table_says_duplicate_names_in_h5ad(tmp_path):
    adata = anndata.AnnData(np.ones((2, 2)), obs=frame()[[]], var=pd.DataFrame(index=["A", "A"]))
    adata.write_h5ad(tmp_path / "t.h5ad")
    with pytest.raises(StudyError, match="column A: a duplicate name in the header"):
        read_table(tmp_path / "t.h5ad")


@pytest.mark.parametrize("kind", ["parquet", "h5ad"])
def test_read_table_says_truncated_binary_file(tmp_path, kind):
    path = tmp_path / f"t.{kind}"
    if kind == "parquet":
        frame().to_parquet(path)
    else:
        anndata.AnnData(np.ones((2, 2)), obs=frame()[[]]).write_h5ad(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StudyError, match=kind.removeprefix("p")):
        read_table(path)


def test_read_table_says_h5ad_of_another_encoding(tmp_path):
    with h5py.File(tmp_path / "t.h5ad", "w") as file:
        file.attrs["encoding-type"], file.attrs["encoding-version"] = "anndata", "0.1.0"
        obs = file.create_group("obs")
        obs.attrs["encoding-type"], obs.attrs["encoding-version"] = "dataframe", "99"
    with pytest.raises(StudyError, match=r"t\.h5ad: not readable as h5ad"):
        read_table(tmp_path / "t.h5ad")


def test_read_text_table_leaves_cells_as_they_stand(tmp_path):
    table, notes = read_text_table(write(tmp_path, "t.csv", "sample_id,x\nS1,007\nS2,NA\n"))
    assert notes == []
    assert table["x"].tolist() == ["007", "NA"]


names = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip),
    min_size=1,
    max_size=5,
    unique=True,
)


@SLOW
@given(rows=names, columns=names, data=st.data(), suffix=st.sampled_from(["csv", "tsv"]))
def test_read_table_round_trips_weird_names(tmp_path, rows, columns, data, suffix):
    number = st.floats(allow_infinity=False)
    values = [[data.draw(number) for _ in columns] for _ in rows]
    path = tmp_path / f"t.{suffix}"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter="," if suffix == "csv" else "\t", quoting=csv.QUOTE_ALL)
        writer.writerow(["sample_id", *columns])
        writer.writerows([name, *row] for name, row in zip(rows, values, strict=True))
    table = read_table(path)
    assert (table.rows, table.columns) == (rows, columns)
    np.testing.assert_array_equal(table.values, values)


@SLOW
@given(
    content=st.binary(max_size=300) | st.text('S1,;\t"\n\r.-eE2naN_é#', max_size=60).map(str.encode),
    suffix=st.sampled_from(["csv", "tsv", "txt", "csv.gz", "parquet", "h5ad", "xlsx"]),
    whole=st.booleans(),
    parameters=st.fixed_dictionaries(
        {},
        optional={
            "na_values": st.lists(st.sampled_from(["nd", "-", "2"])),
            "sep": st.sampled_from([";", "tab", "blank"]),
            "decimal": st.just(","),
            "encoding": st.sampled_from(["latin-1", "utf-16", "utf-8"]),
        },
    ),
)
def test_read_table_gives_table_or_study_error_for_any_bytes(tmp_path, content, suffix, whole, parameters):
    path = tmp_path / f"t.{suffix}"
    path.write_bytes(gzip.compress(content, mtime=0) if whole and suffix.endswith("gz") else content)
    reading = reading_of(parameters)
    try:
        read_text_table(path, reading)
    except StudyError as error:
        assert path.name in error.where
    try:
        table = read_table(path, reading)
    except StudyError as error:
        assert path.name in error.where
    else:
        assert table.values.shape == (len(table.rows), len(table.columns))
        assert len(set(table.rows)) == len(table.rows)
        assert not np.isinf(table.values).any()
