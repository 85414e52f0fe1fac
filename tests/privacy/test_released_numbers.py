"""What a release holds: by default, with exact numbers, and with noise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import omics_lib as ol
from omics_lib.errors import ReleaseError

PARAMETERS = ol.default_parameters()
BY_DEFAULT = {"summary", "parameters", "latent_correlations"}
SAFE = {f"{name}.csv" for name in BY_DEFAULT} | {"methods.json"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a run folder with what a release reads, and with a model beside it."""
    run = tmp_path_factory.mktemp("run")
    ol.write_study(ol.simulate_study(24, 40, 10, random_state=0), run / "study.h5mu")
    rho = pd.Series(np.linspace(-0.9, 0.9, 100), name="rho")
    rho.to_frame().assign(q=0.01).to_parquet(run / "latent_pairs.parquet")
    pairs = {"gene": ["g"], "metabolite": ["m"], "rho": [0.9], "q": [0.01], "source": ["direct"]}
    pd.DataFrame(pairs).to_parquet(run / "associations.parquet")
    pd.DataFrame({"method": ["GCN"], "average_precision": [0.43219]}).to_csv(run / "evaluation.csv")
    for name in ol.MODALITIES:
        (run / name).mkdir()
        folds = {"model": ["autoencoder"] * 4, "r2": [0.31, 0.32, 0.33, 0.34], "n_test": 6}
        pd.DataFrame(folds).to_csv(run / name / "cross_validation.csv")
        (run / name / "model.safetensors").write_bytes(b"W8W8W8")
        (run / name / "latents.parquet").write_bytes(b"L8L8L8")
    return run


def test_default_release_holds_only_what_tells_nobody_from_chance(run, tmp_path):
    audit = ol.write_release(run, tmp_path / "out", PARAMETERS)
    assert set(audit["file"]) == {path.name for path in (tmp_path / "out").iterdir()} == SAFE
    tables = ol.release_tables(run, PARAMETERS)
    assert tables["latent_correlations"].to_dict("records") == [{"beyond": 0.5, "share": 0.4}]
    assert tables["summary"]["what"].tolist() == ["samples", "genes", "metabolites"]


def test_exact_numbers_are_released_where_they_are_asked_for(run, tmp_path):
    audit = ol.write_release(run, tmp_path / "out", PARAMETERS, numbers=True)
    more = {"reconstruction.csv", "evaluation.csv", "latent_histogram.csv"}
    assert more | SAFE <= set(audit["file"])
    assert pd.read_csv(tmp_path / "out/reconstruction.csv")["mean"].tolist() == [0.325, 0.325]


@pytest.mark.parametrize(("least", "withheld"), [(6, False), (7, True)])
def test_spread_over_folds_is_withheld_where_a_fold_is_smaller_than_a_group_may_be(least, withheld, run):
    tables = ol.release_tables(run, PARAMETERS | {"min_group_size": least}, numbers=True)
    assert tables["reconstruction"]["std"].isna().tolist() == [withheld, withheld]
    assert tables["reconstruction"]["mean"].notna().all()


def test_study_smaller_than_a_group_may_be_is_not_released(run, tmp_path):
    with pytest.raises(ReleaseError, match="24 samples, and a released number must stand for 25"):
        ol.write_release(run, tmp_path / "out", PARAMETERS | {"min_group_size": 25})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["mine.txt", "data.csv"])
def test_folder_with_anything_else_in_it_is_not_replaced(name, run, tmp_path):
    ol.write_release(run, tmp_path / "out", PARAMETERS)
    ol.write_release(run, tmp_path / "out", PARAMETERS)  # an earlier release is
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(ReleaseError, match="found a folder with other things in it"):
        ol.write_release(run, tmp_path / "out", PARAMETERS)
    assert (tmp_path / "out" / name).read_text() == "mine"


def test_cell_that_a_spreadsheet_would_run_is_text(run, tmp_path):
    hostile = pd.DataFrame(
        {"method": ["=1+1", "@SUM(A1)", "\t-x", "GCN"], "average_precision": [-0.5, 0.1, 0.2, 1]}
    )
    kept = (run / "evaluation.csv").read_bytes()
    hostile.to_csv(run / "evaluation.csv", index=False)
    ol.write_release(run, tmp_path / "out", PARAMETERS, numbers=True)
    (run / "evaluation.csv").write_bytes(kept)
    released = pd.read_csv(tmp_path / "out/evaluation.csv")
    assert released["method"].tolist() == ["'=1+1", "'@SUM(A1)", "'\t-x", "GCN"]
    assert released["average_precision"].tolist() == [-0.5, 0.1, 0.2, 1]


@pytest.mark.parametrize("how", [{}, {"numbers": True}, {"epsilon": 1.0}])
def test_weights_and_latents_are_never_released(run, tmp_path, how):
    ol.write_release(run, tmp_path / "out", PARAMETERS, **how)
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*"))
    assert b"W8W8W8" not in everything and b"L8L8L8" not in everything
    assert not list((tmp_path / "out").rglob("*.safetensors"))


def test_release_with_noise_tells_nothing_of_the_values_without(run, tmp_path):
    levels = {"group": ["control", "low", "high"]}
    ol.write_release(run, tmp_path / "out", PARAMETERS, epsilon=10.0, levels=levels)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "summary.csv", "parameters.csv", "noisy.csv", "methods.json",
    }  # fmt: skip
    noisy = pd.read_csv(tmp_path / "out/noisy.csv")
    counts = noisy[noisy["what"] == "group"]
    assert counts["released"].all() and counts["value"].sum() == pytest.approx(24, abs=8)
    assert noisy.loc[noisy["what"] != "group", "value"].isna().all()
    ol.validate_table(noisy, "release_noisy")


@pytest.mark.parametrize("how", [{"numbers": True}, {"n_pairs": 3}])
def test_noise_beside_exact_numbers_is_refused(run, tmp_path, how):
    with pytest.raises(ReleaseError, match="noise protects nothing"):
        ol.write_release(run, tmp_path / "out", PARAMETERS, epsilon=1.0, **how)
    assert not (tmp_path / "out").exists()


def test_column_that_is_not_there_cannot_be_counted(run, tmp_path):
    with pytest.raises(ReleaseError, match="no column 'sex'"):
        ol.write_release(run, tmp_path / "out", PARAMETERS, epsilon=1.0, levels={"sex": ["f", "m"]})
    assert not (tmp_path / "out").exists()
