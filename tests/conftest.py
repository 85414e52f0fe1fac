"""Fixtures that several tests share."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


def _write_rows(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


@pytest.fixture
def study_folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a small valid study folder: samples S01…, genes g0…, metabolites m0…; no feature is constant."""

    def make(name: str = "study", n_samples: int = 12, n_genes: int = 6, n_metabolites: int = 4) -> Path:
        rng = np.random.default_rng(0)
        folder = tmp_path / name
        folder.mkdir()
        ids = [f"S{i:02d}" for i in range(1, n_samples + 1)]
        genes = rng.permuted(np.tile(np.arange(n_samples)[:, None], n_genes), axis=0)
        metabolites = (rng.random((n_samples, n_metabolites)) + 1).round(3)
        header = ["sample_id", *(f"g{j}" for j in range(n_genes))]
        rows = [[i, *row] for i, row in zip(ids, genes.tolist(), strict=True)]
        _write_rows(folder / "transcriptomics.csv", [header, *rows])
        header = ["sample_id", *(f"m{j}" for j in range(n_metabolites))]
        rows = [[i, *row] for i, row in zip(ids, metabolites.tolist(), strict=True)]
        _write_rows(folder / "metabolomics.csv", [header, *rows])
        levels = [[i, "ab"[k % 2], 20 + k] for k, i in enumerate(ids)]
        _write_rows(folder / "samples.csv", [["sample_id", "group", "age"], *levels])
        return folder

    return make
