"""Whether the stages of a run fit into the memory at hand: asked before a study is read, and once it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mudata import MuData

from .._machine import memory_at_hand
from .._modalities import MODALITIES
from ..errors import StudyError
from ._needs import stage_needs

_MB = 2**20
# A table of text becomes numbers of eight bytes, and is held as text, as numbers and turned.
_READING = 4


def _gb(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:,.1f} GB"


def check_files(files: Sequence[Path]) -> None:
    """Check that a study can be read at all.

    Raises
    ------
    StudyError
        If its files are larger than the memory at hand allows.
    """
    size = sum(path.stat().st_size for path in files)
    at_hand = memory_at_hand()
    if _READING * size > at_hand:
        raise StudyError(
            "memory",
            f"{_gb(at_hand)} at hand for tables of {_gb(size)}",
            f"reading them takes at least {_READING * size:,} bytes",
            "Leave features out of the tables, or work where there is more memory.",
        )


def check_memory(study: MuData) -> None:
    """Check that each stage fits into the memory at hand.

    Raises
    ------
    StudyError
        If one does not; the message says how many bytes it needs, and with how many genes it would fit.
    """
    n_samples, (n_genes, n_metabolites) = study.n_obs, (study[name].n_vars for name in MODALITIES)
    at_hand = memory_at_hand()

    def needed(n_genes: int) -> tuple[int, str]:
        needs = stage_needs(n_samples, n_genes, n_metabolites)
        return max((need["mem_mb"] * _MB, stage) for stage, need in needs.items())

    need, stage = needed(n_genes)
    if need > at_hand:
        most = _most(lambda n: needed(n)[0] <= at_hand, n_genes)
        fits = (
            f"with at most {most:,} genes it would fit, so leave out the others" if most else "no study fits"
        )
        size = f"{n_samples:,} samples, {n_genes:,} genes and {n_metabolites:,} metabolites"
        raise StudyError(
            "memory",
            f"{_gb(at_hand)} at hand for {size}",
            f"{stage} needs {need:,} bytes ({_gb(need)})",
            f"Here {fits}; or work where there is more memory.",
        )


def _most(fits: Callable[[int], bool], above: int) -> int:
    """Return the largest number below `above` that fits, 0 if none does."""
    low, high = 0, above
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
