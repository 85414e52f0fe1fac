"""Gene sets that a study brings (`gene_sets.gmt`): read, and matched to the genes that were measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ..errors import Gathered, StudyError, first_few
from ..gate import most_bytes

FILE = "gene_sets.gmt"
_COLUMNS = ["gene_set", "gene_id"]
_REMEDY = "Write a set a line: its name, a description, then its genes, separated by tabs."


def read_gene_sets(file: Path, max_unpacked_gb: float) -> pd.DataFrame:
    """Read gene sets in the format GMT.

    Parameters
    ----------
    file : Path
        A set a line: name, description, then its genes, separated by tabs.
    max_unpacked_gb : float
        Largest size of the file.

    Returns
    -------
    DataFrame
        `gene_set`, `gene_id`: a row for each gene of each set, each once.

    Raises
    ------
    StudyError
        If the file is too large, no text in UTF-8, or a line is no set.
    """
    if file.stat().st_size > most_bytes(max_unpacked_gb):
        found, expected = f"{file.stat().st_size / 1e9:.1f} GB", f"at most {max_unpacked_gb:g} GB are read"
        raise StudyError(file.name, found, expected, "Set max_unpacked_gb, or leave sets out.")
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise StudyError(file.name, "no text in UTF-8", "it must be a GMT file", _REMEDY) from error
    rows, names, problems = list[tuple[str, str]](), dict[str, int](), Gathered()
    for number, line in enumerate(lines, 1):
        name, *rest = (cell.strip() for cell in line.split("\t"))
        genes = [gene for gene in dict.fromkeys(rest[1:]) if gene]
        if not line.strip():
            continue
        if not name or not genes:
            found = f'"{name[:40]}" without genes' if name else "a set without a name"
            problems.add(StudyError(file.name, found, "a set has a name and genes", _REMEDY, line=number))
        elif name in names:
            found, expected = f'"{name[:40]}" again, as in line {names[name]}', "each set has its own name"
            problems.add(StudyError(file.name, found, expected, "Rename or join them.", line=number))
        names.setdefault(name, number)
        rows += [(name, gene) for gene in genes]
    problems.tell()
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


def measured_gene_sets(
    sets: pd.DataFrame, genes: Sequence[str], where: str
) -> tuple[pd.DataFrame | None, list[str]]:
    """Keep the genes of sets that were measured; None where none was.

    Returns
    -------
    sets : DataFrame or None
        As `read_gene_sets` returns them.
    notes : list of str
        A sentence on what is there.
    """
    there = sets[sets["gene_id"].isin(set(genes))].reset_index(drop=True)
    n_sets, n_left = sets["gene_set"].nunique(), there["gene_set"].nunique()
    if there.empty:
        example = first_few(sets["gene_id"].unique(), 3)
        said = f"left alone, none of the genes of its {n_sets} sets was measured ({example})"
        return None, [f"{where}: {said}."]
    n_genes = there["gene_id"].nunique()
    return there, [f"{where}: {n_left} of {n_sets} gene sets with measured genes, {n_genes} of them."]


def write_gene_sets(sets: pd.DataFrame, file: Path) -> None:
    """Write gene sets as `read_gene_sets` reads them."""
    lines = ("\t".join([name, "", *genes]) for name, genes in sets.groupby("gene_set")["gene_id"])
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
