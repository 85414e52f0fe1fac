"""Which values the options of `OmicsAutoencoder` may take."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_scalar

from ._network import ACTIVATIONS

_CHOICES: dict[str, tuple[str, ...]] = {
    "activation": tuple(ACTIVATIONS),
    "solver": ("auto", "rowspace", "dense"),
    "init": ("rowspace", "torch"),
    "optimizer": ("adam", "sgd"),
    "precision": ("float32", "float64", "bfloat16"),
}
# Name → (type, least, most, which of the two ends belong).
_RANGES: dict[str, tuple[Any, float | None, float | None, str]] = {
    "n_latent": (Integral, 1, None, "left"),
    "dropout": (Real, 0, 1, "left"),
    "input_dropout": (Real, 0, 1, "left"),
    "l1": (Real, 0, None, "left"),
    "learning_rate": (Real, 0, None, "neither"),
    "momentum": (Real, 0, 1, "left"),
    "weight_decay": (Real, 0, None, "left"),
    "max_epochs": (Integral, 0, None, "left"),
    "patience": (Integral, 1, None, "left"),
    "tol": (Real, 0, 1, "left"),
    "validation_fraction": (Real, 0, 1, "left"),
    "n_restarts": (Integral, 1, None, "left"),
    "checkpoint_seconds": (Real, 0, None, "left"),
}


def check_options(model: BaseEstimator) -> None:
    """Raise a ValueError or TypeError that names the option, what was found and what is allowed."""
    for name, allowed in _CHOICES.items():
        if getattr(model, name) not in allowed:
            raise ValueError(
                f"{name} must be one of {', '.join(map(repr, allowed))}, got {getattr(model, name)!r}."
            )
    for name, (kind, least, most, ends) in _RANGES.items():
        value = getattr(model, name)
        if isinstance(value, Real) and value != value:
            raise ValueError(f"{name} must be a number, got nan.")
        check_scalar(value, name, kind, min_val=least, max_val=most, include_boundaries=ends)
    if model.batch_size is not None:
        check_scalar(model.batch_size, "batch_size", Integral, min_val=2 if model.batch_norm else 1)
    widths = model.hidden
    if not isinstance(widths, Sequence | np.ndarray) or isinstance(widths, str):
        raise TypeError(f"hidden must be a sequence of widths, such as (512,), got {widths!r}.")
    for width in widths:
        check_scalar(width, "each width in hidden", Integral, min_val=1)
    _check_together(model)
    try:
        torch.empty(0, device="cpu" if model.device == "auto" else model.device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device must be one that PyTorch has here, got {model.device!r} ({error})."
        ) from error


def _check_together(model: BaseEstimator) -> None:
    if model.skip and model.init == "torch":
        raise ValueError("skip=True starts at the principal components: it needs init='rowspace'.")
    if model.cohort is not None and not model.skip:
        raise ValueError("cohort is where the linear path starts: it needs skip=True.")
    if model.skip and not len(model.hidden):
        raise ValueError("skip=True is a path beside hidden layers: with hidden=() set skip=False.")
    if model.n_restarts > 1 and not model.validation_fraction:
        raise ValueError(
            f"n_restarts must be 1 where validation_fraction is 0 and nothing can choose among them, "
            f"got {model.n_restarts!r}."
        )
    if model.checkpoint_folder is None:
        return
    if not isinstance(model.random_state, Integral):
        raise ValueError(
            f"checkpoint_folder needs an integer random_state, else no run can go on from another's "
            f"checkpoint; got {model.random_state!r}."
        )
    folder = Path(model.checkpoint_folder)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"checkpoint_folder must be a folder, got the file {str(folder)!r}.")
