from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from omics_lib import OmicsAutoencoder, read_autoencoder, table_sha256, write_autoencoder
from omics_lib.errors import ModelFileError

QUICK = {"hidden": (6,), "n_latent": 2, "max_epochs": 3, "random_state": 0}
X = np.random.default_rng(0).normal(size=(12, 30))


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / "model.safetensors"
    write_autoencoder(OmicsAutoencoder(**QUICK).fit(X), path, table_sha256="a" * 64)
    return path


@pytest.mark.parametrize("solver", ["dense", "rowspace"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_round_trip_gives_the_same_bytes_of_latents(tmp_path, solver, batch_norm):
    model = OmicsAutoencoder(**QUICK, solver=solver, batch_norm=batch_norm).fit(X)
    write_autoencoder(model, tmp_path / "m.safetensors")
    again = read_autoencoder(tmp_path / "m.safetensors")
    assert again.transform(X).tobytes() == model.transform(X).tobytes()
    Z = model.transform(X)
    assert again.inverse_transform(Z).tobytes() == model.inverse_transform(Z).tobytes()
    assert again.score(X) == model.score(X)
    assert again.get_params() == model.get_params()
    assert again.n_parameters_ == model.n_parameters_
    assert again.is_pca_ == model.is_pca_
    assert again.get_feature_names_out().tolist() == model.get_feature_names_out().tolist()


def test_same_model_gives_the_same_bytes_twice(tmp_path):
    for name in "ab":
        write_autoencoder(OmicsAutoencoder(**QUICK).fit(X), tmp_path / name, table_sha256="0")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_feature_names_are_checked_after_the_round_trip(tmp_path):
    table = pd.DataFrame(X, columns=[f"g{i}" for i in range(30)])
    write_autoencoder(OmicsAutoencoder(**QUICK).fit(table), tmp_path / "m")
    again = read_autoencoder(tmp_path / "m")
    assert again.feature_names_in_.tolist() == list(table.columns)
    with pytest.raises(ValueError, match="feature names"):
        again.transform(table[table.columns[::-1]])


def test_settings_of_numpy_and_a_generator_can_be_written(tmp_path):
    settings = QUICK | {"hidden": np.array([6]), "n_latent": np.int64(2)}
    settings["random_state"] = np.random.RandomState(0)
    model = OmicsAutoencoder(**settings).fit(X)
    write_autoencoder(model, tmp_path / "m")
    again = read_autoencoder(tmp_path / "m")
    assert (again.hidden, again.n_latent, again.random_state) == ((6,), 2, None)
    assert again.transform(X).tobytes() == model.transform(X).tobytes()


def test_model_of_the_same_table_is_read(model_file):
    assert read_autoencoder(model_file, table_sha256="a" * 64).n_features_in_ == 30


def test_model_of_another_table_is_refused(model_file):
    with pytest.raises(ModelFileError, match="was trained on the table aaaaaaaaaaaa…"):
        read_autoencoder(model_file, table_sha256="b" * 64)


def test_table_with_one_value_changed_is_another_table():
    table = pd.DataFrame(X)
    checksum = table_sha256(table)
    table.iloc[3, 4] += 1e-9
    assert table_sha256(table) != checksum


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_truncated_file_is_refused(model_file, keep):
    model_file.write_bytes(model_file.read_bytes()[:keep])
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_autoencoder(model_file)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="Run stage 03 again"):
        read_autoencoder(tmp_path / "none.safetensors")


def test_foreign_safetensors_is_refused(tmp_path):
    save_file({"weight": torch.zeros(3)}, tmp_path / "foreign")
    with pytest.raises(ModelFileError, match="must be a model written by this library"):
        read_autoencoder(tmp_path / "foreign")


def _altered(path, *, header=lambda h: h, tensors=lambda t: t):
    with safe_open(str(path), framework="pt") as file:
        old = json.loads(file.metadata()["omics_lib"])
        parts = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    save_file(tensors(parts), path, {"omics_lib": json.dumps(header(old))})


@pytest.mark.parametrize("name", ["mean", "basis", "network.encoder.0.weight"])
def test_file_that_lacks_a_tensor_is_refused(model_file, name):
    _altered(model_file, tensors=lambda parts: {k: v for k, v in parts.items() if k != name})
    with pytest.raises(ModelFileError):
        read_autoencoder(model_file)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("basis", lambda t: t[:-1]),
        ("basis", lambda t: t.flatten()),
        ("basis", lambda t: t * float("nan")),
        ("mean", lambda t: t[:-1]),
        ("coordinates", lambda t: t[:, :-1]),
    ],
)
def test_file_whose_tensors_do_not_fit_is_refused(model_file, name, change):
    _altered(model_file, tensors=lambda parts: parts | {name: change(parts[name]).contiguous()})
    with pytest.raises(ModelFileError):
        read_autoencoder(model_file)


def test_a_write_that_fails_leaves_the_old_file(model_file, monkeypatch):
    before = model_file.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: pytest.fail("No space left on device"))
    with pytest.raises(BaseException, match="No space left"):
        write_autoencoder(OmicsAutoencoder(**QUICK | {"random_state": 1}).fit(X), model_file)
    assert model_file.read_bytes() == before
    assert [path.name for path in model_file.parent.iterdir()] == [model_file.name]


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h | {"settings": h["settings"] | {"attention": True}},
        lambda h: h | {"settings": h["settings"] | {"n_latent": 5}},
        lambda h: h | {"settings": h["settings"] | {"dropout": 2}},
        lambda h: h | {"settings": h["settings"] | {"precision": "foo"}},
        lambda h: h | {"fitted": h["fitted"] | {"n_features_in_": 29}},
        lambda h: h | {"fitted": h["fitted"] | {"scale_": None}},
        lambda h: h | {"fitted": {}},
        lambda h: {k: v for k, v in h.items() if k != "table_sha256"},
        lambda h: [],
    ],
)
def test_file_with_another_header_is_refused(model_file, change):
    _altered(model_file, header=change)
    with pytest.raises(ModelFileError):
        read_autoencoder(model_file)


def test_header_cannot_replace_a_method(model_file):
    _altered(model_file, header=lambda h: h | {"fitted": h["fitted"] | {"transform": "gone"}})
    assert read_autoencoder(model_file).transform(X).shape == (12, 2)
