"""What papermill starts instead of a kernel that happens to be installed under the name `python3`."""

from __future__ import annotations

from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Dict

from ..processes import python_command

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
        command = [*python_command("omics_lib.processes.kernel"), "-f", "{connection_file}", *_OPTIONS]
        return KernelSpec(argv=command, display_name="Python 3", language="python")

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start it with nothing of this process's environment but what was chosen."""
        await super().start_kernel(**options | {"env": dict(self.environment)})
