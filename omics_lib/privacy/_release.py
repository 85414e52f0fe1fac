"""The release of a run: what chapter 7, `omics-book release` and the tests write, and its audit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .._code import versions
from .._files import PACKAGE, whole_folder, write_json
from ..errors import ReleaseError, first_few
from ..study import read_stage
from ._aggregates import noisy_tables, release_tables, strongest_pairs
from ._audit import audit_release, require_clean
from ._pseudonyms import new_key
from ._search import Search

_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
# All that a release may hold: a folder with anything else is not replaced.
_TABLES = (
    "summary", "parameters", "latent_correlations", "latent_histogram", "reconstruction", "evaluation",
    "noisy", "pairs",
)  # fmt: skip
_FILES = {
    *(f"{name}.csv" for name in _TABLES),
    "methods.json",
    "latent_histogram.svg",
    "latent_histogram.png",
    ".snakemake_timestamp",  # of the workflow, in every folder that it made
}
_WORDS = PACKAGE / "privacy/release_words.txt"


def write_release(
    run: Path | str,
    out: Path | str,
    parameters: Mapping[str, Any],
    *,
    numbers: bool = False,
    epsilon: float | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    n_pairs: int = 0,
    keep_feature_names: bool = False,
    key: bytes | None = None,
) -> pd.DataFrame:
    """Write what may leave the house, search it for every sample's name, and only then put it in its place.

    Parameters
    ----------
    run : Path
        Run folder, finished up to chapter 6.
    out : Path
        New folder, or an earlier release, which is replaced.
    parameters : mapping
        Of the run.
    numbers : bool
        Whether to let out what tells of samples that are unlike all others: held-out R², scores of rankings,
        the histogram of latent correlations, counts of what is significant. Do so only where
        `unlike_others` names none.
    epsilon : float, optional
        Let out what can be told with differential privacy at this loss, sizes and parameters, and nothing
        else.
    levels : mapping of str to sequence of str, optional
        With `epsilon`: columns of the metadata to count, and all levels that they could have.
    n_pairs : int
        How many of the strongest gene–metabolite pairs go with it; 0, because pairs tell of single samples.
    keep_feature_names : bool
        Whether genes and metabolites keep their names in that table; else they get pseudonyms.
    key : bytes, optional
        Key of the pseudonyms; None: a new one, which nobody knows afterwards.

    Returns
    -------
    DataFrame
        The audit, see `audit_release`.

    Raises
    ------
    ReleaseError
        If the study is too small, or the audit finds anything; `out` is as it was then. If `epsilon` is asked
        for together with numbers or pairs, which would break its promise.
    """
    _refuse_exact_beside_noise(epsilon, numbers or n_pairs > 0)
    run, out = Path(run), Path(out)
    _refuse_other_folders(out)
    identifiers = list(read_stage(run / "study.h5mu").obs_names)
    with whole_folder(out) as staged:
        if epsilon is None:
            tables = release_tables(run, parameters, numbers=numbers)
        else:
            tables = noisy_tables(run, parameters, epsilon, levels or {})
        if n_pairs:
            tables["pairs"] = strongest_pairs(run, n_pairs, None if keep_feature_names else key or new_key())
        for name, table in tables.items():
            _harmless(table).to_csv(staged / f"{name}.csv", index=False, lineterminator="\n")
        if numbers:
            _draw(tables["latent_histogram"], staged / "latent_histogram")
        write_json(_methods(tables), staged / "methods.json")
        audit = audit_release(staged, identifiers)
        require_clean(audit, out)
    return audit


def _refuse_exact_beside_noise(epsilon: float | None, exact: bool) -> None:
    if epsilon is not None and exact:
        found, expected = (
            "asked for with exact numbers or pairs",
            "noise protects nothing that is told without it",
        )
        raise ReleaseError("epsilon", found, expected, "Ask for one of them.")


def _draw(counts: pd.DataFrame, path: Path) -> None:
    """Draw how the latents of the two tables correlate, counted: no dot stands for a sample."""
    from matplotlib import pyplot as plt

    from ..plots import plot_counts, write_figure

    figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    plot_counts(counts, x="rho", y="latent_pairs", xlabel="Spearman's rho", ylabel="pairs of latents", ax=ax)
    write_figure(figure, path)
    plt.close(figure)


def _refuse_other_folders(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise ReleaseError(str(out), "a link or a file", "it must be a new folder", "Choose another --out.")
    others = sorted(p.name for p in out.iterdir() if p.name not in _FILES) if out.is_dir() else []
    if others:
        found = f"found a folder with other things in it ({first_few(others, 3)})"
        raise ReleaseError(str(out), found, "it must be new, or an earlier release", "Choose another --out.")


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would take for a formula; numbers stay."""
    return table.map(lambda cell: f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell)


def _methods(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    return {
        "made_with": {"omics_lib": versions()["omics_lib"], "book": "Multi-omics integration, recomputed"},
        "versions": versions(),
        "steps": [
            "preprocessing, per table",
            "one autoencoder per table, cross-validated",
            "Spearman correlation of all pairs, with control of the false discovery rate",
            "a ranking refined on a graph of genes and metabolites",
        ],
        "tables": {f"{name}.csv": list(map(str, table.columns)) for name, table in tables.items()},
    }


def release_words() -> str:
    """Return the words that stand in every release, whatever the study."""
    return _WORDS.read_text(encoding="utf-8")


def names_like_words(identifiers: Iterable[str]) -> list[str]:
    """List the identifiers that an audit would find in every release, because they are words of it.

    Examples
    --------
    >>> names_like_words(["donor_17", "mean", "PCA"])
    ['PCA', 'mean']
    """
    search = Search(identifiers)
    return sorted(search.names[name] for name in search.in_text(release_words()))
