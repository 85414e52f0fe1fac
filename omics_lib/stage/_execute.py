"""Execute one stage of a run: one notebook, through papermill.

`python -m omics_lib.stage NOTEBOOK OUTPUT --parameters JSON` is what the
Snakefile calls. The executed notebook appears at OUTPUT only when every cell
ran; one that failed is kept beside it under `failed/`.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from .. import errors
from .._files import require_unchanged
from ..processes import (
    ROOM,
    Ended,
    clean_environment,
    peak_memory,
    record_cost,
    signals_raise,
    socket_folder,
    temporary_folder,
)
from ._kernel_manager import KernelOfRun
from ._same_bytes import write_reproducible

_NO_MEMORY = r"bad_alloc|alloc\w* memory|out of memory|not enough memory|unable to alloc"


def declared_parameters(notebook: Path) -> set[str]:
    """Return the names in a notebook's `parameters` cell."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    return set(papermill.inspect_notebook(_as_template(notebook)))


def _as_template(path: Path) -> str:
    """Write a path as papermill reads it: with parameters in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def execute_stage(notebook: Path, output: Path, parameters: Mapping[str, Any], threads: int = 1) -> None:
    """Execute a notebook with parameters and write the result, whole or not at all.

    `threads` are for what gives the same bytes in any number of them.

    Raises
    ------
    ParameterError
        If the notebook declares no such parameter.
    PapermillExecutionError
        If a cell fails; the notebook up to there lies in `failed/`.
    """
    unknown = sorted(set(parameters) - declared_parameters(notebook))
    if unknown:
        raise errors.ParameterError(
            notebook.name,
            f"no parameter {', '.join(unknown)}",
            f"it declares {', '.join(sorted(declared_parameters(notebook)))}",
            "Correct the name.",
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    folder, own = socket_folder(), {"OMICS_THREADS": str(threads)}
    if folder is None:  # relative to the run folder, so it is short in any case
        ROOM.mkdir(exist_ok=True)
    with temporary_folder(folder or ROOM) as sockets, temporary_folder(tempfile.gettempdir()) as own_room:
        # Sockets in the file system: kernels that start side by side cannot take each other's port.
        kernel = {
            "transport": "ipc",
            "ip": f"{sockets}/kernel",
            "connection_file": os.path.abspath(f"{sockets}/kernel.json"),
            "environment": clean_environment(ROOM) | own | {"TMPDIR": str(own_room)},
        }
        unfinished = sockets / output.name
        try:
            papermill.execute_notebook(
                _as_template(notebook),
                _as_template(unfinished),
                dict(parameters),
                kernel_name="python3",
                kernel_manager_class=KernelOfRun,
                progress_bar=False,
                cwd=".",
                config=Config({"KernelOfRun": kernel}),
            )
        except PapermillExecutionError:
            _failed(output).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(unfinished, _failed(output))
            raise
        write_reproducible(unfinished, output)
    _failed(output).unlink(missing_ok=True)


def _failed(output: Path) -> Path:
    return output.parent / "failed" / output.name


def _is_users_mistake(name: str) -> bool:
    kind = getattr(errors, name, None)
    return isinstance(kind, type) and issubclass(kind, errors.OmicsError)


def _is_lack_of_memory(error: PapermillExecutionError) -> bool:
    """Tell whether a cell ended for want of memory, as NumPy, Arrow, PyTorch and compiled code put it."""
    return "Memory" in error.ename or re.search(_NO_MEMORY, error.evalue, re.IGNORECASE) is not None


def _more_memory() -> str:
    """Say how much memory was taken, and what to do."""
    remedy = "Leave features out, run one stage at a time (--cores 1), or work where there is more memory."
    return f"at a peak of {peak_memory() * 2**20 / 1e9:.1f} GB; it must fit into the memory at hand. {remedy}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m omics_lib.stage", description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--parameters", type=json.loads, default={}, metavar="JSON")
    parser.add_argument(
        "--inputs", type=json.loads, default={}, metavar="JSON", help="files and their sha256"
    )
    parser.add_argument("--threads", type=int, default=1, metavar="N")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the stage named on the command line; return its exit code."""
    arguments = _parser().parse_args(argv)
    run, start = arguments.output.parent.parent, time.monotonic()
    name = f"{run.absolute().name}: {arguments.output.stem}"
    print(f"  {name} …", file=sys.stderr, flush=True)
    try:
        with signals_raise():
            require_unchanged(arguments.inputs)
            execute_stage(arguments.notebook, arguments.output, arguments.parameters, arguments.threads)
            require_unchanged(arguments.inputs)
            record_cost(arguments.output.stem, arguments.threads, run)
    except errors.OmicsError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except PapermillExecutionError as error:
        if _is_lack_of_memory(error):
            print(f"{name} failed: out of memory, {_more_memory()}", file=sys.stderr)
            return 2
        print(f"{name} failed: {error.ename}: {error.evalue}", file=sys.stderr)
        print(
            f"The notebook up to there: {_failed(arguments.output)}",
            file=sys.stderr,
        )
        return 2 if _is_users_mistake(error.ename) else 1
    except OSError as error:
        print(f"{name} failed: {error}", file=sys.stderr)
        return 2
    except DeadKernelError:
        killed = "its kernel was killed, as the system does where memory runs out,"
        print(f"{name} failed: {killed} {_more_memory()}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as asked:
        number = signal.Signals(asked.number if isinstance(asked, Ended) else signal.SIGINT)
        print(f"{name}: ended by {number.name}", file=sys.stderr)
        return 128 + number
    print(f"  {name} done in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return 0
