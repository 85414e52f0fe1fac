"""A run on Slurm: whether it is there, what its jobs say while they run, and that none is left behind."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import yaml

from ..errors import RunError

_SUBMITTED = re.compile(r"submitted with SLURM jobid (\d+) \(log: .*/rule_(.+)/\d+\.log\)")
_FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: (\w+)\)")
_ENDED = re.compile(r"SLURM-job '(\w+)' failed, SLURM status is: '(\w+)'")
_SAID = re.compile(r" log: (.+/slurm_logs/.+\.log) \(check log")
_OF_A_STAGE = re.compile(r"(?!srun|slurmstepd)\S.*: \w+( failed)?: |The notebook up to there: ")
_REFUSED = re.compile(r"SLURM sbatch failed. The error message was '(.*?)'\.\n", re.DOTALL)
_LIMITS = (
    ("memory", "mem_mb", re.compile(r"OUT_OF_MEMORY|oom.kill|exceeded memory limit", re.IGNORECASE)),
    ("time", "runtime", re.compile(r"'TIMEOUT'|DUE TO TIME LIMIT")),
)
_PATIENCE = 60  # seconds


def uses_slurm(profile: str) -> bool:
    """Tell whether a profile, as `find_profile` returns it, sends its jobs to Slurm."""
    settings = yaml.safe_load(Path(profile).read_text(encoding="utf-8"))
    return isinstance(settings, dict) and settings.get("executor") == "slurm"


def list_jobs() -> list[tuple[str, str]]:
    """List the jobs of Snakemake that Slurm has from this user: number and working folder.

    Raises
    ------
    RunError
        If Snakemake cannot talk to Slurm, or Slurm does not answer.
    """
    if find_spec("snakemake_executor_plugin_slurm") is None:
        found = "Snakemake's executor for Slurm is not installed"
        remedy = "Install it: pip install 'omics_lib[cluster]'."
        raise RunError("--profile", found, "the profile asks for it", remedy)
    command = ["squeue", "--me", "--noheader", "--format=%i|%k|%Z"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True)
    except FileNotFoundError:
        found = "there is no Slurm here (no squeue)"
    except subprocess.TimeoutExpired:
        found = f"squeue did not answer within {_PATIENCE} s"
    except subprocess.CalledProcessError as error:
        found = f"squeue failed: {' '.join(error.stderr.split())}"
    else:
        jobs = [line.split("|", 2) for line in told.stdout.splitlines() if line.count("|") > 1]
        return [(job, folder) for job, rule, folder in jobs if rule.startswith("rule_")]
    remedy = "Give the command where jobs are submitted (a login node), or without --profile."
    raise RunError("--profile", found, "Slurm must answer to this profile", remedy)


@contextlib.contextmanager
def no_jobs_left(run: Path, profile: str | None) -> Iterator[None]:
    """On Slurm, cancel a run's jobs of an earlier command before, and of this one after, however it ends."""
    if profile is None or not uses_slurm(profile):
        yield
        return
    _cancel_jobs(run)
    try:
        yield
    finally:
        _cancel_jobs(run)


def _cancel_jobs(run: Path) -> None:
    def left() -> list[str]:
        return [job for job, folder in list_jobs() if folder == str(run.resolve())]

    until, jobs = time.monotonic() + _PATIENCE, left()
    if jobs:
        print(f"note: jobs {', '.join(jobs)}, which nobody waits for, are cancelled.", file=sys.stderr)
    while jobs:
        if time.monotonic() > until:
            found = f"jobs {', '.join(jobs)} of an earlier command are still there"
            raise RunError(str(run), found, "they must be gone first", "Cancel them with scancel.")
        subprocess.run(["scancel", *jobs], check=False, capture_output=True)
        time.sleep(1)
        jobs = left()


def follow(process: subprocess.Popen[bytes], log: Path, run: str) -> None:
    """Tell of a run's jobs, from what Snakemake writes into its log, until it ends."""
    rest = ""
    with log.open(encoding="utf-8", errors="replace") as written:
        while True:
            ended = process.poll() is not None  # asked before the last look, which then misses nothing
            *lines, rest = (rest + written.read()).split("\n")
            for said in (said for line in lines for said in _retell(line, run)):
                print(said, file=sys.stderr, flush=True)
            if ended:
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)


def _retell(line: str, run: str) -> list[str]:
    """Put a line of Snakemake's log into words; where a job failed, these are what its stage said.

    Examples
    --------
    >>> _retell("Job 2 has been submitted with SLURM jobid 5 (log: /r/slurm_logs/rule_data/5.log).", "r")
    ['  r: data is job 5']
    >>> _retell("    message: SLURM-job '5' failed, SLURM status is: 'TIMEOUT'. Detailed …", "r")
    ['  r: job 5 ended as TIMEOUT']
    """
    if found := _SUBMITTED.search(line):
        return [f"  {run}: {found[2]} is job {found[1]}"]
    if found := _FINISHED.search(line):
        return [f"  {run}: {found[1]} done"]
    if found := _ENDED.search(line):
        return [f"  {run}: job {found[1]} ended as {found[2]}"]
    words = "".join(map(_read, _SAID.findall(line))).splitlines()
    return [word for word in words if _OF_A_STAGE.match(word)]


def _read(log: str) -> str:
    return Path(log).read_text(encoding="utf-8", errors="replace") if Path(log).exists() else ""


def end_of_jobs(blocks: str) -> str:
    """Say how jobs ended that failed, from their blocks in Snakemake's log.

    Examples
    --------
    >>> end_of_jobs("    message: SLURM-job '5' failed, SLURM status is: 'NODE_FAIL'. …")
    ': its job ended as NODE_FAIL'
    """
    if refused := _REFUSED.search(blocks):
        return f": Slurm refused its job, {' '.join(refused[1].split())}"
    ended = _ENDED.search(blocks)
    if ended is None:
        return ""
    said = blocks + "".join(map(_read, _SAID.findall(blocks)))
    for what, resource, telling in _LIMITS:
        if telling.search(said):
            return f": its job took more {what} than it asked for, {resource} in the profile's set-resources"
    # A stage that failed by itself has said why.
    return "" if ended[2] == "FAILED" else f": its job ended as {ended[2]}"
