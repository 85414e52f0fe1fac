from __future__ import annotations

import shutil
import warnings

import anndata
import mudata
import numpy as np
import pandas as pd
import pytest
from run_helpers import ROOT
from study_helpers import assert_same, edit, write_pairs

from omics_lib.errors import StudyError
from omics_lib.schema import read_parameters
from omics_lib.study import read_study, study_files, write_study
from omics_lib.study._study import make_study

SHARED = ROOT.parent / "shared/data"


def test_read_study_gives_mudata_of_aligned_samples(study_folder):
    study = read_study(study_folder())
    assert list(study.mod) == ["transcriptomics", "metabolomics"]
    assert study.obs_names.name == "sample_id"
    assert list(study.obs.columns) == ["group", "age"]
    assert study.obs["age"].dtype == np.int64
    assert study.mod["transcriptomics"].X.dtype == np.float64
    for adata in study.mod.values():
        assert list(adata.obs_names) == list(study.obs_names)
    assert len(study.uns["notes"]) == 0


def test_read_study_joins_by_id_when_rows_are_shuffled(study_folder):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    edit(folder, "metabolomics", lambda frame: frame.sample(frac=1, random_state=0))
    assert_same(read_study(folder), expected)


@pytest.mark.parametrize("name", ["transcriptomics", "metabolomics"])
def test_read_study_turns_a_table_and_says_so(study_folder, name):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    turned = pd.read_csv(folder / f"{name}.csv", index_col=0, float_precision="round_trip").T
    turned.rename_axis("feature").to_csv(folder / f"{name}.csv")
    study = read_study(folder)
    assert_same(study, expected)
    assert list(study.uns["notes"]) == [f"{name}.csv: turned, samples were in columns."]


@pytest.mark.parametrize("suffix", ["csv.gz", "tsv", "parquet", "h5ad"])
def test_read_study_takes_every_kind_of_file(study_folder, suffix):
    expected = read_study(study_folder("a"))
    folder = study_folder("b")
    frame = pd.read_csv(folder / "transcriptomics.csv", index_col=0)
    path = folder / f"transcriptomics.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    elif suffix == "h5ad":
        anndata.AnnData(frame.astype(float)).write_h5ad(path)
    else:
        frame.to_csv(path, sep="\t" if suffix == "tsv" else ",")
    (folder / "transcriptomics.csv").unlink()
    assert_same(read_study(folder), expected)


def test_read_study_takes_a_further_modality(study_folder):
    folder = study_folder()
    shutil.copy(folder / "metabolomics.csv", folder / "proteomics.csv")
    (folder / "README.md").write_text("not a table")
    (folder / ".hidden.csv").write_text("not a table")
    assert list(read_study(folder, {"proteomics_kind": "log"}).mod)[2] == "proteomics"


def test_read_study_never_warns_even_if_modalities_share_names(study_folder, tmp_path):
    folder = study_folder()
    edit(folder, "metabolomics", lambda frame: frame.rename(columns={"m0": "g0"}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study = read_study(folder)
        write_study(study, tmp_path / "s.h5mu")
        assert_same(read_study(tmp_path / "s.h5mu"), study)


def test_read_study_drops_constant_features_and_says_so(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.assign(g2="7", g4="0"))
    edit(folder, "metabolomics", lambda frame: frame.assign(m1="3"))
    study = read_study(folder)
    assert list(study.mod["transcriptomics"].var_names) == ["g0", "g1", "g3", "g5"]
    assert list(study.uns["notes"]) == [
        "transcriptomics.csv: 2 constant genes dropped (first: g2).",
        "metabolomics.csv: 1 constant metabolites dropped (first: m1).",
    ]


def test_read_study_keeps_blank_abundances_and_says_so(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda frame: frame.assign(m1=["", "NA", *frame["m1"][2:]]))
    study = read_study(folder)
    assert np.isnan(study.mod["metabolomics"].X).sum() == 2
    assert "metabolomics.csv: 2 missing values in 1 metabolites" in study.uns["notes"][0]


def test_read_study_keeps_names_that_differ_by_case_and_says_so(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.rename(columns={"g1": "G0"}))
    assert "differ only by case, kept (g0 and G0)" in read_study(folder).uns["notes"][0]


def test_read_study_keeps_common_samples_and_names_the_others(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda frame: frame.iloc[2:])
    study = read_study(folder)
    assert list(study.obs_names) == [f"S{i:02d}" for i in range(3, 13)]
    assert study.uns["notes"][0] == (
        "samples.csv: 2 of 12 samples left out, another table lacks them (S01, S02)."
    )


def test_read_study_gives_missing_metadata_a_level_and_says_so(study_folder):
    folder = study_folder()
    edit(
        folder,
        "samples",
        lambda frame: frame.assign(group=["NA", *frame["group"][1:]], age=["", *frame["age"][1:]]),
    )
    study = read_study(folder)
    assert study.obs["group"].iloc[0] == "missing"
    assert np.isnan(study.obs["age"].iloc[0])
    assert list(study.uns["notes"]) == [
        'samples.csv: 1 missing values of group set to the level "missing".',
        "samples.csv: 1 missing values of age left missing.",
    ]


def test_read_study_types_known_pairs_and_survives_h5mu(study_folder, tmp_path):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda frame: frame.assign(g2="7"))
    header = "gene_id,metabolite_id,tier,currency,source,extra"
    rows = ["g0,m0,enzyme,True,x,1", "g1,m1,,,,1", "g0,m0,enzyme,True,x,1", "g2,m0,enzyme,false,x,1"]
    write_pairs(folder, *rows, header=header)
    study = read_study(folder)
    pairs = study.uns["known_pairs"]
    assert list(pairs.columns) == ["gene_id", "metabolite_id", "tier", "currency", "source"]
    assert pairs["gene_id"].tolist() == ["g0", "g1"]
    assert pairs["tier"].tolist() == ["enzyme", ""]
    assert pairs["currency"].dtype == "boolean"
    assert pairs["currency"].tolist() == [True, pd.NA]
    assert list(study.uns["notes"])[:2] == [
        "known_pairs.csv: columns not used: extra.",
        "known_pairs.csv: 1 duplicate pairs dropped (first: g0, m0).",
    ]
    assert study.uns["notes"][-1] == "known_pairs.csv: 1 pairs dropped, a side of them is constant."
    write_study(study, tmp_path / "s.h5mu")
    assert_same(read_study(tmp_path / "s.h5mu"), study)


def test_read_study_takes_h5mu_made_elsewhere(study_folder, tmp_path):
    study = read_study(study_folder())
    modalities = {name: study.mod[name][::-1].copy() for name in reversed(list(study.mod))}
    modalities["transcriptomics"].obs["batch"] = "b"
    other = mudata.MuData(modalities)
    other.obs["group"] = study.obs["group"].astype("category")
    (tmp_path / "folder").mkdir()
    other.write_h5mu(tmp_path / "folder/other.h5mu")
    found = read_study(tmp_path / "folder")
    assert list(found.mod) == ["transcriptomics", "metabolomics"]
    assert list(found.obs.columns) == ["group", "batch"]
    ids = list(study.obs_names)
    assert found.obs.loc[ids, "group"].tolist() == study.obs["group"].tolist()
    np.testing.assert_array_equal(found["metabolomics"][ids].X, study["metabolomics"].X)


def test_study_files_lists_what_a_run_depends_on(study_folder):
    folder = study_folder()
    write_pairs(folder, "g0,m0")
    (folder / "notes.txt").write_text("")
    names = [file.name for file in study_files(folder)]
    assert names == ["transcriptomics.csv", "metabolomics.csv", "known_pairs.csv", "samples.csv"]


def test_make_study_refuses_samples_in_another_order(study_folder):
    table = pd.DataFrame(np.eye(2), index=["S2", "S1"])
    with pytest.raises(StudyError, match="metabolomics: its samples"):
        make_study({"metabolomics": table}, pd.DataFrame(index=["S1", "S2"]))


@pytest.mark.parametrize(
    ("name", "overrides", "shape", "note"),
    [
        ("pepper", [], (21, 4346, 775), "655 constant genes dropped"),
        (
            "ccle_dev",
            ["transcriptomics_kind=log", "metabolomics_kind=log", "covariates=[tissue]"],
            (307, 5778, 225),
            "missing values of growth_form",
        ),
    ],
)
def test_read_study_takes_real_studies(name, overrides, shape, note):
    if not (SHARED / name).is_dir():
        pytest.skip(f"no shared/data/{name} beside this checkout")
    study = read_study(SHARED / name, read_parameters(None, overrides))
    assert (study.n_obs, study["transcriptomics"].n_vars, study["metabolomics"].n_vars) == shape
    assert note in "\n".join(study.uns["notes"])
