"""Draw the house of `omics_lib` from its contract into ARCHITECTURE.md: `python docs/house.py`.

The floors are the layers of `[tool.importlinter]` in pyproject.toml, what a room is for is the first
line of its docstring.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- drawn by docs/house.py -->\n", "<!-- end of the drawing -->\n"
WIDTH = 96


def floors() -> list[list[str]]:
    """Return the rooms and files of each floor, from the roof down."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip(" ()") for name in layer.split("|")] for layer in layers]


def purpose(name: str) -> str:
    """Return the first line of the docstring of a room or a file."""
    room = ROOT / "omics_lib" / name / "__init__.py"
    path = room if room.exists() else room.parent.with_suffix(".py")
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()[0]


def _walls(above: list[int], below: list[int], ends: str) -> str:
    """Draw the line between two floors whose rooms end in these columns."""
    crossings = {(False, False): "─", (True, False): "┴", (False, True): "┬", (True, True): "┼"}
    line = [crossings[column in above, column in below] for column in range(WIDTH)]
    return ends[0] + "".join(line) + ends[1]


def _label(name: str) -> str:
    return f"{name}/" if (ROOT / "omics_lib" / name).is_dir() else f"{name}.py"


def house() -> str:
    """Draw one box a room, a floor on the other."""
    lines, above = [], []
    for i, floor in enumerate(floors()):
        cuts = [round(WIDTH * (k + 1) / len(floor)) - 1 for k in range(len(floor) - 1)]
        lines.append(_walls(above, cuts, "├┤" if i else "┌┐"))
        edges = [-1, *cuts, WIDTH]
        boxes = [_label(name).center(edges[k + 1] - edges[k] - 1) for k, name in enumerate(floor)]
        lines.append("│" + "│".join(boxes) + "│")
        above = cuts
    return "\n".join([*lines, _walls(above, [], "└┘")])


def drawing() -> str:
    """Return what stands between the marks in ARCHITECTURE.md."""
    rows = [f"| `{_label(name)}` | {purpose(name)} |" for floor in floors() for name in floor]
    return "\n".join([f"```text\n{house()}\n```\n", "| room | what it is for |", "| --- | --- |", *rows, ""])


def page() -> str:
    """Return ARCHITECTURE.md with the drawing as it should be."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + drawing() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
