"""Files of a cohort's axes: safetensors, with features, moments and a manifest. They are data of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from .._code import code_sha256, versions
from .._files import file_sha256, whole_file
from .._modalities import MODALITIES
from ..autoencoder import CohortAxes, cohort_axes
from ..cohort import cohort_files
from ..errors import ModelFileError, ParameterError
from ..preprocess import preprocessor_for
from ..study import read_study

_FORMAT = 1
_TENSORS = ("mean", "scale", "axes", "variance")


@dataclass(frozen=True)
class Pretrained:
    """What a file of a cohort's axes holds.

    Attributes
    ----------
    axes : CohortAxes
        Not aligned to any study.
    manifest : dict
        `cohort` (name of its folder), `files` (their sha256), `preprocessing`, `n_samples`, `n_features`,
        `public` (that the cohort was declared so), `code` (sha256 of the library), `versions`.
    """

    axes: CohortAxes
    manifest: dict[str, Any]


def pretrain(
    cohort: Path | str, out: Path | str, parameters: Mapping[str, Any], *, public: bool
) -> Pretrained:
    """Learn the axes of a cohort's genes, and write them into a file.

    Parameters
    ----------
    cohort : Path
        A study folder; metabolites may be missing.
    out : Path
        New file.
    parameters : mapping
        Of the cohort: `transcriptomics_kind` and what goes with it.
    public : bool
        Whether anyone may have the cohort's values: they can be read back from its axes.

    Raises
    ------
    ParameterError
        If the cohort is not declared public, or `out` is there already or in no folder.
    StudyError
        If the cohort cannot be read.
    """
    out, name = Path(out), Path(cohort).resolve().name
    if not public:
        found = f"{name} is not declared public"
        expected = "axes of all samples hold as much as their values: whoever has the file has the cohort"
        raise ParameterError("public", found, expected, "Add --public if anyone may have this cohort.")
    if out.exists():
        raise ParameterError("out", f"{out} is there already", "a new file", "Name another one.")
    if not out.parent.is_dir():
        raise ParameterError("out", f"no folder {out.parent}", "a new file in a folder", "Make the folder.")
    study = read_study(cohort, parameters, needed=MODALITIES[:1])
    preprocess = preprocessor_for(MODALITIES[0], parameters)[:-1]
    genes = study[MODALITIES[0]].to_df()
    values = preprocess.fit_transform(genes)
    axes = cohort_axes(pd.DataFrame(values, genes.index, preprocess.get_feature_names_out()))
    names = (f"{MODALITIES[0]}_kind", "min_detected", "normalise")
    manifest = {
        "cohort": name,
        "files": {path.name: file_sha256(path) for path in cohort_files(cohort)},
        "preprocessing": {name: parameters[name] for name in names},
        "n_samples": axes.n_samples,
        "n_features": len(axes.features),
        "public": True,
        "code": code_sha256(),
        "versions": versions(),
    }
    write_cohort_axes(Pretrained(axes, manifest), out)
    return Pretrained(axes, manifest)


def write_cohort_axes(pretrained: Pretrained, path: Path | str) -> None:
    """Write axes, whole or not at all; the same axes give the same bytes."""
    axes = pretrained.axes
    tensors = {name: np.ascontiguousarray(getattr(axes, name)) for name in _TENSORS}
    header = {
        "format": _FORMAT,
        "features": list(map(str, axes.features)),
        "n_samples": axes.n_samples,
        "comparable": axes.comparable,
        "manifest": pretrained.manifest,
    }
    with whole_file(Path(path)) as part:
        part.write_bytes(save(tensors, {"omics_lib_cohort": json.dumps(header, sort_keys=True)}))


def read_cohort_axes(path: Path | str) -> Pretrained:
    """Read axes back; nothing in the file is executed.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, or no file of axes.
    """
    try:
        with safe_open(str(path), framework="numpy") as file:
            header = json.loads((file.metadata() or {})["omics_lib_cohort"])
            tensors = {name: file.get_tensor(name) for name in _TENSORS}
        features = pd.Index(header["features"])
        n, rank = len(features), len(tensors["variance"])
        shapes = {"mean": (n,), "scale": (n,), "axes": (n, rank), "variance": (rank,)}
        if any(tensors[name].shape != shape for name, shape in shapes.items()):
            raise ValueError("its tensors do not fit together")
        if not all(np.isfinite(tensor).all() for tensor in tensors.values()) or not features.is_unique:
            raise ValueError("it holds values that are no numbers, or names that are not unique")
        if (tensors["variance"] < 0).any() or (tensors["scale"] <= 0).any():
            raise ValueError("it holds variances that are none")
        n_samples, comparable = header["n_samples"], header["comparable"]
        if type(n_samples) is not int or n_samples < 2 or type(comparable) is not bool:
            raise ValueError("its header is not of the form that is written")
        axes = CohortAxes(features, n_samples=n_samples, comparable=comparable, **tensors)
        return Pretrained(axes, dict(header["manifest"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        found = f"cannot be read ({error})"
        expected = "it must be a file of axes that omics-book pretrain wrote"
        raise ModelFileError(str(path), found, expected, "Make it again from the cohort.") from error
