"""Commands, each in a process of its own that is forked from one which has loaded the library.

A command that hangs, dies in compiled code or takes all memory is then one bad example, and costs
milliseconds instead of the second in which the library loads. `python forks.py` is the one that forks.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT_MB = 8192  # of address space; what is really taken, `Ended.peak_mb` says


@dataclass
class Ended:
    """How a command ended."""

    code: int  # negative: the signal that ended it
    out: str
    err: str
    seconds: float
    peak_mb: float
    left: list[str]  # files that it left in its working folder, or in the folder of temporary files


class Forks:
    """Sends commands to the process that forks."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", __file__]
        threads = dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | threads
        )

    def run(self, *argv: str, task: str = "main", limit_s: float = 300) -> Ended:
        """Run `omics-book` with these arguments, or another task of this file."""
        with tempfile.TemporaryDirectory(prefix="fuzz-") as room:
            for name in ("cwd", "tmp"):
                Path(room, name).mkdir()
            asked = {"task": task, "argv": argv, "room": room, "limit_s": limit_s}
            assert self._process.stdin is not None and self._process.stdout is not None
            print(json.dumps(asked), file=self._process.stdin, flush=True)
            told: dict[str, Any] = json.loads(self._process.stdout.readline())
            out, err = (
                Path(room, name).read_text(encoding="utf-8", errors="backslashreplace")
                for name in ("out", "err")
            )
            left = [str(path) for name in ("cwd", "tmp") for path in Path(room, name).rglob("*")]
        return Ended(**told, out=out, err=err, left=left)

    def end(self) -> None:
        """End the process that forks."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@contextmanager
def forks() -> Iterator[Forks]:
    """Hold a process that forks."""
    one = Forks()
    try:
        yield one
    finally:
        one.end()


def _child(asked: dict[str, Any]) -> None:
    """Run the command in what was just forked, as an interpreter of its own would."""
    os.setsid()
    room = Path(asked["room"])
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(room / name, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))
    os.chdir(room / "cwd")
    os.environ["TMPDIR"] = tempfile.tempdir = str(room / "tmp")
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MB * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    code: Any = 1
    try:
        code = _TASKS[asked["task"]](asked["argv"])
    except SystemExit as asked_for:
        code = asked_for.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def _wait(pid: int, limit_s: float) -> dict[str, Any]:
    """Wait for a child; one that takes too long is killed, which its code says. Seconds are of the processor."""
    start = time.monotonic()
    ended, status, cost = os.wait4(pid, os.WNOHANG)
    while not ended:
        time.sleep(0.002)
        if time.monotonic() - start > limit_s:
            os.killpg(pid, signal.SIGKILL)
        ended, status, cost = os.wait4(pid, os.WNOHANG)
    seconds = cost.ru_utime + cost.ru_stime
    return {"code": os.waitstatus_to_exitcode(status), "seconds": seconds, "peak_mb": cost.ru_maxrss / 1024}


def _main(argv: list[str]) -> int:
    from omics_lib.cli import main

    return main(argv)


def _stages(argv: list[str]) -> int:
    """Execute the code of chapters 1 and 2 on a study: what `check` let through must go on from there."""
    import nbformat

    from omics_lib._files import project_file
    from omics_lib.cli._parser import build_parser
    from omics_lib.schema import read_parameters

    given = build_parser().parse_args(["check", *argv[1:]])
    settings = read_parameters(given.params, given.set)
    for name in ("01_data", "02_preprocessing"):
        cells = nbformat.read(project_file("notebooks") / f"{name}.ipynb", 4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        names: dict[str, Any] = {"display": lambda shown: shown}
        exec(code[0], names)
        given_here = settings | {"study": argv[1], "run": argv[0], "parameters": settings}
        names |= {key: value for key, value in given_here.items() if key in names}
        for source in code[1:]:
            exec(compile(source, name, "exec"), names)
        import matplotlib.pyplot as plt

        plt.close("all")
    return 0


_TASKS = {"main": _main, "stages": _stages}


def _serve() -> None:
    import matplotlib as mpl

    mpl.use("agg")
    import anndata  # noqa: F401
    import mudata  # noqa: F401
    import openpyxl  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    import omics_lib.advice
    import omics_lib.run  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _child(asked)
        print(json.dumps(_wait(pid, asked["limit_s"])), flush=True)


if __name__ == "__main__":
    _serve()
