from __future__ import annotations

import anndata
import numpy as np
import pandas as pd
import pytest
from study_helpers import assert_same, edit, refused

from omics_lib.study import read_study
from omics_lib.study._gene_dates import note_dates
from omics_lib.tables import read_table

COUNTERS = {
    "htseq": ["__no_feature", "__ambiguous", "__too_low_aQual", "__not_aligned", "__alignment_not_unique"],
    "old htseq": ["no_feature", "ambiguous", "too_low_aQual", "not_aligned", "alignment_not_unique"],
    "STAR": ["N_unmapped", "N_multimapping", "N_noFeature", "N_ambiguous"],
    "R": ["X__no_feature", "X__ambiguous"],
    "featureCounts": ["Unassigned_Unmapped", "Unassigned_NoFeatures"],
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("program", COUNTERS)
def test_counters_of_a_program_are_dropped_and_said(study_folder, program, turned):
    expected, folder = read_study(study_folder("a")), study_folder("b")
    frame = pd.read_csv(folder / "transcriptomics.csv", index_col=0)
    for k, name in enumerate(COUNTERS[program]):
        frame.insert(k, name, range(10**6, 10**6 + len(frame)))
    (frame.T if turned else frame).to_csv(folder / "transcriptomics.csv")
    study = read_study(folder)
    assert_same(study, expected)
    assert f"transcriptomics.csv: {len(COUNTERS[program])} counters" in study.uns["notes"][0]
    assert COUNTERS[program][0] in study.uns["notes"][0]


def test_a_gene_that_is_called_like_one_old_counter_is_kept(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.rename(columns={"g0": "ambiguous"}))
    assert "ambiguous" in read_study(folder)["transcriptomics"].var_names


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("Geneid", ["Chr", "Start", "End", "Strand", "Length"]),
        ("gene_id", ["gene_name", "gene_biotype"]),
        ("Name", ["Length", "EffectiveLength"]),
        ("target_id", ["description", "eff_length"]),
    ],
)
def test_columns_that_describe_genes_are_left_out_and_said(study_folder, label, names):
    expected, folder = read_study(study_folder("a")), study_folder("b")
    frame = pd.read_csv(folder / "transcriptomics.csv", index_col=0).T.rename_axis(label)
    for k, name in enumerate(names):
        frame.insert(k, name, "500" if "ength" in name else "1;2")
    command = '# Program:featureCounts v2.0.1; Command:"featureCounts" "-a" "x.gtf"\n'
    (folder / "transcriptomics.csv").write_text(command + frame.to_csv())
    study = read_study(folder)
    assert_same(study, expected)
    assert any("left out" in note and names[0] in note for note in study.uns["notes"])


def test_text_in_a_column_of_samples_stays_an_error(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.assign(description="x"))
    refused(folder, "transcriptomics.csv", "column description", 'text in every cell (first: "x")')


DATES = {
    "1-Mar": "MARCHF1 or MTARC1",
    "01-Mar": "MARCHF1 or MTARC1",
    "5-Mar": "MARCHF5,",
    "Mar-05": "MARCHF5,",
    "2022-03-05": "MARCHF5,",
    "2022-09-02 00:00:00": "SEPTIN2",
    "2-Sep": "SEPTIN2",
    "15-Sep": "SELENOF",
    "1-Dec": "DELEC1",
    "4-Oct": "POU5F1",
    "02. Sep": "SEPTIN2",
    "2-Sep-22": "SEPTIN2",
    "X2.Sep": "SEPTIN2",
    "3. M\u00e4r": "MARCHF3",
    "9/2/2022": "SEPTIN2",
    "44256": "MARCHF1 or MTARC1",
}


@pytest.mark.parametrize("name", DATES)
def test_gene_names_that_became_dates_are_said_with_what_they_were(name):
    (note,) = note_dates([name, *(f"GENE{k}" for k in range(20))], "t.csv")
    assert f"{name} (was {DATES[name]}" in note


def test_numbers_and_symbols_are_no_dates():
    assert note_dates(["MARCHF1", "SEPTIN2", "TP53", "1-Jan", "16-Sep", "Mark-2", "D-3"], "t.csv") == []
    assert note_dates([str(44000 + 7 * k) for k in range(100)], "t.csv") == []
    assert "2.31E+13" in note_dates(["2.31E+13", "TP53"], "t.csv")[0]


def test_a_study_with_dates_for_genes_is_read_and_says_so(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.rename(columns={"g0": "1-Mar", "g1": "2-Sep"}))
    study = read_study(folder)
    assert list(study["transcriptomics"].var_names[:2]) == ["1-Mar", "2-Sep"]
    assert "2 gene names look like dates" in study.uns["notes"][0]


def test_a_sample_called_like_an_annotation_keeps_its_numbers(tmp_path):
    (tmp_path / "t.csv").write_text("gene_id,external_gene_name,mass,S2\ng1,TP53,1,2\ng2,MYC,3,4\n")
    table = read_table(tmp_path / "t.csv")
    assert table.columns == ["external_gene_name", "mass", "S2"]
    np.testing.assert_array_equal(table.values[:, 1:], [[1, 2], [3, 4]])


def test_unassigned_peaks_are_no_counters(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda f: f.rename(columns={"m0": "Unassigned_1.32", "m1": "Unassigned_A"}))
    edit(folder, "transcriptomics", lambda f: f.assign(Unassigned_NoFeatures=range(900, 912)))
    study = read_study(folder)
    assert list(study["metabolomics"].var_names[:2]) == ["Unassigned_1.32", "Unassigned_A"]
    assert "Unassigned_NoFeatures" not in study["transcriptomics"].var_names


def test_a_table_given_twice_is_refused(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda f: f.assign(m0=range(100, 112)))
    edit(folder, "metabolomics", lambda f: f.assign(m0=range(111, 99, -1)))
    assert read_study(folder).n_obs == 12
    edit(folder, "metabolomics", lambda f: f.assign(m0=range(100, 112)))
    refused(folder, "1 feature with the same values in both (m0)", "go with itself")
    (folder / "metabolomics.csv").write_bytes((folder / "transcriptomics.csv").read_bytes())
    refused(folder, "transcriptomics.csv and metabolomics.csv: 7 features")


def test_row_numbers_in_front_of_the_ids_of_an_h5ad_are_refused(study_folder):
    folder = study_folder()
    frame = pd.read_csv(folder / "metabolomics.csv", index_col=0)
    for name in ("transcriptomics", "samples"):
        edit(folder, name, lambda f: f.assign(sample_id=range(1, 13)))
    adata = anndata.AnnData(frame.set_axis([str(i) for i in range(1, 13)]))
    adata.obs["sample_id"] = [str(i) for i in range(12, 0, -1)]
    (folder / "metabolomics.csv").unlink()
    adata.write_h5ad(folder / "metabolomics.h5ad")
    refused(
        folder, "metabolomics.h5ad: obs_names are row numbers", "adata.obs_names = adata.obs['sample_id']"
    )
    adata.obs["sample_id"] = list(adata.obs_names)
    adata.write_h5ad(folder / "metabolomics.h5ad")
    assert read_study(folder).n_obs == 12
