"""What a run's files become before they are pages: portable, reproducible, in words.

Used by `book`. Executed notebooks lose whatever is random, dated or names a
place on this machine; values and the schema of the parameters become Markdown.
Nothing here knows Jupyter Book.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from ._escape import md
from ._files import project_file
from ._page_noise import drop_bare_objects, says_nothing, without_noise
from ._parameters_cell import merge_parameters

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# Interactive forms whose scripts would come from the network; the image or HTML beside them stays.
_INTERACTIVE = ("application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json")
_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true`, `false`",
    "null": "`null`",
}
_LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
}


def write_clean_notebook(source: Path, target: Path, run: Path, subject: str = "") -> None:
    """Copy an executed notebook without what is random, dated, or of this machine.

    Its title ends in `subject`, which tells apart the pages that one notebook gives.
    """
    notebook = nbformat.read(source, as_version=4)
    places = {run.absolute(): run.name, run.resolve(): run.name, Path(sys.prefix): "environment"}
    places |= {project_file("data_schema").parent: ".", Path.home(): "~", Path(tempfile.gettempdir()): "tmp"}
    cells, paths = merge_parameters(notebook.cells, run)
    places |= {path: path.name for path in paths}
    for number, cell in enumerate(cells):
        cell.id = f"{target.stem}-{number}"[-64:]
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "markdown" and number == 0 and subject:
            cell.source = re.sub(r"\A(# .+)$", rf"\1: {subject}", cell.source, flags=re.MULTILINE)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _clean_output(output, places)]
    _renumber_styled_tables(cells)
    notebook.cells = cells
    language = notebook.metadata.get("language_info", {"name": "python"})
    notebook.metadata = nbformat.from_dict({"kernelspec": _KERNEL, "language_info": language})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.write(notebook, target)


def _clean_output(output: Any, places: Mapping[Path, str]) -> bool:
    """Clean one output in place; return whether anything of it is left to show."""
    output.pop("metadata", None) if output.output_type == "stream" else output.update(metadata={})
    if "text" in output:
        output["text"] = _portable_text(output["text"], places)
    data = output.get("data", {})
    if "application/vnd.jupyter.widget-view+json" in data:  # a progress bar
        return False
    for mimetype in _INTERACTIVE:
        data.pop(mimetype, None)
    if "data" in output and (not data or says_nothing(data)):
        return False
    drop_bare_objects(data)
    for mimetype, text in data.items():
        if mimetype.startswith("text/") or mimetype == "image/svg+xml":
            data[mimetype] = _portable_text(text, places)
        if mimetype.startswith("text/"):
            data[mimetype] = without_noise(data[mimetype], is_html=mimetype == "text/html")
    return True


def _portable_text(text: str, places: Mapping[Path, str]) -> str:
    """Shorten the paths of this machine; drop the dates in figures."""
    names = {str(path): name for path, name in places.items()}
    longest_first = "|".join(re.escape(path) for path in sorted(names, key=len, reverse=True))
    text = re.sub(rf"(?<![\w./])(?:{longest_first})(?![\w.-])", lambda match: names[match[0]], text)
    text = re.sub(r'(href="[^"#]*)#:~:[^"]*', r"\1", text)  # anchors of scikit-learn's diagrams break scripts
    return re.sub(r"<dc:date>.*?</dc:date>", "", text)


def _renumber_styled_tables(cells: list[Any]) -> None:
    """Give the tables that pandas styled numbers for ids, instead of random ones."""
    for number, cell in enumerate(cells):
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            for table in dict.fromkeys(re.findall(r'<table id="T_(\w+)"', html)):
                html = html.replace(f"T_{table}", f"T_{number}")
                output["data"]["text/html"] = html


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
        rows.append(f"| {name} | {default} | {_allowed(rule)} | {as_markdown(rule['description'])} |")
    return "\n".join(rows)


def _value(value: object) -> str:
    return "empty" if value == "" else f"`{json.dumps(value, ensure_ascii=False)}`".replace('"', "")


def _allowed(rule: Mapping[str, Any]) -> str:
    """Say in words which values a rule of the schema lets through."""
    if "anyOf" in rule:
        return " or ".join(_allowed(choice) for choice in rule["anyOf"])
    if "enum" in rule or "const" in rule:
        return ", ".join(_value(value) for value in rule.get("enum", [rule.get("const")]))
    if isinstance(rule["type"], list):
        return " or ".join(_allowed({**rule, "type": kind}) for kind in rule["type"])
    if rule["type"] == "array":
        return f"list of {'names' if rule['items']['type'] == 'string' else 'whole numbers'}"
    words = _TYPES[rule["type"]]
    bounds = [f"{word} {rule[key]}" for key, word in _LIMITS.items() if key in rule]
    return f"{words} {', '.join(bounds)}".strip()


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
