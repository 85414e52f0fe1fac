"""The pages of a run with a cohort, and with cell lines: what the cohort lends."""

from __future__ import annotations

import json
import re
import shutil

import nbformat
import numpy as np
import pandas as pd
import pytest
from papermill import execute_notebook
from run_helpers import run_quickly

import omics_lib as ol
from omics_lib._files import project_file
from omics_lib.book import stage_book
from omics_lib.run import parameters_of
from omics_lib.run._run import run_study

pytestmark = [pytest.mark.slow, pytest.mark.notebook]
PAGE, OF_LINES = "notebooks/own_cohort.ipynb", "notebooks/cell_lines.ipynb"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study, a cohort of its kind, cell lines, and a run of all."""
    folder = tmp_path_factory.mktemp("cohort")
    both = ol.simulate_study(42, 60, 16, "modules", n_modules=2, strength=0.9, random_state=0)
    for name, part in (("study", both[:18].copy()), ("cohort", both[18:].copy())):
        ol.write_study_folder(part, folder / name)
    for table in (folder / "cohort").glob("*.csv"):
        table.write_text(re.sub("^S", "canary_", table.read_text(), flags=re.MULTILINE))
    cell_lines(folder / "lines")
    given = "cohort=../cohort", "cell_lines=../lines"
    assert run_quickly(folder / "study", folder / "run", *given) == 0
    return folder


def cell_lines(folder):
    """Write lines as they are fetched, with responses that some lack."""
    lines = ol.simulate_study(460, 40, 12, "modules", n_modules=2, strength=0.9, random_state=2)
    genes, compounds = (lines[name].to_df() for name in ol.MODALITIES)
    del lines.mod["metabolomics"]
    lines["transcriptomics"].X = np.log(1 + genes.to_numpy())
    ol.write_study_folder(lines, folder, "parquet")
    (folder / "params.yml").write_text("transcriptomics_kind: log\n")
    compounds.iloc[:3] = np.nan
    compounds.rename_axis("sample_id").reset_index().to_parquet(folder / "compounds.parquet")


def cohort_ids(folder):
    """List the samples of the cohort, each of a name that stands nowhere else."""
    ids = pd.read_csv(folder / "cohort/samples.csv")["sample_id"]
    assert ids.str.startswith("canary_").all()
    return ids


def said(run, page=PAGE):
    """Everything that a page of a run says of its numbers."""
    cells = nbformat.read(run / page, as_version=4).cells
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


def test_run_with_cell_lines_has_a_page_that_deals_them_out(folder):
    text = said(folder / "run", OF_LINES)
    assert "457 lines have 40 genes and responses to 12 compounds" in text
    assert "Of 12 studies, 12 say that the cohort is of use" in text
    assert OF_LINES in json.loads((folder / "run/manifest.json").read_text())["outputs"]


@pytest.mark.parametrize(
    "asked", [{}, {"numbers": True}, {"n_pairs": 5, "keep_feature_names": True}, {"epsilon": 1.0}], ids=str
)
def test_nothing_of_the_cohort_enters_a_release(asked, folder, tmp_path):
    run = folder / "run"
    ol.write_release(run, tmp_path / "out", parameters_of(run), **asked)
    assert ol.audit_release(tmp_path / "out", cohort_ids(folder))["passed"].all()
    told = "".join(path.read_text(errors="replace") for path in (tmp_path / "out").iterdir())
    assert "cohort" not in told.replace("cohort_", "")


def test_no_sample_of_the_cohort_is_named_in_its_page_or_pairs(folder, tmp_path):
    ids = cohort_ids(folder)
    for name in (PAGE, "cohort_pairs.parquet", "manifest.json", "summary.json", "ro-crate-metadata.json"):
        shutil.copy(folder / "run" / name, tmp_path)
    assert (ol.audit_release(tmp_path, ids)["n_found"] == 0).all()
    assert (ol.audit_release(folder / "cohort", ids)["n_found"] > 0).any()


def test_book_of_a_run_with_a_cohort_has_its_page_and_no_place_of_this_machine(folder, tmp_path):
    stage_book(folder / "run", tmp_path / "staged")
    assert "notebooks/own_cohort" in (tmp_path / "staged/_toc.yml").read_text()
    assert str(folder) not in (tmp_path / "staged" / PAGE).read_text()


def test_cohort_with_shuffled_names_and_no_metabolites_is_left_out_and_the_page_says_so(folder, tmp_path):
    shutil.copytree(folder / "cohort", tmp_path / "useless")
    (tmp_path / "useless/metabolomics.csv").unlink()
    written = tmp_path / "useless/transcriptomics.csv"
    genes = pd.read_csv(written, index_col=0)
    genes.set_axis(np.random.default_rng(1).permutation(genes.columns), axis=1).to_csv(written)
    (tmp_path / "run/notebooks").mkdir(parents=True)
    shutil.copy(folder / "run/preprocessed.h5mu", tmp_path / "run")
    given = {"cohort": str(tmp_path / "useless"), "n_folds": 3, "max_epochs": 5, "run": str(tmp_path / "run")}
    execute_notebook(project_file(PAGE), tmp_path / "run" / PAGE, given, progress_bar=False)
    assert "left out by default" in said(tmp_path / "run")
    pairs = pd.read_parquet(tmp_path / "run/cohort_pairs.parquet")
    ol.validate_table(pairs, "cohort_pairs")
    assert pairs.empty


def test_run_that_no_longer_has_a_cohort_loses_the_page(folder, tmp_path, monkeypatch):
    shutil.copytree(folder / "run", tmp_path / "run")
    monkeypatch.setattr("omics_lib.run._run.run_workflow", lambda *_, **__: None)
    parameters = ol.default_parameters() | {"n_folds": 3}
    run_study(folder / "study", tmp_path / "run", parameters | {"cohort": "../cohort"})
    assert (tmp_path / "run" / PAGE).exists() and not (tmp_path / "run" / OF_LINES).exists()
    run_study(folder / "study", tmp_path / "run", parameters)
    assert not (tmp_path / "run" / PAGE).exists()
    assert not (tmp_path / "run/cohort_pairs.parquet").exists()
