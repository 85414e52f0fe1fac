"""The drawing of the house says what the contract says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import omics_lib

ROOT = Path(omics_lib.__file__).parents[1]


def load():
    spec = importlib.util.spec_from_file_location("house", ROOT / "docs/house.py")
    house = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(house)
    return house


def test_drawing_in_architecture_is_the_one_made_from_the_contract():
    house = load()
    assert house.PAGE.read_text(encoding="utf-8") == house.page(), "run: python docs/house.py"


def test_every_room_and_file_stands_on_one_floor_and_says_what_it_is_for():
    house = load()
    named = [name for floor in house.floors() for name in floor]
    package = ROOT / "omics_lib"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    files = {path.stem for path in package.glob("*.py")} - {"__init__"}
    assert sorted(named) == sorted(rooms | files)
    assert all(house.purpose(name) for name in named)
