"""The values that a book's pages print as `{{ name }}`, in Markdown: the run's numbers and its parameters."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .._escape import md
from .._files import project_file
from ..errors import RunError, first_few
from ..schema import allowed
from ._dictionary import data_dictionary
from ._how_well import how_well

_PLACE = re.compile(r"{{\s*(\w+)\s*}}")
COVER = Path("book/index.html")
RUN_FIRST = "Run `omics-book run` first."


def read_summary(run: Path) -> dict[str, Any]:
    """Read what the pages print of a run; one without a title is named after its folder.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    path = run / "summary.json"
    if not path.is_file():
        raise RunError(str(run), "lacks summary.json", "pages print its values", RUN_FIRST)
    try:
        summary = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        found = f"not readable as JSON ({' '.join(str(error).split())[:200]})"
        raise RunError(str(path), found, "pages print its values", RUN_FIRST) from error
    if not isinstance(summary, dict):
        raise RunError(str(path), "no values by name", "pages print them", RUN_FIRST)
    return summary | {"title": summary.get("title") or run.resolve().name}


def substitutions(run: Path, companions: Sequence[Path]) -> dict[str, str]:
    """Collect what pages print as `{{ name }}`: the run's values, and what is made here."""
    summary = read_summary(run)
    values = {name: as_markdown(v) for name, v in summary.items() if not isinstance(v, dict | list)}
    schema = json.loads(project_file("data_schema/parameters.schema.json").read_text(encoding="utf-8"))
    lines = [_companion_line(run, Path(companion)) for companion in companions]
    return (
        values
        | how_well()
        | {
            "companions": "\n\n".join(lines),
            "flow": project_file("book/_static/flow.svg").read_text(encoding="utf-8").strip(),
            "parameters_table": parameters_table(schema),
            "data_dictionary": data_dictionary(),
            "changed_parameters": changed_parameters(schema, summary.get("parameters")),
        }
    )


def fill_pages(run: Path, pages: Sequence[Path], values: Mapping[str, str]) -> None:
    """Put the values into the pages that print them, as they are: no template engine sees a study's text.

    Raises
    ------
    RunError
        If a page prints a value that is not there.
    """
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    wanted = {name for text in texts.values() for name in _PLACE.findall(text)}
    if missing := sorted(wanted - values.keys()):
        found, remedy = f"no value for {first_few(missing)}", "Run `omics-book run` again."
        raise RunError(str(run / "summary.json"), found, "pages print it", remedy)
    for page, text in texts.items():
        filled = _PLACE.sub(lambda place: values[place[1]], text)
        page.write_text(filled, encoding="utf-8", newline="\n")


def _companion_line(run: Path, companion: Path) -> str:
    summary = read_summary(companion)
    cover = (run / "book" / COVER).resolve()
    target = os.path.relpath((companion / "book/index.html").resolve(), cover.parent)
    kind = "a simulated" if summary.get("simulated") else "a real"
    title = as_markdown(summary["title"])
    return f'The same pages on {kind} study: <a class="companion" href="{quote(target)}">{title}</a>'


def as_markdown(value: object) -> str:
    """Format a value for prose: thousands separators, three digits, no markup of its own."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    return md(value) if str(value).strip() else ""


def parameters_table(schema: Mapping[str, Any]) -> str:
    """Lay out the JSON Schema of a run's parameters as a Markdown table."""
    rules = {f"`{name}`": rule for name, rule in schema["properties"].items()}
    for pattern, rule in schema.get("patternProperties", {}).items():
        rules["`" + pattern.strip("^$").replace("[a-z][a-z0-9_]*", "<modality>") + "`"] = rule
    rows = ["| parameter | default | allowed | meaning |", "| --- | --- | --- | --- |"]
    for name, rule in rules.items():
        default = _value(rule["default"]) if "default" in rule else "–"
        rows.append(f"| {name} | {default} | {allowed(rule)} | {as_markdown(rule['description'])} |")
    return "\n".join(rows)


def _value(value: object) -> str:
    return "empty" if value == "" else f"`{json.dumps(value, ensure_ascii=False)}`".replace('"', "")


def changed_parameters(schema: Mapping[str, Any], parameters: object) -> str:
    """Name the parameters that this run did not leave at their defaults."""
    if not isinstance(parameters, dict):
        return ""
    defaults = {name: rule["default"] for name, rule in schema["properties"].items()}
    changed = {name: value for name, value in parameters.items() if value != defaults.get(name)}
    if not changed:
        return "The run whose book you are reading left all of them at their defaults."
    listed = ", ".join(
        as_markdown(f"{name}: {json.dumps(v, ensure_ascii=False)}") for name, v in changed.items()
    )
    return f"The run whose book you are reading set {listed}, and left the rest at their defaults."
