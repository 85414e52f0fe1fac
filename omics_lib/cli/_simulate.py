"""`omics-book simulate`: a study with planted truth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ._options import positive

HELP = "write a study folder with planted truth"
_SIMULATED = {
    "design": "modules", "samples": 21, "genes": 1000, "metabolites": 100, "modules": 8, "strength": 0.75,
    "seed": 0, "format": "csv",
}  # fmt: skip
_PRESETS: dict[str | None, dict[str, Any]] = {
    "full-size": {
        "design": "tissues", "genes": 132_129, "metabolites": 6_980, "modules": 16, "format": "parquet",
    }
}  # fmt: skip


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("out", type=Path, metavar="OUT", help="new folder")
    parser.add_argument(
        "--preset", choices=list(_PRESETS),
        help="other defaults; full-size: 21 samples of 4 tissues, 132,129 genes, 6,980 metabolites, Parquet",
    )  # fmt: skip
    parser.add_argument(
        "--design", choices=["modules", "links", "nonlinear", "confounded", "null", "tissues", "course"],
        help="what ties genes to metabolites (default: modules)",
    )  # fmt: skip
    for name in ("samples", "genes", "metabolites", "modules"):
        default = f"default: {_SIMULATED[name]}"
        parser.add_argument(f"--{name}", type=positive, metavar="N", help=default)
    parser.add_argument("--strength", type=_strength, metavar="S", help="of the modules, 0 to 1 (0.75)")
    parser.add_argument("--seed", type=_seed, metavar="N", help="default: 0")
    parser.add_argument(
        "--format", choices=["csv", "parquet"], help="how the tables are written (default: csv)"
    )


def act(arguments: argparse.Namespace) -> None:
    """Simulate the study."""
    from ..study import simulate_study, write_study_folder

    given = {name: value for name, value in vars(arguments).items() if value is not None}
    asked = argparse.Namespace(**(_SIMULATED | _PRESETS.get(arguments.preset, {}) | given))
    options = {"n_modules": asked.modules, "strength": asked.strength, "random_state": asked.seed}
    study = simulate_study(asked.samples, asked.genes, asked.metabolites, asked.design, **options)
    write_study_folder(study, asked.out, asked.format)
    print(f"{asked.out}: a study is simulated. Run it with: omics-book run {asked.out} --out RUN")


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError(f"must be from 0 to {2**32 - 1}, got {value}")
    return value


def _strength(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be from 0 to below 1, got {value}")
    return value
