"""One environment for every process that a run or a rendering starts.

What a user has set for other work (a plotting backend, a matplotlibrc, an IPython
profile, another Python's kernels, a Snakemake profile, modules in the working folder)
must not change a result; what a cluster needs (PATH, SLURM_*, TMPDIR, LD_LIBRARY_PATH
and the like) stays.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path

from .._files import PACKAGE

# The same arithmetic whatever the number of cores: sums depend on how threads share them. What gives the same
# bytes in any number of threads (the stream of all pairs) takes OMICS_THREADS.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
# Memory that was freed is used again: to give it back and fault it in anew at every step of a training
# takes as long as the step. Only glibc reads these.
_KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**33)}
_LEAKS = (
    "PYTHON", "MPL", "MATPLOTLIB", "IPYTHON", "IPYKERNEL", "JUPYTER", "JPY_", "PAPERMILL", "NUMBA_",
    "XDG_CONFIG", "XDG_CACHE", "XDG_DATA", "XDG_STATE", "SNAKEMAKE_PROFILE", "SPHINX", "DOCUTILS",
    "LC_", "LANGUAGE", "OMP_", "TORCH", "PYTORCH", "PANDAS", "SKLEARN", "SCIPY", "ANNDATA", "NETWORKX",
    "NPY_", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "CDPATH", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
    "SOURCE_DATE_EPOCH", "COLUMNS", "LINES", "FORCE_COLOR", "CLICOLOR", "PY_COLORS",
)  # fmt: skip
ROOM = Path(".cache")  # in the run folder: what programs keep for themselves
# A socket's whole name may have 107 bytes, 103 on macOS.
_LONGEST_SOCKET_FOLDER = 70


def clean_environment(room: Path, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Build the environment of a process that works for a run.

    Parameters
    ----------
    room : Path
        Folder for what programs keep for themselves (caches, settings); made if it does not exist. It is
        HOME as well, because the user's may be missing, read-only, or full of settings.
    environ : mapping, optional
        What to start from; None: this process's.

    Returns
    -------
    dict
        Variable to value.
    """
    given = os.environ if environ is None else environ
    room = room.absolute()
    room.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in given.items() if not name.startswith(_LEAKS)}
    # Whoever runs without bytecode files still does; nothing else of PYTHON* is taken over.
    own = {"PYTHONDONTWRITEBYTECODE": given.get("PYTHONDONTWRITEBYTECODE", "")}
    own |= dict.fromkeys(_ONE_THREAD, "1") | _KEEP_MEMORY
    own |= {name: str(room / folder) for name, folder in _FOLDERS.items()}
    own |= {
        "LANG": "C.UTF-8",
        "JUPYTER_NO_CONFIG": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # figures go into the page
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(_needed_paths(given.get("PYTHONPATH", ""))),
        "PYTHONSAFEPATH": "1",  # the working folder is no place for modules
        "PYTHONUSERBASE": site.getuserbase(),  # packages that were installed with --user, now that HOME moved
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore::SyntaxWarning",
    }
    return kept | {name: value for name, value in own.items() if value}


_FOLDERS = {
    "HOME": ".",
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "jupyter",
    "JUPYTER_DATA_DIR": "jupyter",
    "JUPYTER_RUNTIME_DIR": "jupyter",
    "MPLCONFIGDIR": "matplotlib",
    "XDG_CACHE_HOME": ".",  # Numba caches here where it may not write beside the installed packages
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
}


def _needed_paths(pythonpath: str) -> list[str]:
    """Keep of PYTHONPATH what installs packages (as modules of clusters do), and the library's own folder."""
    library = PACKAGE.parent
    given = [Path(entry).absolute() for entry in pythonpath.split(os.pathsep) if entry]
    return [
        str(path)
        for path in given
        if path.name in ("site-packages", "dist-packages") or path.resolve() == library
    ]


def forget_foreign_modules() -> None:
    """Take from this process what PYTHONPATH adds and nothing here needs, before much is imported."""
    given = os.environ.get("PYTHONPATH", "")
    needed = {os.path.abspath(path) for path in _needed_paths(given)}
    foreign = {os.path.abspath(path) for path in given.split(os.pathsep) if path} - needed
    sys.path[:] = [path for path in sys.path if not path or os.path.abspath(path) not in foreign]


def restart_with_docstrings(program: str) -> None:
    """Start this process again where PYTHONOPTIMIZE=2 took the docstrings, which libraries read."""
    if sys.flags.optimize > 1:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONOPTIMIZE"}
        os.execve(sys.executable, [sys.executable, "-P", "-c", program, *sys.argv[1:]], environment)


def home_if_usable() -> dict[str, str]:
    """Return the user's HOME if it can be written: credentials of a cluster lie there."""
    home = os.environ.get("HOME", "")
    return {"HOME": home} if os.path.isdir(home) and os.access(home, os.W_OK | os.X_OK) else {}


def python_command(module: str) -> list[str]:
    """Return the command that runs a module here, with nothing from the working folder."""
    return [sys.executable, "-P", "-m", module]


def socket_folder() -> str | None:
    """Choose a folder for sockets whose name is short enough; None where there is no such folder."""
    candidates = (os.environ.get("TMPDIR", ""), "/tmp", "/var/tmp", "/dev/shm")
    for folder in candidates:
        short = len(os.fsencode(os.path.abspath(folder))) <= _LONGEST_SOCKET_FOLDER
        if folder and short and os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK):
            return os.path.abspath(folder)
    return None
