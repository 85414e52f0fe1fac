"""A Slurm of one node on the loopback interface, without a database.

`python tests/cluster/one_node_slurm.py COMMAND` runs a command while it is there; afterwards all that was
started is ended and removed. It takes root and Debian's packages `slurm-wlm` and `munge`, but no cgroups, no
systemd, and no name in the DNS.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from omics_lib.processes import end_process, start_process

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
# Where Debian's Slurm looks. SLURM_CONF would not do: from the environment of the `srun` inside of a job
# Snakemake's plugin takes every SLURM_* that it does not know.
SETTINGS = Path("/etc/slurm/slurm.conf")
CONF = """\
ClusterName={name}
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=2
MinJobAge=3600
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=64000 State=UNKNOWN
PartitionName=main Nodes=node1 Default=YES MaxTime=INFINITE State=UP
"""


def why_not() -> str | None:
    """Say why no Slurm can be started here; None where one can."""
    if os.geteuid() != 0:
        return "only root can start a Slurm for several programs"
    missing = [name for name in PROGRAMS if not shutil.which(name, path=_path())]
    if missing:
        return f"{', '.join(missing)} not installed (Debian: slurm-wlm, munge)"
    if SETTINGS.exists() and not _left_behind():
        return f"{SETTINGS} is there: this machine has a Slurm of its own"
    return None


def _left_behind() -> bool:
    """Tell whether the settings are those of a process like this one that was killed."""
    of = re.match(r"slurm-(\d+)-", SETTINGS.resolve().parent.name)
    return SETTINGS.is_symlink() and of is not None and not Path(f"/proc/{of[1]}").exists()


def _path() -> str:
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


def _free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait_for(ready: str, *command: str, seconds: float = 30) -> None:
    until, said = time.monotonic() + seconds, ""
    while ready not in said:
        if time.monotonic() > until:
            raise TimeoutError(f"{' '.join(command)} did not say {ready!r} within {seconds:.0f} s:\n{said}")
        time.sleep(0.2)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr


def _start(folder: Path, name: str, *options: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.out").open("wb") as log:
        environment = os.environ | {"PATH": _path()}
        # It ends with this process even where that is killed.
        return start_process([name, *options], stdout=log, stderr=log, env=environment)


@contextlib.contextmanager
def one_node_slurm() -> Iterator[Path]:
    """Start it; yield the folder with its settings and logs."""
    folder = Path(tempfile.mkdtemp(prefix=f"slurm-{os.getpid()}-"))  # short: sockets lie in it
    started = []
    try:
        for name in ("state", "spool"):
            (folder / name).mkdir()
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(1024))
        host, cpus = socket.gethostname().split(".")[0], len(os.sched_getaffinity(0))
        conf = CONF.format(
            name=f"omics{os.getpid()}", folder=folder, ports=_free_ports(2), host=host, cpus=cpus
        )
        (folder / "slurm.conf").write_text(conf)
        SETTINGS.parent.mkdir(exist_ok=True)
        SETTINGS.unlink(missing_ok=True)
        SETTINGS.symlink_to(folder / "slurm.conf")
        files = ("key-file", "socket", "pid-file", "log-file", "seed-file")
        options = [f"--{name}={folder}/munge.{name.removesuffix('-file')}" for name in files]
        started.append(_start(folder, "munged", "--foreground", "--force", *options))
        _wait_for("MUNGE:", "munge", f"--socket={folder}/munge.socket", "--no-input")
        started.append(_start(folder, "slurmctld", "-D", "-i"))
        started.append(_start(folder, "slurmd", "-D", "-N", "node1"))
        _wait_for("idle", "sinfo", "--noheader", "--format=%T")
        yield folder
    except TimeoutError as error:
        logs = "\n".join(f"{log.name}:\n{log.read_text()}" for log in sorted(folder.glob("*.out")))
        raise RuntimeError(f"{error}\n{logs}") from None
    finally:
        _end(started)
        SETTINGS.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    if len(started) > 1:
        with contextlib.suppress(TimeoutError, subprocess.TimeoutExpired):
            subprocess.run(["scancel", "--user=root"], check=False, capture_output=True, timeout=30)
            _wait_for("none left", "sh", "-c", "squeue --noheader | grep . || echo none left")
    for process in reversed(started):
        end_process(process, patience=10)
    # Without cgroups, Slurm loses what a job started and left: it is known by the cluster's name.
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"SLURM_CLUSTER_NAME=omics{os.getpid()}\0".encode() in environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)


def main() -> int:
    """Run the command that was given."""
    reason = why_not()
    if reason:
        print(f"{sys.argv[0]}: {reason}", file=sys.stderr)
        return 2
    with one_node_slurm():
        return subprocess.run(sys.argv[1:], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
