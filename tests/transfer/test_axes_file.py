from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from omics_lib import (
    ModelFileError,
    ParameterError,
    audit_release,
    default_parameters,
    pretrain,
    read_cohort_axes,
    simulate_study,
    write_cohort_axes,
    write_study_folder,
)
from omics_lib.cli import main


@pytest.fixture
def cohort(tmp_path):
    folder = tmp_path / "cohort"
    write_study_folder(simulate_study(16, 40, 8, n_modules=2, random_state=0), folder)
    return folder


def test_pretrained_axes_are_read_as_they_were_written(cohort, tmp_path):
    made = pretrain(cohort, tmp_path / "axes.safetensors", default_parameters(), public=True)
    again = read_cohort_axes(tmp_path / "axes.safetensors")
    np.testing.assert_array_equal(again.axes.rows(), made.axes.rows())
    assert list(again.axes.features) == list(made.axes.features)
    assert again.manifest == made.manifest
    assert (again.manifest["n_samples"], again.manifest["public"]) == (16, True)
    write_cohort_axes(again, tmp_path / "copy.safetensors")
    assert (tmp_path / "copy.safetensors").read_bytes() == (tmp_path / "axes.safetensors").read_bytes()


def test_axes_are_of_the_values_before_z_scores(cohort, tmp_path):
    made = pretrain(cohort, tmp_path / "axes", default_parameters(), public=True).axes
    counts = pd.read_csv(cohort / "transcriptomics.csv", index_col=0)[list(made.features)]
    np.testing.assert_allclose(made.scale, np.log2(counts + 1).std(ddof=0), rtol=1e-9)


def test_genes_alone_are_enough(cohort, tmp_path):
    (cohort / "metabolomics.csv").unlink()
    (cohort / "known_pairs.csv").unlink()
    assert pretrain(cohort, tmp_path / "axes", default_parameters(), public=True).axes.n_samples == 16


def test_cohort_that_is_not_declared_public_is_refused(cohort, tmp_path, capsys):
    with pytest.raises(ParameterError, match="not declared public"):
        pretrain(cohort, tmp_path / "axes", default_parameters(), public=False)
    assert main(["pretrain", str(cohort), "--out", str(tmp_path / "axes")]) == 2
    assert "--public" in capsys.readouterr().err
    assert not (tmp_path / "axes").exists()
    assert main(["pretrain", str(cohort), "--out", str(tmp_path / "axes"), "--public"]) == 0
    assert "data of the cohort" in capsys.readouterr().out


def test_file_that_is_there_is_not_replaced(cohort, tmp_path):
    (tmp_path / "axes").write_text("mine")
    with pytest.raises(ParameterError, match="is there already"):
        pretrain(cohort, tmp_path / "axes", default_parameters(), public=True)


def test_file_in_no_folder_is_refused_before_the_cohort_is_read(cohort, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "omics_lib.transfer._axes_file.read_study", lambda *_, **__: pytest.fail("it was read")
    )
    with pytest.raises(ParameterError, match=r"no folder .*nowhere"):
        pretrain(cohort, tmp_path / "nowhere/axes", default_parameters(), public=True)


def test_file_of_a_cohort_given_as_this_folder_names_it(cohort, tmp_path, monkeypatch):
    monkeypatch.chdir(cohort)
    assert pretrain(".", tmp_path / "axes", default_parameters(), public=True).manifest["cohort"] == "cohort"


@pytest.mark.parametrize(
    "changed",
    [
        {"n_samples": 1},
        {"n_samples": "16"},
        {"comparable": 1},
        {"variance": -np.ones(15)},
        {"scale": np.zeros(40)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_file_whose_numbers_no_cohort_has_is_refused(changed, cohort, tmp_path):
    made = pretrain(cohort, tmp_path / "axes", default_parameters(), public=True)
    size = {"variance": len(made.axes.variance), "scale": len(made.axes.scale)}
    changed = {name: value[: size[name]] if name in size else value for name, value in changed.items()}
    write_cohort_axes(replace(made, axes=replace(made.axes, **changed)), tmp_path / "other")
    with pytest.raises(ModelFileError, match="omics-book pretrain"):
        read_cohort_axes(tmp_path / "other")


def test_damaged_files_and_others_are_refused(cohort, tmp_path):
    path = tmp_path / "axes"
    pretrain(cohort, path, default_parameters(), public=True)
    whole = path.read_bytes()
    for damaged in (b"", b"no model", whole[:-8], whole.replace(b"omics_lib_cohort", b"omics_lib_others")):
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match="omics-book pretrain"):
            read_cohort_axes(path)


def test_release_with_axes_in_it_does_not_pass_the_audit(cohort, tmp_path):
    release = tmp_path / "release"
    release.mkdir()
    pretrain(cohort, release / "axes.csv", default_parameters(), public=True)
    found = audit_release(release, ["donor_7"])
    assert not found["passed"].any()
    assert "made of samples" in found["not_audited"][0]
