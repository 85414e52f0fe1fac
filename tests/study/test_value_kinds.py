from __future__ import annotations

import numpy as np
from study_helpers import edit, refused

from omics_lib.study import read_study


def values(folder, name, change):
    edit(
        folder, name, lambda f: f.assign(**{c: change(f[c].astype(float)).astype(str) for c in f.columns[1:]})
    )


def test_logs_declared_counts_are_refused_with_the_remedy(study_folder):
    folder = study_folder()
    values(folder, "transcriptomics", lambda x: np.log2(1000 * x + 1).round(3))
    refused(folder, "are no whole numbers, and the largest is", "set `transcriptomics_kind: log`")
    assert read_study(folder, {"transcriptomics_kind": "log"}).n_obs == 12


def test_estimated_counts_are_taken_and_said(study_folder):
    folder = study_folder()
    values(folder, "transcriptomics", lambda x: 10 * x + 0.25)
    assert "72 of 72 counts are no whole numbers: taken for estimated" in read_study(folder).uns["notes"][0]


def test_counts_declared_logs_are_refused_with_the_remedy(study_folder):
    folder = study_folder()
    values(folder, "transcriptomics", lambda x: (1000 * x).astype(int))
    refused(
        folder,
        "whole numbers, values up to 11,000",
        "`transcriptomics_kind: counts`",
        transcriptomics_kind="log",
    )
    assert len(read_study(folder).uns["notes"]) == 0


def test_amounts_declared_logs_are_said(study_folder):
    folder = study_folder()
    values(folder, "metabolomics", lambda x: 1e6 * x + 0.5)
    study = read_study(folder, {"metabolomics_kind": "log"})
    assert "under `metabolomics_kind: log`: not on a log scale?" in study.uns["notes"][0]


def test_a_sample_of_zeros_is_refused_by_name(study_folder):
    folder = study_folder()
    edit(folder, "transcriptomics", lambda f: f.assign(**{c: ["0", *f[c][1:]] for c in f.columns[1:]}))
    refused(folder, "transcriptomics.csv: 1 sample with zeros only (S01)", "delete its row")
    edit(folder, "transcriptomics", lambda f: f.iloc[1:])
    assert read_study(folder).n_obs == 11


def test_samples_of_zeros_are_kept_where_zeros_are_common(study_folder):
    folder = study_folder(n_samples=40, n_metabolites=2)
    zeros = {"m0": [5, 0] * 20, "m1": [3, 3, 0, 0] * 10}
    edit(folder, "metabolomics", lambda f: f.assign(**{c: list(map(str, v)) for c, v in zeros.items()}))
    assert read_study(folder, {"metabolomics_kind": "counts"}).n_obs == 40


def test_values_that_cannot_be_squared_are_refused(study_folder):
    folder = study_folder()
    edit(folder, "metabolomics", lambda f: f.assign(m1=["1e308", *f["m1"][1:]]))
    refused(folder, "metabolomics.csv, row S01, column m1: a value of 1e+308", "small enough")
