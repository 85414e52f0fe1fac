from __future__ import annotations

import anndata
import mudata
import numpy as np
import pandas as pd
import pytest
from study_helpers import refused

from omics_lib.study import read_study

IDS = [f"S{i:02d}" for i in range(12)]


def write(path, genes=None, metabolites=None, whole=None, n_metabolites=12):
    rng = np.random.default_rng(0)
    tables = {"transcriptomics": (genes, IDS), "metabolomics": (metabolites, IDS[:n_metabolites][::-1])}
    parts = {}
    for name, (obs, ids) in tables.items():
        frame = pd.DataFrame(obs or {}, index=IDS).loc[ids]
        values = rng.permuted(np.tile(np.arange(len(ids))[:, None], 4), axis=0).astype(float)
        var = pd.DataFrame(index=[f"{name[0]}{j}" for j in range(4)])
        parts[name] = anndata.AnnData(values, obs=frame, var=var)
    study = mudata.MuData(parts)
    for name, values in (whole or {}).items():
        study.obs[name] = pd.Series(values, IDS)
    study.write_h5mu(path)
    return path


def test_batches_that_agree_are_one_column(tmp_path):
    batch = {"batch": list("ab") * 6}
    study = read_study(write(tmp_path / "s.h5mu", batch, batch))
    assert study.obs.loc[IDS, "batch"].tolist() == list("ab") * 6
    assert list(study.obs.columns) == ["batch"]


def test_a_batch_of_one_modality_is_kept_whichever_it_is(tmp_path):
    study = read_study(write(tmp_path / "s.h5mu", None, {"batch": list("ab") * 6}))
    assert study.obs.loc[IDS, "batch"].tolist() == list("ab") * 6
    study = read_study(write(tmp_path / "t.h5mu", whole={"metabolomics:batch": list("cd") * 6}))
    assert study.obs.loc[IDS, "batch"].tolist() == list("cd") * 6


@pytest.mark.parametrize("prefixed", [False, True])
def test_batches_that_differ_are_refused(tmp_path, prefixed):
    ours, theirs = list("ab") * 6, list("ab") * 5 + list("ba")
    if prefixed:
        whole = {"transcriptomics:batch": ours, "metabolomics:batch": theirs}
        path = write(tmp_path / "s.h5mu", whole=whole)
    else:
        path = write(tmp_path / "s.h5mu", {"batch": ours}, {"batch": theirs})
    parts = ["`batch` of metabolomics and of transcriptomics differ in 2 samples", "S10", "S11"]
    refused(path, *parts, "transcriptomics_batch")


def test_measurements_that_differ_are_kept_for_each(tmp_path):
    path = write(tmp_path / "s.h5mu", {"total": np.arange(12) + 0.5}, {"total": np.arange(12) + 9.5})
    study = read_study(path)
    assert list(study.obs.columns) == ["transcriptomics:total", "metabolomics:total"]
    assert "total differs between transcriptomics and metabolomics" in study.uns["notes"][0]


def test_a_modality_of_fewer_samples_decides_and_is_said(tmp_path):
    batch = {"batch": list("ab") * 6}
    study = read_study(write(tmp_path / "s.h5mu", batch, batch, n_metabolites=10))
    assert sorted(study.obs_names) == IDS[:10]
    assert study.obs.loc[IDS[:10], "batch"].tolist() == list("ab") * 5
    assert "2 of 12 samples left out" in study.uns["notes"][0]
