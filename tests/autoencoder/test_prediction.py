"""Labels of held-out samples, told from latents, components and tables."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import omics_lib as ol

RNG = np.random.default_rng(0)
LABELS = pd.Series(np.repeat(["a", "b"], 20), name="group")
SIGNAL = pd.DataFrame(RNG.normal(size=(40, 6)) + 3 * (LABELS == "b").to_numpy()[:, None])
NOISE = pd.DataFrame(RNG.normal(size=(40, 60)))


def models():
    return {
        "autoencoder": make_pipeline(
            StandardScaler(), ol.OmicsAutoencoder(n_latent=2, hidden=(8,), max_epochs=3)
        ),
        "PCA": make_pipeline(StandardScaler(), PCA(2)),
    }


def test_groups_that_differ_are_told_and_those_that_do_not_are_guessed():
    told = ol.cross_validate_labels(models(), SIGNAL, LABELS, random_state=0)
    assert told.groupby("model")["balanced_accuracy"].mean().min() > 0.9 and len(told) == 10
    guessed = ol.cross_validate_labels({"table": StandardScaler()}, NOISE, LABELS, random_state=0)
    assert 0.25 < guessed["balanced_accuracy"].mean() < 0.75


def test_whole_table_is_told_as_by_hand():
    found = ol.cross_validate_labels({"table": StandardScaler()}, SIGNAL, LABELS, random_state=3)
    expected = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=3).split(SIGNAL, LABELS):
        scaled = StandardScaler().fit(SIGNAL.iloc[train])
        seen, held_out = (scaled.transform(SIGNAL.iloc[rows]) for rows in (train, test))
        told = LogisticRegression(max_iter=2000).fit(seen, LABELS.iloc[train])
        expected.append(balanced_accuracy_score(LABELS.iloc[test], told.predict(held_out)))
    np.testing.assert_allclose(found["balanced_accuracy"], expected)


def test_held_out_samples_teach_nothing():
    """What is learnt in a fold does not change with the samples that it holds out."""
    seen = []

    class Spy(StandardScaler):
        def fit(self, X, y=None, sample_weight=None):
            seen.append(set(X.index))
            return super().fit(X, y)

    ol.cross_validate_labels({"table": Spy()}, SIGNAL, LABELS, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(SIGNAL, LABELS)
    assert seen == [set(train) for train, _ in folds]


@pytest.mark.parametrize(
    ("samples", "wanted", "expected"),
    [
        ({"batch": list("AB") * 10, "group": list("xxyy") * 5}, "group", "group"),
        ({"batch": list("AB") * 10, "group": list("xxyy") * 5}, None, "batch"),
        ({"age": range(20), "group": list("xxyy") * 5}, "age", "group"),
        ({"rare": ["a"] * 18 + ["b"] * 2, "who": [f"p{i}" for i in range(20)]}, "rare", None),
        ({"one": ["a"] * 20}, None, None),
        ({}, None, None),
    ],
)
def test_label_has_levels_with_a_sample_for_each_fold(samples, wanted, expected):
    label = ol.label_to_predict(pd.DataFrame(samples, index=range(20)), wanted, n_folds=5)
    assert (label is None) == (expected is None) and (label is None or label.name == expected)
