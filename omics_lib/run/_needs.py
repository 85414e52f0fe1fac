"""What a stage asks a cluster for: memory, time and threads, from the size of a study."""

from __future__ import annotations

from collections.abc import Mapping

_MB = 2**20
# Snakemake twice (0.1 GB each), the stage (0.2 GB), and its kernel with all libraries loaded (0.3 to 1.1 GB).
_PROCESSES_MB = 2000
# Bytes for each value of the tables and for each pair of refined.parquet, from `benchmarks/*.tsv` of runs.
_BYTES: Mapping[str, tuple[int, int]] = {
    "01_data": (250, 0),
    "02_preprocessing": (250, 0),
    "03_autoencoder": (600, 0),
    "04_associations": (400, 0),
    "05_refinement": (400, 300),
    "06_figures": (250, 300),
    "07_release": (250, 0),
    "full_size": (0, 0),
    "sample_size": (0, 0),
    "parameter_counts": (0, 0),
    "row_space": (600, 0),
    "sample_graph": (250, 0),
    "manifest": (100, 0),
}
_LISTED_PAIRS = 10_000_000  # refined.parquet holds all pairs up to here, and 100 genes a metabolite beyond
_STREAMS = {"04_associations", "05_refinement"}


def stage_needs(
    n_samples: int, n_genes: int, n_metabolites: int, n_kept: int | None = None
) -> dict[str, dict[str, int]]:
    """Return what each stage asks for, as Snakemake names it.

    Parameters
    ----------
    n_samples, n_genes, n_metabolites : int
        Size of the study as it is read.
    n_kept : int, optional
        Genes that preprocessing keeps: chapters 4 and 5 take no others.

    Returns
    -------
    dict
        Stage (a notebook, or `manifest`) → `mem_mb`, `runtime` in minutes, `threads`.

    Examples
    --------
    >>> stage_needs(21, 132_129, 6_980)["04_associations"]["threads"]
    4
    """
    n_paired = n_genes if n_kept is None else n_kept
    n_pairs = n_paired * n_metabolites
    n_values, n_kept_values = (n_samples * (n + n_metabolites) for n in (n_genes, n_paired))
    listed = n_pairs if n_pairs <= _LISTED_PAIRS else 100 * n_metabolites
    minutes = 30 + n_values // 100_000 + n_pairs // 10_000_000
    threads = 4 if n_pairs > _LISTED_PAIRS else 1  # few pairs are faster in one
    return {
        stage: {
            "mem_mb": _PROCESSES_MB
            + (a_value * (n_kept_values if stage in _STREAMS else n_values) + a_pair * listed) // _MB,
            "runtime": minutes,
            "threads": threads if stage in _STREAMS else 1,
        }
        for stage, (a_value, a_pair) in _BYTES.items()
    }
