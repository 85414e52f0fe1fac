"""Which files of a folder are read, as what, and why the others are left alone."""

from __future__ import annotations

import gzip
import zipfile

import anndata
import numpy as np
import pandas as pd
import pytest
from study_helpers import assert_same, edit, refused

from omics_lib.errors import StudyError
from omics_lib.study import read_study
from omics_lib.tables import read_table, split_suffix
from omics_lib.tables._kinds import bytes_kind, content_kind

GOOD = "sample_id,A,B\nS1,1,2.5\nS2,-3,0.25\n"


def notes_of(folder, **parameters):
    return list(read_study(folder, parameters).uns["notes"])


def rename(folder, old, new):
    (folder / old).rename(folder / new)
    return folder / new


def as_tabs(path):
    path.write_text(path.read_text().replace(",", "\t"))


@pytest.mark.parametrize("name", ["transcriptomics", "metabolomics", "samples"])
def test_read_study_takes_names_in_any_case_and_says_so(study_folder, name):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    rename(folder, f"{name}.csv", f"{name.title()}.CSV")
    study = read_study(folder)
    assert_same(study, expected)
    assert f"{name.title()}.CSV: taken for {name}, although its name has capitals." in list(
        study.uns["notes"]
    )


@pytest.mark.parametrize("name", ["transcriptomics", "metabolomics", "samples"])
@pytest.mark.parametrize("suffix", [".txt", ".txt.gz", ".csv.txt"])
def test_read_study_takes_a_table_that_is_only_there_as_txt(study_folder, name, suffix):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    path = rename(folder, f"{name}.csv", f"{name}{suffix}")
    if not suffix.startswith(".csv"):
        as_tabs(path)
    if suffix.endswith(".gz"):
        path.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    study = read_study(folder)
    assert_same(study, expected)
    said = "taken for the table; cells are separated by tabs" in "".join(study.uns["notes"])
    assert said == suffix.startswith(".txt")


def test_read_study_refuses_a_txt_with_commas_and_names_the_remedy(study_folder):
    folder = study_folder()
    rename(folder, "transcriptomics.csv", "transcriptomics.txt")
    refused(folder, "transcriptomics.txt, line 1", "separated by commas", "--set sep=comma")
    assert "transcriptomics.txt" in "".join(notes_of(folder, sep=","))


def test_read_study_leaves_a_txt_alone_beside_a_table(study_folder):
    folder = study_folder()
    (folder / "metabolomics.txt").write_text("measured in May")
    assert notes_of(folder) == ["metabolomics.txt: left alone, metabolomics.csv is there."]


@pytest.mark.parametrize("name", ["transcriptomics.csv", "samples.csv"])
def test_read_study_reads_gzip_under_a_plain_name_and_says_so(study_folder, name):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    (folder / name).write_bytes(gzip.compress((folder / name).read_bytes(), mtime=0))
    study = read_study(folder)
    assert_same(study, expected)
    assert list(study.uns["notes"]) == [f"{name}: a gzip file under a plain name, unpacked."]


def test_read_study_reads_plain_text_that_is_called_gz(study_folder):
    folder = study_folder()
    rename(folder, "metabolomics.csv", "metabolomics.csv.gz")
    assert notes_of(folder) == [
        "metabolomics.csv.gz: not a gzip file, although it is called so; read as plain text."
    ]


@pytest.mark.parametrize("kind", ["parquet", "h5ad"])
def test_read_table_reads_a_binary_table_under_another_name(tmp_path, kind):
    frame = pd.DataFrame({"A": [1, -3], "B": [2.5, 0.25]}, index=pd.Index(["S1", "S2"], name="sample_id"))
    path = tmp_path / "t.csv"
    if kind == "parquet":
        frame.to_parquet(path)
    else:
        anndata.AnnData(frame.to_numpy(), obs=frame[[]], var=pd.DataFrame(index=["A", "B"])).write_h5ad(path)
    table = read_table(path)
    np.testing.assert_array_equal(table.values, frame.to_numpy())
    assert "by its content" in table.notes[0]


FOREIGN = {
    "RData": (gzip.compress(b"RDX3\nX\n"), "an R file", 'write.csv(x, "transcriptomics.csv")'),
    "rds": (gzip.compress(b"X\n\x00\x00\x00\x03"), "an R file", "write.csv"),
    "h5": (b"\x89HDF\r\n\x1a\n", "an HDF5 file", ".h5ad"),
    "mtx": (b"%%MatrixMarket matrix\n", "Matrix Market", "names"),
    "zip": (b"PK\x03\x04", "an archive, or a damaged Excel file", "Unpack"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Excel file", ".xlsx"),
    "gct": (b"#1.2\n", "a GCT file", "first two lines"),
    "pkl": (b"\x80\x04", "a Python file", "to_csv"),
    "dat": (b"x", "its kind cannot be told from its name", "transcriptomics.csv"),
}  # fmt: skip


@pytest.mark.parametrize("suffix", FOREIGN)
def test_read_study_says_what_a_file_of_the_right_name_is_and_what_to_do(study_folder, suffix):
    content, *parts = FOREIGN[suffix]
    folder = study_folder()
    (folder / "transcriptomics.csv").unlink()
    (folder / f"transcriptomics.{suffix}").write_bytes(content)
    refused(folder, f"transcriptomics.{suffix}", *parts)


@pytest.mark.parametrize("suffix", ["RData", "rds", "zip", "xls"])
def test_read_table_says_what_a_foreign_file_under_a_plain_name_is(tmp_path, suffix):
    (tmp_path / "t.csv").write_bytes(FOREIGN[suffix][0])
    with pytest.raises(StudyError, match=FOREIGN[suffix][1]):
        read_table(tmp_path / "t.csv")


def test_content_kind_tells_the_kinds_of_zip_archives(tmp_path):
    for names, kind in (
        (["xl/workbook.xml"], "xlsx"),
        (["xl/workbook.bin"], "xlsb"),
        (["mimetype", "content.xml"], "ods"),
        (["a.npy"], "npz"),
        (["t.csv"], "zip"),
    ):
        path = tmp_path / f"{kind}.csv"
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        assert content_kind(path) == kind
    assert bytes_kind(b"sample_id,A") == "text"


@pytest.mark.parametrize("name", ["transcriptomics.csv", "samples.csv"])
def test_read_study_says_broken_link_and_folder(study_folder, name):
    folder = study_folder()
    (folder / name).unlink()
    (folder / name).symlink_to(folder / "gone.csv")
    refused(folder, f"{name}: a broken link", "mend the link")
    (folder / name).unlink()
    (folder / name).mkdir()
    refused(folder, f"{name}: a folder", "Put the table itself here")


def test_read_study_refuses_known_pairs_of_a_kind_that_is_not_read(study_folder):
    folder = study_folder()
    (folder / "known_pairs.rds").write_bytes(b"x")
    refused(folder, "known_pairs.rds: it is an R file")


def test_read_study_lists_every_file_that_was_left_alone_and_why(study_folder):
    folder = study_folder()
    for name in ("README.md", "SOURCE", ".hidden"):
        (folder / name).write_text("x")
    for name in (
        "notes.txt",
        "known_pairs.png",
        "plot.png",
        "run.yml",
        "QC plate-2.csv",
        "transcriptomics.rds",
        "a.tsv",
        "a.csv",
    ):
        (folder / name).write_text("x")
    (folder / "results").mkdir()
    (folder / "gone.csv").symlink_to(folder / "nothing.csv")
    edit(folder, "samples", lambda f: f)
    (folder / "gene_annotation.csv").write_text("gene_id,remark\ng0,TP53\ng1,FASN\n")
    (folder / "other.csv").write_text("sample_id,a,b\nX1,1,2\nX2,3,4\n")
    assert sorted(notes_of(folder)) == [
        "QC plate-2.csv: left alone, no modality can have its name (letters, digits, `_`).",
        "a.csv, a.tsv: left alone, there is more than one a.",
        'gene_annotation.csv: left alone, it is no table of numbers (text in every cell (first: "TP53")).',
        "gone.csv: left alone, a broken link.",
        "known_pairs.png, notes.txt, plot.png: left alone, not a table of the study.",
        "other.csv: left alone, it has none of the samples.",
        "results: left alone, a folder.",
        "run.yml: left alone, parameters are given with --params.",
        "transcriptomics.rds: left alone, transcriptomics.csv is there.",
    ]


def test_read_study_refuses_a_further_table_that_is_asked_for_and_unfit(study_folder):
    folder = study_folder()
    (folder / "proteomics.csv").write_text("sample_id,a,b\nS01,high,1\nS02,low,2\n")
    assert "it is no table of numbers" in "".join(notes_of(folder))
    refused(folder, "proteomics.csv, column a", proteomics_kind="log")


def test_read_study_leaves_tables_beside_an_h5mu_alone_unless_they_compete(study_folder, tmp_path):
    from omics_lib.study import write_study

    folder = tmp_path / "one"
    folder.mkdir()
    write_study(read_study(study_folder()), folder / "study.h5mu")
    (folder / "gene_annotation.csv").write_text("gene_id,symbol\ng0,TP53\n")
    assert "gene_annotation.csv: left alone, the study is one .h5mu file." in notes_of(folder)
    (folder / "samples.csv").write_text("x")
    refused(folder, "both study.h5mu, samples.csv")


def adata(**layers):
    frame = pd.DataFrame(index=["S1", "S2"])
    made = anndata.AnnData(None, obs=frame, var=pd.DataFrame(index=["A", "B"]))
    for name, matrix in layers.items():
        made.layers[name] = matrix
    return made


def test_read_table_reads_the_only_layer_where_there_is_no_x(tmp_path):
    counts = np.array([[1.0, 2.0], [3.0, 4.0]])
    adata(counts=counts).write_h5ad(tmp_path / "t.h5ad")
    table = read_table(tmp_path / "t.h5ad")
    np.testing.assert_array_equal(table.values, counts)
    assert table.notes == ("t.h5ad: no matrix X, layers['counts'] was read.",)


def test_read_table_names_the_layers_where_there_is_no_x_and_several(tmp_path):
    adata(counts=np.ones((2, 2)), log=np.ones((2, 2))).write_h5ad(tmp_path / "t.h5ad")
    with pytest.raises(StudyError, match=r"no matrix X, but 2 layers \(counts, log\).*adata\.layers"):
        read_table(tmp_path / "t.h5ad")


def test_split_suffix_takes_the_name_that_windows_hides(tmp_path):
    assert split_suffix(tmp_path / "Samples.CSV.txt") == ("Samples", ".csv.txt")
