"""The machine at hand: its description, and the memory that is left."""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
from types import SimpleNamespace

import pytest

from omics_lib import _machine
from omics_lib._machine import machine_facts, memory_at_hand

GB = 10**9


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Pretend a machine of 8 GB, of which 5 are free and 1 more can be swapped, in no control group."""
    (tmp_path / "self").mkdir()
    monkeypatch.setattr(_machine, "_PROC", tmp_path)
    monkeypatch.setattr(_machine, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(
        _machine.psutil, "virtual_memory", lambda: SimpleNamespace(available=5 * GB, total=8 * GB)
    )
    monkeypatch.setattr(_machine.psutil, "swap_memory", lambda: SimpleNamespace(free=GB))
    monkeypatch.setattr(_machine.resource, "getrlimit", lambda limit: (resource.RLIM_INFINITY,) * 2)
    return tmp_path


def put_in_group(machine, lines: str, folder: str, names: tuple[str, str, str], most, used, cache) -> None:
    (machine / "self/cgroup").write_text(lines)
    group = machine / "cgroup" / folder
    group.mkdir(parents=True, exist_ok=True)
    (group / names[0]).write_text(f"{most}\n")
    (group / names[1]).write_text(f"{used}\n")
    (group / "memory.stat").write_text(f"anon 5\n{names[2]} {cache}\n")


V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
V2 = ("memory.max", "memory.current", "inactive_file")


def test_memory_at_hand_is_what_is_free_and_what_can_be_swapped(machine):
    assert memory_at_hand() == 6 * GB


@pytest.mark.parametrize(
    ("lines", "folder", "names"),
    [
        ("0::/job/step\n", "job/step", V2),
        ("0::/job/step\n", "job", V2),
        ("0::/\n", "", V2),
        ("4:memory:/job\n0::/\n", "memory/job", V1),
        ("3:cpu,memory:/job\n", "memory", V1),
    ],
)
def test_limit_of_a_container_leaves_less_and_its_cache_of_files_gives_way(lines, folder, names, machine):
    put_in_group(machine, lines, folder, names, 3 * GB, 2 * GB, GB // 2)
    assert memory_at_hand() == 1.5 * GB


def test_container_without_a_limit_leaves_what_is_free(machine):
    put_in_group(machine, "0::/job\n", "job", V2, "max", 2 * GB, 0)
    assert memory_at_hand() == 6 * GB


def test_container_above_its_limit_leaves_nothing(machine):
    put_in_group(machine, "0::/job\n", "job", V2, GB, 2 * GB, 0)
    assert memory_at_hand() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its limit")
def test_limit_of_a_process_is_what_it_may_take():
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 * 10**9, 3 * 10**9)); "
        "from omics_lib._machine import memory_at_hand; print(memory_at_hand())"
    )
    done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) <= 3 * 10**9


def test_machine_is_described_and_not_named():
    facts = machine_facts()
    assert facts["cores"] >= 1 and facts["memory_gb"] > 0.5 and facts["cpu"]
    assert platform.node() not in map(str, facts.values())
