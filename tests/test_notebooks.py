"""The seven notebooks, executed on tiny studies as `omics-book run` does, and by hand."""

from __future__ import annotations

import ast
import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import nbformat
import numpy as np
import pandas as pd
import papermill
import pytest
from run_helpers import PLANTED, ROOT, run_quickly

import omics_lib as ol
from omics_lib import narrate
from omics_lib.evidence import PAGES
from omics_lib.privacy import names_like_words
from omics_lib.run._run import _stage_parameters
from omics_lib.schema import READING, read_schema, schema_names, schema_of

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def text_of(notebook: Path) -> str:
    """Everything that a reader of an executed notebook sees as text."""
    seen = []
    for cell in nbformat.read(notebook, as_version=4).cells:
        seen.append(cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            seen += [output.get("text", ""), data.get("text/markdown", ""), data.get("text/plain", "")]
    return "\n".join(seen)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert notebook.metadata["language_info"]["name"] == "python"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_cells_are_thin(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            assert len(cell.source.splitlines()) <= 12, cell.source
            assert "def " not in cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_draws_it_shows_with_its_caption(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and re.search(r"plots\.(plot|draw)_", cell.source):
            assert "plots.show(" in cell.source, cell.source


def test_notebook_defaults_are_the_defaults_of_the_run():
    defaults = ol.default_parameters()
    for path in NOTEBOOKS:
        for name, declared in papermill.inspect_notebook(str(path)).items():
            if name in defaults:
                assert eval(declared["default"]) == defaults[name], f"{path.name}: {name}"
                assert declared["help"], f"{path.name}: {name} has no help"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_papermill_sees_every_parameter_of_the_notebook(path):
    cells = nbformat.read(path, as_version=4).cells
    sources = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    statements = [node for source in sources for node in ast.parse(source).body]
    targets = [getattr(node, "target", None) or node.targets[0] for node in statements]
    assert {target.id for target in targets} == set(papermill.inspect_notebook(str(path)))


def test_every_parameter_reaches_a_notebook():
    declared = {name for path in NOTEBOOKS for name in papermill.inspect_notebook(str(path))}
    reading = set(READING)  # the first chapter has them all in its `parameters`
    of_the_book = {"title", "stored_results"}  # printed by the cover, and read by the Snakefile
    assert set(ol.default_parameters()) - declared - reading == of_the_book


def test_what_decides_how_a_study_is_read_reaches_the_first_chapter():
    stages = _stage_parameters(ol.default_parameters() | {"categorical": ["batch"], "id_match": "loose"})
    reading = stages["01_data"]["parameters"]
    assert reading["categorical"] == ["batch"]
    assert {*READING, "transcriptomics_kind", "metabolomics_kind"} <= set(reading)


def test_changing_alpha_leaves_the_first_stages_alone():
    one, other = (_stage_parameters(ol.default_parameters() | {"alpha": alpha}) for alpha in (0.05, 0.1))
    changed = {name for name in one if one[name] != other[name]}
    assert "04_associations" in changed
    assert not changed & {"01_data", "02_preprocessing", "03_autoencoder", "row_space"}


TABLES = {
    ".csv": pd.read_csv, ".tsv": functools.partial(pd.read_csv, sep="\t"), ".parquet": pd.read_parquet,
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
}  # fmt: skip


def test_every_table_of_a_run_has_a_schema_and_fits_it(each_run):
    files = [path.relative_to(each_run) for path in each_run.rglob("*") if path.suffix in TABLES]
    files = [path for path in files if path.parts[0] != "book" and not path.parts[0].startswith(".")]
    files.remove(Path("ro-crate-metadata.json"))  # of a form that others define
    for path in files:
        name = schema_of(path.as_posix())
        assert name is not None, f"{path} has no schema"
        content = TABLES[path.suffix](each_run / path)
        if path.suffix == ".json":
            jsonschema.Draft202012Validator(read_schema(name)).validate(content)
        else:
            ol.validate_table(content, name)
    found = {schema_of(path.as_posix()) for path in files}
    of_runs = {name for name in schema_names() if read_schema(name)["x-folder"] == "run folder"}
    assert of_runs == found | {"cohort_pairs"}  # of runs with a cohort: tests/run/test_own_cohort.py


def test_run_writes_what_belongs_together(tiny_run):
    for modality in ("transcriptomics", "metabolomics"):
        importance = pd.read_parquet(tiny_run / modality / "importance.parquet")
        table = ol.preprocessed_table(ol.read_stage(tiny_run / "preprocessed.h5mu"), modality)
        assert importance["feature"].tolist() == table.columns.tolist()
        assert not (tiny_run / modality / "checkpoints").exists()
        assert pd.read_parquet(tiny_run / modality / "latents.parquet").shape == (18, 5)
    assert {path.suffix for path in (tiny_run / "figures").iterdir()} == {".svg", ".png", ".pdf"}


@pytest.mark.parametrize("modality", ["transcriptomics", "metabolomics"])
def test_no_model_is_ahead_of_the_ceiling(tiny_run, modality):
    sizes = pd.read_csv(tiny_run / modality / "latent_sizes.csv")
    best = sizes.groupby(["fold", "model"])["r2"].max().unstack()
    assert (best.max(axis=1) <= best["ceiling"] + 1e-6).all()


def test_refined_ranks_every_gene_of_every_metabolite(tiny_run):
    refined = pd.read_parquet(tiny_run / "refined.parquet")
    assert len(refined) == 60 * 16
    assert refined["score"].ge(0).all()
    assert refined.groupby("metabolite")["rank"].apply(lambda rank: sorted(rank) == list(range(1, 61))).all()
    assert refined.groupby("metabolite")["score"].apply(lambda s: s.is_monotonic_decreasing).all()


def test_run_finds_planted_modules(tiny_run):
    evaluation = pd.read_csv(tiny_run / "evaluation.csv").set_index(["method", "metric"])["value"]
    assert (
        evaluation["GCN + known pairs", "average_precision"]
        > 3 * evaluation["Spearman", "average_precision_chance"]
    )
    baselines = {"Spearman", "factors removed", "propagation", "propagation between", "PLS", "MOFA2"}
    ours = {"GCN, rewired", "GCN", "known pairs alone", "GCN + known pairs"}
    halves = {"network", "rewired"}
    assert set(evaluation.index.get_level_values("method")) == baselines | ours | halves
    assert evaluation["network", "correlation"] > evaluation["rewired", "correlation"]


def test_associations_agree_with_the_library(tiny_run):
    study = ol.read_stage(tiny_run / "preprocessed.h5mu")
    genes, metabolites = (ol.preprocessed_table(study, name) for name in ("transcriptomics", "metabolomics"))
    written = pd.read_parquet(tiny_run / "associations.parquet").query("source == 'direct'")
    pd.testing.assert_frame_equal(
        written.drop(columns=["source", "p_family"]).reset_index(drop=True),
        ol.associate(genes, metabolites).pairs,
    )


def test_manifest_names_inputs_outputs_and_versions(tiny_run):
    manifest = json.loads((tiny_run / "manifest.json").read_text())
    assert set(manifest["inputs"]) == {
        "transcriptomics.csv", "metabolomics.csv", "samples.csv", "known_pairs.csv",
    }  # fmt: skip
    assert manifest["outputs"]["refined.parquet"] == ol.file_sha256(tiny_run / "refined.parquet")
    assert manifest["versions"]["torch"] and manifest["random_state"] == 0


def test_pages_of_stored_results_are_made_where_they_are_asked_for(both_runs):
    asked, other = both_runs
    for page, names in PAGES.items():
        assert not (other / f"notebooks/{page}.ipynb").exists()
        said = text_of(asked / f"notebooks/{page}.ipynb")
        assert all(narrate.evidence(ol.read_evidence(name)) in said for name in names)


def test_run_again_repeats_no_stage(tiny_run, own_run, capfd):
    before = {path: path.stat().st_mtime_ns for path in own_run.rglob("*.parquet")}
    assert run_quickly(tiny_run.parent / "planted", own_run, *PLANTED) == 0
    assert before == {path: path.stat().st_mtime_ns for path in own_run.rglob("*.parquet")}
    assert "…" not in capfd.readouterr().err


def test_run_redoes_what_was_changed_by_hand_and_keeps_the_rest(tiny_run, own_run, capfd):
    results = json.loads((own_run / "manifest.json").read_text())["outputs"]
    pd.read_parquet(own_run / "refined.parquet").head(1).to_parquet(own_run / "refined.parquet")
    assert run_quickly(tiny_run.parent / "planted", own_run, *PLANTED) == 0
    said = capfd.readouterr().err
    assert "refined.parquet is not what its stage wrote" in said
    assert "05_refinement done" in said and "04_associations" not in said
    assert json.loads((own_run / "manifest.json").read_text())["outputs"] == results


@pytest.mark.parametrize("name", ["notebooks/07_release.ipynb", "release/summary.csv", "release/planted.csv"])
def test_run_makes_what_was_changed_whole_again(name, tiny_run, own_run):
    before = {path: path.read_bytes() for path in own_run.rglob("release*/*")}
    before[own_run / "manifest.json"] = (own_run / "manifest.json").read_bytes()
    (own_run / name).write_text("by hand")
    assert run_quickly(tiny_run.parent / "planted", own_run, *PLANTED) == 0
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(own_run.rglob("release*/*")) == sorted(before.keys() - {own_run / "manifest.json"})


def test_pages_of_a_study_with_nothing_in_it_say_so(empty_handed_run):
    said = {path.stem: text_of(path) for path in (empty_handed_run / "notebooks").glob("*.ipynb")}
    assert "**None is significant**" in said["04_associations"]
    assert "falls back" in said["05_refinement"]
    assert "no known pairs" in said["01_data"]
    assert "strongest correlations" in said["06_figures"]
    refined = pd.read_parquet(empty_handed_run / "refined.parquet")
    np.testing.assert_allclose(refined["score"], refined["rho"].abs())


def test_pages_say_what_was_handled(empty_handed_run):
    data = text_of(empty_handed_run / "notebooks/01_data.ipynb")
    assert "turned" in data
    assert "1 constant" in data
    assert "missing" in data


def test_pages_of_data_and_preprocessing_say_what_check_says(each_run):
    parameters = json.loads((each_run / "manifest.json").read_text())["parameters"]
    findings = ol.advise(ol.read_stage(each_run / "study.h5mu"), parameters)
    assert {finding.topic for finding in findings} == {"depth", "skewness"}
    for page in ("01_data", "02_preprocessing"):
        said = text_of(each_run / f"notebooks/{page}.ipynb")
        assert all(finding.text in said for finding in findings)


def test_chapter_3_takes_its_preprocessing_from_chapter_2(tiny_run):
    preprocessing = ol.read_stage(tiny_run / "preprocessed.h5mu").uns["preprocessing"]
    parameters = ol.default_parameters()
    assert dict(preprocessing) == {name: parameters[name] for name in preprocessing}
    for name in ("transcriptomics", "metabolomics"):
        built, expected = (ol.preprocessor_for(name, given) for given in (preprocessing, parameters))
        assert str(built.get_params()) == str(expected.get_params())


def test_pages_hold_no_warning_and_no_traceback(each_run):
    for path in (each_run / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.get("name") != "stderr", f"{path.name}: {output.get('text')}"
                assert output["output_type"] != "error"


@pytest.mark.parametrize("asked", [{}, {"numbers": True}, {"epsilon": 100.0}], ids=str)
def test_every_word_of_a_release_is_one_that_check_knows(asked, each_run, tmp_path):
    ol.write_release(each_run, tmp_path / "release", ol.default_parameters(), **asked)
    texts = [path for path in (tmp_path / "release").iterdir() if path.suffix in (".csv", ".json", ".svg")]
    words = {word for path in texts for word in re.findall(r"(?<![\w.])[^\W\d_][\w.+-]+", path.read_text())}
    named = {w.casefold() for w in words if not re.fullmatch(r"[a-z]?[0-9a-f]{6,}|DejaVuSans-\w+", w)}
    assert len(named) > 50 and named - set(names_like_words(named)) == set()


def test_release_names_no_sample(each_run):
    samples = ol.read_stage(each_run / "study.h5mu").obs_names
    audit = ol.audit_release(each_run / "release", samples)
    assert len(audit) >= 4
    assert audit["passed"].all()
    everything = b"".join(path.read_bytes() for path in (each_run / "release").rglob("*"))
    assert not any(name.encode() in everything for name in samples)


def test_notebook_runs_by_hand(own_run, tmp_path):
    """`papermill notebooks/04_associations.ipynb out.ipynb -p run RUN -p alpha 0.01`, from the checkout."""
    command = [sys.executable, "-m", "papermill", "notebooks/07_release.ipynb", str(tmp_path / "out.ipynb")]
    options = ["-p", "run", str(own_run), "-p", "alpha", "0.01", "--no-progress-bar"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_stage_refuses_a_parameter_that_the_notebook_does_not_declare(tmp_path, capsys):
    from omics_lib.stage._execute import main as stage

    code = stage([str(NOTEBOOKS[1]), str(tmp_path / "out.ipynb"), "--parameters", '{"alhpa": 1}'])
    assert code == 2
    assert "alhpa" in capsys.readouterr().err
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.slow
@pytest.mark.notebook
def test_first_chapter_warns_of_nothing_where_a_group_lacks_a_metabolite(tmp_path):
    study = ol.simulate_study(12, 40, 8, "null", random_state=0)
    level = study.obs["batch"].iloc[0]
    measured = study["metabolomics"].to_df()
    measured.loc[study.obs["batch"] == level, measured.columns[0]] = np.nan
    study["metabolomics"].X = measured.to_numpy()
    given = {"study": str(ol.write_study_folder(study, tmp_path / "study")), "run": str(tmp_path)}
    page = papermill.execute_notebook(ROOT / "notebooks/01_data.ipynb", None, given, progress_bar=False)
    outputs = [output for cell in page.cells for output in cell.get("outputs", [])]
    assert not [output["text"] for output in outputs if output.get("name") == "stderr"]
    assert "Of a column drawn by lot one would expect 5%" in json.dumps(outputs)
