"""What a stage cost: its time and its memory at the peak, as the system counted them.

Snakemake's `benchmark` directive looks at a process every half second at first and every 30 seconds after
15, so that it misses most peaks; the system's own count of the largest resident set misses none.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

BENCHMARKS = Path("benchmarks")  # in the run folder; no part of its results: no two runs cost the same
_MAXRSS_PER_MB = 2**20 if sys.platform == "darwin" else 2**10


def peak_memory() -> float:
    """Return the largest resident set, in MB (2**20 bytes), of this process or one it has waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) / _MAXRSS_PER_MB


def record_cost(stage: str, threads: int = 1, run: Path = Path()) -> Path:
    """Write what this process and those that it has waited for cost, to be called at its end.

    Parameters
    ----------
    stage : str
        Name of the file in `benchmarks/`.
    threads : int
        How many it might use.
    run : Path
        The run folder, in which `benchmarks/` lies.

    Returns
    -------
    Path
        A table of one row, separated by tabs, with the columns of Snakemake's benchmarks: `s`, seconds since
        the process started; `max_rss`, see `peak_memory`; `cpu_time`, seconds of all cores; `threads`.
    """
    import psutil

    seconds = time.time() - psutil.Process().create_time()
    counted = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in counted)
    (run / BENCHMARKS).mkdir(exist_ok=True)
    path = run / BENCHMARKS / f"{stage}.tsv"
    row = f"{seconds:.2f}\t{peak_memory():.1f}\t{cpu:.2f}\t{threads}"
    path.write_text(f"s\tmax_rss\tcpu_time\tthreads\n{row}\n", encoding="utf-8")
    return path
