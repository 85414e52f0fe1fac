"""A cohort is a study, read as such, and joined by the names of its features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib.cohort._cohort import joined
from omics_lib.cohort._same_samples import alike_samples, refuse_same_samples
from omics_lib.errors import ParameterError, StudyError

LOG = ol.default_parameters() | {"transcriptomics_kind": "log"}
PARAMETERS = ol.default_parameters() | {"n_folds": 3}


def split(tmp_path, n=12, n_cohort=30, genes=60, metabolites=20):
    """Write one simulated study as two: the first samples are the study, the others its cohort."""
    both = ol.simulate_study(n + n_cohort, genes, metabolites, n_modules=2, random_state=0)
    for name, part in (("study", both[:n].copy()), ("cohort", both[n:].copy())):
        del part.uns["known_pairs"]
        ol.write_study_folder(part, tmp_path / name)
    return tmp_path / "study", tmp_path / "cohort"


def change(folder, name, act):
    """Change a table of a study folder."""
    path = folder / f"{name}.csv"
    act(pd.read_csv(path, index_col=0)).to_csv(path)


def read(study, cohort):
    return ol.read_cohort(cohort, ol.read_study(study), PARAMETERS)


def test_cohort_has_the_study_s_features_as_z_scores_of_its_own(tmp_path):
    study, cohort = split(tmp_path)
    change(
        cohort, "transcriptomics", lambda table: table.rename(columns={"gene_00001": "other"}).iloc[:, ::-1]
    )
    found = read(study, cohort)
    assert found.name == "cohort"
    assert found.genes.shape == (30, 59)
    assert found.metabolites.shape == (30, 20)
    mine = ol.read_study(study)["transcriptomics"].var_names
    assert list(found.genes) == [gene for gene in mine if gene != "gene_00001"]
    np.testing.assert_allclose(found.genes.mean(), 0, atol=1e-9)
    np.testing.assert_allclose(found.genes.std(ddof=0), 1)
    assert found.overlap.loc["transcriptomics"].tolist() == [60, 60, 59]
    assert any("59 of the study's 60 genes (98%)" in note for note in found.notes)
    assert not any("warning" in note for note in found.notes)


def test_cohort_of_genes_alone_is_read_and_lends_no_weights(tmp_path):
    study, cohort = split(tmp_path)
    (cohort / "metabolomics.csv").unlink()
    found = read(study, cohort)
    assert found.metabolites is None
    assert "cohort cohort: no metabolites; it says nothing about pairs." in found.notes
    with pytest.raises(StudyError, match="no metabolites of the study"):
        found.weights()
    with pytest.raises(StudyError, match="no metabolomics file"):
        ol.read_study(cohort)


def test_cohort_has_kinds_and_covariates_of_its_own(tmp_path):
    study, cohort = split(tmp_path)
    change(cohort, "transcriptomics", lambda table: np.log2(table + 1) - 5)
    with pytest.raises(StudyError, match=r"cohort cohort, transcriptomics.csv.*negative"):
        read(study, cohort)
    (cohort / "params.yml").write_text("transcriptomics_kind: log\ncovariates: [batch]\n")
    found = read(study, cohort)
    assert found.covariates == ["batch"]
    weights = found.weights()
    assert weights.profiles.covariates == ("batch",)
    sides = [ol.read_study(study)[name].to_df() for name in ol.MODALITIES]
    assert (ol.associate(*sides, weights=weights, alpha=0.9).pairs["weight"] != 1).all()


def test_parameters_of_a_cohort_that_do_not_fit_it_are_said_to_be_its_own(tmp_path):
    study, cohort = split(tmp_path)
    (cohort / "params.yml").write_text("covariates: [nobody]\n")
    with pytest.raises(ParameterError, match=r"cohort cohort, .*nobody"):
        read(study, cohort)


def test_cohort_with_ids_of_the_study_is_refused(tmp_path):
    study, cohort = split(tmp_path)
    for name in ("transcriptomics", "metabolomics", "samples"):
        change(cohort, name, lambda table: table.rename(index={"S013": "S001", "S020": "S002"}))
    with pytest.raises(StudyError, match=r"2 of its 30 sample ids are the study's \(S001, S002\)"):
        read(study, cohort)


@pytest.mark.parametrize("kind", ["counts", "log"])
def test_cohort_with_samples_of_the_study_under_other_ids_is_refused(tmp_path, kind):
    study, cohort = split(tmp_path)
    genes = pd.read_csv(study / "transcriptomics.csv", index_col=0)

    def put_in(table):
        table.loc["S020"] = genes.loc["S003"]
        return table if kind == "counts" else np.round(np.log2(table + 1), 3)

    change(cohort, "transcriptomics", put_in)
    (cohort / "params.yml").write_text(f"transcriptomics_kind: {kind}\n")
    with pytest.raises(
        StudyError, match=r"1 sample of the study under other ids, by the transcriptomics \(S003 = S020\)"
    ):
        read(study, cohort)


@pytest.fixture(scope="module")
def wide():
    """A study and a cohort of 200 genes, not written."""
    both = ol.simulate_study(42, 200, 20, n_modules=2, strength=0.9, random_state=0)
    return both[:18].copy(), both[18:].copy()


def with_copy(cohort, study, act):
    """Return a cohort whose first sample is the study's third, all values changed by `act`."""
    changed, genes = cohort.copy(), cohort["transcriptomics"].X.copy()
    genes[0] = study["transcriptomics"].X[2]
    changed["transcriptomics"].X = act(genes)
    return changed


@pytest.mark.parametrize("digits", [1, 0])
def test_copy_of_a_sample_whose_logarithms_were_rounded_is_refused(wide, digits):
    study, cohort = wide
    refuse_same_samples(cohort, study, "here")
    copied = with_copy(cohort, study, lambda genes: np.log2(genes + 1).round(digits))
    with pytest.raises(StudyError, match=r"1 sample of the study under other ids.*S003 = S019"):
        refuse_same_samples(copied, study, "here")


def test_copy_of_a_sample_that_was_z_scored_in_the_cohort_brings_a_warning(wide):
    study, cohort = wide
    assert alike_samples(cohort, study) == []
    copied = with_copy(cohort, study, lambda genes: (genes - genes.mean(0)) / genes.std(0))
    refuse_same_samples(copied, study, "here")
    assert alike_samples(copied, study) == ["S003 = S019"]
    copied.uns["notes"] = []
    [warned] = [note for note in joined(copied, study, "c", LOG).notes if "warning" in note]
    assert "as copies are (S003 = S019)" in warned


def test_samples_that_are_all_alike_bring_no_warning(wide):
    study, cohort = (source.copy() for source in wide)
    rng = np.random.default_rng(0)
    for source, shift in ((study, 0), (cohort, 1)):
        genes = source["transcriptomics"]
        genes.X = (
            rng.normal(size=(source.n_obs, 1)) * np.ones(200) + 0.1 * rng.normal(size=genes.shape) + shift
        )
    assert alike_samples(cohort, study) == []


def test_cohort_without_a_common_gene_is_refused_and_without_a_common_metabolite_is_not(tmp_path):
    study, cohort = split(tmp_path)
    change(cohort, "metabolomics", lambda table: table.add_prefix("x_"))
    assert read(study, cohort).metabolites is None
    change(cohort, "transcriptomics", lambda table: table.add_prefix("x_"))
    with pytest.raises(StudyError, match="no gene in common"):
        read(study, cohort)


def test_cohort_without_a_metabolite_of_the_study_brings_one_warning(tmp_path):
    study, cohort = split(tmp_path)
    change(cohort, "metabolomics", lambda table: table.add_prefix("x_"))
    warned = [note for note in read(study, cohort).notes if "warning" in note]
    assert warned == ["cohort cohort: warning: no metabolite of the study; it says nothing about pairs."]


def test_everything_that_is_wrong_with_a_cohort_is_told_at_once(tmp_path):
    study, cohort = split(tmp_path, n_cohort=5)
    change(cohort, "transcriptomics", lambda table: table.add_prefix("x_"))
    change(cohort, "samples", lambda table: table.assign(every=table.index))
    (cohort / "params.yml").write_text("covariates: [every]\n")
    with pytest.raises(StudyError) as refused:
        read(study, cohort)
    few, covariates, genes = (each.found for each in refused.value.violations)
    assert "5 samples, and 3 folds need 6" in few
    assert "4 columns (levels and factors counted) for 5 samples" in covariates
    assert "no gene in common" in genes


def test_parameters_in_a_cohort_are_not_said_to_be_left_alone_but_a_cohort_of_its_own_is(tmp_path):
    study, cohort = split(tmp_path)
    (cohort / "params.yml").write_text("alpha: 0.1\n")
    assert not any("params.yml" in note for note in read(study, cohort).notes)
    (cohort / "params.yml").write_text("cohort: .\n")
    [said] = [note for note in read(study, cohort).notes if "params.yml" in note]
    assert said.endswith("its own `cohort` is left alone, a cohort has none.")


def test_filter_of_a_cohort_s_own_counts_in_its_overlap_and_may_leave_nothing(tmp_path):
    study, cohort = split(tmp_path)
    change(cohort, "transcriptomics", lambda table: table.mul((table.index > "S020").astype(int), axis=0))
    change(cohort, "transcriptomics", lambda table: table.assign(other=range(1, 31)))
    assert read(study, cohort).overlap.loc["transcriptomics", "n_shared"] == 60
    (cohort / "params.yml").write_text("min_detected: 1\n")
    with pytest.raises(StudyError, match="no gene in common is left by its own `min_detected`, 1"):
        read(study, cohort)


@pytest.mark.parametrize("written", [str.upper, "{}.2".format], ids=["capitals", "version"])
def test_genes_that_differ_in_how_they_are_written_are_said_to(written, tmp_path):
    study, cohort = split(tmp_path)
    change(cohort, "transcriptomics", lambda table: table.rename(columns=written))
    with pytest.raises(
        StudyError, match=r"no gene in common .* 60 that differ in capitals or a version alone"
    ):
        read(study, cohort)


def test_cohort_smaller_than_its_folds_is_refused(tmp_path):
    study, cohort = split(tmp_path, n_cohort=5)
    with pytest.raises(StudyError, match="5 samples, and 3 folds need 6"):
        read(study, cohort)


def test_cohort_with_few_of_the_genes_brings_a_warning_with_the_number(tmp_path):
    study, cohort = split(tmp_path)
    change(cohort, "transcriptomics", lambda table: table.iloc[:, :11])
    warned = [note for note in read(study, cohort).notes if "warning" in note]
    assert len(warned) == 1
    assert "less than 20% of the study's genes" in warned[0]
    assert "these 11 alone" in warned[0]


def test_missing_cohort_is_said_to_be_the_cohort(tmp_path):
    study, _ = split(tmp_path)
    with pytest.raises(StudyError, match=r"cohort nowhere, .*no such file or folder"):
        read(study, tmp_path / "nowhere")


def test_file_of_axes_in_the_place_of_a_cohort_is_told_what_it_is_for(tmp_path):
    study, cohort = split(tmp_path)
    ol.pretrain(cohort, tmp_path / "axes.safetensors", PARAMETERS, public=True)
    with pytest.raises(
        StudyError, match=r"cohort axes.safetensors: a file, as `omics-book pretrain`.*folder"
    ):
        read(study, tmp_path / "axes.safetensors")


def test_relative_cohort_starts_at_the_study_s_folder(tmp_path):
    parameters = PARAMETERS | {"cohort": "../cohort"}
    assert ol.cohort_folder(tmp_path / "study", parameters).resolve() == tmp_path / "cohort"
    (tmp_path / "one.h5mu").touch()
    assert ol.cohort_folder(tmp_path / "one.h5mu", parameters | {"cohort": "c"}) == tmp_path / "c"
    assert ol.cohort_folder(tmp_path, parameters | {"cohort": "/elsewhere"}).as_posix() == "/elsewhere"
    assert ol.cohort_folder(tmp_path, PARAMETERS) is None
