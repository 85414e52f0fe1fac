"""The page of a run with a cohort: what the cohort lends the study."""

from __future__ import annotations

import json
import shutil

import nbformat
import numpy as np
import pandas as pd
import pytest
from run_helpers import run_quickly

import omics_lib as ol
from omics_lib.book import stage_book

PAGE = "notebooks/own_cohort.ipynb"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study, a cohort of its kind, and a run of both."""
    folder = tmp_path_factory.mktemp("cohort")
    both = ol.simulate_study(42, 60, 16, "modules", n_modules=2, strength=0.9, random_state=0)
    for name, part in (("study", both[:18].copy()), ("cohort", both[18:].copy())):
        ol.write_study_folder(part, folder / name)
    assert run_quickly(folder / "study", folder / "run", "cohort=../cohort") == 0
    return folder


def said(run):
    """Everything that the page of a run says of its numbers."""
    cells = nbformat.read(run / PAGE, as_version=4).cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return " ".join(
        output.data["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {})
    )


def test_run_with_a_cohort_writes_its_page_and_pairs(folder):
    run = folder / "run"
    pairs = pd.read_parquet(run / "cohort_pairs.parquet")
    ol.validate_table(pairs, "cohort_pairs")
    mdata = ol.read_stage(run / "preprocessed.h5mu")
    tables = [ol.preprocessed_table(mdata, modality) for modality in ol.MODALITIES]
    weights = ol.read_cohort(folder / "cohort", mdata, {"n_folds": 3}).weights()
    expected = ol.associate(*tables, weights=weights).pairs
    pd.testing.assert_frame_equal(pairs, expected[pairs.columns.tolist()])
    assert len(pairs) and pairs["weight"].min() < pairs["weight"].max()
    assert "The cohort `cohort` has 24 samples, the study 18 samples" in said(run)
    outputs = json.loads((run / "manifest.json").read_text())["outputs"]
    assert {"cohort_pairs.parquet", PAGE} <= set(outputs)


def test_nothing_of_the_cohort_enters_the_release(folder):
    told = "".join(path.read_text() for path in (folder / "run/release").iterdir())
    assert "cohort" not in told.replace("cohort_", "")


def test_book_of_a_run_with_a_cohort_has_its_page_and_no_place_of_this_machine(folder, tmp_path):
    stage_book(folder / "run", tmp_path / "staged")
    assert "notebooks/own_cohort" in (tmp_path / "staged/_toc.yml").read_text()
    assert str(folder) not in (tmp_path / "staged" / PAGE).read_text()


def test_cohort_with_shuffled_names_and_no_metabolites_is_left_out_and_the_page_says_so(folder, tmp_path):
    shutil.copytree(folder / "cohort", folder / "useless")
    (folder / "useless/metabolomics.csv").unlink()
    written = folder / "useless/transcriptomics.csv"
    genes = pd.read_csv(written, index_col=0)
    genes.set_axis(np.random.default_rng(1).permutation(genes.columns), axis=1).to_csv(written)
    shutil.copytree(folder / "run", folder / "again")
    assert run_quickly(folder / "study", folder / "again", "cohort=../useless") == 0
    assert "left out by default" in said(folder / "again")
    pairs = pd.read_parquet(folder / "again/cohort_pairs.parquet")
    ol.validate_table(pairs, "cohort_pairs")
    assert pairs.empty


def test_run_without_its_cohort_loses_the_page(folder):
    shutil.copytree(folder / "run", folder / "without")
    assert run_quickly(folder / "study", folder / "without") == 0
    assert not (folder / "without" / PAGE).exists()
    assert not (folder / "without/cohort_pairs.parquet").exists()
    assert PAGE not in json.loads((folder / "without/manifest.json").read_text())["outputs"]
