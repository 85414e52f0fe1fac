"""The package as a whole: what it offers, and how long its files and functions are."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import omics_lib

PACKAGE = Path(omics_lib.__file__).parent


@pytest.mark.parametrize("name", omics_lib.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(omics_lib, name) is not None


SOURCES = sorted(PACKAGE.rglob("*.py"))
FACES = sorted(PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("face", FACES, ids=lambda path: path.parent.name)
def test_face_hands_on_one_name_a_line_and_does_nothing_else(face):
    docstring, *lines = ast.parse(face.read_text()).body
    assert isinstance(docstring, ast.Expr) and lines
    for line in lines:
        assert isinstance(line, ast.ImportFrom) and line.module.startswith("_")
        (name,) = line.names
        assert name.asname == name.name and not name.name.startswith("_")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_room_is_entered_through_its_face(path):
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    rooms = {face.parent.name for face in FACES}
    inside = 1 if path.parent == PACKAGE else 2
    for node in nodes:
        room, _, rest = (node.module or "").partition(".")
        entered = node.level == inside and room in rooms
        assert not (entered and (rest or any(name.name.startswith("_") for name in node.names))), node.module
        assert not (node.module or "").startswith("omics_lib") and node.level <= inside


def length_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


def test_no_file_above_250_lines():
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_no_function_above_40_lines():
    lengths = {
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}": length_without_docstring(node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > 40} == {}


LOCKED = re.compile(r"^([\w.-]+)==\S+((?: \\\n +--hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE)


@pytest.mark.parametrize("lock", ["requirements.lock", "human_gem.lock"])
def test_every_package_is_locked_with_checksums(lock):
    path = PACKAGE.parent / lock
    if not path.exists():
        pytest.skip("an installed package has no lock file")
    pins = LOCKED.findall(path.read_text(encoding="utf-8"))
    assert pins and [name for name, hashes in pins if not hashes] == []
    assert len(pins) == path.read_text(encoding="utf-8").count("==")


def test_every_dependency_is_locked():
    project = PACKAGE.parent / "pyproject.toml"
    if not project.exists():
        pytest.skip("an installed package has no pyproject.toml")
    asked = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = [name for names in asked["optional-dependencies"].values() for name in names]
    wanted = {re.match(r"[\w-]+", line)[0].casefold() for line in (*asked["dependencies"], *extras)}
    lock = (PACKAGE.parent / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.casefold().replace("_", "-").replace(".", "-") for name, _ in LOCKED.findall(lock)}
    assert {name.replace("_", "-") for name in wanted} - locked == set()
