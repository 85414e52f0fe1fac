from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from omics_lib import OmicsAutoencoder, write_autoencoder
from omics_lib.autoencoder._checkpoint import Checkpoint
from omics_lib.errors import ModelFileError

X = np.random.default_rng(0).normal(size=(14, 400))
SETTINGS = {
    "hidden": (64, 16),
    "n_latent": 3,
    "skip": False,
    "batch_size": 5,
    "max_epochs": 60,
    "patience": 60,
    "tol": 0.0,
    "random_state": 0,
}
TRAIN = """
import sys
import numpy as np
from omics_lib import OmicsAutoencoder, write_autoencoder

X = np.random.default_rng(0).normal(size=(14, 400))
settings = {settings!r}
model = OmicsAutoencoder(**settings, checkpoint_folder=sys.argv[1], checkpoint_seconds=0).fit(X)
write_autoencoder(model, sys.argv[2])
"""


def fitted(**options):
    return OmicsAutoencoder(**SETTINGS | options).fit(X)


@functools.cache
def uninterrupted(*options):
    """Fit once for all tests that compare with it."""
    return fitted(**dict(options))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Folder of the checkpoint of a finished training."""
    folder = tmp_path_factory.mktemp("finished")
    fitted(checkpoint_folder=folder, checkpoint_seconds=0)
    return folder


@pytest.fixture
def checkpoints(finished, tmp_path):
    """A copy of that folder."""
    return shutil.copytree(finished, tmp_path / "checkpoints")


@pytest.mark.slow
def test_training_killed_outright_ends_in_the_same_bytes(tmp_path):
    """SIGKILL as soon as there is a checkpoint, again and again, until one attempt gets through."""
    folder, result = tmp_path / "checkpoints", tmp_path / "model.safetensors"
    script = TRAIN.format(settings=SETTINGS | {"max_epochs": 400, "patience": 400})
    command = [sys.executable, "-c", script, str(folder), str(result)]
    for _ in range(2):
        before = {path: path.stat().st_mtime_ns for path in folder.glob("*.safetensors")}
        process = subprocess.Popen(command)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            now = {path: path.stat().st_mtime_ns for path in folder.glob("*.safetensors")}
            if now != before or process.poll() is not None:
                break
            time.sleep(0.005)
        assert process.poll() is None, "it ended before it could be killed"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not result.exists()
    subprocess.run(command, check=True)
    write_autoencoder(fitted(max_epochs=400, patience=400), tmp_path / "uninterrupted")
    assert result.read_bytes() == (tmp_path / "uninterrupted").read_bytes()


@pytest.mark.parametrize("options", [{}, {"optimizer": "sgd"}, {"batch_norm": True}, {"solver": "dense"}])
@pytest.mark.parametrize("stop_after", [0, 1, 7, 62])
@pytest.mark.slow
def test_training_goes_on_from_its_last_checkpoint(tmp_path, monkeypatch, options, stop_after):
    expected = uninterrupted(*options.items())
    save, written = Checkpoint.save, []

    def interrupted(self, tensors, header):
        save(self, tensors, header)
        written.append(len(header["history"]))
        if len(written) == stop_after + 1:
            raise KeyboardInterrupt

    again = options | {"checkpoint_folder": tmp_path, "checkpoint_seconds": 0}
    monkeypatch.setattr(Checkpoint, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fitted(**again)
    reached = written[-1]
    model = fitted(**again)
    assert written[stop_after + 1] in (reached + 1, 1), "epochs were trained twice"
    assert model.transform(X).tobytes() == expected.transform(X).tobytes()
    assert model.history_.equals(expected.history_)


def test_finished_training_is_not_repeated(checkpoints, monkeypatch):
    first = uninterrupted()
    monkeypatch.setattr(
        "omics_lib.autoencoder._training._epoch", lambda *_: pytest.fail("an epoch was trained again")
    )
    again = fitted(checkpoint_folder=checkpoints)
    assert again.transform(X).tobytes() == first.transform(X).tobytes()


@pytest.mark.parametrize(
    "change", [{"random_state": 1}, {"dropout": 0.1}, {"learning_rate": 1e-4}, {"precision": "float64"}]
)
def test_checkpoint_of_other_settings_is_not_taken_up(checkpoints, change):
    model = fitted(checkpoint_folder=checkpoints, **change)
    assert model.transform(X).tobytes() == fitted(**change).transform(X).tobytes()


def test_checkpoint_of_other_data_is_not_taken_up(checkpoints):
    changed = X.copy()
    changed[3, 7] += 1e-3
    settings = SETTINGS | {"checkpoint_folder": checkpoints}
    assert np.array_equal(
        OmicsAutoencoder(**settings).fit(changed).transform(X),
        OmicsAutoencoder(**SETTINGS).fit(changed).transform(X),
    )


def test_short_training_leaves_no_file(tmp_path):
    fitted(checkpoint_folder=tmp_path / "none", max_epochs=2)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_damaged_checkpoint_is_refused(checkpoints, keep):
    for path in checkpoints.iterdir():
        path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelFileError, match="Delete it: training starts anew"):
        fitted(checkpoint_folder=checkpoints)


def test_foreign_file_in_the_place_of_a_checkpoint_is_refused(checkpoints):
    for path in checkpoints.iterdir():
        save_file({"weight": torch.zeros(3)}, path, {"omics_lib": "{}"})
    with pytest.raises(ModelFileError, match="must be a checkpoint written by this library"):
        fitted(checkpoint_folder=checkpoints)


def test_showing_the_epochs_does_not_train_anew(checkpoints, monkeypatch, capsys):
    monkeypatch.setattr(
        "omics_lib.autoencoder._training._epoch", lambda *_: pytest.fail("an epoch was trained again")
    )
    fitted(checkpoint_folder=checkpoints, verbose=True)


def test_a_write_that_fails_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    checkpoint = Checkpoint(tmp_path, {}, [], 0)
    checkpoint.save({"a": torch.ones(2)}, {"epoch": 1})

    def full_disk(tensors, path, metadata):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr("omics_lib.autoencoder._checkpoint.save_file", full_disk)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save({"a": torch.zeros(2)}, {"epoch": 2})
    tensors, header = checkpoint.load()
    assert header == {"epoch": 1}
    assert tensors["a"].tolist() == [1, 1]
    assert [path.name for path in tmp_path.iterdir()] == [checkpoint.path.name]
