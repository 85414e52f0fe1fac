from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from study_helpers import assert_same, edit

from omics_lib.errors import ParameterError, StudyError
from omics_lib.study import read_stage, read_study, simulate_study, write_study, write_study_folder
from omics_lib.study._study import make_study


def test_write_study_round_trips_everything_and_gives_the_same_bytes(study_folder, tmp_path):
    folder = study_folder()
    edit(
        folder,
        "samples",
        lambda frame: frame.assign(group=["", *frame["group"][1:]], age=["", *frame["age"][1:]]),
    )
    study = read_study(folder)
    write_study(study, tmp_path / "s.h5mu")
    again = read_study(tmp_path / "s.h5mu")
    assert_same(again, study)
    assert_same(read_stage(tmp_path / "s.h5mu"), study)
    assert list(again.uns["notes"]) == list(study.uns["notes"])
    write_study(again, tmp_path / "t.h5mu")
    assert (tmp_path / "s.h5mu").read_bytes() == (tmp_path / "t.h5mu").read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_write_study_leaves_old_file_whole_when_it_fails(study_folder, tmp_path):
    study = read_study(study_folder())
    write_study(study, tmp_path / "s.h5mu")
    before = (tmp_path / "s.h5mu").read_bytes()
    study.uns["unwritable"] = object()
    with pytest.raises(Exception, match=r"unwritable|object"):
        write_study(study, tmp_path / "s.h5mu")
    assert (tmp_path / "s.h5mu").read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_write_study_folder_round_trips_a_simulated_study(tmp_path):
    study = simulate_study(12, 40, 10, design="links", random_state=0)
    write_study_folder(study, tmp_path / "out")
    found = read_study(tmp_path / "out")
    for name in study.mod:
        np.testing.assert_array_equal(found.mod[name].X, study.mod[name].X)
    pd.testing.assert_frame_equal(found.uns["known_pairs"], study.uns["known_pairs"])
    assert "." not in (tmp_path / "out/transcriptomics.csv").read_text(encoding="utf-8")


def test_write_study_folder_round_trips_odd_names_and_missing_values(tmp_path):
    index = pd.Index([f"S,{i}\r" for i in range(10)], name="sample_id")
    values = np.random.default_rng(0).normal(size=(10, 2)) * 1e-7
    values[0, 0] = np.nan
    table = pd.DataFrame(values, index=index, columns=['a "b", [c]', "é\n\t"])
    samples = pd.DataFrame({"x": ["a", "b"] * 5, "y": [np.nan, *range(9)]}, index=index)
    parameters = {"transcriptomics_kind": "log", "metabolomics_kind": "log"}
    write_study_folder(
        make_study({"transcriptomics": table, "metabolomics": table * 2}, samples), tmp_path / "out"
    )
    found = read_study(tmp_path / "out", parameters)
    np.testing.assert_array_equal(found.mod["metabolomics"].X, values * 2)
    assert list(found.mod["metabolomics"].var_names) == list(table.columns)
    pd.testing.assert_frame_equal(found.obs, samples.set_axis(index.astype(object)))


def test_write_study_folder_writes_parquet_by_features(tmp_path):
    study = simulate_study(12, 40, 10, design="tissues", random_state=0)
    write_study_folder(study, tmp_path / "out", "parquet")
    stored = pd.read_parquet(tmp_path / "out/transcriptomics.parquet")
    assert list(stored.columns) == ["feature_id", *study.obs_names]
    found = read_study(tmp_path / "out")
    assert list(found.uns["notes"])[:2] == [
        f"{name}.parquet: turned, samples were in columns." for name in ("transcriptomics", "metabolomics")
    ]
    for name in study.mod:
        np.testing.assert_array_equal(found.mod[name].X, study.mod[name].X)
        assert list(found.mod[name].var_names) == list(study.mod[name].var_names)


def test_write_study_folder_refuses_another_kind(tmp_path):
    study = simulate_study(12, 40, 10, random_state=0)
    with pytest.raises(ParameterError, match="kind: found 'xlsx'; it must be one of csv, parquet"):
        write_study_folder(study, tmp_path / "out", "xlsx")
    assert not list(tmp_path.iterdir())


def test_write_study_folder_refuses_a_folder_in_use(study_folder):
    folder = study_folder()
    before = sorted(folder.iterdir())
    with pytest.raises(StudyError, match="exists and is not empty"):
        write_study_folder(read_study(folder), folder)
    assert sorted(folder.iterdir()) == before
