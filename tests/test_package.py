"""The package as a whole: what it offers, and which module may import which."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import omics_lib

PACKAGE = Path(omics_lib.__file__).parent
ORDER = (
    "errors", "schema", "study", "datasets", "simulate", "privacy", "preprocess", "advice", "rowspace",
    "stability", "autoencoder", "importance", "model_file", "association", "decoding",
    "human_gem", "graph", "world", "refine", "candidates", "evaluate", "sample_graph", "embedding",
    "plots", "narrate", "provenance", "stage", "run", "book", "cli",
)  # fmt: skip


def imported_modules(path: Path) -> set[str]:
    """Sibling modules that a file imports when it is run; imports for types alone do not count."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1]
    found = {node.module.split(".")[0] for node in nodes if node.module}
    return found | {alias.name for node in nodes if not node.module for alias in node.names}


@pytest.mark.parametrize("name", omics_lib.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(omics_lib, name) is not None


@pytest.mark.parametrize("first", ["import omics_lib.refine", "from omics_lib import ranked_table", "pass"])
@pytest.mark.slow
def test_refine_is_the_function_whatever_was_imported_first(first):
    lines = [first, "import omics_lib", "from omics_lib import refine", "assert callable(refine)"]
    code = "\n".join([*lines, "assert callable(omics_lib.refine)"])
    subprocess.run([sys.executable, "-c", code], check=True)


def test_package_can_be_pickled_by_name():
    assert pickle.loads(pickle.dumps(omics_lib)) is omics_lib


def test_every_module_has_its_place():
    public = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("_")}
    assert public == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_module_imports_only_from_above(name):
    seen, todo = set(), {name}
    while todo:
        module = todo.pop()
        seen.add(module)
        todo |= {m for m in imported_modules(PACKAGE / f"{module}.py") - seen if m.startswith("_")}
        if module == name or module.startswith("_"):
            below = {
                m for m in imported_modules(PACKAGE / f"{module}.py") if m in ORDER[ORDER.index(name) :]
            } - {name}
            assert not below, f"{module} imports {below}"


SOURCES = sorted(PACKAGE.rglob("*.py"))


def length_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


def test_no_file_above_250_lines():
    lengths = {path.name: len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_no_function_above_40_lines():
    lengths = {
        f"{path.name}: {node.name}": length_without_docstring(node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > 40} == {}


def test_import_is_quick_because_nothing_heavy_is_loaded():
    code = (
        "import sys, omics_lib, omics_lib.cli\nassert not {'torch', 'pandas', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
