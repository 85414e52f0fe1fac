"""Snakemake, started by `run`: in a clean environment, ended with the command, its failures put in words."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from .._files import project_file
from .._machine import memory_at_hand
from ..errors import RunError
from ..processes import ROOM, clean_environment, end_process, home_if_usable, python_command, start_process
from ._slurm import end_of_jobs, follow, list_jobs, no_jobs_left, uses_slurm

LOG = Path(".snakemake/run.log")


def find_profile(name: str) -> str:
    """Locate a profile of Snakemake, a folder or a name in the user's configuration, for use from anywhere.

    Raises
    ------
    RunError
        If there is none, or Slurm is asked for that is not there.
    """
    from snakemake.cli import get_profile_dir  # takes a second to import

    found = get_profile_dir(name)
    if found is None:
        raise RunError(
            f"--profile {name}",
            "no such profile was found",
            "it must be a folder with a `profile.yaml` or `config.yaml`, or the name of one in the user's "
            "configuration of Snakemake",
            "Correct it.",
        )
    profile = str(found[1].absolute())
    if uses_slurm(profile):
        list_jobs()  # refused at once where there is no Slurm
    return profile


def run_workflow(
    run: Path,
    configuration: str,
    lock: int,
    *,
    cores: int,
    profile: str | None,
    snakefile: str = "Snakefile",
    keep_going: bool = False,
    from_scratch: bool = False,
) -> None:
    """Run every stage that is not up to date.

    Parameters
    ----------
    run : Path
        Run folder.
    configuration : str
        Name of the configuration in it.
    lock : int
        Open file of the run's lock: Snakemake holds it too, until it ends.
    cores : int
        Stages that may run at once, where no profile says so.
    profile : str or None
        A profile of Snakemake; None: no profile at all, whatever the user has set.
    snakefile : str
        The graph of the stages, a file of the project.
    keep_going : bool
        Whether stages that do not depend on one that failed go on.
    from_scratch : bool
        Whether nothing that is there is to be trusted, and every stage runs again.

    Raises
    ------
    RunError
        If a stage failed, or Snakemake itself.
    """
    command = _snakemake(configuration, snakefile, cores, profile)
    command += ["--keep-going"] * keep_going + ["--forceall"] * from_scratch
    (run / LOG).parent.mkdir(exist_ok=True)
    with (run / LOG).open("wb") as log, no_jobs_left(run, profile):
        process = start_process(
            command,
            cwd=run,
            env=clean_environment(run / ROOM) | home_if_usable(),
            pass_fds=[lock],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdout is not None
        told = threading.Event()
        (teller := threading.Thread(target=_tell, args=(process.stdout, told), daemon=True)).start()
        try:
            follow(process, run / LOG, run.absolute().name) if profile else process.wait()
        except KeyboardInterrupt:
            told.set()  # how the stages take it is of no interest
            end_process(process, patience=60 if profile else 10)
            raise
        finally:
            teller.join(2)
    if process.returncode:
        log_text = (run / LOG).read_text(encoding="utf-8", errors="replace")
        found = f"{_cause(log_text)}; all that Snakemake said is in {run / LOG}"
        remedy = "Put the cause right and give the same command again: what is done is kept."
        raise RunError(str(run), found, "every stage must finish", remedy)


def _snakemake(configuration: str, snakefile: str, cores: int, profile: str | None) -> list[str]:
    return [
        *python_command("snakemake"),
        *("--snakefile", str(project_file(snakefile))),
        *("--configfile", configuration),
        *("--profile", profile or "none", "--workflow-profile", "none"),
        # Side by side only what fits into memory together.
        *(() if profile else ("--cores", str(cores), "--resources", f"mem_mb={memory_at_hand() // 2**20}")),
        *("--rerun-incomplete", "--nolock", "--nocolor"),
    ]


def _tell(said: IO[bytes], told: threading.Event) -> None:
    """Pass on what stages say, line by line, in whatever letters the terminal has, until all is `told`."""
    for line in said:
        if not told.is_set():
            print(line.decode("utf-8", errors="replace"), end="", file=sys.stderr, flush=True)


# A job's block in the log, up to its number and what stands below it.
_FAILED = re.compile(r"^ *Error in rule (\w+):\n((?:.*\n)*? {4,}jobid: (\d+)\n(?: {4,}.*\n)*)", re.MULTILINE)


def _failures(log: str) -> list[tuple[str, str]]:
    """List the stages that failed and did not finish when tried again, with their blocks in the log."""
    failed = {job: (rule, block) for rule, block, job in _FAILED.findall(log)}
    return [end for job, end in failed.items() if f"Finished jobid: {job} " not in log]


def failed_stages(log: str) -> list[str]:
    r"""List the stages that failed, by the names of their rules.

    Examples
    --------
    >>> failed_stages("Error in rule data:\n    jobid: 1\nError in rule figures:\n    jobid: 2\n")
    ['data', 'figures']
    """
    return list(dict.fromkeys(rule for rule, _ in _failures(log)))


def _cause(log: str) -> str:
    r"""Say in one line why Snakemake gave up.

    Examples
    --------
    >>> _cause("Building DAG …\nMissingInputException in rule all:\nMissing input files:\n  a.txt\n\n")
    'the stages could not be run: MissingInputException in rule all: Missing input files: a.txt'
    """
    if stages := failed_stages(log):
        killed = re.search(r"died with <Signals\.(\w+)", log)
        memory = " (often: too little memory)" if killed and killed[1] == "SIGKILL" else ""
        blocks = "".join(block for _, block in _failures(log))
        why = f", ended by {killed[1]}{memory}" if killed else end_of_jobs(blocks)
        return f"the stage {', '.join(stages)} failed{why} (see above)"
    lines = [line.rstrip() for line in log.splitlines()]
    # The first exception is the cause; Snakemake may stumble once more over telling it.
    first = next((i for i, line in enumerate(lines) if re.match(r"\S*(Error|Exception)\b", line)), -3)
    block = lines[first:]
    until = block.index("") if "" in block else len(block)
    words = " ".join(" ".join(block[:until]).split()) or "it said nothing; is the disk full?"
    return f"the stages could not be run: {words[:300]}"
