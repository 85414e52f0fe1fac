"""The page of a run with a cohort: what the cohort lends the study."""

from __future__ import annotations

import json
import shutil

import nbformat
import numpy as np
import pandas as pd
import pytest
from papermill import execute_notebook

import omics_lib as ol
from omics_lib._files import project_file
from omics_lib.book import stage_book
from omics_lib.run._run import run_study

pytestmark = [pytest.mark.slow, pytest.mark.notebook]
PAGE = "notebooks/own_cohort.ipynb"


def said(run):
    """Everything that the page of a run says of its numbers."""
    cells = nbformat.read(run / PAGE, as_version=4).cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return " ".join(
        output.data["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {})
    )


def test_run_with_a_cohort_writes_its_page_and_pairs(tiny_run):
    pairs = pd.read_parquet(tiny_run / "cohort_pairs.parquet")
    ol.validate_table(pairs, "cohort_pairs")
    mdata = ol.read_stage(tiny_run / "preprocessed.h5mu")
    tables = [ol.preprocessed_table(mdata, modality) for modality in ol.MODALITIES]
    weights = ol.read_cohort(tiny_run.parent / "cohort", mdata, {"n_folds": 3}).weights()
    expected = ol.associate(*tables, weights=weights).pairs
    pd.testing.assert_frame_equal(pairs, expected[pairs.columns.tolist()])
    assert len(pairs) and pairs["weight"].min() < pairs["weight"].max()
    assert "The cohort `cohort` has 24 samples, the study 18 samples" in said(tiny_run)
    outputs = json.loads((tiny_run / "manifest.json").read_text())["outputs"]
    assert {"cohort_pairs.parquet", PAGE} <= set(outputs)


def test_nothing_of_the_cohort_enters_the_release(tiny_run):
    told = "".join(path.read_text() for path in (tiny_run / "release").iterdir())
    assert "cohort" not in told.replace("cohort_", "")


def test_book_of_a_run_with_a_cohort_has_its_page_and_no_place_of_this_machine(tiny_run, tmp_path):
    stage_book(tiny_run, tmp_path / "staged")
    assert "notebooks/own_cohort" in (tmp_path / "staged/_toc.yml").read_text()
    assert str(tiny_run.parent) not in (tmp_path / "staged" / PAGE).read_text()


def test_cohort_with_shuffled_names_and_no_metabolites_is_left_out_and_the_page_says_so(tiny_run, tmp_path):
    shutil.copytree(tiny_run.parent / "cohort", tmp_path / "useless")
    (tmp_path / "useless/metabolomics.csv").unlink()
    written = tmp_path / "useless/transcriptomics.csv"
    genes = pd.read_csv(written, index_col=0)
    genes.set_axis(np.random.default_rng(1).permutation(genes.columns), axis=1).to_csv(written)
    (tmp_path / "run/notebooks").mkdir(parents=True)
    shutil.copy(tiny_run / "preprocessed.h5mu", tmp_path / "run")
    given = {"cohort": str(tmp_path / "useless"), "n_folds": 3, "max_epochs": 5, "run": str(tmp_path / "run")}
    execute_notebook(project_file(PAGE), tmp_path / "run" / PAGE, given, progress_bar=False)
    assert "left out by default" in said(tmp_path / "run")
    pairs = pd.read_parquet(tmp_path / "run/cohort_pairs.parquet")
    ol.validate_table(pairs, "cohort_pairs")
    assert pairs.empty


def test_run_that_no_longer_has_a_cohort_loses_the_page(tiny_run, tmp_path, monkeypatch):
    shutil.copytree(tiny_run, tmp_path / "run")
    monkeypatch.setattr("omics_lib.run._run.run_workflow", lambda *_, **__: None)
    parameters = ol.default_parameters() | {"n_folds": 3}
    run_study(tiny_run.parent / "planted", tmp_path / "run", parameters | {"cohort": "../cohort"})
    assert (tmp_path / "run" / PAGE).exists()
    run_study(tiny_run.parent / "planted", tmp_path / "run", parameters)
    assert not (tmp_path / "run" / PAGE).exists()
    assert not (tmp_path / "run/cohort_pairs.parquet").exists()
