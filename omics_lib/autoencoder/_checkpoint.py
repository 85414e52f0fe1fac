"""Checkpoints of a training in progress: safetensors, whole or not at all, never unpickled."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from .._files import whole_file
from ..errors import ModelFileError

# Part of every checkpoint's name: raise it when what a checkpoint holds, or how training goes, changes.
_FORMAT = 1


class Checkpoint:
    """One file that a training writes now and then, and goes on from.

    Parameters
    ----------
    folder : Path
        Where it lies; made when the first checkpoint is written.
    settings : dict
        All that decides the result, as JSON; another setting is another file.
    tensors : list of Tensor
        The data that train and validate; other data is another file.
    seconds : float
        Least time between two writes; a training shorter than that writes none.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], tensors: list[Tensor], seconds: float) -> None:
        all_that_decides = settings | {"format": _FORMAT, "torch": torch.__version__}
        digest = hashlib.sha256(json.dumps(all_that_decides, sort_keys=True, default=str).encode())
        for tensor in tensors:
            digest.update(str((tuple(tensor.shape), tensor.dtype)).encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().data)
        self.path = Path(folder) / f"{digest.hexdigest()[:32]}.safetensors"
        self._seconds, self._last = seconds, time.monotonic()

    def is_due(self) -> bool:
        """Tell whether enough time has gone by since the last write."""
        return time.monotonic() - self._last >= self._seconds

    def save(self, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
        """Replace the file; a kill leaves the old one or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        with whole_file(self.path) as part:
            save_file(plain, part, {"omics_lib": json.dumps(header)})
        self._last = time.monotonic()

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Read the file back, or None where there is none yet.

        Raises
        ------
        ModelFileError
            If the file is damaged.
        """
        if not self.path.exists():
            return None
        try:
            with safe_open(str(self.path), framework="pt") as file:
                header = json.loads(file.metadata()["omics_lib"])
                return {name: file.get_tensor(name) for name in file.keys()}, header  # noqa: SIM118 (not a dict)
        except (OSError, SafetensorError, json.JSONDecodeError, KeyError, TypeError) as error:
            raise self.refused(error) from error

    def refused(self, error: Exception) -> ModelFileError:
        """Say that the file is no checkpoint of this training."""
        found = f"cannot be read ({error})"
        expected = "it must be a checkpoint written by this library"
        return ModelFileError(str(self.path), found, expected, "Delete it: training starts anew.")
