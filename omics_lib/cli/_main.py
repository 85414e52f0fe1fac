"""The command line: what a command raises becomes one line and an exit code."""

from __future__ import annotations

import errno
import io
import signal
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, TextIO

from .._escape import printable
from ..errors import OmicsError, RunError
from ..processes import Ended, forget_foreign_modules, peak_memory, restart_with_docstrings, signals_raise
from ._check import refused_as_json
from ._parser import build_parser

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return 0, 2 where the user can put something right, 128 + N at the signal N."""
    if argv is None:
        restart_with_docstrings("import sys; from omics_lib.cli import main; sys.exit(main())")
    forget_foreign_modules()
    with redirect_stdout(_Plain(sys.stdout)), redirect_stderr(_Plain(sys.stderr)):
        return _run(argv)


class _Plain:
    """A stream to a terminal, for text with names that came from a study."""

    def __init__(self, stream: TextIO) -> None:
        if isinstance(stream, io.TextIOWrapper):  # whatever letters the terminal has
            stream.reconfigure(errors="backslashreplace")
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(printable(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _run(argv: list[str] | None) -> int:
    arguments = build_parser().parse_args(argv)
    try:
        with signals_raise(), warnings.catch_warnings():
            if not sys.warnoptions:  # what libraries say to developers is no message to a user
                warnings.simplefilter("ignore")
            arguments.act(arguments)
    except (OmicsError, OSError, MemoryError) as error:
        refusal = _as_refusal(error)
        if getattr(arguments, "json", False):
            print(refused_as_json(arguments.study, refusal))
        else:
            print(f"omics-book: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as asked:
        number = signal.Signals(asked.number if isinstance(asked, Ended) else signal.SIGINT)
        kept = "what is done is kept, and the same command continues there"
        print(f"omics-book: ended by {number.name}; {kept}.", file=sys.stderr)
        return 128 + number
    return 0


def _as_refusal(error: OmicsError | OSError | MemoryError) -> OmicsError:
    """Put what the system says into the form of our own errors."""
    if isinstance(error, OmicsError):
        return error
    if isinstance(error, MemoryError):
        peak = f"at a peak of {peak_memory() * 2**20 / 1e9:.1f} GB"
        remedy = "Leave features out, or work where there is more memory."
        return RunError("memory", f"none left {peak}", "what is read must fit", remedy)
    where, what = error.filename or "the system", error.strerror or " ".join(str(error).split())
    if error.errno in _NO_ROOM:
        remedy = "Make room there, and give the same command again."
        return RunError(str(where), what, "there must be room for what is written", remedy)
    return RunError(str(where), what, "it must be a place to read or write", "Check the path.")
