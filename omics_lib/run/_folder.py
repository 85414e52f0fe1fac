"""The folder that a command works in: new or its own, and for one command at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ..errors import RunError
from ._slurm import no_jobs_left, uses_slurm

LOCK = ".lock"


def refuse_other_folders(folder: Path, configuration: str) -> None:
    """Raise a RunError unless a folder is new, empty, or holds the `configuration` of an earlier start."""
    if folder.exists() and not folder.is_dir():
        found = "found a file"
        raise RunError(
            str(folder), found, "it must be a new folder or an earlier one", "Choose another --out."
        )
    # A lock alone is what a start leaves that failed.
    others = folder.is_dir() and any(path.name != LOCK for path in folder.iterdir())
    if others and not (folder / configuration).exists():
        expected = "it must be a new or empty folder, or an earlier one of the same command"
        found = "found a folder with other things in it"
        raise RunError(str(folder), found, expected, "Choose another --out.")


@contextmanager
def only_one(folder: Path, profile: str | None = None) -> Iterator[int]:
    """Hold a folder's lock; the system frees it when the last holder ends, however it ends.

    Where the profile sends jobs to Slurm, none is left behind.
    """
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            found = "in use by another process"
            expected = "one command at a time may work on it"
            raise RunError(str(folder), found, expected, "Wait until it is done.") from None
        with no_jobs_left(folder) if profile and uses_slurm(profile) else nullcontext():
            yield lock.fileno()
