"""A study under pseudonyms, on which a run gives the same numbers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mudata import MuData

from ..errors import ReleaseError
from ..study import read_study, write_study_folder
from ._metadata import coarsen, digest


def pseudonymize_study(
    study: Path | str,
    out: Path | str,
    key: bytes,
    parameters: Mapping[str, Any],
    *,
    features: bool = False,
    keep: Sequence[str] = (),
    person: str | None = None,
    k: int = 5,
) -> list[str]:
    """Write a study whose samples, and on request features, have pseudonyms in an order of the key's making.

    Parameters
    ----------
    study : Path
        Study folder or file.
    out : Path
        New folder.
    key : bytes
        At least 16 bytes. One key gives one sample the same pseudonym in every study, so that its layers
        can be linked; two keys cannot be linked.
    parameters : mapping
        Of the run that is to be possible: its `groups` and `covariates` stay as they are.
    features : bool
        Whether genes and metabolites get pseudonyms too; `known_pairs` follow them, and
        `gene_sets` are left out.
    keep : sequence of str
        Further columns of the metadata that stay as they are.
    person : str, optional
        Column that says whose sample it is; its dates are shifted together, and it is replaced.
    k : int
        See `coarsen`.

    Returns
    -------
    list of str
        What was done to the metadata, a sentence each.

    Raises
    ------
    StudyError, ParameterError
        If the study cannot be read, as `read_study` has it.
    ReleaseError
        If `out` exists, the key is too short, or a column is not there.
    """
    out = Path(out)
    if out.exists():
        raise ReleaseError(str(out), "it exists", "it must be a new folder", "Choose another --out.")
    if len(key) < 16:
        raise ReleaseError("key", f"{len(key)} bytes", "at least 16 are needed", "Draw one with `new_key()`.")
    whole = read_study(study, parameters)
    needed = [name for name in (parameters["groups"], *parameters["covariates"], *keep) if name]
    for name in (*needed, *([person] if person else [])):
        if name not in whole.obs:
            has = ", ".join(map(str, whole.obs)) or "none"
            raise ReleaseError("samples", f"no column {name!r}", f"it has {has}", "Correct the name.")
    if features:
        whole.uns.pop("gene_sets", None)  # what a set has would tell which gene is which
    owner = whole.obs[person].astype(str) if person else None
    metadata, said = coarsen(whole.obs, key, keep=[*needed], person=owner, k=k)
    write_study_folder(_renamed(whole, metadata, key, features), out)
    return said


def _renamed(whole: MuData, metadata: pd.DataFrame, key: bytes, features: bool) -> MuData:
    samples = {name: "S" + digest(key, "sample", name) for name in map(str, whole.obs_names)}
    tables, names = {}, {}
    for modality, table in whole.mod.items():
        frame = table.to_df()
        coded = {name: f"F{digest(key, modality, name)}" for name in map(str, frame.columns)}
        order = [name for name, _ in sorted(coded.items(), key=lambda pair: pair[1])]
        names[modality] = coded if features else {name: name for name in order}
        frame = frame[order].rename(columns=names[modality], index=samples)
        tables[modality] = frame.sort_index()
    shown = metadata.rename(index=samples).sort_index()
    return _as_study(whole, tables, names, shown)


def _as_study(
    whole: MuData,
    tables: Mapping[str, pd.DataFrame],
    names: Mapping[str, Mapping[str, str]],
    samples: pd.DataFrame,
) -> MuData:
    from anndata import AnnData

    parts = {}
    for modality, frame in tables.items():
        parts[modality] = AnnData(
            frame.to_numpy(np.float64), pd.DataFrame(index=frame.index), pd.DataFrame(index=frame.columns)
        )
    with warnings.catch_warnings():  # a gene and a metabolite may have one name
        warnings.filterwarnings("ignore", message="var_names are not unique")
        study = MuData(parts)
    study.obs = samples.reindex(study.obs_names)
    pairs = whole.uns.get("known_pairs")
    if pairs is not None:
        renamed = pairs.copy()
        for column, modality in (("gene_id", "transcriptomics"), ("metabolite_id", "metabolomics")):
            renamed[column] = renamed[column].map(lambda name, of=modality: names[of].get(name, name))
        study.uns["known_pairs"] = renamed.sort_values(["gene_id", "metabolite_id"], ignore_index=True)
    if "gene_sets" in whole.uns:
        study.uns["gene_sets"] = whole.uns["gene_sets"]
    return study
