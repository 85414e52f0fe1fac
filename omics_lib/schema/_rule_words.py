"""Say in plain words what a rule of a JSON Schema allows, and what was found instead."""

from __future__ import annotations

import json
from typing import Any

_TYPE_WORDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "null": "null",
}
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
    "maxLength": "length at most",
    "minItems": "items at least",
    "maxItems": "items at most",
}

_ITEMS = {"string": ("names", "[a, b]"), "integer": ("whole numbers", "[512, 128]")}


def branches(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """List the alternatives of a rule, each with one type at most."""
    if "anyOf" in rule:
        return [branch for part in rule["anyOf"] for branch in branches(part)]
    if isinstance(rule.get("type"), list):
        return [{**rule, "type": kind} if kind != "null" else {"type": kind} for kind in rule["type"]]
    return [rule]


def shown(value: Any) -> str:
    """Write a value as JSON where it is a plain one, cut short if it is long."""
    plain = value is None or isinstance(value, (str, int, float))
    return shown_name(json.dumps(value, ensure_ascii=False) if plain else str(value))


def shown_name(text: str) -> str:
    """Cut a text short if it is long."""
    return text if len(text) <= 80 else text[:77] + "..."


def allowed(rule: dict[str, Any]) -> str:
    """Say in words what a rule allows.

    Examples
    --------
    >>> allowed({"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 0}]})
    '`auto` or a whole number (at least 0)'
    """
    return " or ".join(_allowed_branch(branch) for branch in branches(rule))


def _allowed_branch(rule: dict[str, Any]) -> str:
    if "const" in rule:
        return f"`{rule['const']}`"
    if "enum" in rule:
        return "one of " + ", ".join(f"`{choice}`" for choice in rule["enum"])
    words = _TYPE_WORDS[rule["type"]]
    if rule["type"] == "array":
        item, example = _ITEMS[rule["items"]["type"]]
        words += f" of different {item}" if rule.get("uniqueItems") else f" of {item}"
        words += f"{_bounds(rule['items'])} in brackets, such as {example}"
    return words + _bounds(rule)


def _bounds(rule: dict[str, Any]) -> str:
    bounds = [f"{words} {rule[key]}" for key, words in BOUNDS.items() if key in rule]
    return f" ({', '.join(bounds)})" if bounds else ""
