"""Snakemake behind `omics-book run`: its failures in words, its end with the command."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_helpers import ROOT, write_notebook

from omics_lib.cli import main
from omics_lib.errors import RunError
from omics_lib.run import _workflow
from omics_lib.stage._execute import main as stage

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a killed process")
SLEEPER = """
import sys
rule all:
    output: "done"
    shell: "exec {sys.executable} sleeper.py"
"""
# Like a stage, it ends with the process that started it.
SLEEPING = """
import os, time
from omics_lib.processes import end_with_parent
end_with_parent()
open("pid", "w").write(str(os.getpid()))
time.sleep(99)
"""


def workflow(
    monkeypatch, tmp_path: Path, snakefile: str, profile: str | None = None, name: str = "run"
) -> Path:
    run = tmp_path / name
    run.mkdir(exist_ok=True)
    (run / "c.json").write_text("{}")
    (tmp_path / "Snakefile").write_text(snakefile)
    monkeypatch.setattr(_workflow, "project_file", lambda name: tmp_path / name)
    with (run / ".lock").open("w") as lock:
        _workflow.run_workflow(run, "c.json", lock.fileno(), cores=1, profile=profile)
    return run


@pytest.mark.slow
def test_words_of_a_stage_reach_the_terminal_and_those_of_snakemake_the_log(monkeypatch, tmp_path, capsys):
    run = workflow(
        monkeypatch, tmp_path, "rule all:\n    output: 'o'\n    shell: 'echo hello β; touch {output}'"
    )
    assert capsys.readouterr().err == "hello β\n"
    assert "Finished jobid" in (run / _workflow.LOG).read_text()


@pytest.mark.parametrize(
    ("snakefile", "cause"),
    [
        ("rule all\n    input: 'x'", "SyntaxError"),
        ("rule all:\n    input: 'nowhere.txt'", "MissingInputException in rule all"),
        ("raise OSError(30, 'Read-only file system')", "Read-only file system"),
        ("rule all:\n    output: 'o'\n    shell: 'echo sorry; exit 3'", "the stage all failed (see above)"),
        ("rule all:\n    output: 'o'\n    shell: 'kill -9 $$'", "the stage all failed, ended by SIGKILL"),
    ],
)
@pytest.mark.slow
def test_failure_shows_its_cause_in_one_line_and_where_the_log_lies(snakefile, cause, monkeypatch, tmp_path):
    with pytest.raises(RunError) as failed:
        workflow(monkeypatch, tmp_path, snakefile)
    assert cause in str(failed.value) and "\n" not in str(failed.value)
    assert str(tmp_path / "run" / _workflow.LOG) in str(failed.value)


@pytest.mark.slow
def test_no_profile_is_used_but_the_one_that_was_asked_for(monkeypatch, tmp_path):
    stub = "rule all:\n    output: 'o'\n    shell: 'touch {output}'"
    for folder in (tmp_path / "profiles/default", tmp_path / "run/profiles/default", tmp_path / "mine"):
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text("no-such-option: 1\n")
    monkeypatch.setenv("SNAKEMAKE_PROFILE", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    run = workflow(monkeypatch, tmp_path, stub)
    (run / "o").unlink()
    with pytest.raises(RunError, match="no-such-option"):
        workflow(monkeypatch, tmp_path, stub, _workflow.find_profile("mine"))


def test_profile_that_does_not_exist_is_refused():
    with pytest.raises(RunError, match="no such profile"):
        _workflow.find_profile("no_such_profile_anywhere")


def waiting(path: Path, seconds: float = 30) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


def is_gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


COMMAND = """
import sys
from pathlib import Path
import omics_lib.run
from omics_lib import cli
from omics_lib.run import _folder, _workflow
here = Path(sys.argv[1])
_workflow.project_file = lambda name: here / name
def act(study, out, parameters, **options):
    with _folder.only_one(out) as lock:
        _workflow.run_workflow(out, "c.json", lock, cores=1, profile=None)
omics_lib.run.run_study = act
sys.exit(cli.main(["run", "study", "--out", str(here / "run")]))
"""


def start_command(tmp_path: Path) -> tuple[subprocess.Popen[str], int]:
    """Start the command on a stage that sleeps; return it and the process of the stage."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run/c.json").write_text("{}")
    (tmp_path / "run/sleeper.py").write_text(SLEEPING)
    (tmp_path / "Snakefile").write_text(SLEEPER)
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(tmp_path)], stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    return command, int(waiting(tmp_path / "run/pid"))


def assert_lock_is_free(run: Path) -> None:
    until = time.monotonic() + 10
    while True:
        with (run / ".lock").open("w") as lock:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                assert time.monotonic() < until, "the lock is still held"
        time.sleep(0.1)


@LINUX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.slow
def test_signal_to_the_command_ends_all_that_it_started(number, tmp_path):
    command, stage = start_command(tmp_path)
    command.send_signal(number)
    said = command.communicate(timeout=30)[1]
    assert command.returncode == 128 + number
    assert f"ended by {number.name}; what is done is kept" in said and "Traceback" not in said
    assert is_gone(stage)
    assert_lock_is_free(tmp_path / "run")


@LINUX
@pytest.mark.slow
def test_killed_command_leaves_nothing_behind(tmp_path):
    command, stage = start_command(tmp_path)
    os.kill(command.pid, signal.SIGKILL)
    command.communicate(timeout=30)
    assert is_gone(stage)
    assert_lock_is_free(tmp_path / "run")


RUN_IN_A_STRANGE_LOCALE = """
import sys
from omics_lib import cli
from omics_lib.run import _run as run
run.run_workflow = lambda *given, **more: None
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.slow
def test_letters_that_the_terminal_lacks_end_nothing(encoding, study_folder, tmp_path):
    strange = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    study, run = study_folder("βeta"), tmp_path / "Lauf β"
    (tmp_path / "p.yml").write_text("na_values: [β]\n", encoding="utf-8")
    options = ["--params", str(tmp_path / "p.yml"), "--set", "title=肝 β".encode()]
    command = [sys.executable, "-c", RUN_IN_A_STRANGE_LOCALE, "run", str(study), "--out", str(run)]
    done = subprocess.run(
        [*command, *options],
        env=os.environ | strange,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = json.loads((run / ".omics-book.json").read_text(encoding="utf-8"))
    assert written["study"] == str(study) and written["parameters"]["title"] == "肝 β"
    assert written["parameters"]["na_values"] == ["β"]


def test_folder_that_holds_a_lock_alone_is_new(study_folder, tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/.lock").touch()
    monkeypatch.setattr("omics_lib.run._run.run_workflow", lambda *given, **more: None)
    assert main(["run", str(study_folder()), "--out", str(tmp_path / "run")]) == 0


def test_full_disk_is_one_line(study_folder, tmp_path, monkeypatch, capsys):
    def full(*given):
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "run/x"))

    monkeypatch.setattr("omics_lib.run._run.write_json", full)
    assert main(["run", str(study_folder()), "--out", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    [line] = [line for line in said.splitlines() if not line.startswith("note: ")]
    assert "No space left on device" in line and "Make room" in line


@pytest.mark.slow
def test_full_disk_ends_a_stage_in_one_line(tmp_path):
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (999, 999)); "
        "from omics_lib.stage._execute import main; sys.exit(main(['n.ipynb', 'out.ipynb']))"
    )
    write_notebook(tmp_path / "n.ipynb", "print(n)")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "out failed: [Errno 27] File too large" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.notebook
def test_kernel_that_is_killed_ends_a_stage_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path / "n.ipynb", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert stage(["n.ipynb", "out.ipynb"]) == 2
    assert said_of_memory("its kernel was killed, as the system does where memory runs out", capsys) < 5


@pytest.mark.notebook
@pytest.mark.parametrize(
    "fill",
    [
        "bytearray(2**34)",
        "import numpy; numpy.ones(2**31)",
        "import torch; torch.ones(2**32)",
        "import pyarrow; pyarrow.allocate_buffer(2**34)",
    ],
)
def test_lack_of_memory_ends_a_stage_in_one_line(fill, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_DATA, (2**32, 2**32))"
    write_notebook(tmp_path / "n.ipynb", "b = bytes(200 * 2**20)", limit, fill)
    assert stage(["n.ipynb", "out.ipynb"]) == 2
    assert 0.2 < said_of_memory("out of memory", capsys) < 5


def said_of_memory(what: str, capsys) -> float:
    """Check that a stage said so in one line, and return the peak that it named, in GB."""
    first, line = capsys.readouterr().err.splitlines()
    assert first.endswith("out …") and "Traceback" not in line
    assert re.search(rf"out failed: {what}, at a peak of .* GB; it must fit .* Leave features out", line)
    return float(re.search(r"peak of ([\d.]+) GB", line)[1])


@pytest.mark.notebook
def test_stage_that_is_ended_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_notebook(
        tmp_path / "n.ipynb", "import os, signal; os.kill(os.getppid(), signal.SIGTERM)", "while n: pass"
    )
    assert stage(["n.ipynb", "out.ipynb"]) == 128 + signal.SIGTERM
    assert "out: ended by SIGTERM" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_makefile_mixes_no_output_where_make_can_keep_it_apart():
    def says(*options: str) -> str:
        return subprocess.run(
            ["make", "-n", "test", *options], cwd=ROOT, capture_output=True, text=True
        ).stdout

    assert "-j2 -Otarget" in says(".FEATURES=output-sync")
    assert "-Otarget" not in says(".FEATURES=second-expansion") and "-j2" in says(".FEATURES=x")
