from __future__ import annotations

import pandas as pd
import pytest

import omics_lib as ol
from omics_lib.errors import StudyError
from omics_lib.study._gene_sets import read_gene_sets, write_gene_sets


def with_sets(folder, text):
    (folder / "gene_sets.gmt").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


@pytest.fixture
def study(tmp_path):
    return ol.write_study_folder(ol.simulate_study(12, 20, 6, random_state=0), tmp_path / "s")


def test_gene_sets_are_read_and_matched_to_measured_genes(study):
    text = "A\thttps://x\tgene_00001\tgene_00002\tgene_00001\nB\t\tgene_00002\tTP53\t\n\nC\tnone\tMYC\n"
    read = ol.read_study(with_sets(study, text))
    expected = [("A", "gene_00001"), ("A", "gene_00002"), ("B", "gene_00002")]
    assert list(read.uns["gene_sets"].itertuples(index=False, name=None)) == expected
    assert "gene_sets.gmt: 2 of 3 gene sets with measured genes, 2 of them." in list(read.uns["notes"])
    assert study / "gene_sets.gmt" in ol.study_files(study)


def test_gene_sets_of_other_genes_are_left_alone(study):
    read = ol.read_study(with_sets(study, "A\t\tTP53\tMYC\n"))
    assert "gene_sets" not in read.uns
    assert any(
        "none of the genes of its 1 sets was measured (TP53, MYC)" in note for note in read.uns["notes"]
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A\t\tgene_00001\nB\tno genes\n", 'line 2: "B" without genes'),
        ("A\t\tgene_00001\n\t\tgene_00002\n", "line 2: a set without a name"),
        ("A\t\tgene_00001\nA\t\tgene_00002\n", 'line 2: "A" again, as in line 1'),
        (b"A\t\t\xff\xfe", "no text in UTF-8"),
    ],
)
def test_file_that_holds_no_gene_sets_is_refused(study, text, message):
    with pytest.raises(StudyError, match=message):
        ol.read_study(with_sets(study, text))


def test_file_beyond_the_limit_is_refused(tmp_path):
    with pytest.raises(StudyError, match="max_unpacked_gb"):
        read_gene_sets(with_sets(tmp_path, "A\t\tB\n") / "gene_sets.gmt", 1e-9)


def test_gene_sets_survive_writing_and_a_stage(study, tmp_path):
    read = ol.read_study(with_sets(study, "A\t\tgene_00001\nB\t\tgene_00003\tgene_00002\n"))
    sets = read.uns["gene_sets"]
    ol.write_study(ol.in_canonical_order(read), tmp_path / "s.h5mu")
    pd.testing.assert_frame_equal(ol.read_stage(tmp_path / "s.h5mu").uns["gene_sets"], sets)
    pd.testing.assert_frame_equal(ol.read_study(tmp_path / "s.h5mu").uns["gene_sets"], sets)
    write_gene_sets(sets, tmp_path / "again.gmt")
    pd.testing.assert_frame_equal(read_gene_sets(tmp_path / "again.gmt", 1), sets)


@pytest.mark.parametrize("features", [False, True])
def test_pseudonyms_of_genes_leave_no_gene_sets(study, tmp_path, features):
    with_sets(study, "A\t\tgene_00001\tgene_00002\n")
    ol.pseudonymize_study(study, tmp_path / "out", b"k" * 32, ol.default_parameters(), features=features)
    assert (tmp_path / "out/gene_sets.gmt").exists() is not features


def test_gene_sets_of_the_course_hold_half_of_each_module():
    study = ol.simulate_study(12, 200, 30, "course", n_modules=2, random_state=0)
    module, sets = study["transcriptomics"].var["module"], study.uns["gene_sets"]
    for k in (0, 1):
        genes = sets.query(f"gene_set == 'module_{k + 1}'")["gene_id"]
        assert (module[genes] == k).sum() == (module == k).sum() / 2 == len(genes) / 2
    course = study["transcriptomics"].varm["factors"]["course"]
    high = sets.loc[sets["gene_set"].str.startswith("high_"), "gene_id"]
    assert 0.5 <= course[high].mean() < 0.9  # half of each set, and the others by chance
    assert sets["gene_set"].nunique() == 13
