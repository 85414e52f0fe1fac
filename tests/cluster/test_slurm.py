"""A run on a real Slurm of one node: the tables of a local run, whatever happens to its jobs on the way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster.one_node_slurm import one_node_slurm, why_not
from run_helpers import QUICK, ROOT

from omics_lib.cli import main

pytestmark = pytest.mark.cluster
# What no two runs share: when cells were executed, what stages cost, what programs keep for themselves.
UNLIKE = {".snakemake", ".cache", "notebooks", "benchmarks"}
# Every rule of the workflow, but for the one that names the rest, and stored results and a cohort.
RULES = set(re.findall(r"^rule (\w+):", (ROOT / "Snakefile").read_text(encoding="utf-8"), re.MULTILINE)) - {
    "all", "stored_results", "own_cohort", "cell_lines",
}  # fmt: skip
OFTEN = {"slurm-init-seconds-before-status-checks": 3}
STARTED: list[subprocess.Popen[str]] = []
COMMAND = "import sys; from omics_lib.cli import main; sys.exit(main())"


@pytest.fixture(scope="module", autouse=True)
def slurm() -> Iterator[None]:
    """Start it; skip where that cannot be, unless OMICS_REQUIRE_SLURM=1."""
    reason = why_not()
    if reason and os.environ.get("OMICS_REQUIRE_SLURM") == "1":
        pytest.fail(f"{reason}, and OMICS_REQUIRE_SLURM=1 asks for it")
    if reason:
        pytest.skip(reason)
    with one_node_slurm():
        yield
        for command in STARTED:
            with command:
                command.kill()


def write_profile(folder: Path, changed: dict[str, Any]) -> Path:
    """Write the profile that is shipped, with a few settings of its own."""
    settings = yaml.safe_load((ROOT / "cluster/slurm/config.yaml").read_text(encoding="utf-8"))
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(settings | changed), encoding="utf-8")
    return folder


def start(folder: Path, run: str, *options: str) -> subprocess.Popen[str]:
    """Start `omics-book run` on the study in a folder."""
    settings = [word for setting in QUICK for word in ("--set", setting)]
    given = ["run", str(folder / "study"), "--out", str(folder / run), *options, *settings]
    command = [sys.executable, "-c", COMMAND, *given]
    STARTED.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8"))
    return STARTED[-1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small study and a profile."""
    folder = tmp_path_factory.mktemp("cluster")
    small = ["--samples", "20", "--genes", "60", "--metabolites", "20", "--modules", "2"]
    assert main(["simulate", str(folder / "study"), *small]) == 0
    write_profile(folder / "profile", OFTEN)
    return folder


@pytest.fixture(scope="module", autouse=True)
def local(folder: Path) -> subprocess.Popen[str]:
    """A local run of the study, beside all others."""
    return start(folder, "local", "--cores", "1")


def jobs() -> dict[str, tuple[str, str]]:
    """Return what Slurm says of each job: its rule, and its state."""
    command = ["squeue", "--noheader", "--states=all", "--format=%i|%k|%T"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.split("|") for line in said.splitlines()]
    return {job: (what.removeprefix("rule_").split("_wildcards_")[0], state) for job, what, state in lines}


def running(rule: str) -> str:
    """Wait until a job runs for a rule; return its number."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        for job, known in jobs().items():
            if known == (rule, "RUNNING"):
                return job
        time.sleep(0.2)
    raise AssertionError(f"no job runs for {rule}: {jobs()}")


def test_interrupt_cancels_the_jobs(folder):
    command = start(folder, "stopped", "--profile", str(folder / "profile"))
    job = running("data")
    command.send_signal(signal.SIGINT)
    said = command.communicate(timeout=120)[1]
    assert command.returncode == 128 + signal.SIGINT and "ended by SIGINT; what is done is kept" in said
    assert jobs()[job] == ("data", "CANCELLED")
    assert {"RUNNING", "PENDING"}.isdisjoint(state for _, state in jobs().values())


def test_job_that_takes_more_memory_than_it_asked_for_ends_in_one_line(folder):
    less = {"retries": 0, "set-resources": {"data": {"mem_mb": 50}}}
    little = write_profile(folder / "little", OFTEN | less)
    command = start(folder, "small", "--profile", str(little))
    said = command.communicate(timeout=240)[1]
    assert command.returncode == 2
    (line,) = [line for line in said.splitlines() if line.startswith("omics-book:")]
    assert "the stage data failed: its job took more memory than it asked for" in line
    assert "Traceback" not in said


def test_run_survives_lost_jobs_and_a_killed_command_and_writes_the_bytes_of_a_local_run(folder, local):
    killed = start(folder, "run", "--profile", str(folder / "profile"))
    orphan = running("data")
    killed.kill()
    killed.communicate()
    command = start(folder, "run", "--profile", str(folder / "profile"))
    lost = running("autoencoder")
    subprocess.run(["scancel", lost], check=True)
    said = command.communicate(timeout=900)[1]
    assert command.returncode == 0, said
    assert re.search(rf"^note: jobs (\d+, )*{orphan}, ", said, re.MULTILINE), said
    assert f"job {lost} ended as CANCELLED" in said
    assert jobs()[orphan][1] == jobs()[lost][1] == "CANCELLED"
    assert {rule for rule, state in jobs().values() if state == "COMPLETED"} == RULES
    assert local.wait(timeout=240) == 0
    assert_same_files(folder / "local", folder / "run")


def assert_same_files(one: Path, other: Path) -> None:
    def files(run: Path) -> dict[str, bytes]:
        found = {path.relative_to(run): path for path in run.rglob("*") if path.is_file()}
        return {str(name): path.read_bytes() for name, path in found.items() if name.parts[0] not in UNLIKE}

    left, right = files(one), files(other)
    assert sorted(left) == sorted(right) and "refined.parquet" in left
    assert [name for name in left if left[name] != right[name]] == []
    costs = {path.name for path in (one / "benchmarks").iterdir()}
    assert costs == {path.name for path in (other / "benchmarks").iterdir()} and len(costs) == len(RULES) + 1
