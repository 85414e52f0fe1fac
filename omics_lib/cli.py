"""The `omics-book` command: thin, every command calls one function of the library."""

from __future__ import annotations

import argparse
import errno
import io
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ._modalities import MODALITIES, feature_word
from .errors import OmicsError
from .processes import Ended, forget_foreign_modules, peak_memory, restart_with_docstrings, signals_raise

_SIMULATED = {
    "design": "modules", "samples": 21, "genes": 1000, "metabolites": 100, "modules": 8, "strength": 0.75,
    "seed": 0, "format": "csv",
}  # fmt: skip
_PRESETS: dict[str | None, dict[str, Any]] = {
    "full-size": {
        "design": "tissues", "genes": 132_129, "metabolites": 6_980, "modules": 16, "format": "parquet",
    }
}  # fmt: skip
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _check(arguments: argparse.Namespace) -> None:
    from .schema import read_parameters

    parameters = read_parameters(arguments.params, arguments.set)
    # Loaded only now: who mistyped a parameter need not wait for it.
    from .run import check_study, study_notes

    study = check_study(arguments.study, parameters)
    for note in study_notes(study, parameters):
        print(f"note: {note}")
    features = [f"{study[name].n_vars:,} {feature_word(name)}s" for name in MODALITIES]
    print(f"{arguments.study}: fit to run: {study.n_obs} samples, {', '.join(features)}.")


def _run(arguments: argparse.Namespace) -> None:
    from .schema import read_parameters

    parameters = read_parameters(arguments.params, arguments.set)
    from .run import run_study

    run_study(arguments.study, arguments.out, parameters, cores=arguments.cores, profile=arguments.profile)
    print(f"{arguments.out}: done. Render its book with: omics-book render {arguments.out}")


def _grid(arguments: argparse.Namespace) -> None:
    from .grid import run_grid

    page = run_grid(arguments.grid, arguments.out, cores=arguments.cores, profile=arguments.profile)
    print(f"{page}: all runs in one page; the numbers behind it are in {page.with_name('grid.csv')}")


def _render(arguments: argparse.Namespace) -> None:
    from .book import render_book

    page = render_book(arguments.run, arguments.beside)
    print(f"{page}: open it in a browser, for example with: xdg-open {page}")


def _simulate(arguments: argparse.Namespace) -> None:
    from .study import simulate_study, write_study_folder

    given = {name: value for name, value in vars(arguments).items() if value is not None}
    asked = argparse.Namespace(**(_SIMULATED | _PRESETS.get(arguments.preset, {}) | given))
    options = {"n_modules": asked.modules, "strength": asked.strength, "random_state": asked.seed}
    study = simulate_study(asked.samples, asked.genes, asked.metabolites, asked.design, **options)
    write_study_folder(study, asked.out, asked.format)
    print(f"{asked.out}: a study is simulated. Run it with: omics-book run {asked.out} --out RUN")


def _fetch(arguments: argparse.Namespace) -> None:
    from .study import fetch_dataset

    folder = arguments.out or Path(arguments.name)
    print(fetch_dataset(arguments.name, folder))
    print(f"Run it with: omics-book run {folder} --params studies/{arguments.name}.yml --out RUN")


def _as_utf8(text: str) -> str:
    """Read an argument's bytes as UTF-8 where the locale (C, say) could not."""
    return os.fsencode(text).decode("utf-8", errors="replace") if re.search("[\udc80-\udcff]", text) else text


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", type=Path, metavar="STUDY", help="study folder, or one .xlsx or .h5mu file")
    parser.add_argument("--params", type=Path, metavar="FILE", help="YAML file of parameters (see studies/)")
    parser.add_argument(
        "--set",
        type=_as_utf8,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override one parameter, e.g. --set alpha=0.01 or --set 'covariates=[batch]'; repeat as needed",
    )
    parser.epilog = _parameter_help()


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_study(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder: results go here")
    _add_workflow(parser)


def _add_workflow(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cores", type=_positive, default=2, metavar="N", help="stages at once (default: 2)")
    parser.add_argument("--profile", metavar="P", help="Snakemake profile, for example of a Slurm cluster")


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="new folder")
    parser.add_argument(
        "--preset", choices=list(_PRESETS),
        help="other defaults; full-size: 21 samples of 4 tissues, 132,129 genes, 6,980 metabolites, Parquet",
    )  # fmt: skip
    parser.add_argument(
        "--design", choices=["modules", "links", "nonlinear", "confounded", "null", "tissues"],
        help="what ties genes to metabolites (default: modules)",
    )  # fmt: skip
    for name in ("samples", "genes", "metabolites", "modules"):
        default = f"default: {_SIMULATED[name]}"
        parser.add_argument(f"--{name}", type=_positive, metavar="N", help=default)
    parser.add_argument("--strength", type=_strength, metavar="S", help="of the modules, 0 to 1 (0.75)")
    parser.add_argument("--seed", type=_seed, metavar="N", help="default: 0")
    parser.add_argument(
        "--format", choices=["csv", "parquet"], help="how the tables are written (default: csv)"
    )


def _parameter_help() -> str:
    from .schema import describe_parameters

    return "parameters (for --params and --set), with their defaults:\n" + describe_parameters()


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {value}")
    return value


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


def build_parser() -> argparse.ArgumentParser:
    """Describe the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="omics-book",
        description="A methods book on multi-omics integration that recomputes itself on your study.",
        epilog="First: omics-book check STUDY; then: run STUDY --out RUN; then: render RUN.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, act: Callable[[Any], None], what: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name, help=what, description=what[0].upper() + what[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        sub.set_defaults(act=act)
        return sub

    _add_study(
        command("check", _check, "read a study and say whether it is fit to run, and what was handled")
    )
    _add_run(command("run", _run, "run all stages on a study; what is done and unchanged is not done again"))
    render = command("render", _render, "render the book of a run: RUN/book/index.html")
    render.add_argument("run", type=Path, metavar="RUN", help="run folder")
    render.add_argument(
        "--beside", type=Path, action="append", default=[], metavar="RUN",
        help="another run whose book the cover links to",
    )  # fmt: skip
    grid = command("grid", _grid, "run studies, seeds and parameters crossed, and gather what comes out")
    grid.add_argument("grid", type=Path, metavar="GRID.yml", help="studies, seeds, parameters; see README")
    grid.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder: all runs go here")
    _add_workflow(grid)
    _add_simulate(command("simulate", _simulate, "write a study folder with planted truth"))
    fetch = command("fetch", _fetch, "get a small published study, checksum verified")
    fetch.add_argument("name", choices=["nutrimouse"], help="which study")
    fetch.add_argument("--out", type=Path, metavar="DIR", help="new folder (default: its name)")
    return parser


def _system_error(error: OSError) -> str:
    where, what = error.filename or "the system", error.strerror or " ".join(str(error).split())
    if error.errno in _NO_ROOM:
        remedy = "Make room there, and give the same command again."
        return f"{where}: {what}; there must be room for what is written. {remedy}"
    return f"{where}: {what}; it must be a place to read or write. Check the path."


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return 0, 2 where the user can put something right, 128 + N at the signal N."""
    if argv is None:
        restart_with_docstrings("import sys; from omics_lib.cli import main; sys.exit(main())")
    forget_foreign_modules()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever letters the terminal has
            stream.reconfigure(errors="backslashreplace")
    arguments = build_parser().parse_args(argv)
    try:
        with signals_raise():
            arguments.act(arguments)
    except OmicsError as error:
        print(f"omics-book: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"omics-book: {_system_error(error)}", file=sys.stderr)
        return 2
    except MemoryError:
        peak = f"{peak_memory() * 2**20 / 1e9:.1f} GB"
        remedy = "Leave features out, or work where there is more memory."
        print(
            f"omics-book: out of memory at a peak of {peak}; what is read must fit. {remedy}", file=sys.stderr
        )
        return 2
    except KeyboardInterrupt as asked:
        number = signal.Signals(asked.number if isinstance(asked, Ended) else signal.SIGINT)
        kept = "what is done is kept, and the same command continues there"
        print(f"omics-book: ended by {number.name}; {kept}.", file=sys.stderr)
        return 128 + number
    return 0
