from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from study_helpers import edit, refused

import omics_lib as ol
from omics_lib import StudyError, default_parameters
from omics_lib.run import check_study
from omics_lib.study import read_study


def empty(folder, name, samples):
    """Leave the cells of some samples blank."""

    def change(frame):
        frame.loc[frame["sample_id"].isin(samples), frame.columns[1:]] = ""
        return frame

    edit(folder, name, change)


def significant(folder, **parameters):
    """Count the significant pairs of a study, from the files on."""
    study = ol.read_study(folder, parameters)
    kinds = {"transcriptomics": ol.preprocessor("counts"), "metabolomics": ol.preprocessor("abundance")}
    ready = ol.preprocess_study(study, kinds)
    genes, metabolites = (ol.preprocessed_table(ready, name) for name in kinds)
    covariates = study.obs[parameters["covariates"]] if "covariates" in parameters else None
    result = ol.associate(genes, metabolites, covariates=covariates, n_permutations=0)
    return (
        int((result.pairs["q"] <= 0.05).sum())
        if hasattr(result, "pairs")
        else int((result["q"] <= 0.05).sum())
    )


def write_null(folder, genes, metabolites, batch):
    ids = [f"S{i:02d}" for i in range(len(genes))]
    folder.mkdir(exist_ok=True)
    for name, values in (("transcriptomics", genes), ("metabolomics", metabolites)):
        pd.DataFrame(values, ids).add_prefix(name[0]).rename_axis("sample_id").to_csv(folder / f"{name}.csv")
    pd.DataFrame({"batch": batch}, ids).rename_axis("sample_id").to_csv(folder / "samples.csv")
    return folder


def test_samples_that_were_not_measured_make_nothing_significant(tmp_path):
    rng = np.random.default_rng(0)
    genes, metabolites = rng.poisson(100, (24, 60)), rng.lognormal(5, 0.3, (24, 20)).round(3)
    genes[:6, :20] *= 4
    filled = metabolites.copy()
    filled[:6] = metabolites[6:].min(axis=0) / 2  # as imputing would
    assert significant(write_null(tmp_path / "filled", genes, filled, 1)) > 100
    metabolites[:6] = np.nan
    assert significant(write_null(tmp_path / "empty", genes, metabolites, 1)) == 0


def test_samples_without_values_are_left_out_and_said(study_folder):
    folder = study_folder(n_samples=14)
    empty(folder, "metabolomics", ["S02", "S05"])
    empty(folder, "transcriptomics", ["S07"])
    study = read_study(folder)
    assert study.n_obs == 11
    assert not {"S02", "S05", "S07"} & set(study.obs_names)
    notes = list(study.uns["notes"])
    assert "transcriptomics.csv: 1 sample has no value at all: not measured" in notes[0]
    assert "metabolomics.csv: 2 samples have no value at all: not measured" in notes[1]
    assert "(S02, S05)" in notes[1]
    assert not np.isnan(study["metabolomics"].X).any()


def test_too_few_measured_samples_are_the_error_of_too_few_samples(study_folder):
    folder = study_folder()
    empty(folder, "metabolomics", ["S01", "S02", "S03"])
    with pytest.raises(StudyError, match="fewer samples than folds need: 9 samples"):
        check_study(folder, default_parameters())
    empty(folder, "metabolomics", [f"S{i:02d}" for i in range(1, 13)])
    refused(folder, "metabolomics.csv: every cell is empty")


def test_a_feature_measured_in_fewer_than_half_is_left_out_and_said(study_folder):
    folder = study_folder()
    edit(
        folder,
        "metabolomics",
        lambda f: f.assign(
            m0=[*f["m0"][:2], *[""] * 10], m1=[*f["m1"][:6], *[""] * 6], m2=[*f["m2"][:5], *["NA"] * 7]
        ),
    )
    study = read_study(folder)
    assert list(study["metabolomics"].var_names) == ["m1", "m3"]
    assert study.n_obs == 12
    expected = "2 metabolites left out, measured in fewer than half of the 12 samples (m0 in 2, m2 in 5)"
    assert study.uns["notes"][0] == f"metabolomics.csv: {expected}."


def test_a_sample_with_fewer_than_half_of_the_usual_values_is_left_out_and_said(study_folder):
    folder = study_folder(n_metabolites=6)

    def change(frame):
        frame.loc[3, ["m0", "m1", "m2", "m3"]] = ""
        frame.loc[4, ["m0", "m1", "m2"]] = ""
        return frame

    edit(folder, "metabolomics", change)
    study = read_study(folder)
    assert study.n_obs == 11
    expected = (
        "1 sample left out, values in fewer than half as many metabolites as the median sample has (S04)"
    )
    assert expected in study.uns["notes"][0]


def test_samples_are_kept_where_all_lack_many_values(study_folder):
    folder = study_folder(n_samples=40, n_metabolites=20)
    rng = np.random.default_rng(0)

    def change(frame):
        frame.iloc[:, 1:] = frame.iloc[:, 1:].where(rng.random((40, 20)) > 0.42, "")
        return frame

    edit(folder, "metabolomics", change)
    assert read_study(folder).n_obs == 40


def test_a_batch_coded_as_numbers_is_taken_out_as_levels(tmp_path):
    rng = np.random.default_rng(1)
    batch = np.tile([1, 2, 3, 4], 6)
    shift = np.array([0, 3, 3, 0])[batch - 1][:, None]  # nothing that a slope would follow
    genes = rng.poisson(100 * 2.0**shift, (24, 60))
    metabolites = np.exp(5 + shift + rng.normal(0, 0.2, (24, 20))).round(3)
    folder = write_null(tmp_path / "study", genes, metabolites, batch)
    refused(folder, "names of levels or amounts", kind=ol.ParameterError, covariates=["batch"])
    assert significant(folder, covariates=["batch"], numeric=["batch"]) == 1200
    assert significant(folder, covariates=["batch"], categorical=["batch"]) == 0


def test_features_that_are_missing_together_are_said(study_folder):
    folder = study_folder(n_samples=24, n_metabolites=8)

    def change(frame):
        frame.loc[2:8, ["m0", "m1", "m2"]] = ""
        frame.loc[[1, 5, 9], "m3"] = ""
        frame.loc[[1, 4, 9], "m4"] = ""
        return frame

    edit(folder, "metabolomics", change)
    study = read_study(folder)
    assert study["metabolomics"].shape == (24, 8)
    assert (
        "3 metabolites (first: m0) are missing in exactly the same 7 samples (S03, S04"
        in study.uns["notes"][0]
    )
    assert sum("exactly the same" in note for note in study.uns["notes"]) == 1
