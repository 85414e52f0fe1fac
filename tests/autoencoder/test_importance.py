from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr

from omics_lib import OmicsAutoencoder, RunError, feature_importance, importance_by_name

RNG = np.random.default_rng(0)
SIGNAL = RNG.normal(size=(24, 2))
X = pd.DataFrame(
    np.hstack([SIGNAL @ RNG.normal(size=(2, 6)), 0.3 * RNG.normal(size=(24, 30))]),
    columns=[f"g{i}" for i in range(36)],
)


@pytest.fixture(scope="module", params=["rowspace", "dense"])
def model(request):
    settings = {"hidden": (16,), "n_latent": 3, "dropout": 0.0, "random_state": 0, "activation": "tanh"}
    return OmicsAutoencoder(**settings, solver=request.param, skip=False, precision="float64").fit(X)


def test_loadings_are_the_mean_jacobians_of_the_full_network(model):
    full, rows = model.to_torch(), torch.as_tensor(X.to_numpy())
    encoder = torch.autograd.functional.jacobian(lambda x: full.encode(x).sum(dim=0), rows)
    np.testing.assert_allclose(model.loadings_.encoder, encoder.mean(dim=1).T, rtol=1e-8, atol=1e-12)
    latents = full.encode(rows).detach()
    decoder = torch.autograd.functional.jacobian(lambda z: full.decode(z).sum(dim=0), latents)
    np.testing.assert_allclose(model.loadings_.decoder, decoder.mean(dim=1), rtol=1e-8, atol=1e-12)


def test_loadings_of_a_model_at_its_start_are_principal_components():
    model = OmicsAutoencoder(hidden=(8,), n_latent=2, max_epochs=0, random_state=0).fit(X)
    centred = X - X.mean()
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    projector = components[:2].T @ components[:2]
    encoder, decoder = model.loadings_
    np.testing.assert_allclose(decoder @ encoder.T, projector, atol=1e-6)


def test_importance_finds_the_features_that_carry_the_signal(model):
    found = feature_importance(model, X)
    assert found.index.tolist() == X.columns.tolist()
    for kind in ("reconstruction", "gradient", "latent_correlation"):
        assert len(set(found[kind].nlargest(6).index) & {f"g{i}" for i in range(6)}) >= 5, kind


def test_latent_correlation_equals_scipy(model):
    rho = spearmanr(X, model.transform(X)).statistic[:36, 36:]
    found = feature_importance(model, X)["latent_correlation"]
    np.testing.assert_allclose(found, np.abs(rho).max(axis=1), atol=1e-12)


def test_constant_features_and_dead_latents_are_handled():
    table = X.assign(constant=1.0)
    model = OmicsAutoencoder(hidden=(8,), n_latent=64, max_epochs=0, random_state=0).fit(table)
    constant = feature_importance(model, table).loc["constant"]
    assert np.isnan(constant["reconstruction"])
    assert constant[["gradient", "latent_correlation"]].tolist() == pytest.approx([0, 0], abs=1e-9)


WRITTEN = pd.DataFrame({"feature": ["b", "c", "a"], "importance": [0.2, 0.3, 0.1]})


def test_importance_is_joined_by_name_whatever_the_order_of_its_table():
    asked = pd.Index(["a", "b"])
    for table in (WRITTEN, WRITTEN[::-1], WRITTEN.sample(frac=1, random_state=0)):
        assert importance_by_name(table, asked).to_dict() == {"a": 0.1, "b": 0.2}


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (WRITTEN.iloc[1:], r"importance: features that are missing \(b\); every feature"),
        (
            pd.concat([WRITTEN, WRITTEN.head(1)]),
            r"features that stand there more than once \(b\)",
        ),
        (WRITTEN.drop(columns="feature"), "importance: no column feature"),
        (WRITTEN.assign(importance=np.nan), "importance, column importance: 3 missing values"),
    ],
)
def test_importance_that_does_not_fit_is_one_clear_error(table, found):
    with pytest.raises(RunError, match=found) as error:
        importance_by_name(table, pd.Index(["a", "b"]))
    assert error.value.remedy == "Run the stage that writes it again."
