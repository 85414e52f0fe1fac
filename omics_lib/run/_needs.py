"""What a stage asks a cluster for: memory, time and threads, from the size of a study."""

from __future__ import annotations

from collections.abc import Mapping

_MB = 2**20
# Snakemake twice (0.1 GB each), the stage (0.2 GB), and its kernel with all libraries loaded (0.3 to 1.1 GB).
_PROCESSES_MB = 2000
# Bytes for each value of the tables, each feature (its name, what is learnt), each pair of refined.parquet.
# `benchmarks/*.tsv`, above what 60 × 20 features take: with 21 samples × 139,109 features and 500 × 11,000
# chapter 1 330 and 480 MB, 2 340 and 540, 3 860 and 460; with 21 samples row_space 130, figures 250,
# release 190, sample_graph 80, and chapter 5 3.6 GB in all, 1.7 GB with 21,000 features. own_cohort takes 870
# with 20,300 features and 321 samples, 300 of them the cohort's.
_BYTES: Mapping[str, tuple[int, int, int]] = {
    "01_data": (120, 1_000, 0),
    "02_preprocessing": (120, 1_000, 0),
    "03_autoencoder": (120, 6_000, 0),
    "04_associations": (120, 10_000, 0),
    "05_refinement": (120, 14_000, 300),
    "06_figures": (120, 1_000, 300),
    "07_release": (120, 1_000, 0),
    "four_worlds": (0, 0, 0),
    "cohort": (0, 0, 0),
    "cell_lines": (0, 0, 0),
    "full_size": (0, 0, 0),
    "sample_size": (0, 0, 0),
    "disclosure": (0, 0, 0),
    "parameter_counts": (0, 0, 0),
    "row_space": (120, 1_000, 0),
    "sample_graph": (120, 1_000, 0),
    "three_ways": (120, 10_000, 0),
    "own_cohort": (120, 30_000, 0),
    "manifest": (120, 1_000, 0),
}
_OF_COHORT, _LENT = "own_cohort", 80  # of runs with a cohort, and bytes for each of its values
_LISTED_PAIRS = 10_000_000  # refined.parquet holds all pairs up to here, and 100 genes a metabolite beyond
_STREAMS = {"04_associations", "05_refinement", "three_ways", "own_cohort"}


def stage_needs(
    n_samples: int, n_genes: int, n_metabolites: int, n_lent: int = 0, n_kept: int | None = None
) -> dict[str, dict[str, int]]:
    """Return what each stage asks for, as Snakemake names it.

    Parameters
    ----------
    n_samples, n_genes, n_metabolites : int
        Size of the study as it is read.
    n_lent : int
        Values of its cohort as it is read.
    n_kept : int, optional
        Genes that preprocessing keeps: chapters 4 and 5 take no others.

    Returns
    -------
    dict
        Stage (a notebook, or `manifest`) → `mem_mb`, `runtime` in minutes, `threads`; the page on a cohort
        is among them where there is one.

    Examples
    --------
    >>> stage_needs(21, 132_129, 6_980)["04_associations"]["threads"]
    4
    """
    n_paired = n_genes if n_kept is None else n_kept
    n_pairs = n_paired * n_metabolites
    listed = n_pairs if n_pairs <= _LISTED_PAIRS else 100 * n_metabolites
    read, paired = ((n_samples * n, n, listed) for n in (n_genes + n_metabolites, n_paired + n_metabolites))
    minutes = 30 + read[0] // 100_000 + n_pairs // 10_000_000
    threads = 4 if n_pairs > _LISTED_PAIRS else 1  # few pairs are faster in one

    def mem_mb(stage: str) -> int:
        size = paired if stage in _STREAMS else read
        lent = _LENT * n_lent if stage == _OF_COHORT else 0
        return (
            _PROCESSES_MB + (lent + sum(n * each for n, each in zip(size, _BYTES[stage], strict=True))) // _MB
        )

    return {
        stage: {
            "mem_mb": mem_mb(stage),
            "runtime": minutes + n_lent // 1_000_000 * (stage == _OF_COHORT),
            "threads": threads if stage in _STREAMS else 1,
        }
        for stage in _BYTES
        if n_lent or stage != _OF_COHORT
    }
