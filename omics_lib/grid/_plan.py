"""What a grid's file asks for: the runs, each with its study, its seed and its parameters."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Gathered, ParameterError
from ..schema import check_parameter, default_parameters, read_document

MOST_RUNS = 1000  # Snakemake reads the stages of so many in half a minute
_SIMULATED = {
    "design": "design",
    "samples": "n_samples",
    "genes": "n_genes",
    "metabolites": "n_metabolites",
    "modules": "n_modules",
    "strength": "strength",
    "known_pairs": "known_pairs",
}


@dataclass(frozen=True)
class GridRun:
    """One run of a grid.

    Attributes
    ----------
    name : str
        Of its folder, made from all that tells it from the other runs.
    study : str
        What its study is called; simulated ones of one design share the name.
    path : Path or None
        Where the study lies, None for one that is simulated.
    simulate : dict
        What `simulate_study` is told, and `known_pairs`: `listed` as it lists them, or `all` true ones.
    seed : int
    settings : dict
        What varies in the grid besides study and seed: name to value.
    parameters : dict
        All of them.
    """

    name: str
    study: str
    path: Path | None
    simulate: dict[str, Any]
    seed: int
    settings: dict[str, Any]
    parameters: dict[str, Any]

    @property
    def study_name(self) -> str:
        """Of the simulated study's folder: runs that differ in parameters alone share it."""
        varied = {key: value for key, value in self.settings.items() if key in _SIMULATED}
        return _name(self.study, varied | {"seed": self.seed})


@dataclass(frozen=True)
class Grid:
    """All runs of a grid, and how far they go."""

    title: str
    until: str
    runs: list[GridRun] = field(repr=False)


@dataclass(frozen=True)
class _Study:
    name: str
    path: Path | None
    simulate: dict[str, Any]
    varied: dict[str, Any]
    parameters: dict[str, Any]


def read_grid(path: Path | str) -> Grid:
    """Read a grid's file and list its runs.

    Parameters
    ----------
    path : Path or str
        A YAML file, see `data_schema/grid.schema.json`.

    Returns
    -------
    Grid

    Raises
    ------
    ParameterError
        If the file does not fit the schema, a parameter is unknown or does not fit, two runs would be the
        same, or there are more than 1,000.
    """
    path = Path(path)
    read, written = read_document(path, "grid")
    studies = [
        study
        for entry, text in zip(read["studies"], written["studies"], strict=True)
        for study in _studies(entry, text, path)
    ]
    seeds = read.get("seeds", 1)
    seeds = list(range(seeds)) if isinstance(seeds, int) else seeds
    shared = _parameters(read, written, path.name)
    crossed = {
        name: [
            check_parameter(f"{path.name}, cross", name, *pair) for pair in zip(values, texts, strict=True)
        ]
        for (name, values), texts in zip(
            read.get("cross", {}).items(), written.get("cross", {}).values(), strict=True
        )
    }
    for name in {"random_state"} & {
        *shared,
        *crossed,
        *(name for study in studies for name in study.parameters),
    }:
        expected = "the runs of a grid take it from `seeds`"
        raise ParameterError(path.name, f"found `{name}`", expected, "Write for example `seeds: [7]`.")
    _refuse_too_many(path.name, {"studies": len(studies), "seeds": len(seeds)} | _lengths(crossed))
    runs = [
        _run(study, seed, dict(zip(crossed, values, strict=True)), shared)
        for study, *values, seed in itertools.product(studies, *crossed.values(), seeds)
    ]
    _refuse_twins(path.name, runs)
    return Grid(read.get("title", ""), read.get("until", "refinement"), runs)


def _studies(entry: Mapping[str, Any], written: Mapping[str, Any], file: Path) -> list[_Study]:
    """List the studies of one entry: one for each combination of the lists under `simulate`."""
    parameters = _parameters(entry, written, file.name)
    if "path" in entry:
        where = file.parent / written["path"]
        name = entry.get("name") or _slug(where.resolve().name.split(".")[0])
        return [_Study(name, where, {}, {}, parameters)]
    found = []
    given = entry["simulate"]
    lists = {key: value if isinstance(value, list) else [value] for key, value in given.items()}
    _refuse_too_many(file.name, _lengths(lists))
    for values in itertools.product(*lists.values()):
        chosen = dict(zip(lists, values, strict=True))
        varied = {key: value for key, value in chosen.items() if isinstance(given[key], list)}
        told = {_SIMULATED[key]: value for key, value in chosen.items()}
        name = entry.get("name") or str(chosen.get("design", "modules"))
        found.append(_Study(name, None, told, varied, parameters))
    return found


def _parameters(read: Mapping[str, Any], written: Mapping[str, Any], where: str) -> dict[str, Any]:
    given, texts = read.get("parameters", {}), written.get("parameters", {})
    checked, problems = {}, Gathered()
    for (name, value), text in zip(given.items(), texts.values(), strict=True):
        with problems:
            checked[str(name)] = check_parameter(where, str(name), value, text)
    problems.tell()
    return checked


def _run(study: _Study, seed: int, crossed: dict[str, Any], shared: dict[str, Any]) -> GridRun:
    settings = study.varied | crossed
    name = _name(study.name, settings | {"seed": seed})
    parameters = default_parameters() | shared | study.parameters | crossed | {"random_state": seed}
    parameters["title"] = parameters["title"] or name
    return GridRun(name, study.name, study.path, study.simulate, seed, settings, parameters)


def _name(study: str, settings: Mapping[str, Any]) -> str:
    return "_".join([study, *(f"{key}_{_slug(value)}" for key, value in settings.items())])


def _slug(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return re.sub(r"\W+", "_", text).strip("_")


def _lengths(crossed: Mapping[str, list[Any]]) -> dict[str, int]:
    return {f"values of {name}": len(values) for name, values in crossed.items()}


def _refuse_too_many(where: str, factors: Mapping[str, int]) -> None:
    n = math.prod(factors.values())
    if n > MOST_RUNS:
        product = " × ".join(f"{count:,} {what}" for what, count in factors.items())
        expected = f"a grid has {MOST_RUNS:,} at most"
        raise ParameterError(where, f"{n:,} runs ({product})", expected, "Leave some out, or make two grids.")


def _refuse_twins(where: str, runs: list[GridRun]) -> None:
    names = [run.name for run in runs]
    twin = next((name for name in names if names.count(name) > 1), None)
    if twin is not None:
        expected = "every run needs a name of its own, made of study, settings and seed"
        raise ParameterError(
            where,
            f"two runs called {twin}",
            expected,
            "Give the studies a `name`, or drop one of two values.",
        )
