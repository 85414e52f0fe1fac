"""Whether the stages of a run fit into the memory at hand: asked before a study is read, and once it is."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mudata import MuData
from numpy.typing import NDArray

from .._machine import memory_at_hand
from .._modalities import MODALITIES
from ..errors import StudyError
from ..gate import READING
from ._needs import stage_needs

_MB = 2**20
N_LENT = "n_lent"  # in the `uns` of a study that was checked: values of its cohort
_FILTERS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # of `min_detected`, to be recommended


def _gb(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:,.1f} GB"


def check_files(files: Sequence[Path], what: str = "tables") -> None:
    """Check that a study, or a cohort, can be read at all.

    Raises
    ------
    StudyError
        If its files are larger than the memory at hand allows.
    """
    size = sum(path.stat().st_size for path in files)
    at_hand = memory_at_hand()
    if READING * size > at_hand:
        raise StudyError(
            "memory",
            f"{_gb(at_hand)} at hand for {what} of {_gb(size)}",
            f"reading them takes at least {READING * size:,} bytes",
            "Leave features out of the tables, or work where there is more memory.",
        )


def check_memory(study: MuData, parameters: Mapping[str, Any]) -> None:
    """Check that each stage fits into the memory at hand.

    Raises
    ------
    StudyError
        If one does not; the message says how many bytes it needs, and what would make it fit.
    """
    n_samples, (n_genes, n_metabolites) = study.n_obs, (study[name].n_vars for name in MODALITIES)
    n_lent = study.uns.get(N_LENT, 0)
    shares = _detected(study) if parameters["transcriptomics_kind"] == "counts" else np.ones(n_genes)

    def needed(n_genes: int, n_kept: int, n_lent: int = n_lent) -> tuple[int, str]:
        needs = stage_needs(n_samples, n_genes, n_metabolites, n_lent, n_kept)
        return max((need["mem_mb"] * _MB, stage) for stage, need in needs.items())

    at_hand, kept = memory_at_hand(), int((shares >= parameters["min_detected"]).sum())
    need, stage = needed(n_genes, kept)
    if need > at_hand:
        filters = {share: int((shares >= share).sum()) for share in _FILTERS}
        fitting = [share for share, n in filters.items() if 0 < n < kept and needed(n_genes, n)[0] <= at_hand]
        most = bisect.bisect_right(range(n_genes), at_hand, key=lambda n: needed(n, n)[0]) - 1
        remedies = [
            f"Set min_detected to {share:g}, which keeps {filters[share]:,} genes" for share in fitting[:1]
        ]
        remedies += [f"take a study of at most {most:,} genes"] if most > 0 else []
        size = f"{n_samples:,} samples, {n_genes:,} genes and {n_metabolites:,} metabolites"
        if n_lent:
            size += f", with a cohort of {n_lent:,} values"
            smaller = needed(n_genes, kept, 0)[0] <= at_hand
            remedies = ["Take a cohort of fewer samples or genes"] * smaller + remedies
        raise StudyError(
            "memory",
            f"{_gb(at_hand)} at hand for {size}",
            f"{stage} needs {need:,} bytes ({_gb(need)})",
            _sentence([*remedies, "work where there is more memory"]),
        )


def _detected(study: MuData) -> NDArray[np.float64]:
    """Return in which share of the samples each gene is above zero, as `min_detected` counts it."""
    return np.mean(np.nan_to_num(study[MODALITIES[0]].X) > 0, axis=0)


def _sentence(remedies: Sequence[str]) -> str:
    text = "; or ".join(remedies)
    return f"{text[0].upper()}{text[1:]}."
