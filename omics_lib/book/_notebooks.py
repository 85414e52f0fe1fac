"""What executed notebooks become before they are pages: portable and reproducible.

They lose whatever is random, dated or names a place on this machine. Nothing here knows
Jupyter Book.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from .._files import project_file
from ..errors import RunError
from ..stage import number_styled_tables
from ._exercises import with_own_labels
from ._heads import with_plain_heads
from ._noise import drop_bare_objects, says_nothing, without_noise
from ._outputs import harmless_markdown, harmless_output
from ._parameters_cell import merge_parameters
from ._pictures import as_directive

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_DAMAGED: tuple[type[Exception], ...] = (OSError, ValueError, LookupError, TypeError, AttributeError)
_DAMAGED += (SyntaxError, RecursionError, MemoryError)


def write_clean_notebook(source: Path, target: Path, run: Path, subject: str = "", ending: str = "") -> None:
    """Copy an executed notebook without what is random, dated, or of this machine.

    Its title ends in `subject`, which tells apart the pages that one notebook gives, its text in `ending`.
    """
    notebook, cells, paths = _read(source, run)
    places = {run.absolute(): run.name, run.resolve(): run.name, Path(sys.prefix): "environment"}
    places |= {project_file("data_schema").parent: ".", Path.home(): "~", Path(tempfile.gettempdir()): "tmp"}
    places |= {path: path.name for path in paths}
    for number, cell in enumerate(cells):
        cell.id = f"{target.stem}-{number}"[-64:]
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "markdown" and number == 0 and subject:
            cell.source = re.sub(r"\A(# .+)$", rf"\1: {subject}", cell.source, flags=re.MULTILINE)
        if cell.cell_type == "markdown":
            cell.pop("attachments", None)
            cell.source = with_own_labels(harmless_markdown(cell.source, roles=True), target.stem)
        if cell.cell_type == "code":
            pictures = target.parent / "figures", f"{target.stem}-{number}"
            cell.outputs = [
                output
                for place, output in enumerate(cell.outputs)
                if _placed(output, *pictures, place) or _clean_output(output, places)
            ]
    number_styled_tables(cells)
    if ending:
        cells.append(nbformat.v4.new_markdown_cell(ending, id=f"{target.stem}-ending"[-64:]))
    notebook.cells = cells
    language = notebook.metadata.get("language_info", {"name": "python"})
    notebook.metadata = nbformat.from_dict({"kernelspec": _KERNEL, "language_info": language})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.write(notebook, target)


def _read(source: Path, run: Path) -> tuple[Any, list[Any], list[Path]]:
    """Read a notebook, its cells with the run's values and the places among them.

    Raises
    ------
    RunError
        If it is none: somebody may have changed it.
    """
    try:
        notebook = nbformat.v4.reads(source.read_text(encoding="utf-8"))
        nbformat.validate(notebook, version=4)
        shown = [cell for cell in notebook.cells if cell.cell_type in ("markdown", "code")]
        return notebook, *merge_parameters(shown, run)
    except (*_DAMAGED, nbformat.ValidationError) as error:  # type: ignore[misc]
        found = f"not readable as an executed notebook ({' '.join(str(error).split())[:200]})"
        raise RunError(str(source), found, "it must be as the run wrote it", "Run it again.") from error


def _placed(output: Any, folder: Path, name: str, place: int) -> bool:
    """Put the directive of a figure in the place of its output; return whether it was one."""
    directive = as_directive(output, folder, f"{name}-{place}" if place else name)
    if directive is None:
        return False
    output.update(data={"text/markdown": directive}, metadata={})
    return True


def _clean_output(output: Any, places: Mapping[Path, str]) -> bool:
    """Clean one output in place; return whether anything of it is left to show."""
    output.pop("metadata", None) if output.output_type == "stream" else output.update(metadata={})
    if "text" in output:
        output["text"] = _portable_text(output["text"], places)
    data = output.get("data", {})
    if "application/vnd.jupyter.widget-view+json" in data:  # a progress bar
        return False
    harmless_output(data)
    if "data" in output and (not data or says_nothing(data)):
        return False
    drop_bare_objects(data)
    for mimetype, text in data.items():
        if mimetype.startswith("text/"):
            portable = _portable_text(text, places)
            is_html = mimetype == "text/html"
            said = without_noise(portable, is_html=is_html)
            data[mimetype] = with_plain_heads(said) if is_html else said
    return True


def _portable_text(text: str, places: Mapping[Path, str]) -> str:
    """Shorten the paths of this machine."""
    names = {str(path): name for path, name in places.items()}
    longest_first = "|".join(re.escape(path) for path in sorted(names, key=len, reverse=True))
    text = re.sub(rf"(?<![\w./])(?:{longest_first})(?![\w.-])", lambda match: names[match[0]], text)
    text = re.sub(r'(href="[^"#]*)#:~:[^"]*', r"\1", text)  # anchors of scikit-learn's diagrams break scripts
    return text
