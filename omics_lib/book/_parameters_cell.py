"""The parameters cell of a page: one cell, with the values of this run and the notebook's own comments.

papermill leaves a notebook's defaults in place and puts the run's values into a
second cell below. A reader would take the defaults for the values.
"""

from __future__ import annotations

import ast
import pprint
from pathlib import Path
from typing import Any

_PLACES = ("run", "study")
_WIDTH = 84


def merge_parameters(cells: list[Any], run: Path) -> tuple[list[Any], list[Path]]:
    """Put papermill's values into the cell of the defaults.

    Parameters
    ----------
    cells : list of cells of an executed notebook
    run : Path
        Its run folder; only the name of it is shown, and of other places.

    Returns
    -------
    cells : list
        With the values of this run in the `parameters` cell, and papermill's own cell gone.
    paths : list of Path
        The absolute paths among the values.
    """
    injected = [cell for cell in cells if "injected-parameters" in cell.metadata.get("tags", [])]
    values = {name: value for cell in injected for name, _, value in _assignments(cell.source)}
    constants = [
        node.value for value in values.values() for node in ast.walk(value) if isinstance(node, ast.Constant)
    ]
    paths = [Path(text) for text in constants if isinstance(text, str) and Path(text).is_absolute()]
    kept = [cell for cell in cells if cell not in injected]
    for cell in kept:
        if "parameters" in cell.metadata.get("tags", []) and injected:
            cell.source = _filled(cell.source, values, run)
    return kept, [path for path in paths if len(path.parts) > 1]


def _assignments(source: str) -> list[tuple[str, ast.stmt, ast.expr]]:
    """List name, statement and value of the assignments in a cell."""
    found: list[tuple[str, ast.stmt, ast.expr]] = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            found.append((ast.unparse(statement.target), statement, statement.value))
        elif isinstance(statement, ast.Assign):
            found.append((ast.unparse(statement.targets[0]), statement, statement.value))
    return found


def _filled(source: str, values: dict[str, ast.expr], run: Path) -> str:
    """Write the defaults' cell with this run's values, each with the comment that explains it."""
    lines, written = source.splitlines(), ["# The parameters of this run"]
    for name, statement, default in _assignments(source):
        left = ast.get_source_segment(source, statement) or ""
        left = left.partition("=")[0].strip()
        last = lines[(statement.end_lineno or 1) - 1]
        comment = last.encode()[statement.end_col_offset :].decode().strip()
        value = ast.literal_eval(values.get(name, default))
        if name in _PLACES and isinstance(value, str):
            value = run.name if name == "run" else Path(value).name
        text = f"{left} = {pprint.pformat(_without_paths(value), width=_WIDTH - len(left) - 3, indent=4)}"
        written.append(f"{text}  {comment}".rstrip())
    return "\n".join(written)


def _without_paths(value: Any) -> Any:
    """Shorten absolute paths to their last name, wherever they stand in a value."""
    if isinstance(value, str):
        return Path(value).name if Path(value).is_absolute() and len(Path(value).parts) > 1 else value
    if isinstance(value, dict):
        return {key: _without_paths(item) for key, item in value.items()}
    return [_without_paths(item) for item in value] if isinstance(value, list) else value
