"""A run that is killed at random moments, in another environment, ends in the bytes of an undisturbed one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from run_helpers import PLANTED, QUICK

from omics_lib.book import stage_book
from omics_lib.run._manifest import run_files

KILLS = 3 if os.environ.get("OMICS_NIGHTLY") != "1" else 50
KILLS_A_RUN = 5
# Longer than a stage takes, so that kills fall into starts, stages and what lies between.
LONGEST = 25.0
# Nothing of these may show in a result.
ELSEWHERE = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"}
COMMAND = "import sys; from omics_lib.cli import main; sys.exit(main())"

pytestmark = [
    pytest.mark.notebook,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of what was killed"),
]


def start(study: Path, run: Path) -> subprocess.Popen[bytes]:
    options = [word for setting in (*QUICK, *PLANTED) for word in ("--set", setting)]
    command = [sys.executable, "-c", COMMAND, "run", str(study), "--out", str(run), "--cores", "2", *options]
    environment = os.environ | ELSEWHERE
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def kill(command: subprocess.Popen[bytes], *, parent_alone: bool) -> list[psutil.Process]:
    """Kill a command, or it and all that it started at once; return what it had started."""
    try:
        started = psutil.Process(command.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        started = []
    os.kill(command.pid, signal.SIGKILL)
    for process in [] if parent_alone else started:
        if process.is_running():
            process.kill()
    command.communicate()
    return started


def contents(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in [*run_files(run), "manifest.json"]}


def staged(run: Path, folder: Path) -> dict[Path, bytes]:
    """Return all that the book of a run is built of."""
    stage_book(run, folder)
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("seed", range(-(-KILLS // KILLS_A_RUN)))
def test_killed_run_ends_in_the_same_bytes(seed, tiny_run, tmp_path):
    draw = random.Random(seed)
    study, run = tiny_run.parent / "planted", tmp_path / tiny_run.name
    for number in range(min(KILLS_A_RUN, KILLS - seed * KILLS_A_RUN)):
        command = start(study, run)
        time.sleep(draw.uniform(0, LONGEST))
        started = kill(command, parent_alone=number % 2 == 0)
        _, alive = psutil.wait_procs(started, timeout=15)  # on a busy machine
        assert alive == [], f"kill {number}: {[process.cmdline() for process in alive]}"
    command = start(study, run)
    said = command.communicate()[1].decode()
    assert command.returncode == 0, said
    ours, theirs = contents(run), contents(tiny_run)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert not [path for path in run.rglob("*") if path.name.endswith(".part")]
    ours, theirs = staged(run, tmp_path / "ours"), staged(tiny_run, tmp_path / "theirs")
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    shutil.rmtree(run)
