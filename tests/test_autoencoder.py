from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch import nn

import omics_lib as ol
from omics_lib import OmicsAutoencoder, autoencoder_preset
from omics_lib._network import Network, _batches, count_parameters
from omics_lib.errors import ParameterError

QUICK = {"hidden": (8,), "n_latent": 3, "max_epochs": 5, "random_state": 0}


@pytest.fixture
def X():
    """Twenty samples of 60 features that follow three factors."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(20, 3)) @ rng.normal(size=(3, 60)) + 0.3 * rng.normal(size=(20, 60))


@parametrize_with_checks(
    [
        OmicsAutoencoder(hidden=(4,), n_latent=2, max_epochs=3, random_state=0),
        OmicsAutoencoder(
            hidden=(4,), n_latent=2, max_epochs=3, solver="rowspace", batch_norm=True, random_state=0
        ),
    ]
)
def test_contract_of_scikit_learn_is_kept(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    ("n_features", "modality", "variant", "expected"),
    [
        (132_129, "transcriptomics", "described", 2_182_008_161),
        (132_129, "transcriptomics", "counted", 543_593_441),
        (132_574, "transcriptomics", "counted", 545_416_606),
        (6_980, "metabolomics", "described", 14_861_700),
        (6_980, "metabolomics", "counted", 30_857_988),
    ],
)
def test_presets_have_the_counted_parameters(n_features, modality, variant, expected):
    shape = autoencoder_preset(modality, variant)
    assert count_parameters(n_features, n_latent=64, **shape) == expected


def test_counted_parameters_are_those_of_the_dense_network(X):
    model = OmicsAutoencoder(**QUICK, batch_norm=True, solver="dense").fit(X)
    assert model.n_parameters_ == sum(weight.numel() for weight in model.network_.parameters())
    rowspace = OmicsAutoencoder(**QUICK, batch_norm=True, solver="rowspace").fit(X)
    assert rowspace.n_parameters_ == model.n_parameters_


@pytest.mark.parametrize(("n_samples", "hidden"), [(None, (512,)), (999, (512,)), (1000, (2048, 512, 128))])
def test_auto_preset_depends_on_the_size_of_the_study(n_samples, hidden):
    assert autoencoder_preset("transcriptomics", "auto", n_samples)["hidden"] == hidden


def test_unknown_preset_is_refused():
    with pytest.raises(ParameterError, match="found proteomics counted"):
        autoencoder_preset("proteomics", "counted")


def test_changing_a_preset_does_not_change_the_next_one():
    autoencoder_preset("metabolomics", "described")["hidden"] = ()
    assert autoencoder_preset("metabolomics", "described")["hidden"] == (1024, 256)


def test_auto_solver_takes_the_row_space_where_features_abound(X):
    assert OmicsAutoencoder(**QUICK).fit(X).solver_ == "rowspace"
    assert OmicsAutoencoder(**QUICK).fit(X[:, :5]).solver_ == "dense"


def test_row_space_is_made_of_the_rows_that_train(X):
    model = OmicsAutoencoder(**QUICK, validation_fraction=0.2).fit(X)
    held_out, training = model._split(len(X), np.random.RandomState(0))
    assert (len(held_out), len(training)) == (4, 16)
    assert model.space_.rank == 15
    np.testing.assert_allclose(model.mean_, X[training].mean(axis=0))
    assert model.space_.residual_share(X[training]).max() < 1e-12
    assert model.space_.residual_share(X[held_out]).min() > 1e-6


def test_both_solvers_learn_about_as_well(X):
    settings = {"hidden": (32,), "n_latent": 3, "dropout": 0.0, "max_epochs": 300, "random_state": 0}
    scores = {
        solver: OmicsAutoencoder(**settings, solver=solver).fit(X[:15]).score(X[15:])
        for solver in ("dense", "rowspace")
    }
    best = PCA(3).fit(X[:15])
    linear = 1 - np.sum((X[15:] - best.inverse_transform(best.transform(X[15:]))) ** 2) / np.sum(
        (X[15:] - X[:15].mean(axis=0)) ** 2
    )
    for score in scores.values():
        assert 0.5 * linear < score < 1
    assert abs(scores["dense"] - scores["rowspace"]) < 0.3


def test_encoding_of_the_small_network_is_that_of_the_full_one(X):
    """W = V Qᵀ: reading the weights back gives the same latents from the features themselves."""
    model = OmicsAutoencoder(**QUICK).fit(X)
    first, _, _, last = model.network_.encoder
    W = first.weight.detach().numpy().astype(float) @ model.space_.basis.T / model.scale_
    hidden = np.maximum((X - model.mean_) @ W.T + first.bias.detach().numpy(), 0)
    Z = hidden @ last.weight.detach().numpy().T + last.bias.detach().numpy()
    np.testing.assert_allclose(model.transform(X), Z, atol=1e-5)


@pytest.mark.parametrize("solver", ["dense", "rowspace"])
def test_same_seed_gives_the_same_bytes(X, solver):
    one, other = (OmicsAutoencoder(**QUICK, solver=solver, batch_size=6).fit(X) for _ in range(2))
    assert one.transform(X).tobytes() == other.transform(X).tobytes()
    pd.testing.assert_frame_equal(one.history_, other.history_)
    another = OmicsAutoencoder(**QUICK | {"random_state": 1}, solver=solver).fit(X)
    assert not np.allclose(one.transform(X), another.transform(X))


def test_fitting_leaves_the_global_generators_alone(X):
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    expected = torch.rand(1), np.random.rand()  # noqa: NPY002
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    OmicsAutoencoder(**QUICK).fit(X)
    assert (torch.rand(1), np.random.rand()) == expected  # noqa: NPY002


@pytest.mark.parametrize("n_samples", [5, 7, 21])
def test_a_batch_of_one_never_comes_up(n_samples):
    for size in (2, 3, 4, 5, 6, 20):
        parts = _batches(n_samples, size)
        assert min(map(len, parts)) >= 2
        assert sorted(torch.cat(parts).tolist()) == list(range(n_samples))


def test_a_batch_of_one_never_reaches_batch_norm(X, monkeypatch):
    seen, forward = [], nn.BatchNorm1d.forward

    def watched(self, x):
        seen.append((self.training, len(x)))
        return forward(self, x)

    monkeypatch.setattr(nn.BatchNorm1d, "forward", watched)
    OmicsAutoencoder(**QUICK, batch_norm=True, batch_size=4, validation_fraction=0.15).fit(X)
    assert min(n for training, n in seen if training) >= 2
    with pytest.raises(ValueError, match="batch_size must be at least 2"):
        OmicsAutoencoder(**QUICK, batch_norm=True, batch_size=1).fit(X)


def test_batch_norm_follows_every_linear_layer_but_the_last_one():
    network = Network(9, (6, 5), 2, batch_norm=True)
    layers = [type(m).__name__ for m in (*network.encoder, *network.decoder)]
    linear = [i for i, name in enumerate(layers) if name == "Linear"]
    assert [layers[i + 1] for i in linear[:-1]] == ["BatchNorm1d"] * 5
    assert layers[-1] == "Linear"


def test_early_stopping_keeps_the_best_epoch(X):
    model = OmicsAutoencoder(**QUICK | {"max_epochs": 400}, learning_rate=0.05, patience=5).fit(X)
    loss = model.history_.set_index("epoch")["validation_loss"]
    assert model.best_epoch_ == loss.idxmin()
    assert len(loss) == model.best_epoch_ + 5
    held_out, _ = model._split(len(X), np.random.RandomState(0))
    error = np.mean((X[held_out] - model.inverse_transform(model.transform(X[held_out]))) ** 2)
    np.testing.assert_allclose(error, loss.min(), rtol=1e-5)  # loss outside the row space included


def test_without_validation_all_samples_train_to_the_end(X):
    model = OmicsAutoencoder(**QUICK, validation_fraction=0).fit(X)
    assert model.best_epoch_ == len(model.history_) == 5
    assert model.history_["validation_loss"].isna().all()
    assert model.space_.rank == 19


def test_a_diverging_loss_stops_with_the_epochs_that_ran(X):
    model = OmicsAutoencoder(**QUICK | {"max_epochs": 50}, learning_rate=1e30, patience=3).fit(X)
    assert model.best_epoch_ <= len(model.history_) < 50


def test_reconstruction_stays_in_the_row_space(X):
    model = OmicsAutoencoder(**QUICK).fit(X[:15])
    restored = model.inverse_transform(model.transform(X[15:]))
    assert model.space_.residual_share(restored).max() < 1e-9
    bound = model.space_.residual_share(X[15:])
    error = np.sum((X[15:] - restored) ** 2, axis=1) / np.sum((X[15:] - model.mean_) ** 2, axis=1)
    assert (error >= bound - 1e-9).all()


def test_score_is_one_minus_the_unexplained_share(X):
    model = OmicsAutoencoder(**QUICK).fit(X)
    restored = model.inverse_transform(model.transform(X))
    expected = 1 - np.sum((X - restored) ** 2) / np.sum((X - model.mean_) ** 2)
    assert model.score(X) == pytest.approx(expected)


def test_unknown_solver_is_refused(X):
    with pytest.raises(ValueError, match="solver must be one of"):
        OmicsAutoencoder(solver="sparse").fit(X)


def test_constant_table_is_refused_in_the_row_space_and_finite_when_dense():
    X = np.full((10, 30), 0.1)
    with pytest.raises(ValueError, match="identical"):
        OmicsAutoencoder(**QUICK).fit(X)
    assert np.isfinite(OmicsAutoencoder(**QUICK, solver="dense").fit(X).transform(X)).all()


def test_held_out_samples_teach_nothing_in_cross_validation():
    counts = np.random.default_rng(0).poisson(20, size=(15, 40)).astype(float)
    pipeline = make_pipeline(ol.preprocessor("counts"), OmicsAutoencoder(**QUICK))
    train, test = next(KFold(3, shuffle=True, random_state=0).split(counts))
    changed = counts.copy()
    changed[test] = 10_000 - changed[test]
    learnt = [
        cross_validate(clone(pipeline), table, cv=[(train, test)], return_estimator=True)["estimator"][0]
        for table in (counts, changed)
    ]
    one, other = (model.transform(counts) for model in learnt)
    assert one.tobytes() == other.tobytes()


def test_planted_factors_are_found_in_the_latents(X):
    model = OmicsAutoencoder(hidden=(64,), n_latent=8, dropout=0.0, max_epochs=300, random_state=0).fit(X)
    assert model.score(X) > 0.7


def test_latents_are_named_after_the_class(X):
    names = OmicsAutoencoder(**QUICK).fit(X).get_feature_names_out()
    assert names.tolist() == ["omicsautoencoder0", "omicsautoencoder1", "omicsautoencoder2"]
