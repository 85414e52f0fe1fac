"""Processes that end together: signals to a command reach what it started, and nothing outlives it.

On Linux the system itself ends the children of a
command that was killed; elsewhere only those of a command that could still pass the signal on.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from types import FrameType
from typing import Any

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG in <sys/prctl.h>
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Ended(KeyboardInterrupt):
    """A signal asked this process to end; like Ctrl-C, it passes every `except Exception`."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def signals_raise() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise `Ended`, so that what was started is ended too.

    In a thread other than the main one, and where a signal is ignored (`nohup`), nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def raise_ended(number: int, frame: FrameType | None) -> None:
        raise Ended(number)

    wanted = [s for s in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(s) is not signal.SIG_IGN]
    before = {number: signal.signal(number, raise_ended) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_with_parent(number: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the system to send this process a signal when the one that started it is gone."""
    if _LIBC is None:
        return
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, number, 0, 0, 0)
    if parent is not None and os.getppid() != parent:  # gone before it could be asked
        os._exit(1)


def start_process(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process, with those that it will start, that ends when this one does."""
    bind = partial(end_with_parent, signal.SIGKILL, os.getpid())
    return subprocess.Popen(command, start_new_session=True, preexec_fn=bind, **options)


def end_process(process: subprocess.Popen[bytes], patience: float) -> None:
    """Interrupt a process and all that it started, and after some seconds kill them."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
