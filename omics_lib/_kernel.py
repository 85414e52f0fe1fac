"""The kernel of a stage: this very interpreter, in the run's own environment.

`KernelOfRun` is what papermill starts instead of a kernel that happens to be installed under the name
`python3`; run as a module, this file is that kernel.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Dict

from ._environment import python_command
from ._lifeline import end_with_parent

# What compiled code writes past Python goes to the terminal: in a page it would only end the rendering.
_OPTIONS = [
    "--IPKernelApp.ignore_cwd=True",
    "--IPKernelApp.capture_fd_output=False",
    "--log-level=CRITICAL",
]


class KernelOfRun(AsyncKernelManager):
    """Starts this interpreter with `environment`, whatever kernels are installed."""

    environment = Dict(help="environment variables of the kernel").tag(config=True)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command that starts the kernel."""
        command = [*python_command("omics_lib._kernel"), "-f", "{connection_file}", *_OPTIONS]
        return KernelSpec(argv=command, display_name="Python 3", language="python")

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start it with nothing of this process's environment but what was chosen."""
        await super().start_kernel(**options | {"env": dict(self.environment)})


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
