from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import omics_lib as ol


@pytest.mark.parametrize(("n_samples", "n_folds"), [(21, 5), (12, 3), (100, 4)])
def test_roles_are_those_of_the_cross_validation(n_samples, n_folds):
    model = ol.OmicsAutoencoder(n_latent=2, hidden=(4,), max_epochs=1, random_state=0)
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(n_samples, 5)))
    how = {"n_folds": n_folds, "random_state": 1}
    roles = ol.fold_roles(model, n_samples, **how)
    scores = ol.cross_validate_reconstruction({"a": make_pipeline(StandardScaler(), model)}, X, **how).scores
    assert (roles == "held out").sum().tolist() == scores["n_test"].tolist()
    assert (roles != "held out").sum().tolist() == scores["n_train"].tolist()
    assert ((roles == "held out").sum(axis=1) == 1).all()


def test_samples_that_tell_when_to_stop_are_those_of_the_fit(monkeypatch):
    watched = []
    split = ol.OmicsAutoencoder._split

    def remember(self, n_samples, rng):
        found = split(self, n_samples, rng)
        watched.append(found[0])
        return found

    monkeypatch.setattr(ol.OmicsAutoencoder, "_split", remember)
    model = ol.OmicsAutoencoder(n_latent=2, hidden=(4,), max_epochs=1, random_state=4)
    X = np.random.default_rng(0).normal(size=(20, 5))
    roles = ol.fold_roles(model, 20, n_folds=2, random_state=0)
    held_out = (roles[1] == "held out").to_numpy()
    model.fit(X[~held_out])
    np.testing.assert_array_equal(np.flatnonzero(roles[1][~held_out] == "tells when to stop"), watched[-1])
