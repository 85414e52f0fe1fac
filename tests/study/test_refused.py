from __future__ import annotations

import gzip

import pytest
from study_helpers import edit, refused, write_pairs

from omics_lib.errors import ParameterError
from omics_lib.study import read_study


def test_read_study_refuses_negative_counts_and_names_the_remedy(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.assign(g3=["4", "-1", *frame["g3"][2:]]))
    where = "transcriptomics.csv, row S02, column g3: a negative count -1; counts must be ≥ 0."
    refused(folder, where, "set `transcriptomics_kind: log`")
    assert read_study(folder, {"transcriptomics_kind": "log"}).n_obs == 12


def test_read_study_refuses_missing_counts_and_negative_abundances(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda frame: frame.assign(m0=["-2", *frame["m0"][1:]]))
    refused(folder, "metabolomics.csv, row S01, column m0: a negative value -2", "`metabolomics_kind: log`")
    edit(folder, "transcriptomics", lambda frame: frame.assign(g0=["", *frame["g0"][1:]]))
    refused(folder, "transcriptomics.csv, row S01, column g0: a missing count", "complete", "Write 0")


def test_read_study_refuses_only_constant_features(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.assign(**{f"g{j}": "1" for j in range(6)}))
    refused(folder, "transcriptomics.csv", "every gene has the same value")


def test_read_study_refuses_no_or_few_common_samples(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda frame: frame.assign(sample_id=["S01", *(f"X{i}" for i in range(11))]))
    refused(folder, "only 1 samples in common", "S01, S02, S03, S04, S05 and 7 more", "X0")
    edit(folder, "metabolomics", lambda frame: frame.assign(sample_id=[f"X{i}" for i in range(12)]))
    refused(folder, "no sample in common", "metabolomics.csv has X0, X1, X2, X3, X4 and 7 more", "alike")


@pytest.mark.parametrize("name", ["transcriptomics", "metabolomics", "samples"])
def test_read_study_names_the_missing_file(study_folder, name):
    folder = study_folder()
    (folder / f"{name}.csv").rename(folder / f"my_{name}.csv")
    refused(folder, f"no {name} file", f"my_{name}.csv", f"{name}.*", "rename the file that holds it")


def test_read_study_refuses_two_files_for_one_table(study_folder):
    folder = study_folder()
    content = (folder / "metabolomics.csv").read_bytes()
    (folder / "metabolomics.csv.gz").write_bytes(gzip.compress(content, mtime=0))
    refused(folder, "two files for metabolomics: metabolomics.csv and metabolomics.csv.gz", "Move one away")


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (lambda f: f.rename(columns={"sample_id": "id"}), ["first column is `id`", "must be `sample_id`"]),
        (lambda f: f.rename(columns={"age": "age/y"}), ["column name age/y", "no `/`", "Rename"]),
        (
            lambda f: f.assign(sample_id=["S01", "S01", *f["sample_id"][2:]]),
            ["duplicate", "S01", "rows 1, 2"],
        ),
        (lambda f: f.assign(age=["inf", *f["age"][1:]]), ["column age", "infinite"]),
    ],
)
def test_read_study_refuses_unfit_samples(study_folder, change, parts):
    folder = study_folder()
    edit(folder, "samples", change)
    refused(folder, "samples.csv", *parts)


@pytest.mark.parametrize("name", ["covariates", "groups", "colour_by"])
def test_read_study_refuses_unknown_metadata_column(study_folder, name):
    value = ["tissue"] if name == "covariates" else "tissue"
    parts = [f"`{name}` names tissue", "the columns are: group, age", "samples.csv"]
    refused(study_folder(), *parts, kind=ParameterError, **{name: value})


def test_read_study_refuses_kind_of_absent_modality(study_folder):
    parts = ["`proteomics_kind`", "transcriptomics, metabolomics"]
    refused(study_folder(), *parts, kind=ParameterError, proteomics_kind="log")


@pytest.mark.parametrize(
    ("row", "header", "parts"),
    [
        ("gX,m0", "gene_id,metabolite_id", ["none of the 1 pairs was measured", "gX", "transcriptomics"]),
        ("g0,mX", "gene_id,metabolite_id", ["none of the 1 pairs was measured", "mX", "metabolomics"]),
        ("g0,m0", "gene,metabolite_id", ["no column gene_id"]),
        ("g0,m0,maybe", "gene_id,metabolite_id,currency", ["line 2", "currency", '"maybe"', "true, false"]),
    ],
)
def test_read_study_refuses_unfit_known_pairs(study_folder, row, header, parts):
    folder = study_folder()
    write_pairs(folder, row, header=header)
    refused(folder, "known_pairs", *parts)


@pytest.mark.parametrize("content", [b"", b"text", b"MuData\x89HDF\r\n\x1a\n"])
def test_read_study_refuses_damaged_h5mu(tmp_path, content):
    (tmp_path / "s.h5mu").write_bytes(content)
    refused(tmp_path / "s.h5mu", "s.h5mu: not readable as h5mu", "Copy or export")


def test_read_study_refuses_missing_and_single_files(study_folder, tmp_path):
    refused(tmp_path / "nowhere", "no such file or folder")
    refused(study_folder() / "samples.csv", "a single file", ".h5mu")
