from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from study_helpers import edit, refused, write_pairs

from omics_lib.study import read_study
from omics_lib.study._loose_names import spelling


def test_pairs_that_were_not_measured_are_left_out_counted_and_shown(study_folder):
    folder = study_folder()
    write_pairs(folder, "g0,m0", "gX,m1", "g1,mY", "gX,mY", ",m1")
    study = read_study(folder)
    assert study.uns["known_pairs"].values.tolist() == [["g0", "m0"]]
    assert study.uns["notes"][0] == (
        "known_pairs.csv: 4 of 5 pairs left out, a side of them was not measured (gX, mY, an empty cell)."
    )


def test_pairs_that_differ_by_case_or_blanks_are_matched_and_said(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda frame: frame.rename(columns={"m0": "L-Alanine"}))
    write_pairs(folder, "G0,l-alanine ", "g1,\u00a0L-ALANINE")
    study = read_study(folder)
    assert study.uns["known_pairs"].values.tolist() == [["g0", "L-Alanine"], ["g1", "L-Alanine"]]
    assert (
        "1 ids of gene_id matched though they differ by case or blanks ('G0' and 'g0')"
        in study.uns["notes"][0]
    )


def test_a_pair_is_not_matched_to_one_of_two_names(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.rename(columns={"g1": "G0"}))
    write_pairs(folder, "g0,m0", "G0,m1", "g0 ,m2")
    study = read_study(folder)
    assert study.uns["known_pairs"].values.tolist() == [["g0", "m0"], ["G0", "m1"]]


def test_no_pair_left_is_an_error(study_folder):
    folder = study_folder()
    write_pairs(folder, "gX,m0", "g0,mX")
    refused(folder, "known_pairs.csv: none of the 2 pairs was measured", "gX, mX", "delete the file")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_spelling_of_plain_letters_is_that_of_any_letters(name):
    assert spelling(name) == spelling(name + "\u00ad")  # a soft hyphen, which is left out
