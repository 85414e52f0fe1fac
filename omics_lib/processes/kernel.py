"""The kernel of a stage, run as a module: this very interpreter, ended with the process that started it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from ._lifeline import end_with_parent


def main() -> None:
    """Be a kernel until the process that started it is done, or gone."""
    end_with_parent(parent=int(os.environ.get("JPY_PARENT_PID", os.getppid())))
    with contextlib.chdir(_settings_folder()):  # a matplotlibrc in the working folder is not the run's
        import matplotlib  # noqa: F401
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def _settings_folder() -> Path:
    folder = Path(os.environ.get("MPLCONFIGDIR", "/"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
