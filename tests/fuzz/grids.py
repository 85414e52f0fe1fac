"""A small valid study as grids of text cells, and how such grids are written: the same study in any container."""

from __future__ import annotations

import csv
import gzip
import io
import math
from copy import deepcopy
from pathlib import Path

import anndata
import mudata
import numpy as np
import openpyxl
import pandas as pd

Grid = list[list[str]]
Grids = dict[str, Grid]
TABLES = ("transcriptomics", "metabolomics")
TEXT = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
OWN_CONTAINER = (*TEXT, ".parquet", ".h5ad", ".xlsx")
IN_ONE = ("study.h5mu", "study.xlsx")


def _base() -> Grids:
    rng = np.random.default_rng(0)
    n = 12
    ids = [f"S{i:02d}" for i in range(1, n + 1)]
    genes = rng.permuted(np.tile(np.arange(n)[:, None] * 7, 9), axis=0)
    metabolites = (rng.lognormal(size=(n, 6)) + 0.5).round(3)
    return {
        "transcriptomics": [
            ["sample_id", *(f"gene_{j}" for j in range(9))],
            *([i, *map(str, row)] for i, row in zip(ids, genes.tolist(), strict=True)),
        ],
        "metabolomics": [
            ["sample_id", *(f"met_{j}" for j in range(6))],
            *([i, *map(str, row)] for i, row in zip(ids, metabolites.tolist(), strict=True)),
        ],
        "samples": [
            ["sample_id", "group", "batch", "age"],
            *([i, "abc"[k % 3], f"b{k % 2}", str(20.5 + k)] for k, i in enumerate(ids)),
        ],
        "known_pairs": [["gene_id", "metabolite_id"], ["gene_1", "met_2"], ["gene_3", "met_0"]],
    }


_BASE = _base()


def base(pairs: bool = True, missing: bool = True) -> Grids:
    """Return a study that may be changed; with known pairs, and with missing abundances, where asked for."""
    grids = deepcopy(_BASE)
    if not pairs:
        del grids["known_pairs"]
    if missing:
        grids["metabolomics"][3][2] = grids["metabolomics"][7][5] = ""
    return grids


def turned(grid: Grid) -> Grid:
    """Put rows into columns."""
    return [list(column) for column in zip(*grid, strict=True)]


def number(cell: str) -> float:
    """Read a cell as a person would: NaN where it is blank; raise a ValueError unless it is a plain number."""
    text = cell.strip()
    if text.casefold() in ("", "na", "nan", "n/a", "null"):
        return math.nan
    if not text.isascii() or "_" in text:
        raise ValueError(cell)
    return float(text)


def is_number(cell: str) -> bool:
    """Tell whether a cell is a plain finite number, or blank."""
    try:
        return not math.isinf(number(cell))
    except ValueError:
        return False


def typed(cell: str) -> float | str | None:
    """Return what a spreadsheet holds where this is typed in."""
    if not cell:
        return None
    return float(cell) if is_number(cell) and not math.isnan(number(cell)) else cell


def text_bytes(grid: Grid, suffix: str) -> bytes:
    """Write a grid as text of this kind."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter="\t" if suffix.startswith(".tsv") else ",").writerows(grid)
    said = stream.getvalue().encode("utf-8", errors="surrogatepass")
    return gzip.compress(said, mtime=0) if suffix.endswith(".gz") else said


def holds_numbers(grid: Grid) -> bool:
    """Tell whether a grid is a rectangle of numbers under names, as containers of numbers take it."""
    width = len(grid[0]) if grid else 0
    return len(grid) > 1 and width > 1 and all(
        len(row) == width and all(map(is_number, row[1:])) for row in grid[1:]
    )  # fmt: skip


def as_frame(grid: Grid) -> pd.DataFrame:
    """Put a grid of numbers into a frame."""
    values = [[number(cell) for cell in row[1:]] for row in grid[1:]]
    return pd.DataFrame(values, index=[row[0] for row in grid[1:]], columns=grid[0][1:], dtype=float)


def as_anndata(grid: Grid) -> anndata.AnnData:
    """Put a grid of numbers into an AnnData."""
    frame = as_frame(grid)
    names = (pd.DataFrame(index=pd.Index(axis, dtype=object)) for axis in (frame.index, frame.columns))
    return anndata.AnnData(frame.to_numpy(), *names)


def write_table(grid: Grid, folder: Path, name: str, suffix: str) -> Path:
    """Write one table; raise a ValueError where its container cannot hold what the cells say."""
    path = folder / (name + suffix)
    if suffix in TEXT:
        path.write_bytes(text_bytes(grid, suffix))
    elif suffix == ".xlsx":
        write_book({name: grid}, path)
    elif not holds_numbers(grid):
        raise ValueError(f"{suffix} holds numbers")
    elif suffix == ".h5ad":
        as_anndata(grid).write_h5ad(path)
    else:
        frame = as_frame(grid)
        frame.insert(0, grid[0][0], frame.index)
        if not frame.columns.is_unique:
            raise ValueError("a column stands twice")
        frame.to_parquet(path, index=False)
    return path


def write_book(grids: Grids, path: Path) -> None:
    """Write tables as the sheets of a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in grids.items():
        sheet = book.create_sheet(name)
        for row in grid:
            sheet.append([typed(cell) for cell in row])
    book.save(path)


def write_mudata(grids: Grids, path: Path) -> None:
    """Write a study as one .h5mu, its metadata as text."""
    if not all(holds_numbers(grids[name]) for name in TABLES):
        raise ValueError(".h5mu holds numbers")
    study = mudata.MuData({name: as_anndata(grids[name]) for name in TABLES})
    header, *rows = grids["samples"]
    samples = pd.DataFrame(rows, columns=header, dtype=object).set_index(header[0])
    study.obs = samples.loc[study.obs_names]
    if "known_pairs" in grids:
        header, *rows = grids["known_pairs"]
        study.uns["known_pairs"] = pd.DataFrame(rows, columns=header, dtype=object)
    study.write_h5mu(path)


def write_study(grids: Grids, folder: Path, suffixes: dict[str, str], whole: str | None = None) -> None:
    """Write a study: a file a table, ending as `suffixes` says (.csv), or `whole`, one file for all."""
    folder.mkdir()
    if whole == "study.xlsx":
        write_book(grids, folder / whole)
    elif whole:
        write_mudata(grids, folder / whole)
    else:
        for name, grid in grids.items():
            write_table(grid, folder, name, suffixes.get(name, ".csv"))
