from __future__ import annotations

import pytest

from omics_lib.errors import ParameterError, StudyError
from omics_lib.run import check_study
from omics_lib.schema import read_parameters


def test_study_is_refused_with_fewer_samples_than_folds_need(study_folder):
    folder = study_folder(n_samples=8)
    with pytest.raises(StudyError) as refused:
        check_study(folder, read_parameters(None, ["min_group_size=2"]))
    for part in (
        "fewer samples than folds need",
        "8 samples",
        "n_folds is 5",
        "at least 10",
        "`n_folds` to 4",
    ):
        assert part in str(refused.value)
    assert check_study(folder, read_parameters(None, ["min_group_size=2", "n_folds=4"])).n_obs == 8


def test_as_many_factors_as_metabolites_are_refused(study_folder):
    folder = study_folder()
    n = check_study(folder, read_parameters(None, [])).mod["metabolomics"].n_vars
    with pytest.raises(ParameterError, match=f"remove_factors: found {n} for {n} metabolites"):
        check_study(folder, read_parameters(None, [f"remove_factors={n}"]))


def test_study_of_one_sample_is_refused_for_having_one(study_folder):
    folder = study_folder()
    for name in ("transcriptomics", "metabolomics", "samples"):
        header, _, second, *_ = (folder / f"{name}.csv").read_text().splitlines()
        (folder / f"{name}.csv").write_text(f"{header}\n{second}\n")
    with pytest.raises(StudyError, match=r"samples: found 1 sample; .* Add samples"):
        check_study(folder, read_parameters(None, []))


def test_mistakes_of_a_study_and_of_its_cohort_are_told_at_once(study_folder):
    study, cohort = study_folder(), study_folder("cohort")
    for folder in (study, cohort):
        text = (folder / "transcriptomics.csv").read_text()
        (folder / "transcriptomics.csv").write_text(text.replace(",3,", ",-3,", 1))
    (cohort / "params.yml").write_text("covariates: [nobody]\n")
    with pytest.raises(StudyError) as refused:
        check_study(study, read_parameters(None, ["cohort=../cohort"]))
    one, other = str(refused.value).splitlines()
    assert "a negative count -3" in one
    assert "cohort cohort, samples.csv: parameter `covariates` names nobody" in other
    assert "stands in its params.yml" in other
    (cohort / "params.yml").unlink()
    with pytest.raises(StudyError) as refused:
        check_study(study, read_parameters(None, ["cohort=../cohort"]))
    places = [(each.file, each.row, each.column) for each in refused.value.violations]
    cell = ("transcriptomics.csv", "S05", "g4")
    assert places == [cell, ("cohort cohort, transcriptomics.csv", *cell[1:])]


@pytest.mark.parametrize("lost", ["study", "cohort"])
def test_folder_that_is_not_there_is_told_once(lost, study_folder):
    study = study_folder()
    study_folder("cohort")
    (study.parent / lost).rename(study.parent / "elsewhere")
    with pytest.raises(StudyError, match="no such file or folder") as refused:
        check_study(study, read_parameters(None, [f"cohort={study.parent / 'cohort'}"]))
    assert len(refused.value.violations) == 1
