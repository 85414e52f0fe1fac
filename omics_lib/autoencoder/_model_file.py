"""Model files: safetensors, with the settings and the training table's sha256.

Written by stage 03. Reading never unpickles, and refuses another table's model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from .._files import whole_file
from ..errors import ModelFileError
from ..rowspace import RowSpace
from ._autoencoder import OmicsAutoencoder
from ._network import Network
from ._options import check_options

# Settings that say where and how a model was trained, but decide nothing about it.
_OF_THE_MACHINE = ("device", "checkpoint_folder", "checkpoint_seconds", "verbose")
# What a cohort lent is in the row space; the cohort itself has a file of its own.
_NOT_WRITTEN = (*_OF_THE_MACHINE, "cohort")
_FITTED = ("scale_", "solver_", "best_epoch_", "n_parameters_", "n_features_in_", "_n_features_out")


def _plain(value: object) -> object:
    """Turn what JSON does not know into what it does; a generator's state is not kept."""
    return value.item() if isinstance(value, np.generic) else None


def write_autoencoder(model: OmicsAutoencoder, path: Path, *, table_sha256: str = "") -> None:
    """Write a fitted autoencoder as safetensors, whole or not at all, with the sha256 of its table.

    What it learned is kept; `history_` and `restarts_`, which say how, are not.
    The file holds the row space, which is made of samples: it must never be
    part of a release.
    """
    check_is_fitted(model)
    tensors = {f"network.{k}": v.contiguous() for k, v in model.network_.state_dict().items()}
    arrays = {"mean": model.mean_, "basis": model.space_.basis, "coordinates": model.coordinates_}
    tensors |= {name: torch.as_tensor(array).contiguous() for name, array in arrays.items()}
    settings = {k: v for k, v in model.get_params().items() if k not in _NOT_WRITTEN}
    settings["hidden"] = list(model.hidden)
    fitted = {name: getattr(model, name) for name in _FITTED}
    if hasattr(model, "feature_names_in_"):
        fitted["feature_names_in_"] = list(model.feature_names_in_)
    if model.cohort is not None:
        fitted["share_"] = model.share_
    # One key only: safetensors writes several in no fixed order, and the same model must give the same bytes.
    header = {"settings": settings, "fitted": fitted, "table_sha256": table_sha256}
    content = save(tensors, {"omics_lib": json.dumps(header, sort_keys=True, default=_plain)})
    with whole_file(path) as part:
        part.write_bytes(content)


def read_autoencoder(path: Path, *, table_sha256: str | None = None) -> OmicsAutoencoder:
    """Read an autoencoder back; nothing in the file is executed.

    Parameters
    ----------
    path : Path
        File written by `write_autoencoder`.
    table_sha256 : str, optional
        Refuse the file unless it was trained on the table with this checksum.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, or belongs to another table.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            header = json.loads((file.metadata() or {})["omics_lib"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        model = _restored(header["settings"], header["fitted"], tensors)
        trained_on = str(header["table_sha256"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        found = f"cannot be read ({error})"
        expected = "it must be a model written by this library"
        raise ModelFileError(str(path), found, expected, "Run stage 03 again.") from error
    if table_sha256 is not None and trained_on != table_sha256:
        found = f"was trained on the table {trained_on[:12]}…"
        expected = f"the table at hand is {table_sha256[:12]}…"
        raise ModelFileError(str(path), found, expected, "Run stage 03 again on this table.")
    return model


def _restored(
    settings: dict[str, Any], fitted: dict[str, Any], tensors: dict[str, Tensor]
) -> OmicsAutoencoder:
    model = OmicsAutoencoder(**settings | {"hidden": tuple(settings["hidden"])})
    for name in _FITTED:
        setattr(model, name, fitted[name])
    if "feature_names_in_" in fitted:
        model.feature_names_in_ = np.array(fitted["feature_names_in_"], dtype=object)
    check_options(model)
    model.share_ = float(fitted.get("share_", 0))
    model.mean_ = tensors.pop("mean").numpy()
    model.space_ = RowSpace(model.mean_, tensors.pop("basis").numpy())
    model.coordinates_ = tensors.pop("coordinates").numpy()
    rank = model.coordinates_.shape[1]
    expected = ((model.n_features_in_,), (model.n_features_in_, rank))
    if (model.mean_.shape, model.space_.basis.shape) != expected or not model.scale_ > 0:
        raise ValueError("its tensors do not fit together")
    if not (np.isfinite(model.mean_).all() and np.isfinite(model.space_.basis).all()):
        raise ValueError("it holds values that are no numbers")
    n_inputs = rank if model.solver_ == "rowspace" else model.n_features_in_
    model.network_ = Network(n_inputs, model._shape()).to(model._dtype()).eval()
    model.network_.load_state_dict({k.removeprefix("network."): v for k, v in tensors.items()})
    return model
