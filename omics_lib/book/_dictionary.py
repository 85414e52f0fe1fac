"""The data dictionary: every table and document, column by column, in Markdown, from `data_schema/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._escape import md, md_code, md_note
from .._modalities import MODALITIES
from ..schema import allowed, branches, read_schema, schema_names

_GROUPS = {"study folder": "What comes in", "run folder": "What a run writes"}
_OTHERS = "What is beside them"
_FIRST = (*MODALITIES, "samples", "known_pairs")
_WORDS = {"array": "a list", "object": "a mapping", "null": "missing"}


def data_dictionary() -> str:
    """Lay out the schemas as Markdown: a section for each place, a table for each table."""
    groups: dict[str, list[str]] = {group: [] for group in (*_GROUPS.values(), _OTHERS)}
    for name in schema_names():
        if name != "parameters":  # they have a page
            groups[_GROUPS.get(read_schema(name)["x-folder"], _OTHERS)].append(name)
    parts = []
    for group, names in groups.items():
        parts.append(f"## {group}")
        parts += [_section(read_schema(name)) for name in sorted(names, key=_place)]
    return "\n\n".join(parts)


def _place(name: str) -> tuple[int, bool, str]:
    """Order tables: those of a study as it is written, those of a run by chapter, its release behind."""
    schema = read_schema(name)
    first = _FIRST.index(name) if name in _FIRST else len(_FIRST)
    behind = schema["x-files"][0].startswith(("release", "benchmarks"))
    return first, behind, schema["x-written-by"] + name


def _section(schema: Mapping[str, Any]) -> str:
    files = ", ".join(md_code(file) for file in schema["x-files"])
    place = f"Where: {schema['x-folder']}. Written by: {schema['x-written-by']}."
    key = "column" if schema["title"].startswith("A row of") else "key"
    head = [f"| {key} | type | meaning |", "| --- | --- | --- |"]
    said = f"{md_note(schema['description'])} {md(place)}"
    return "\n".join([f"### {files}", "", said, "", *head, *_rows(schema, schema.get("$defs", {}))])


def _rows(schema: Mapping[str, Any], defined: Mapping[str, Any], within: str = "") -> Iterator[str]:
    required = schema.get("required", [])
    for name, rule in schema["properties"].items():
        column = md_code(within + name) + ("" if name in required else " (optional)")
        yield _row(column, defined.get(rule.get("$ref", "").rpartition("/")[2], {}) | rule)
        inner = rule.get("items", rule)
        if "properties" in inner:
            yield from _rows(inner, defined, f"{within}{name}.")
    if schema.get("additionalProperties"):
        yield _row("every other", schema["additionalProperties"])


def _row(column: str, rule: Mapping[str, Any]) -> str:
    kinds = [_WORDS.get(str(each.get("type"))) or allowed(each) for each in branches(dict(rule))]
    return f"| {column} | {' or '.join(kinds)} | {md_note(rule['description'])} |"
