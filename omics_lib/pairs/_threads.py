"""Work on many pieces in threads, in order, a few of them at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from threadpoolctl import threadpool_limits

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def n_threads(n_jobs: int | None = None) -> int:
    """Return the threads to use: `n_jobs`, or every core that OMICS_THREADS or OMP_NUM_THREADS allow."""
    if n_jobs is not None and n_jobs > 0:
        return n_jobs
    from joblib import cpu_count

    allowed = (os.environ.get("OMICS_THREADS") or os.environ.get("OMP_NUM_THREADS", "")).split(",")[0]
    return min(cpu_count(), int(allowed)) if allowed.isdigit() and int(allowed) else cpu_count()


def in_threads(
    work: Callable[[Piece], Result], pieces: Sequence[Piece], n_jobs: int | None = None
) -> Iterator[tuple[Piece, Result]]:
    """Do `work` on each piece, in threads; yield piece and result in the order of the pieces.

    Matrix products run in one thread each meanwhile: the pieces are the parallel part, and the
    sums do not depend on how many threads there are.
    """
    if len(pieces) == 1:  # small tables, many permutations: threads would cost more than they save
        yield pieces[0], work(pieces[0])
        return
    threads = n_threads(n_jobs)
    waiting, todo = [], iter(pieces)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        try:
            for piece in islice(todo, 4 * threads):
                waiting.append((piece, pool.submit(work, piece)))
            while waiting:
                piece, future = waiting.pop(0)
                result = future.result()
                for more in islice(todo, 1):
                    waiting.append((more, pool.submit(work, more)))
                yield piece, result
        finally:
            for _, future in waiting:
                future.cancel()
