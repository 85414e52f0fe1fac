from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_helpers import assert_same, edit, refused

from omics_lib.study import read_study, write_study, write_study_folder
from omics_lib.study._loose_names import loose, spelling
from omics_lib.study._samples_match import near_pairs


def rename(folder, name, how):
    edit(folder, name, lambda frame: frame.assign(sample_id=[how(i) for i in frame["sample_id"]]))


SPELT = {
    "trailing blank": (lambda i: f"{i} ", r"'S01 ' and 'S01'"),
    "leading blank": (lambda i: f" {i}", r"' S01' and 'S01'"),
    "non-breaking blank": (lambda i: f"{i}\u00a0", r"'S01\xa0' and 'S01'"),
    "zero-width blank": (lambda i: f"{i}\u200b", r"'S01\u200b' and 'S01'"),
    "byte order mark": (lambda i: f"\ufeff{i}x"[:-1], r"'\ufeffS01' and 'S01'"),
    "letter case": (str.lower, "'s01' and 'S01'"),
    "leading zero": (lambda i: i.replace("S0", "S"), "'S1' and 'S01'"),
    "separator": (lambda i: f"{i[0]}-{i[1:]}", "'S-01' and 'S01'"),
    "alignment file": (lambda i: f"bam/{i}.sorted.bam", "'bam/S01.sorted.bam' and 'S01'"),
}


@pytest.mark.parametrize("how", SPELT)
def test_ids_that_differ_in_writing_are_refused_and_joined_when_asked(study_folder, how):
    change, shown = SPELT[how]
    expected, folder = read_study(study_folder("a")), study_folder("b")
    rename(folder, "transcriptomics", change)
    refused(folder, "transcriptomics.csv and samples.csv", shown, "--set id_match=loose")
    study = read_study(folder, {"id_match": "loose"})
    assert_same(study, expected)
    assert "ids joined loosely to those of samples.csv" in study.uns["notes"][0]
    assert shown in study.uns["notes"][0]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda k: f"{k:03d}", lambda k: f"{k}"),
        (lambda k: f"{k}", lambda k: f"{k}.0"),
        (lambda k: f"{k}A-1", lambda k: f"X{k}A.1"),
        (lambda k: f"mouse {k}", lambda k: f"mouse.{k}"),
        (lambda k: f"\u00e9t\u00e9{k}", lambda k: unicodedata.normalize("NFD", f"\u00e9t\u00e9{k}")),
    ],
    ids=["leading zeros", "float", "make.names", "blank to point", "Unicode form"],
)
def test_ids_as_other_programs_write_them_are_joined_when_asked(study_folder, ours, theirs):
    folder, number = study_folder(), lambda i: int(i[1:])
    for name in ("samples", "transcriptomics"):
        rename(folder, name, lambda i: ours(number(i)))
    rename(folder, "metabolomics", lambda i: theirs(number(i)))
    refused(folder, "12 sample ids differ only in how they are written", "0 of 12 agree", "id_match: loose")
    study = read_study(folder, {"id_match": "loose"})
    assert list(study.obs_names) == [ours(k) for k in range(1, 13)]
    np.testing.assert_array_equal(
        study["metabolomics"].X, pd.read_csv(folder / "metabolomics.csv", index_col=0).to_numpy()
    )


def test_ids_that_agree_in_part_are_not_joined_on_that_part(study_folder):
    folder = study_folder()
    for name in ("samples", "transcriptomics"):
        rename(folder, name, lambda i: f"{94 + int(i[1:]):03d}")
    rename(folder, "metabolomics", lambda i: f"{94 + int(i[1:])}")
    refused(folder, "5 sample ids", "'95' and '095'", "7 of 12 agree")
    assert read_study(folder, {"id_match": "loose"}).n_obs == 12


def test_a_turned_table_with_names_of_r_is_turned_and_joined(study_folder):
    expected, folder = read_study(study_folder("a")), study_folder("b")
    frame = pd.read_csv(folder / "transcriptomics.csv", index_col=0).T
    frame.columns = [f"{name[0]}.{name[1:]}" for name in frame.columns]
    frame.rename_axis("gene").to_csv(folder / "transcriptomics.csv")
    refused(folder, "'S.01' and 'S01'")
    assert_same(read_study(folder, {"id_match": "loose"}), expected)


def test_loose_ids_that_are_not_alone_in_their_form_are_an_error(study_folder):
    folder = study_folder()
    rename(folder, "samples", lambda i: {"S02": "s-1"}.get(i, i))
    rename(folder, "metabolomics", lambda i: {"S01": "S1"}.get(i, i))
    refused(folder, "id_match is loose", "'S01', 's-1'", "Rename them", id_match="loose")


def test_tables_that_write_the_same_samples_in_two_ways_are_refused(study_folder):
    folder = study_folder()
    rename(folder, "metabolomics", lambda i: "s12" if i == "S12" else i)
    edit(folder, "samples", lambda frame: pd.concat([frame, frame.tail(1).assign(sample_id="s12")]))
    refused(folder, "transcriptomics.csv and metabolomics.csv", "'S12' and 's12'", "alike in every file")


def test_ids_of_another_metadata_column_are_named(study_folder):
    folder = study_folder()
    edit(folder, "samples", lambda frame: frame.assign(tube=[f"T{i}" for i in frame["sample_id"]]))
    rename(folder, "metabolomics", lambda i: f"T{i}")
    refused(
        folder, "the column `tube` holds 12 of the 12 ids in metabolomics.csv, `sample_id` 0", "`sample_id`"
    )


def test_a_further_table_that_lacks_samples_drops_none(study_folder, tmp_path):
    folder = study_folder()
    frame = pd.read_csv(folder / "metabolomics.csv", dtype=str)
    frame.iloc[[7, 3, 5, 1]].to_csv(folder / "qc.csv", index=False)
    study = read_study(folder)
    assert study.n_obs == study["metabolomics"].n_obs == 12
    assert list(study["qc"].obs_names) == ["S02", "S04", "S06", "S08"]
    assert "qc.csv: it has 4 of the 12 samples; the others stay in the study." in study.uns["notes"]
    write_study(study, tmp_path / "s.h5mu")
    again = read_study(tmp_path / "s.h5mu")
    assert_same(again, study)
    assert list(again.uns["notes"]) == list(study.uns["notes"])
    assert_same(read_study(write_study_folder(study, tmp_path / "out")), study)


def test_a_further_table_of_other_samples_is_left_out_and_said(study_folder):
    folder = study_folder()
    (folder / "qc.csv").write_text("sample_id,q\nA,1\nB,2\n")
    study = read_study(folder)
    assert list(study.mod) == ["transcriptomics", "metabolomics"]
    assert "qc.csv: left alone, it has none of the samples." in study.uns["notes"]


def test_a_further_table_is_no_reason_to_refuse_the_study(study_folder):
    folder = study_folder()
    (folder / "qc.csv").write_text("sample_id,reads\nS01,1000000\ns02,5\n")
    (folder / "depth.csv").write_text("sample_id,reads\nS01,1000000\nS02,2000000\n")
    study = read_study(folder)
    assert list(study.mod) == ["transcriptomics", "metabolomics", "depth"]
    notes = "\n".join(study.uns["notes"])
    assert "qc.csv: 1 sample ids differ only in how they are written ('s02' and 'S02'), not joined" in notes
    assert "qc.csv: left alone, none of its features varies among these samples." in notes


@given(st.text(min_size=1, max_size=12))
def test_loose_form_is_reached_once_and_never_empty(name):
    assert spelling(spelling(name)) == spelling(name)
    assert loose(f" {name}\u00a0") == loose(name)
    assert loose(name) or not spelling(name)


@given(st.lists(st.integers(1, 10**6), unique=True, min_size=1, max_size=20))
def test_near_pairs_find_every_number_written_in_another_way(numbers):
    ours, theirs = [f"{n:08d}" for n in numbers], [f"X{n}" for n in numbers]
    assert near_pairs(theirs, ours) == list(zip(theirs, ours, strict=True))
    assert near_pairs(ours, ours) == []


@pytest.mark.parametrize("ending", [".mzML", ".mzML Peak area", ".raw", ".fastq.gz", ".sorted.bam"])
def test_names_of_files_are_near_the_ids(study_folder, ending):
    folder = study_folder()
    edit(folder, "metabolomics", lambda f: f.assign(sample_id=f["sample_id"] + ending))
    refused(folder, "differ only in how they are written", "id_match=loose")
    assert read_study(folder, {"id_match": "loose"}).n_obs == 12
