"""A run on Slurm, without one: what is refused, and what Snakemake's log says in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_helpers import ROOT

from omics_lib.cli import main
from omics_lib.errors import RunError
from omics_lib.run import _slurm, _workflow
from omics_lib.run._workflow import _cause

SUBMITTED = "Job {job} has been submitted with SLURM jobid {slurm} (log: {log}).\n"
FAILED = """\
[Fri Nov 27 06:35:03 2026]
Error in rule {rule}:
    message: {message}For further error details see the cluster/cloud log and the log files.
    jobid: {job}
    output: o1
    log: {log} (check log file(s) for error details)
    shell:
        exec python
        (command exited with non-zero exit code)
    external_jobid: 18
"""
LOG = "slurm_logs/rule_x/18.log"
STATUS = "SLURM-job '18' failed, SLURM status is: '{}'. Detailed failure reason unavailable. "
MORE = ": its job took more {} than it asked for"
REFUSED = """\
SLURM sbatch failed. The error message was 'sbatch: error: Memory specification can not be satisfied
sbatch: error: Batch job submission failed: no node'.
    sbatch call:
        sbatch --parsable
"""


@pytest.fixture
def squeue(tmp_path, monkeypatch):
    """Put a `squeue` in the place of all programs."""

    def write(script: str) -> None:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin/squeue").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin/squeue").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    return write


def failed(log: Path, message: str, rule: str = "data", job: int = 2) -> str:
    log.parent.mkdir(parents=True, exist_ok=True)
    return FAILED.format(rule=rule, message=message, job=job, log=log)


@pytest.mark.parametrize(("executor", "expected"), [("slurm", True), ("local", False)])
def test_profile_that_sends_jobs_to_slurm_is_recognised(executor, expected, tmp_path, monkeypatch):
    (tmp_path / "config.yaml").write_text(f"executor: {executor}\n")
    monkeypatch.setattr(_workflow, "list_jobs", list)
    assert _slurm.uses_slurm(_workflow.find_profile(str(tmp_path))) is expected


def test_run_where_there_is_no_slurm_is_refused_in_one_line(study_folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    command = ["run", str(study_folder()), "--out", str(tmp_path / "run")]
    assert main([*command, "--profile", str(ROOT / "cluster/slurm")]) == 2
    (said,) = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("note: ")]
    assert "there is no Slurm here (no squeue)" in said and "login node" in said
    assert not (tmp_path / "run").exists()


def test_slurm_that_does_not_answer_is_an_error_with_its_words(squeue):
    squeue("echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1")
    with pytest.raises(RunError, match="squeue failed: slurm_load_jobs error: Unable to contact"):
        _slurm.list_jobs()


def test_executor_that_is_not_installed_is_an_error_that_names_the_extra(monkeypatch):
    monkeypatch.setattr(_slurm, "find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"pip install 'omics_lib\[cluster\]'"):
        _slurm.list_jobs()


def test_jobs_are_those_of_snakemake_with_their_folders(squeue):
    squeue("echo '7|rule_data|/a|b'; echo '8|(null)|/a'; echo '9|rule_x_wildcards_y|/c'")
    assert _slurm.list_jobs() == [("7", "/a|b"), ("9", "/c")]


def test_jobs_that_are_left_are_cancelled_before_and_after(squeue, tmp_path, monkeypatch, capsys):
    left = tmp_path / "left"
    left.touch()
    squeue(f"echo '6|rule_data|{left}'; [ ! -e '{left}' ] || echo '7|rule_data|{tmp_path}'")
    (tmp_path / "profile.yaml").write_text("executor: slurm\n")
    (tmp_path / "bin/scancel").write_text(f"#!/bin/sh\n/bin/rm '{left}'; echo $* >>'{tmp_path}/cancelled'\n")
    (tmp_path / "bin/scancel").chmod(0o755)
    monkeypatch.setattr(_slurm.time, "sleep", lambda seconds: None)
    with pytest.raises(KeyboardInterrupt), _slurm.no_jobs_left(tmp_path, str(tmp_path / "profile.yaml")):
        assert not left.exists()
        left.touch()
        raise KeyboardInterrupt
    assert (tmp_path / "cancelled").read_text() == "7\n7\n"
    assert capsys.readouterr().err.count("jobs 7, which nobody waits for, are cancelled") == 2


def test_stage_that_recovered_is_not_blamed(tmp_path):
    lost = failed(tmp_path / LOG, STATUS.format("CANCELLED"), rule="autoencoder", job=5)
    finished = "Finished jobid: 5 (Rule: autoencoder)\n"
    log = lost + finished + failed(tmp_path / LOG, STATUS.format("FAILED"))
    assert _cause(log) == "the stage data failed (see above)"


@pytest.mark.parametrize(
    ("status", "said", "why"),
    [
        ("FAILED", "ValueError", ""),
        ("OUT_OF_MEMORY", "", f"{MORE.format('memory')}, mem_mb in the profile's set-resources"),
        ("FAILED", "slurmstepd: error: Detected 1 oom_kill event in StepId=1.0", MORE.format("memory")),
        ("FAILED", "slurmstepd: error: StepId=1.0 exceeded memory limit (9 > 6)", MORE.format("memory")),
        ("TIMEOUT", "", f"{MORE.format('time')}, runtime in the profile's set-resources"),
        ("NODE_FAIL", "", ": its job ended as NODE_FAIL"),
    ],
)
def test_end_of_a_job_is_said_in_one_line(status, said, why, tmp_path):
    log = failed(tmp_path / LOG, STATUS.format(status))
    (tmp_path / LOG).write_text(said)
    assert _cause(log).startswith(f"the stage data failed{why}") and "\n" not in _cause(log)
    assert why or _cause(log) == "the stage data failed (see above)"


def test_job_that_slurm_refuses_shows_its_words(tmp_path):
    assert _cause(failed(tmp_path / LOG, REFUSED)) == (
        "the stage data failed: Slurm refused its job, sbatch: error: Memory specification can not be "
        "satisfied sbatch: error: Batch job submission failed: no node (see above)"
    )


SAID = """\
Building DAG of jobs...
  Config file(s): [PosixPath('/r/.omics-book.json')]
mine: 01_data failed: ValueError: no
slurmstepd-node1: error: *** STEP 20.0 ON node1 CANCELLED AT 2026-11-27T06:35:15 ***
Error in rule data:
    log: /r/data.log (check log file(s) for error details)
CalledProcessError in file "/r/Snakefile", line 10:
"""


class Ends:
    """A process that writes its log in two pieces, in the middle of a line, and ends."""

    def __init__(self, log: Path, text: str) -> None:
        self.log, self.text, self.asked = log, text, 0
        log.write_text(text[:20])

    def poll(self) -> int | None:
        return None if self.asked == 0 else 1

    def wait(self, seconds: float) -> None:
        self.asked += 1
        self.log.write_text(self.text)


def test_jobs_are_told_while_they_run_and_what_a_failed_stage_said(tmp_path, capsys):
    said = tmp_path / "slurm_logs/rule_autoencoder/x/18.log"
    text = SUBMITTED.format(job=2, slurm=18, log=said) + failed(said, STATUS.format("FAILED"))
    said.write_text(SAID)
    _slurm.follow(
        Ends(tmp_path / "log", text + "Finished jobid: 3 (Rule: release)\n"), tmp_path / "log", "mine"
    )
    assert capsys.readouterr().err.splitlines() == [
        "  mine: autoencoder/x is job 18",
        "  mine: job 18 ended as FAILED",
        "mine: 01_data failed: ValueError: no",
        "  mine: release done",
    ]
