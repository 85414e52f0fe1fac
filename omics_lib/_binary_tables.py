"""Read one Parquet or AnnData file as a `Table`, as strictly as a CSV file."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import anndata
import numpy as np
from anndata._io.specs.registry import IORegistryError  # raised to the user, exported nowhere

from ._tables import Table, make_table, parse_number, text_cell
from .errors import StudyError

# What h5py, anndata and mudata raise on a file that is damaged or of another kind.
DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, IORegistryError)


def damaged(where: str, kind: str, error: Exception) -> StudyError:
    """Make the error for a binary file that its own library cannot read."""
    found = f"not readable as {kind} ({' '.join(str(error).split())[:200]})"
    return StudyError(where, found, f"it must be a whole {kind} file", "Copy or export it again.")


def read_parquet(path: Path) -> Table:
    """Read a Parquet file; names are in `sample_id`, else in the pandas index, else in the first column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
            index = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(path.name, "Parquet", error) from error
    names = table.column_names
    if table.num_rows == 0 or len(names) < 2:
        raise StudyError(
            path.name,
            f"{table.num_rows} rows, {len(names)} columns",
            "it must hold a table",
            "Export it again.",
        )
    stored = [name for name in ("sample_id", *index) if isinstance(name, str) and name in names]
    at = names.index(stored[0]) if stored else 0
    rows = ["" if name is None else str(name) for name in table.column(at).to_pylist()]
    features = [j for j in range(len(names)) if j != at]
    values = np.empty((len(rows), len(features)))
    columns = table.columns
    for k, j in enumerate(features):
        values[:, k] = _column(path.name, columns[j], rows, names[j])
    label = "" if names[at].startswith("__index_level_") else names[at]
    return make_table(path.name, rows, [names[j] for j in features], values, label)


def _column(where: str, column, rows: list[str], name: str) -> np.ndarray:
    import pyarrow as pa

    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.to_numpy()
    numbers = np.empty(len(rows))
    for i, cell in enumerate(column.to_pylist()):
        text = "" if cell is None else str(cell)
        try:
            numbers[i] = parse_number(text)
        except ValueError:
            raise text_cell(where, text, rows[i], name) from None
    return numbers


def read_h5ad(path: Path) -> Table:
    """Read the matrix `X` of an AnnData file; its `obs_names` are the rows."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adata = anndata.read_h5ad(path)
    except DAMAGED as error:
        raise damaged(path.name, "h5ad", error) from error
    return anndata_table(path.name, adata)


def anndata_table(where: str, adata) -> Table:
    """Take names and matrix out of an AnnData, sparse or not."""
    if adata.X is None or 0 in adata.shape:
        raise StudyError(
            where, "no matrix X", "X must hold samples × features", "Fill `X` and write it again."
        )
    matrix = adata.X.toarray() if hasattr(adata.X, "toarray") else adata.X
    try:
        values = np.array(matrix, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise StudyError(
            where, f"X holds {matrix.dtype}", "X must hold numbers", "Convert `X` and write it again."
        ) from error
    return make_table(where, adata.obs_names, adata.var_names, values, str(adata.obs_names.name or ""))
