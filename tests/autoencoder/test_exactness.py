"""The row-space claim: gradient descent on the small network is gradient descent on the full one.

The rival is written out here in plain PyTorch, in float64, over all features,
with none of the library's training code.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from omics_lib import OmicsAutoencoder

N_SAMPLES, N_FEATURES, N_EPOCHS = 14, 90, 100
BASE = {
    "n_latent": 3,
    "precision": "float64",
    "solver": "rowspace",
    "optimizer": "sgd",
    "learning_rate": 0.05,
    "momentum": 0.0,
    "dropout": 0.0,
    "skip": False,
    "max_epochs": N_EPOCHS,
    "validation_fraction": 0.0,
    "random_state": 3,
}
CASES = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "weight decay": {"momentum": 0.9, "weight_decay": 0.002},
    "mini-batches": {"momentum": 0.9, "batch_size": 4},
    "dropout": {"momentum": 0.9, "dropout": 0.3},
    "batch norm": {"momentum": 0.9, "batch_norm": True},
    "everything": {
        "momentum": 0.9,
        "weight_decay": 0.002,
        "batch_size": 7,
        "activation": "tanh",  # batch norm blows up the rounding of a ReLU unit that is dead in a small batch
        "dropout": 0.3,
        "batch_norm": True,
    },
    "tanh": {"activation": "tanh"},
    "linear path": {"momentum": 0.9, "skip": True, "dropout": 0.3},
}


@pytest.fixture(scope="module")
def X():
    """Samples that follow four factors, far from centred and of unequal features."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(N_SAMPLES, 4)) @ rng.normal(size=(4, N_FEATURES))
    return (X + 0.5 * rng.normal(size=X.shape)) * rng.uniform(0.5, 2, N_FEATURES) + rng.normal(
        size=N_FEATURES
    )


def plain_layers(n_inputs: int, widths: list[int], n_latent: int, model: OmicsAutoencoder):
    """An autoencoder of plain PyTorch layers: two stacks, and the two linear paths if asked for."""
    act = {"relu": nn.ReLU, "tanh": nn.Tanh}[model.activation]

    def stack(sizes, last_norm):
        layers = []
        for a, b in pairwise(sizes[:-1]):
            norm = [nn.BatchNorm1d(b)] if model.batch_norm else []
            layers += [nn.Linear(a, b), *norm, act(), nn.Dropout(model.dropout)]
        layers.append(nn.Linear(sizes[-2], sizes[-1]))
        return nn.Sequential(*layers, *([nn.BatchNorm1d(sizes[-1])] if last_norm else [])).double()

    down = stack([n_inputs, *widths, n_latent], model.batch_norm)
    up = stack([n_latent, *widths[::-1], n_inputs], False)
    straight = [nn.Linear(n_inputs, n_latent, bias=False), nn.Linear(n_latent, n_inputs, bias=False)]
    return down, up, [layer.double() for layer in straight] if model.skip else []


def plain_training(X, model: OmicsAutoencoder, start: OmicsAutoencoder, *, tilt=0.0, lift=0.0, seed=0):
    """Train over all features from the weights of `start`.

    `tilt` adds a part outside the row space to the first layer, `lift` to the last one.
    """
    Q, scale = start.space_.basis, start.scale_
    small = start.network_.state_dict()
    down, up, straight = plain_layers(X.shape[1], list(model.hidden), model.n_latent, model)
    wide = {}
    for name, value in small.items():
        value = value.numpy()
        if name in ("encoder.0.weight", "linear_encoder.weight"):
            value = value @ Q.T
            if tilt:
                noise = np.random.default_rng(5).normal(size=value.shape)
                value = value + tilt * (noise - noise @ Q @ Q.T)
        elif name in (
            f"decoder.{len(up) - 1}.weight",
            f"decoder.{len(up) - 1}.bias",
            "linear_decoder.weight",
        ):
            value = Q @ value
            if lift:
                noise = np.random.default_rng(6).normal(size=value.shape)
                value = value + lift * (noise - Q @ (Q.T @ noise))
        wide[name] = torch.as_tensor(value)
    for prefix, part in (("encoder.", down), ("decoder.", up)):
        part.load_state_dict({k.removeprefix(prefix): v for k, v in wide.items() if k.startswith(prefix)})
    for name, part in zip(
        ("linear_encoder.weight", "linear_decoder.weight"), straight, strict=bool(straight)
    ):
        part.weight.data = wide[name]
    parts = nn.ModuleList([down, up, *straight])

    inputs = torch.as_tensor((X - X.mean(axis=0)) / scale)
    optimizer = torch.optim.SGD(
        parts.parameters(),
        lr=model.learning_rate,
        momentum=model.momentum,
        weight_decay=model.weight_decay,
    )
    size = float(inputs.square().sum() / len(inputs))
    losses = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)  # the same batches and the same dropout masks
        for _ in range(N_EPOCHS):
            order = torch.randperm(len(inputs))
            batches = order.split(model.batch_size or len(inputs))
            if len(batches[-1]) == 1:
                batches = [*batches[:-2], torch.cat(batches[-2:])]
            total = 0.0
            for batch in batches:
                x = inputs[batch]
                z = down(x) + (straight[0](x) if straight else 0)
                y = up(z) + (straight[1](z) if straight else 0)
                loss = ((y - x) ** 2).sum() / (len(batch) * size)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(batch) / len(inputs)
            losses.append(total * float(np.mean((X - X.mean(axis=0)) ** 2)))
    return np.array(losses), down, up, straight


def fitted(X, **options):
    settings = BASE | {"hidden": (7, 5)} | options
    start = OmicsAutoencoder(**settings | {"max_epochs": 0}).fit(X)
    model = OmicsAutoencoder(**settings).fit(X)
    rng = np.random.RandomState(settings["random_state"])
    rng.permutation(len(X))  # the validation split draws first
    return start, model, int(rng.randint(2**31 - 1))


@pytest.mark.parametrize("tilt", [0.0, 0.3], ids=["start in the row space", "first layer tilted out of it"])
@pytest.mark.parametrize("case", CASES)
def test_row_space_training_is_dense_training(X, case, tilt):
    start, model, seed = fitted(X, **CASES[case])
    losses, down, up, straight = plain_training(X, model, start, tilt=tilt, seed=seed)
    ours = model.history_["train_loss"].to_numpy()[1:]
    assert losses[-1] < 0.95 * losses[0]
    np.testing.assert_allclose(ours, losses, rtol=1e-10, atol=0)

    Q, small = model.space_.basis, {k: v.numpy() for k, v in model.network_.state_dict().items()}
    W = down[0].weight.detach().numpy()
    np.testing.assert_allclose(W @ Q, small["encoder.0.weight"], atol=1e-10)
    np.testing.assert_allclose(
        up[-1].weight.detach().numpy(), Q @ small[f"decoder.{len(up) - 1}.weight"], atol=1e-10
    )
    np.testing.assert_allclose(
        up[-1].bias.detach().numpy(), Q @ small[f"decoder.{len(up) - 1}.bias"], atol=1e-10
    )
    if straight:
        np.testing.assert_allclose(
            straight[0].weight.detach().numpy() @ Q, small["linear_encoder.weight"], atol=1e-10
        )
    for prefix, part in (("encoder.", down), ("decoder.", up)):
        for name, value in part.state_dict().items():
            if value.shape == small[prefix + name].shape and value.dtype == torch.float64:
                np.testing.assert_allclose(value.numpy(), small[prefix + name], atol=1e-10)
    outside = W - W @ Q @ Q.T
    if tilt == 0:
        np.testing.assert_allclose(outside, 0, atol=1e-12)
    elif not model.weight_decay:  # no gradient: the part outside the row space stays where it started
        noise = np.random.default_rng(5).normal(size=W.shape)
        np.testing.assert_allclose(outside, tilt * (noise - noise @ Q @ Q.T), atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_both_solvers_follow_the_same_path_under_gradient_descent(X, case):
    _, model, _ = fitted(X, **CASES[case], validation_fraction=0.2)
    _, dense, _ = fitted(X, **CASES[case], validation_fraction=0.2, solver="dense")
    np.testing.assert_allclose(model.history_, dense.history_, rtol=1e-10)
    assert model.best_epoch_ == dense.best_epoch_
    new = X[:5] + np.random.default_rng(2).normal(size=(5, N_FEATURES))
    np.testing.assert_allclose(model.transform(new), dense.transform(new), atol=1e-10)
    np.testing.assert_allclose(model.score(new), dense.score(new), atol=1e-10)


def test_adam_in_the_row_space_is_another_path(X):
    _, model, _ = fitted(X, optimizer="adam", learning_rate=1e-3)
    _, dense, _ = fitted(X, optimizer="adam", learning_rate=1e-3, solver="dense")
    ours, theirs = model.history_["train_loss"], dense.history_["train_loss"]
    assert ours[0] == pytest.approx(theirs[0], rel=1e-12)
    assert (ours - theirs).abs().max() > 0.01


def test_a_decoder_that_starts_outside_the_row_space_takes_another_path(X):
    start, model, seed = fitted(X)
    losses, *_ = plain_training(X, model, start, lift=0.1, seed=seed)
    assert np.abs(model.history_["train_loss"].to_numpy()[1:] / losses - 1).max() > 0.01


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ({"input_dropout": 0.1}, "input_dropout=0.1"),
        ({"l1": 0.01}, "l1=0.01"),
        ({"init": "torch"}, "init='torch'"),
    ],
)
def test_what_breaks_the_identity_is_refused_or_goes_to_dense(X, option, shown):
    settings = {"hidden": (5,), "n_latent": 2, "skip": False, "max_epochs": 3, "random_state": 0}
    with pytest.raises(ValueError, match=f"cannot be exact with {shown}; use solver='dense'"):
        OmicsAutoencoder(**settings, solver="rowspace", **option).fit(X)
    model = OmicsAutoencoder(**settings, **option).fit(X)
    assert model.solver_ == "dense"
    assert np.isfinite(model.score(X))


@pytest.mark.parametrize("option", [{"input_dropout": 0.3}, {"l1": 0.01}])
def test_what_is_refused_would_indeed_leave_the_row_space(X, option):
    settings = {**BASE, "solver": "auto", "hidden": (5,), "max_epochs": 20}
    weights = OmicsAutoencoder(**settings, **option).fit(X)
    W = weights.network_.encoder.state_dict()
    first = next(value for name, value in W.items() if name.endswith("weight")).numpy()
    Q = weights.space_.basis
    assert np.abs(first - first @ Q @ Q.T).max() > 1e-4
