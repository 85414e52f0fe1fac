"""One stage: what stays of it, done or failed."""

import pytest
from papermill.exceptions import PapermillExecutionError
from run_helpers import write_notebook

from omics_lib.stage._execute import execute_stage


@pytest.mark.notebook
def test_stage_that_ends_beside_another_takes_nothing_from_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    end_of_another = "import shutil; shutil.rmtree('notebooks/failed', ignore_errors=True)"
    notebook = write_notebook(tmp_path / "n.ipynb", end_of_another)
    execute_stage(notebook, tmp_path / "notebooks/n.ipynb", {})
    assert (tmp_path / "notebooks/n.ipynb").is_file()


@pytest.mark.notebook
def test_failed_stage_is_kept_apart_until_it_is_done(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output, failed = tmp_path / "notebooks/n.ipynb", tmp_path / "notebooks/failed/n.ipynb"
    with pytest.raises(PapermillExecutionError):
        execute_stage(write_notebook(tmp_path / "n.ipynb", "1 / 0"), output, {})
    assert "ZeroDivisionError" in failed.read_text() and not output.exists()
    execute_stage(write_notebook(tmp_path / "n.ipynb", "1 / 1"), output, {})
    assert output.is_file() and not failed.exists()
