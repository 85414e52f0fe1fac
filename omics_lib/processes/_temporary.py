"""A private folder for what a process puts aside: gone with it, or after a kill with the next one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "omics-"
_HELD = ".held"


@contextlib.contextmanager
def temporary_folder(place: Path | str) -> Iterator[Path]:
    """Make a folder that nobody else can read or guess; it goes at the end, with all that is in it.

    What a process that was killed left in `place` goes too: its lock is free.
    """
    import shutil
    import tempfile  # loads `random`, which a folder on PYTHONPATH might have

    _sweep(Path(place))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    try:
        with (folder / _HELD).open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path) -> None:
    import shutil

    for folder in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / _HELD).open("r+") as held:  # without one it is somebody else's
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
