"""What a run was made of: parameters, seeds, versions, checksums, the commit.

Written beside the results as `manifest.json`; its one date is that of the
code, so that two runs of the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from mudata import MuData

from .._code import commit_of, date_of, versions
from .._files import file_sha256
from .._modalities import MODALITIES

_PLANTED = ("simulated", "link", "module")  # the `source` of known pairs from `simulate_study`


def table_sha256(table: pd.DataFrame) -> str:
    """Return the sha256 of a table's names and float64 values.

    Examples
    --------
    >>> import pandas as pd
    >>> len(table_sha256(pd.DataFrame({"a": [1.0]})))
    64
    """
    digest = hashlib.sha256()
    for names in (table.index, table.columns):
        digest.update(json.dumps([str(name) for name in names]).encode())
    digest.update(table.to_numpy(dtype="<f8", copy=True).tobytes())
    return digest.hexdigest()


def build_manifest(
    parameters: Mapping[str, Any], inputs: Mapping[str, str], run: Path, outputs: Iterable[str], code: Path
) -> dict[str, Any]:
    """Describe a run.

    Parameters
    ----------
    parameters : mapping
        All parameters, seed included.
    inputs : mapping
        Name → sha256 of each file of the study, as it was read.
    run : Path
        Run folder.
    outputs : iterable of str
        Paths of the results relative to `run`.
    code : Path
        Checkout (or installed project) that the notebooks came from.

    Returns
    -------
    dict
        `parameters`, `random_state`, `versions`, `commit`, `code_date` (day of the
        commit, or of the release), and `inputs` and `outputs` (name → sha256).
    """
    return {
        "parameters": dict(parameters),
        "random_state": parameters["random_state"],
        "versions": versions(),
        "commit": commit_of(code),
        "code_date": date_of(code),
        "inputs": dict(sorted(inputs.items())),
        "outputs": {name: file_sha256(run / name) for name in sorted(outputs)},
    }


def summarise(study: MuData, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Collect the numbers that the book's prose pages print about a run."""
    n_genes, n_metabolites = (study[name].n_vars for name in MODALITIES)
    pairs = study.uns.get("known_pairs", {})
    return {
        "title": parameters["title"] or "untitled study",
        "n_samples": study.n_obs,
        "n_genes": n_genes,
        "n_metabolites": n_metabolites,
        "n_pairs": n_genes * n_metabolites,
        "simulated": "source" in pairs and bool(pairs["source"].isin(_PLANTED).all()),
        "parameters": dict(parameters),
    }
