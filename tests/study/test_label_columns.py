from __future__ import annotations

import numpy as np
import pytest
from study_helpers import edit, refused

from omics_lib.study import read_study


def insert(folder, name, column, values, at=1):
    def change(frame):
        frame.insert(at, column, [str(value) for value in values])
        return frame

    edit(folder, name, change)


@pytest.mark.parametrize(
    ("column", "values", "shown"),
    [
        ("Group", [0, 1] * 6, "Group (as in samples.csv)"),
        ("age", range(20, 32), "age (as in samples.csv)"),
        ("Label", [0, 1] * 6, "Label (2 levels: 0, 1)"),
        ("class", [1, 2, 3] * 4, "class (3 levels: 1, 2, 3)"),
        ("dose", [0, 10, 100] * 4, "dose (3 levels: 0, 10, 100)"),
        ("order", range(1, 13), "order (1 to 12, each once)"),
        ("Sample", [3.5, 4.25] * 6, "Sample (the ids)"),
    ],
)
def test_columns_that_describe_samples_are_refused_among_metabolites(study_folder, column, values, shown):
    folder = study_folder()
    insert(folder, "metabolomics", column, values, at=3)
    refused(folder, "metabolomics.csv: 1 column that seems to describe the samples", shown, "Delete it from")


@pytest.mark.parametrize("name", ["transcriptomics", "metabolomics"])
def test_row_numbers_behind_the_ids_are_refused(study_folder, name):
    folder = study_folder()
    insert(folder, name, "Unnamed: 0", range(12))
    refused(folder, f"{name}.csv: 1 column", "Unnamed: 0 (row numbers)", "Delete it")


def test_all_columns_that_describe_samples_are_named_at_once(study_folder):
    folder = study_folder()
    insert(folder, "metabolomics", "group", [0, 1] * 6)
    insert(folder, "metabolomics", "injection_order", range(1, 13))
    refused(
        folder, "2 columns that seem", "group (as in samples.csv)", "injection_order (1 to 12", "Delete them"
    )


def test_labels_among_peak_areas_without_decimals_are_refused(study_folder):
    folder = study_folder()
    edit(
        folder,
        "metabolomics",
        lambda f: f.assign(**{c: (f[c].astype(float) * 1e5).astype(int).astype(str) for c in f.columns[1:]}),
    )
    insert(folder, "metabolomics", "low", [100000, 200000] * 6)
    assert "low" in read_study(folder)["metabolomics"].var_names
    insert(folder, "metabolomics", "batch", [1, 2, 3] * 4)
    refused(folder, "1 column that seems", "batch (3 levels: 1, 2, 3)")


def test_a_batch_of_many_levels_is_refused(study_folder):
    folder = study_folder(n_samples=24)
    insert(folder, "metabolomics", "plate", [1, 2, 3, 4, 5, 6] * 4)
    refused(folder, "plate (6 levels: 1, 2, 3, 4, 5, 6)")


def test_a_metabolite_of_zeros_and_few_values_is_no_label(study_folder):
    folder = study_folder()
    insert(folder, "metabolomics", "drug", [0] * 10 + [120, 120])
    insert(folder, "metabolomics", "rare", [1, 2] * 4 + [""] * 4)
    assert {"drug", "rare"} <= set(read_study(folder)["metabolomics"].var_names)


def test_genes_with_few_counts_are_no_labels(study_folder):
    folder = study_folder()
    insert(folder, "transcriptomics", "quiet", [0, 1] * 6)
    insert(folder, "transcriptomics", "quieter", [0, 1, 2] * 4)
    assert read_study(folder)["transcriptomics"].n_vars == 8


def test_logs_of_few_counts_are_no_labels_within_a_table(study_folder):
    folder = study_folder()
    edit(
        folder,
        "transcriptomics",
        lambda frame: frame.assign(
            **{f"g{j}": (np.log2(frame[f"g{j}"].astype(int) + 1.5)).round(4).astype(str) for j in range(6)}
        ),
    )
    insert(folder, "transcriptomics", "quiet", [0, 1] * 6, at=4)
    assert read_study(folder, {"transcriptomics_kind": "log"})["transcriptomics"].n_vars == 7
    insert(folder, "transcriptomics", "label", [0, 1] * 6, at=1)
    refused(folder, "label (2 levels: 0, 1)", transcriptomics_kind="log")


def test_a_feature_that_shares_a_name_with_metadata_only_is_kept_and_said(study_folder):
    folder = study_folder()
    edit(folder, "samples", lambda frame: frame.assign(M0=range(12, 0, -1), g1=["wt", "mut"] * 6))
    study = read_study(folder)
    assert "m0" in study["metabolomics"].var_names
    assert "g1" in study["transcriptomics"].var_names
    assert "metabolomics.csv: m0 also stand in samples.csv, with other values; kept." in study.uns["notes"]


@pytest.mark.parametrize("column", ["Class", "batch", "age", "Run_Order", "total"])
def test_what_samples_are_described_by_is_refused_by_its_name_whatever_its_values(study_folder, column):
    folder = study_folder()
    edit(folder, "samples", lambda frame: frame[["sample_id"]])
    for name in ("metabolomics", "transcriptomics"):
        insert(folder, name, column, range(20, 44, 2))
        refused(folder, f"{name}.csv: 1 column that seems to describe the samples: {column} (")


def test_a_sum_of_the_features_is_refused(study_folder):
    folder = study_folder()
    edit(
        folder,
        "metabolomics",
        lambda f: f.assign(everything=f.iloc[:, 1:].astype(float).sum(axis=1).round(3).astype(str)),
    )
    refused(folder, "metabolomics.csv: 1 column that seems", "everything (the sum of the others)")


def test_a_gene_of_few_counts_called_like_other_metadata_is_kept(study_folder):
    folder = study_folder()
    insert(folder, "transcriptomics", "TP53", [0, 1, 1] * 4)
    insert(folder, "transcriptomics", "MYC", [0] * 12)
    edit(folder, "samples", lambda frame: frame.assign(TP53=["wt", "mut"] * 6, MYC=["wt", "mut"] * 6))
    genes = read_study(folder)["transcriptomics"].var_names
    assert "TP53" in genes
    assert "MYC" not in genes
    edit(folder, "samples", lambda frame: frame.assign(TP53=["wt", "mut", "mut"] * 4))
    refused(folder, "TP53 (as in samples.csv)")


def test_a_rounded_copy_of_a_metadata_column_is_refused_by_its_name(study_folder):
    folder = study_folder()
    edit(folder, "samples", lambda frame: frame.assign(age=[f"{30 + j / 3:.1f}" for j in range(12)]))
    insert(folder, "metabolomics", "age", [30, *range(30, 41)], at=2)
    refused(folder, "age (what samples are described by)")
