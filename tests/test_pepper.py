"""The main path on a real study of 21 samples: chili pepper fruit, of the original study's shape."""

from __future__ import annotations

import pandas as pd
import pytest
from run_helpers import ROOT, run_quickly

import omics_lib as ol
from omics_lib.cli import main

PEPPER = ROOT.parent / "shared/data/pepper"


@pytest.mark.skipif(not PEPPER.is_dir(), reason="the chili pepper study is not beside this checkout")
@pytest.mark.notebook
def test_run_on_pepper_keeps_its_shape(tmp_path):
    assert main(["check", str(PEPPER)]) == 0
    study = ol.read_study(PEPPER)
    assert study.n_obs == 21
    assert run_quickly(PEPPER, tmp_path / "run") == 0
    refined = pd.read_parquet(tmp_path / "run/refined.parquet")
    assert refined["metabolite"].nunique() == study["metabolomics"].n_vars
