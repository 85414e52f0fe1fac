"""The machine at hand: what a measurement was made on, and how much memory a process may still take."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil


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
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _gpu() -> str | None:
    import torch  # takes seconds to import

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None
