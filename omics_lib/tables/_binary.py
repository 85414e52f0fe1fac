"""Read one Parquet or AnnData file as a `Table`, as strictly as a CSV file."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import anndata
import numpy as np
from anndata._io.specs.registry import IORegistryError  # raised to the user, exported nowhere

from ..errors import Gathered, StudyError, first_few
from ._numbers import NumberCells
from ._reading import DEFAULT, Reading
from ._row_numbers import row_numbers
from ._table import Table, make_table

# What h5py, anndata and mudata raise on a file that is damaged or of another kind.
DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, IORegistryError)


def damaged(where: str, kind: str, error: Exception) -> StudyError:
    """Make the error for a binary file that its own library cannot read."""
    found = f"not readable as {kind} ({' '.join(str(error).split())[:200]})"
    return StudyError(where, found, f"it must be a whole {kind} file", "Copy or export it again.")


def read_parquet(path: Path, reading: Reading = DEFAULT) -> Table:
    """Read a Parquet file; names are in `sample_id`, else in the pandas index, else in the first column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read(use_threads=False)  # a thread a column takes four times as long, with 100,000
            index = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(path.name, "Parquet", error) from error
    names = table.column_names
    if table.num_rows == 0 or len(names) < 2:
        found = f"{table.num_rows} rows, {len(names)} columns"
        raise StudyError(path.name, found, "it must hold a table", "Export it again.")
    stored = [name for name in ("sample_id", *index) if isinstance(name, str) and name in names]
    at = names.index(stored[0]) if stored else 0
    rows = _names(table.column(at).to_pylist())
    features = [j for j in range(len(names)) if j != at and names[j] not in index]
    values = np.empty((len(rows), len(features)))
    columns, numbers = table.columns, NumberCells(path.name, reading)
    for k, j in enumerate(features):
        values[:, k] = _column(numbers, columns[j], rows, k)
    label = "" if names[at].startswith("__index_level_") else names[at]
    columns = [names[j] for j in features]
    problems = Gathered()
    with problems:
        numbers.check(columns, len(rows))
    with problems:
        numbers.refuse_thousands(values)
    numbers.blank(values)
    return make_table(path.name, rows, columns, values, label, numbers.notes(), problems)


def _names(cells: list) -> list[str]:
    """Write ids as text; whole numbers that were stored as floats lose their `.0`."""
    whole = all(not isinstance(cell, float) or cell.is_integer() for cell in cells)
    plain = [int(cell) if whole and isinstance(cell, float) else cell for cell in cells]
    return ["" if cell is None else str(cell) for cell in plain]


def _column(numbers: NumberCells, column, rows: list[str], k: int) -> np.ndarray:
    import pyarrow as pa

    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.to_numpy()
    cells = ["" if cell is None else str(cell) for cell in column.to_pylist()]
    numbers.look_for_thousands(cells)
    return np.array([numbers.cell(cell, row, k) for cell, row in zip(cells, rows, strict=True)])


def read_h5ad(path: Path, reading: Reading = DEFAULT) -> Table:
    """Read the matrix `X` of an AnnData file, or its only layer; its `obs_names` are the rows."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adata = anndata.read_h5ad(path)
    except DAMAGED as error:
        raise damaged(path.name, "h5ad", error) from error
    return anndata_table(path.name, adata, reading)


def anndata_table(where: str, adata, reading: Reading = DEFAULT) -> Table:
    """Take names and matrix out of an AnnData, sparse or not."""
    stored = [str(cell) for cell in adata.obs.get("sample_id", ())]
    if row_numbers(list(adata.obs_names)) and stored and stored != list(adata.obs_names):
        found = "obs_names are row numbers, and obs['sample_id'] holds other ids"
        remedy = "In Python: `adata.obs_names = adata.obs['sample_id']`, and write it again."
        raise StudyError(where, found, "obs_names must be the sample ids", remedy)
    matrix, name = _matrix(where, adata)
    matrix = matrix.toarray() if hasattr(matrix, "toarray") else matrix
    try:
        values = np.array(matrix, dtype=np.float64)
    except (ValueError, TypeError) as error:
        found = f"X holds {matrix.dtype}"
        raise StudyError(where, found, "X must hold numbers", "Convert `X` and write it again.") from error
    numbers = NumberCells(where, reading)
    numbers.blank(values)
    notes = numbers.notes() if name == "X" else [f"{where}: no matrix X, {name} was read.", *numbers.notes()]
    return make_table(where, adata.obs_names, adata.var_names, values, str(adata.obs_names.name or ""), notes)


def _matrix(where: str, adata) -> tuple:
    """Return the matrix `X`, or the only layer where there is no `X`, and its name."""
    layers = [name for name in adata.layers if name is not None]  # some versions list X as the layer None
    if adata.X is not None and 0 not in adata.shape:
        return adata.X, "X"
    if len(layers) == 1 and 0 not in adata.shape:
        return adata.layers[layers[0]], f"layers['{layers[0]}']"
    found = f"no matrix X, but {len(layers)} layers ({first_few(layers)})" if layers else "no matrix X"
    remedy = "Fill `X` and write it again."
    if layers:
        remedy = f"Fill `X` with the one that is meant, for example `adata.X = adata.layers['{layers[0]}']`."
    raise StudyError(where, found, "X must hold samples × features", remedy)
