from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch import nn

import omics_lib as ol
from omics_lib import OmicsAutoencoder, autoencoder_preset, count_parameters
from omics_lib.autoencoder._network import Network, Shape, full_width
from omics_lib.autoencoder._training import batches
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
    assert count_parameters(n_features, **autoencoder_preset(modality, variant)) == expected


@pytest.mark.parametrize(
    ("modality", "variant", "n_features", "expected"),
    [
        ("transcriptomics", "described", 132_129, 2_182_008_161),
        ("transcriptomics", "counted", 132_129, 543_593_441),
        ("metabolomics", "described", 6_980, 14_861_700),
        ("metabolomics", "counted", 6_980, 30_857_988),
    ],
)
def test_presets_can_be_fitted_at_full_size(modality, variant, n_features, expected):
    table = np.random.default_rng(0).normal(size=(8, n_features)).astype(np.float32)
    shape = autoencoder_preset(modality, variant)
    model = OmicsAutoencoder(**shape, max_epochs=1, validation_fraction=0, random_state=0).fit(table)
    assert model.n_parameters_ == expected
    assert np.isfinite(model.score(table))


def test_counted_parameters_are_those_of_the_dense_network(X):
    model = OmicsAutoencoder(**QUICK, batch_norm=True, solver="dense").fit(X)
    assert model.n_parameters_ == sum(weight.numel() for weight in model.network_.parameters())
    rowspace = OmicsAutoencoder(**QUICK, batch_norm=True, solver="rowspace").fit(X)
    assert rowspace.n_parameters_ == model.n_parameters_


@pytest.mark.parametrize(("n_samples", "hidden"), [(None, (512,)), (999, (512,)), (1000, (2048,))])
def test_auto_preset_depends_on_the_size_of_the_study(n_samples, hidden):
    assert autoencoder_preset("transcriptomics", "auto", n_samples)["hidden"] == hidden


def test_unknown_preset_is_refused():
    for variant in ("auto", "counted"):
        with pytest.raises(ParameterError, match=f"found proteomics {variant}"):
            autoencoder_preset("proteomics", variant)


def test_changing_a_preset_does_not_change_the_next_one():
    autoencoder_preset("metabolomics", "described")["hidden"] = ()
    assert autoencoder_preset("metabolomics", "described")["hidden"] == (1024, 256)


def test_auto_solver_takes_the_row_space_where_features_abound(X):
    assert OmicsAutoencoder(**QUICK).fit(X).solver_ == "rowspace"
    assert OmicsAutoencoder(**QUICK).fit(X[:, :5]).solver_ == "dense"


def test_row_space_is_made_of_the_rows_that_train(X):
    model = OmicsAutoencoder(**QUICK, validation_fraction=0.2, refit=False).fit(X)
    held_out, training = model._split(len(X), np.random.RandomState(0))
    assert (len(held_out), len(training)) == (4, 16)
    assert model.space_.rank == 15
    assert OmicsAutoencoder(**QUICK, validation_fraction=0.2, refit=True).fit(X).space_.rank == 19
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
    model = OmicsAutoencoder(**QUICK, skip=False).fit(X)
    first, _, _, last = model.network_.encoder
    W = first.weight.detach().numpy().astype(float) @ model.space_.basis.T / model.scale_
    hidden = np.maximum((X - model.mean_) @ W.T + first.bias.detach().numpy(), 0)
    Z = hidden @ last.weight.detach().numpy().T + last.bias.detach().numpy()
    np.testing.assert_allclose(model.transform(X), Z, atol=1e-5)


@pytest.mark.parametrize("solver", ["dense", "rowspace"])
def test_same_seed_gives_the_same_bytes(X, solver):
    one, other = (OmicsAutoencoder(**QUICK, skip=False, solver=solver, batch_size=6).fit(X) for _ in range(2))
    assert one.transform(X).tobytes() == other.transform(X).tobytes()
    pd.testing.assert_frame_equal(one.history_, other.history_)
    another = OmicsAutoencoder(**QUICK | {"random_state": 1}, skip=False, solver=solver).fit(X)
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
        parts = batches(n_samples, size)
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
    with pytest.raises(ValueError, match="batch_size == 1, must be >= 2"):
        OmicsAutoencoder(**QUICK, batch_norm=True, batch_size=1).fit(X)


def test_batch_norm_follows_every_linear_layer_but_the_last_one():
    network = Network(9, Shape((6, 5), 2, batch_norm=True))
    layers = [type(m).__name__ for m in (*network.encoder, *network.decoder)]
    linear = [i for i, name in enumerate(layers) if name == "Linear"]
    assert [layers[i + 1] for i in linear[:-1]] == ["BatchNorm1d"] * 5
    assert layers[-1] == "Linear"


def test_early_stopping_keeps_the_best_epoch(X):
    settings = QUICK | {
        "max_epochs": 400,
        "learning_rate": 0.05,
        "patience": 5,
        "skip": False,
        "refit": False,
    }
    model = OmicsAutoencoder(**settings).fit(X)
    loss = model.history_.set_index("epoch")["validation_loss"]
    assert model.best_epoch_ == loss.idxmin() > 0
    assert loss.index[-1] == model.best_epoch_ + 5
    held_out, _ = model._split(len(X), np.random.RandomState(0))
    error = np.mean((X[held_out] - model.inverse_transform(model.transform(X[held_out]))) ** 2)
    np.testing.assert_allclose(error, loss.min(), rtol=1e-5)  # loss outside the row space included


def test_without_validation_all_samples_train_to_the_end(X):
    model = OmicsAutoencoder(**QUICK, validation_fraction=0).fit(X)
    assert model.history_["epoch"].tolist() == [0, 1, 2, 3, 4, 5]
    assert model.best_epoch_ == 5
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


@pytest.mark.parametrize("solver", ["dense", "rowspace"])
def test_constant_table_is_refused(solver):
    with pytest.raises(ValueError, match="identical"):
        OmicsAutoencoder(**QUICK, solver=solver).fit(np.full((10, 30), 0.1))


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


def test_model_with_a_linear_path_starts_as_pca(X):
    model = OmicsAutoencoder(**QUICK | {"max_epochs": 0, "n_latent": 4}).fit(X)
    pca = PCA(4).fit(X)
    expected = pca.inverse_transform(pca.transform(X))
    np.testing.assert_allclose(model.inverse_transform(model.transform(X)), expected, atol=1e-5)
    assert model.best_epoch_ == 0


def test_training_that_saves_too_little_keeps_the_start(X):
    """White noise has nothing that a network could learn beyond its principal components."""
    noise = np.random.default_rng(4).normal(size=(20, 300))
    model = OmicsAutoencoder(hidden=(32,), n_latent=2, random_state=0).fit(noise)
    assert model.best_epoch_ == 0
    start = model.history_["validation_loss"][0]
    assert model.history_["validation_loss"].min() > 0.98 * start


def test_linear_path_beats_principal_components_on_a_curve():
    """Samples along a curve: one latent and a curved decoder say more than one direction."""
    angle = np.linspace(0, 1.5 * np.pi, 60)[np.random.default_rng(0).permutation(60)]
    plane = np.linalg.qr(np.random.default_rng(1).normal(size=(80, 2)))[0]
    curve = np.column_stack([np.cos(angle), np.sin(angle)]) @ plane.T
    model = OmicsAutoencoder(n_latent=1, random_state=0).fit(curve[:45])
    pca = PCA(1).fit(curve[:45])
    error = np.sum((curve[45:] - pca.inverse_transform(pca.transform(curve[45:]))) ** 2)
    linear = 1 - error / np.sum((curve[45:] - curve[:45].mean(axis=0)) ** 2)
    assert model.score(curve[45:]) > linear + 0.1


def test_full_rank_linear_path_reaches_the_bound_of_the_row_space(X):
    model = OmicsAutoencoder(**QUICK | {"n_latent": 64}).fit(X[:15])
    np.testing.assert_allclose(model.score_samples(X[15:]), 1 - model.residual_share(X[15:]), atol=1e-5)


@pytest.mark.parametrize("solver", ["dense", "rowspace"])
@pytest.mark.parametrize("shape", [{}, {"skip": False, "batch_norm": True}, {"skip": False, "hidden": ()}])
def test_full_network_agrees_with_the_estimator(X, solver, shape):
    shifted = (100 * X + 1000).astype(np.float32)
    model = OmicsAutoencoder(**QUICK | shape, solver=solver, tol=0.0).fit(shifted)
    full, rows = model.to_torch(), torch.as_tensor(shifted)
    assert not full.training
    assert sum(weight.numel() for weight in full.parameters()) == model.n_parameters_
    Z = model.transform(shifted)
    with torch.no_grad():
        np.testing.assert_allclose(full.encode(rows), Z, atol=1e-5 * np.abs(Z).max(), rtol=1e-4)
        np.testing.assert_allclose(full(rows), model.inverse_transform(Z), rtol=1e-5, atol=0.1)


@pytest.mark.parametrize("block", [1, 7, 60, 1000])
def test_full_network_is_the_same_in_blocks_of_any_size(X, block):
    model = OmicsAutoencoder(**QUICK, skip=False, precision="float64").fit(X)
    whole = model.to_torch().state_dict()
    basis = model.space_.basis
    blocks = full_width(
        model.network_, model._shape(), 60, basis, mean=model.mean_, scale=model.scale_, block=block
    )
    for name, value in blocks.state_dict().items():
        np.testing.assert_allclose(value, whole[name], atol=1e-12)


def test_scores_of_samples_and_features_add_up(X):
    model = OmicsAutoencoder(**QUICK).fit(X[:15])
    new = X[15:]
    squares = (new - model.mean_) ** 2
    by_sample = np.sum(model.score_samples(new) * squares.sum(axis=1)) / squares.sum()
    by_feature = np.sum(model.score_features(new) * squares.sum(axis=0)) / squares.sum()
    assert by_sample == pytest.approx(model.score(new))
    assert by_feature == pytest.approx(model.score(new))
    assert np.isnan(model.score_features(np.tile(model.mean_, (4, 1)))).all()


def test_best_restart_is_kept_and_their_latents_are_compared(X):
    settings = QUICK | {"skip": False, "max_epochs": 40, "dropout": 0.0}
    model = OmicsAutoencoder(**settings, n_restarts=3).fit(X)
    table = model.restarts_
    assert table["restart"].tolist() == [1, 2, 3]
    assert table["validation_loss"].nunique() == 3
    assert model.best_epoch_ == table.loc[table["validation_loss"].idxmin(), "best_epoch"]
    assert model.history_["validation_loss"].min() == table["validation_loss"].min()
    assert table["agreement"].between(0, 1).all()
    single = OmicsAutoencoder(**settings).fit(X).restarts_
    assert single["validation_loss"][0] == table["validation_loss"][0]  # the first start is the same
    assert single["agreement"].isna().all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": "lbfgs"}, "optimizer must be one of 'adam', 'sgd', got 'lbfgs'"),
        ({"activation": "sigmoid"}, "activation must be one of 'relu'"),
        ({"precision": "int8"}, "precision must be one of"),
        ({"init": "pca"}, "init must be one of"),
        ({"init": "torch"}, "needs init='rowspace'"),
        ({"n_restarts": 0}, "n_restarts == 0, must be >= 1"),
        ({"n_restarts": 2, "validation_fraction": 0}, "n_restarts must be 1 where"),
        ({"n_latent": 0}, "n_latent == 0, must be >= 1"),
        ({"n_latent": 3.0}, "n_latent must be an instance of"),
        ({"hidden": ()}, "with hidden=\\(\\) set skip=False"),
        ({"hidden": 8}, "hidden must be a sequence of widths"),
        ({"hidden": "88"}, "hidden must be a sequence of widths"),
        ({"hidden": (8.0,)}, "each width in hidden must be an instance"),
        ({"hidden": (0,)}, "each width in hidden == 0, must be >= 1"),
        ({"dropout": 1}, "dropout == 1, must be < 1"),
        ({"input_dropout": 1}, "input_dropout == 1, must be < 1"),
        ({"l1": -1}, "l1 == -1, must be >= 0"),
        ({"tol": float("nan")}, "tol must be a number, got nan"),
        ({"patience": 0}, "patience == 0, must be >= 1"),
        ({"max_epochs": -1}, "max_epochs == -1, must be >= 0"),
        ({"max_epochs": 2.5}, "max_epochs must be an instance"),
        ({"learning_rate": 0}, "learning_rate == 0, must be > 0"),
        ({"validation_fraction": 1}, "validation_fraction == 1, must be < 1"),
        ({"validation_fraction": -0.5}, "validation_fraction == -0.5, must be >= 0"),
        ({"batch_size": 0}, "batch_size == 0, must be >= 1"),
        ({"batch_size": 2.5}, "batch_size must be an instance"),
        ({"device": "foo"}, "device must be one that PyTorch has here, got 'foo'"),
        ({"checkpoint_folder": __file__}, "must be a folder, got the file"),
        ({"checkpoint_folder": "x", "random_state": None}, "needs an integer random_state"),
    ],
)
def test_options_out_of_range_are_refused(X, options, message):
    model = OmicsAutoencoder(**QUICK | options)
    with pytest.raises((ValueError, TypeError), match=message):
        model.fit(X)
    with pytest.raises(NotFittedError):
        model.transform(X)


def test_training_that_diverges_is_refused_where_nothing_watches(X):
    with pytest.raises(ValueError, match="training diverged within 50 epochs"):
        OmicsAutoencoder(
            hidden=(8,), n_latent=2, optimizer="sgd", learning_rate=1e6, max_epochs=50, validation_fraction=0
        ).fit(X)


def test_input_dropout_reaches_the_linear_path(X):
    settings = {"hidden": (8,), "n_latent": 3, "max_epochs": 0, "random_state": 0, "precision": "float64"}
    model = OmicsAutoencoder(**settings, input_dropout=0.5).fit(X)
    rows = torch.as_tensor(model.coordinates_ @ model.space_.basis.T / model.scale_)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        assert not torch.allclose(model.network_.train()(rows), model.network_.eval()(rows))
    np.testing.assert_allclose(
        model.to_torch()(torch.as_tensor(X)).detach(), model.inverse_transform(model.transform(X))
    )


def test_a_feature_a_million_times_larger_leaves_the_others_their_directions(X):
    scaled = X.copy()
    scaled[:, 0] *= 1e6
    model = OmicsAutoencoder(hidden=(8,), n_latent=30, precision="float64", random_state=0).fit(scaled)
    assert model.space_.rank == 19
    assert model.score_features(scaled).min() > 0.999


def test_constant_feature_has_no_r2(X):
    X = np.column_stack([np.full(20, 0.1), X])
    assert np.isnan(OmicsAutoencoder(**QUICK).fit(X).score_features(X)[0])


@pytest.mark.parametrize("offset", [1e4, 1e6])
def test_full_network_keeps_its_precision_far_from_zero(X, offset):
    shifted = X + offset
    model = OmicsAutoencoder(**QUICK | {"max_epochs": 30}, tol=0.0).fit(shifted)
    Z = model.transform(shifted)
    with torch.no_grad():
        full = model.to_torch().encode(torch.as_tensor(shifted)).numpy()
    np.testing.assert_allclose(full, Z, atol=1e-5 * np.abs(Z).max())


@pytest.mark.parametrize(
    ("Z", "message"),
    [
        (np.zeros((2, 5)), "Z must have 3 columns, one for each latent, got 5"),
        (np.zeros(3), "Expected 2D array"),
        (np.full((2, 3), np.nan), "contains NaN"),
    ],
)
def test_latents_that_cannot_be_decoded_are_refused(X, Z, message):
    with pytest.raises(ValueError, match=message):
        OmicsAutoencoder(**QUICK).fit(X).inverse_transform(Z)


@pytest.mark.slow
def test_bfloat16_trains_about_as_well(X):
    settings = {"hidden": (32,), "n_latent": 3, "skip": False, "dropout": 0.0, "random_state": 0}
    exact = OmicsAutoencoder(**settings).fit(X[:15])
    rounded = OmicsAutoencoder(**settings, precision="bfloat16").fit(X[:15])
    assert rounded.network_.encoder[0].weight.dtype == torch.float32  # the master weights
    assert rounded.history_["train_loss"][3] != exact.history_["train_loss"][3]
    assert abs(rounded.score(X[15:]) - exact.score(X[15:])) < 0.1


def test_float32_table_gives_about_the_same(X):
    one, other = (OmicsAutoencoder(**QUICK).fit(table) for table in (X, X.astype(np.float32)))
    np.testing.assert_allclose(one.transform(X), other.transform(X.astype(np.float32)), atol=1e-4)


def test_device_auto_takes_what_there_is(X):
    model = OmicsAutoencoder(**QUICK, device="auto").fit(X)
    assert next(model.network_.parameters()).device.type == "cpu"  # back home, whatever trained it


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
@pytest.mark.parametrize("solver", ["dense", "rowspace"])
def test_gpu_follows_the_same_path_as_the_cpu(X, solver):
    settings = QUICK | {"dropout": 0.0, "skip": False, "optimizer": "sgd", "precision": "float64"}
    here, there = (OmicsAutoencoder(**settings, solver=solver, device=d).fit(X) for d in ("cpu", "cuda"))
    np.testing.assert_allclose(here.transform(X), there.transform(X), atol=1e-8)


def test_full_rank_pca_is_the_autoencoder_that_never_left_its_start():
    """One component more would be rounding: a random direction, which explains something of new samples."""
    X = np.random.default_rng(0).normal(size=(20, 40))
    train, new = X[:15] - X[:15].mean(axis=0), X[15:] - X[:15].mean(axis=0)
    model = OmicsAutoencoder(n_latent=64, tol=0.99, max_epochs=3, random_state=0).fit(train)
    assert model.is_pca_ and model.starts_at_pca
    full, one_more = PCA(1 - 1e-9, svd_solver="full").fit(train), PCA(svd_solver="full").fit(train)
    assert (full.n_components_, one_more.n_components_) == (14, 15)
    r2 = [
        1 - ((new - p.inverse_transform(p.transform(new))) ** 2).sum() / (new**2).sum()
        for p in (full, one_more)
    ]
    assert model.score(new) == pytest.approx(r2[0], abs=1e-5)
    assert r2[1] > r2[0] + 1e-4


@pytest.mark.parametrize(
    "changes",
    [
        {"skip": False},
        {"skip": False, "solver": "dense", "init": "torch"},
        {"tol": 0.0, "validation_fraction": 0},
    ],
)
def test_a_model_that_starts_elsewhere_or_left_its_start_is_not_pca(changes):
    X = np.random.default_rng(0).normal(size=(16, 30))
    options = {"hidden": (4,), "n_latent": 2, "max_epochs": 2, "tol": 0.99, "random_state": 0}
    assert not OmicsAutoencoder(**options | changes).fit(X).is_pca_
