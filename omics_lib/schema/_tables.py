"""Check a table against the JSON Schema of one of its rows.

The schemas stand in `data_schema/<name>.schema.json`. A table has up to ten million
rows, so each rule is applied to a whole column at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import OmicsError, RunError, StudyError, first_few
from ._rule_words import BOUNDS
from ._schemas import read_schema

if TYPE_CHECKING:
    import pandas as pd

_INCOMING = {"samples", "known_pairs"}
_WORDS = {"string": "text", "number": "numbers", "integer": "whole numbers", "boolean": "true or false"}


def validate_table(frame: pd.DataFrame, name: str) -> None:
    """Check the columns of a table: which there are, their types and their ranges.

    Parameters
    ----------
    frame : DataFrame
        The table, one column for each property of its schema.
    name : str
        Name of the table, as in `data_schema/<name>.schema.json`.

    Raises
    ------
    StudyError
        If a table that comes in (`samples`, `known_pairs`) does not fit.
    RunError
        If a table that a run wrote does not fit.

    Examples
    --------
    >>> import pandas as pd
    >>> validate_table(pd.DataFrame({"gene": ["A"], "metabolite": ["b"]}), "associations")
    Traceback (most recent call last):
        ...
    omics_lib.errors.RunError: associations: no column rho, p, q, p_family, source; it must have gene, ...
    """
    schema = read_schema(name)
    missing = [column for column in schema["required"] if column not in frame.columns]
    if missing:
        expected = f"it must have {', '.join(schema['required'])}"
        raise _error(name, f"no column {first_few(missing)}", expected)
    others = schema.get("additionalProperties")
    for column in frame.columns:
        rule = schema["properties"].get(column, others)
        if rule:
            _check_column(name, frame[column], rule)


def _error(where: str, found: str, expected: str) -> OmicsError:
    name = where.split(",")[0]
    if name in _INCOMING:
        return StudyError(where, found, expected, f"Correct {name}.csv.")
    return RunError(where, found, expected, "Run the stage that writes it again.")


def _check_column(name: str, column: pd.Series, rule: dict[str, Any]) -> None:
    where = f"{name}, column {column.name}"
    kinds = [rule["type"]] if isinstance(rule["type"], str) else list(rule["type"])
    missing = column.isna()
    if missing.any() and "null" not in kinds:
        raise _error(
            where,
            f"{int(missing.sum())} missing values (first: row {_first(missing)})",
            "none may be missing",
        )
    values = column[~missing]
    kinds = [kind for kind in kinds if kind != "null"]
    if len(values) and not any(_has_kind(values, kind) for kind in kinds):
        expected = f"they must be {' or '.join(_WORDS[kind] for kind in kinds)}"
        raise _error(where, f"values of type {values.dtype}", expected)
    for key, beyond in _BEYOND.items():
        if key in rule:
            allowed = f"they must be {BOUNDS[key]} {rule[key]}"
            _reject(where, values, getattr(values, beyond)(rule[key]), allowed)
    if "enum" in rule:
        allowed = f"they must be one of {', '.join(map(str, rule['enum']))}"
        _reject(where, values, ~values.isin(rule["enum"]), allowed)


_BEYOND = {"minimum": "lt", "exclusiveMinimum": "le", "maximum": "gt", "exclusiveMaximum": "ge"}


def _has_kind(values: pd.Series, kind: str) -> bool:
    import pandas as pd  # here, so that `omics-book --help` need not load pandas

    if kind == "string":
        kept = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values
        return pd.api.types.infer_dtype(kept, skipna=False) in {"string", "empty"}
    if kind == "boolean":
        return pd.api.types.is_bool_dtype(values) or pd.api.types.infer_dtype(values) == "boolean"
    if kind == "integer":
        return pd.api.types.is_integer_dtype(values)
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _reject(where: str, values: pd.Series, bad: pd.Series, expected: str) -> None:
    if bad.any():
        first = values[bad].iloc[0]
        raise _error(where, f"{int(bad.sum())} values out of range (first: {first})", expected)


def _first(mask: pd.Series) -> int:
    return int(mask.to_numpy().argmax()) + 1
