"""The parameters of a run: read, checked against `data_schema/`, and completed.

The defaults stand in `data_schema/parameters.schema.json` and nowhere else. Tables
are checked by `validate_table`, against the schema of one of their rows.
"""

from __future__ import annotations

import copy
import difflib
import json
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from ..errors import Gathered, ParameterError
from ._rule_words import allowed, branches, shown, shown_name
from ._schemas import read_schema
from ._yaml import AsWritten, load_yaml, read_yaml_file

# What decides how a study is read: the first chapter gets these, and the kinds of the values.
READING = (
    "na_values", "sep", "decimal", "encoding", "max_unpacked_gb", "id_match", "categorical", "numeric",
)  # fmt: skip
_HOW_TO_LIST = "`omics-book run --help` lists all parameters."
# YAML 1.1 takes 1e-2 for text: it wants a point and a sign.
_QUOTED = re.compile(r"""'([^']|'')*'|"([^"\\]|\\.)*\"""")
_NULLS = ("", "~", "null", "Null", "NULL")
_EXPONENT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")


def default_parameters() -> dict[str, Any]:
    """Give every parameter of a run its default.

    Returns
    -------
    dict
        Parameter name to default, in the order of the schema.

    Examples
    --------
    >>> default_parameters()["n_folds"]
    5
    """
    return {name: copy.deepcopy(rule["default"]) for name, rule in _schema()["properties"].items()}


def read_parameters(path: Path | str | None, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Read the parameters of a run, check them and fill in the defaults.

    Parameters
    ----------
    path : Path, str or None
        A YAML file (`studies/*.yml`); None: the defaults.
    overrides : sequence of str
        ``"key=value"``, the value in YAML, text as it is written; they win over the file, the last one
        over all.

    Returns
    -------
    dict
        All parameters, those not given at their default.

    Raises
    ------
    ParameterError
        The file cannot be read, or parameters are unknown or have values that do not fit: all are named.

    Examples
    --------
    >>> read_parameters(None, ["alpha=1e-2", "covariates=[tissue]"])["alpha"]
    0.01
    """
    given: dict[str, tuple[str, Any]] = {}
    problems = Gathered()
    if path is not None:
        path = Path(path)
        with problems:
            given.update({key: (path.name, value) for key, value in _read_yaml(path).items()})
    for override in overrides:
        with problems:
            key, value = _split_override(override)
            given[key] = (f"--set {shown_name(key)}", value)
    checked = {}
    for key, (where, value) in given.items():
        with problems:
            checked[key] = _check(where, key, value)
    problems.tell()
    return default_parameters() | checked


def check_parameter(where: str, name: str, value: Any, written: Any) -> Any:
    """Check one parameter that stands in another file of YAML than that of a run.

    Parameters
    ----------
    where : str
        What an error names.
    name : str
        Of the parameter.
    value, written : object
        As YAML reads it, and as it is written there (`AsWritten`), which text is taken for.

    Returns
    -------
    object
        What the parameter is set to.

    Raises
    ------
    ParameterError
        If there is no such parameter, or the value does not fit.
    """
    return _check(where, name, written if _wants_text(name) else value)


@cache
def describe_parameters() -> str:
    """List every parameter with its default and meaning, one line each, as help text."""
    rules = _schema()["properties"]
    width = max(map(len, rules)) + 2
    return "\n".join(
        f"  {name:<{width}}{json.dumps(rule['default'])}: {rule['description']}"
        for name, rule in rules.items()
    )


def _schema() -> dict[str, Any]:
    return read_schema("parameters")


def _read_yaml(path: Path) -> dict[str, Any]:
    text = read_yaml_file(path)
    content = load_yaml(text, path.name)
    if content is None:
        return {}
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else f"`{shown(content)}`"
        expected = "it must be a mapping, one `key: value` a line"
        raise ParameterError(path.name, f"it holds {kind}", expected, "Write for example `alpha: 0.05`.")
    if len(content) > _schema()["maxProperties"]:
        found, expected = f"{len(content):,} keys", f"it has {_schema()['maxProperties']} at most"
        raise ParameterError(path.name, found, expected, f"Check that it is the right one. {_HOW_TO_LIST}")
    written = {str(key): value for key, value in load_yaml(text, path.name, AsWritten).items()}
    read = {str(key): value for key, value in content.items()}
    return {key: written.get(key, value) if _wants_text(key) else value for key, value in read.items()}


def _split_override(override: str) -> tuple[str, Any]:
    key, equals, value = override.partition("=")
    if not equals or not key.strip():
        found = f"`{shown_name(override)}`"
        raise ParameterError("--set", found, "it must be key=value", "Write for example `--set alpha=0.01`.")
    key, value, where = key.strip(), value.strip(), f"--set {shown_name(override)}"
    if not _wants_text(key):
        return key, load_yaml(value, where)
    if _QUOTED.fullmatch(value) or (value.startswith("[") and _kinds(key) & {"array"}):
        return key, load_yaml(value, where, AsWritten)
    return key, None if value in _NULLS and "null" in _kinds(key) else value


def _rule(name: str) -> dict[str, Any] | None:
    """Return the rule of a parameter, None where it is not known."""
    schema = _schema()
    patterns = (rule for pattern, rule in schema["patternProperties"].items() if re.search(pattern, name))
    return schema["properties"].get(name) or next(patterns, None)


def _branches(name: str) -> list[dict[str, Any]]:
    return branches(_rule(name) or {"anyOf": []})


def _kinds(name: str) -> set[str | None]:
    return {branch.get("type") for branch in _branches(name)}


def _wants_text(name: str) -> bool:
    """Say whether a parameter is text, or a list of texts, and nothing else but null."""
    rules = [rule["items"] if rule.get("type") == "array" else rule for rule in _branches(name)]
    rules = [rule for rule in rules if rule.get("type") != "null"]
    choices = [rule.get("enum", [rule["const"]] if "const" in rule else []) for rule in rules]
    return bool(rules) and all(
        rule.get("type") == "string" or (some and all(isinstance(choice, str) for choice in some))
        for rule, some in zip(rules, choices, strict=True)
    )


def _check(where: str, name: str, value: Any) -> Any:
    """Return the value, converted where YAML hid a number; raise if it does not fit."""
    import jsonschema

    rule = _rule(name) or _refuse_unknown(where, name)
    value = _as_number(value, rule)
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(rule).iter_errors(value))
    if error is not None or (isinstance(value, float) and not math.isfinite(value)):
        found = f"parameter `{name}` is {shown(value)}"
        raise ParameterError(where, found, f"it must be {allowed(rule)}", f"Correct `{name}`. {_HOW_TO_LIST}")
    return value


def _refuse_unknown(where: str, name: str) -> NoReturn:
    close = difflib.get_close_matches(name[:100], _schema()["properties"], n=1, cutoff=0.5)
    remedy = f"Did you mean `{close[0]}`? {_HOW_TO_LIST}" if close else _HOW_TO_LIST
    found = f"unknown parameter `{shown_name(name)}`"
    raise ParameterError(where, found, "it must be one that the schema of parameters knows", remedy)


def _as_number(value: Any, rule: dict[str, Any]) -> Any:
    """Turn `1e-2` (text in YAML 1.1) and `64.0` into what the rule asks for."""
    kinds = {branch.get("type") for branch in branches(rule)}
    if isinstance(value, str) and kinds & {"number", "integer"} and _EXPONENT.fullmatch(value):
        value = float(value)
    if isinstance(value, float) and "integer" in kinds and value.is_integer():
        return int(value)
    if isinstance(value, list) and "array" in kinds:
        items = next(branch["items"] for branch in branches(rule) if branch.get("type") == "array")
        return [_as_number(item, items) for item in value]
    return value
