"""A sample unlike all others is named, and kills nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import omics_lib as ol
from omics_lib import narrate
from omics_lib.errors import TrainingDiverged

SAMPLES = [f"S{i:02d}" for i in range(20)]


def table(seed: int = 0) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).lognormal(3, 1, (20, 30)), SAMPLES)


@pytest.mark.parametrize(
    ("times", "named"), [(1000, True), (1 / 1000, True), (0, True), (1.5, False), (1, False)]
)
def test_sample_that_stands_apart_is_named(times, named):
    values = table()
    values.loc["S07"] *= times
    found = ol.unusual_samples({"genes": values}, {"genes": "counts"})
    assert (found["sample"].tolist() == ["S07"]) == named
    said = narrate.unusual_samples(found)
    assert ("`S07`" in said) == named
    assert "No sample stands apart" in said or named


def test_size_on_a_log_scale_is_compared_by_differences():
    values = np.log2(table())
    values.loc["S03"] += 10
    found = ol.unusual_samples({"genes": values}, {"genes": "log"})
    assert found["sample"].tolist() == ["S03"] and found["times"].iloc[0] == pytest.approx(1024, rel=0.7)


def test_rows_of_the_same_size_do_not_stand_apart():
    values = table()
    closed = values.div(values.sum(axis=1), axis=0)
    assert ol.unusual_samples({"m": closed}, {"m": "abundance"}).empty


def test_sentence_says_how_many_times_and_in_which_table():
    found = pd.DataFrame({"table": "metabolomics", "sample": ["_a_"], "times": [1000.0]})
    assert "- `_a_` in metabolomics: 1e+03 times" not in narrate.unusual_samples(found)
    assert "- `_a_` in metabolomics: 1,000 times the median sample" in narrate.unusual_samples(found)
    assert "1/50 of the median sample" in narrate.unusual_samples(found.assign(times=0.02))


def test_letters_that_no_font_has_are_said():
    nothing = pd.DataFrame(columns=["table", "sample", "times"])
    assert "1 letter that no font here has" in narrate.unusual_samples(nothing, "肝")
    assert "font" not in narrate.unusual_samples(nothing)


DESCENT = {"hidden": (8,), "n_latent": 2, "skip": False, "optimizer": "sgd", "max_epochs": 30}


def test_learning_rate_is_lowered_until_descent_is_steady():
    X = np.random.default_rng(0).normal(size=(20, 40))
    model = ol.OmicsAutoencoder(**DESCENT, validation_fraction=0, random_state=0, solver="rowspace")
    assert ol.steady_learning_rate(model, X) == 0.01
    assert ol.steady_learning_rate(model, X, [1e6, 100, 0.001]) == 0.001
    assert model.learning_rate == 1e-3
    assert "diverges with steps of 0.01" in narrate.steady_rate(0.001)
    assert "diverges" not in narrate.steady_rate(0.01)


def test_fold_in_which_training_diverges_is_missing_and_said(monkeypatch):
    X = np.random.default_rng(0).normal(size=(20, 10))
    steady = ol.OmicsAutoencoder(**DESCENT | {"optimizer": "adam"}, random_state=0)
    wild = ol.OmicsAutoencoder(**DESCENT | {"learning_rate": 1e6}, validation_fraction=0, random_state=0)
    models = {
        "wild": wild,
        "steady": steady,
        "PCA": ol.OmicsAutoencoder(n_latent=2, max_epochs=1, random_state=0),
    }
    pipelines = {name: make_pipeline(StandardScaler(), model) for name, model in models.items()}
    scores = ol.cross_validate_reconstruction(pipelines, X, n_folds=3, random_state=0).scores
    assert scores.query("model == 'wild'")["r2"].isna().all()
    assert scores.query("model != 'wild'")["r2"].notna().all()
    said = narrate.ways_of_training(scores.assign(table="genes"), 2)
    assert "*wild* on genes" in said and "*steady* does best" in said
    with pytest.raises(TrainingDiverged):
        wild.fit(X)


def test_page_has_a_sentence_where_every_way_diverges():
    scores = pd.DataFrame({"model": ["a", "PCA"], "table": "genes", "r2": [np.nan, 0.5]})
    assert narrate.ways_of_training(scores, 4).startswith("Training diverged for *a* on genes")
