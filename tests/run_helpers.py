"""What several tests of a run share."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from omics_lib.cli import main

ROOT = Path(__file__).parents[1]
QUICK = ["max_epochs=5", "n_permutations=19", "n_latent=4", "n_folds=3"]
# What the run in which modules are planted has besides: pages of stored results.
PLANTED = ["stored_results=true"]


def run_quickly(study: Path, run: Path, *settings: str) -> int:
    """Run all stages with few epochs and permutations."""
    options = [word for setting in (*QUICK, *settings) for word in ("--set", setting)]
    return main(["run", str(study), "--out", str(run), "--cores", "1", *options])


def write_notebook(path: Path, *sources: str) -> Path:
    cells = [new_code_cell(source) for source in sources]
    parameters = new_code_cell("n = 1", metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(new_notebook(cells=[parameters, *cells], metadata=metadata), path)
    return path
