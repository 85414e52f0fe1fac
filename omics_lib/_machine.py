"""The machine at hand: what a measurement was made on, and how much memory a process may still take."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

import psutil

_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
# Where a control group tells its limit, its use, and the cache of files in it, by version.
_FILES = {
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    2: ("memory.max", "memory.current", "inactive_file"),
}


def machine_facts() -> dict[str, str | int | float | None]:
    """Describe the machine that this process runs on, without naming it.

    Returns
    -------
    dict
        `cpu` (model), `cores` (that this process may use), `memory_gb`, `gpu` (model, None: none),
        `system`.
    """
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "gpu": _gpu(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _cpu() -> str:
    described = _PROC / "cpuinfo"
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _gpu() -> str | None:
    import torch  # takes seconds to import

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def memory_at_hand() -> int:
    """Return how many bytes a process may still take: what is free, within the limits set to it."""
    free = psutil.virtual_memory().available + psutil.swap_memory().free
    own = [resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    limits = [limit for limit in own if limit != resource.RLIM_INFINITY]
    return max(0, min([free, *_room_in_groups(), *limits]))


def _room_in_groups() -> list[int]:
    """Return the bytes left in each control group that this process is in, and that has a limit."""
    groups = _PROC / "self/cgroup"
    lines = groups.read_text(encoding="utf-8").splitlines() if groups.exists() else []
    room = []
    for _, controllers, path in (line.split(":", 2) for line in lines):
        version = 2 if not controllers else 1 if "memory" in controllers.split(",") else 0
        if version:
            root = _CGROUPS if version == 2 else _CGROUPS / "memory"
            own = root / path.strip("/")
            for group in [own, *own.parents[: len(own.relative_to(root).parts)]]:
                room += _room_in_group(group, *_FILES[version])
    return room


def _room_in_group(group: Path, limit: str, used: str, cache: str) -> list[int]:
    """Return the bytes left in one control group; the cache of files, which gives way, counts as left."""
    try:
        most, now = ((group / name).read_text(encoding="utf-8").strip() for name in (limit, used))
        counted = dict(
            line.split() for line in (group / "memory.stat").read_text(encoding="utf-8").splitlines()
        )
    except OSError:
        return []
    return [int(most) - int(now) + int(counted.get(cache, 0))] if most.isdigit() else []
