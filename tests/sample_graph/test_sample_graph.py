"""The graph attention network over samples, and what it must beat."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import binomtest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score, balanced_accuracy_score

import omics_lib as ol
from omics_lib.errors import ParameterError, StudyError
from omics_lib.narrate import _samples as narrate
from omics_lib.sample_graph._labels import stratified_folds
from omics_lib.sample_graph._network import SampleNetwork, class_head_width, listens_to
from omics_lib.sample_graph._one_scale import OneScale


def classes_and_latents(n=24, n_latent=8, strength=3.0, seed=0):
    """Latents in which `group` can be seen and `batch` cannot."""
    rng = np.random.default_rng(seed)
    index = pd.Index([f"S{i:02d}" for i in range(n)], name="sample_id")
    labels = pd.DataFrame(
        {"group": np.tile(["a", "b", "c"], n // 3), "batch": rng.permutation(np.tile(["x", "y"], n // 2))},
        index=index,
    )
    Z = rng.normal(size=(n, n_latent))
    Z[:, :3] += strength * pd.get_dummies(labels["group"]).to_numpy(float)
    return pd.DataFrame(Z, index=index).add_prefix("latent_"), labels


@pytest.fixture(scope="module")
def fitted():
    Z, labels = classes_and_latents()
    return ol.SampleGraphClassifier(n_epochs=30, random_state=0).fit(Z[:18], labels[:18]), Z, labels


# The network


def test_parameters_are_79880_with_heads_of_4_2_and_2_classes():
    assert ol.count_sample_parameters(128, [4, 2, 2]) == 79_880


def test_parameters_agree_with_the_sum_over_layers():
    linear = 128 * 256 + 256 * 128 + 128 * 64
    attention = 2 * (4 * 64 + 4 * 32 + 64)
    norm = 2 * (256 + 128 + 64)
    heads = [64 * w + w + w * c + c for w, c in ((32, 4), (16, 2), (16, 2))]
    assert linear + attention + norm + sum(heads) == ol.count_sample_parameters(128, [4, 2, 2])


@pytest.mark.parametrize(("n_classes", "width"), [(2, 16), (3, 24), (4, 32), (8, 64), (20, 64)])
def test_class_head_grows_with_its_classes(n_classes, width):
    assert class_head_width(n_classes) == width


def test_fitted_network_has_the_counted_parameters(fitted):
    model, *_ = fitted
    assert model.n_parameters_ == ol.count_sample_parameters(8, [3, 2])


def test_attention_layer_agrees_with_the_paper():
    """Veličković et al., equations 1 to 4, by hand: one head over three nodes."""
    torch.manual_seed(0)
    layer = SampleNetwork(5, [2]).attention[2]
    x, edges = torch.randn(3, 128), torch.tensor([[0, 1], [2, 2]])
    h = x @ layer.lin.weight.T
    score = h @ layer.att_src.flatten() + h[2] @ layer.att_dst.flatten()
    alpha = torch.softmax(torch.nn.functional.leaky_relu(score, 0.2), dim=0)
    torch.testing.assert_close(layer(x, edges)[2], alpha @ h)


def test_neighbours_are_the_nearest_others():
    rows = np.array([[0.0], [1.0], [3.0], [10.0]])
    assert listens_to(rows, rows, 1).tolist() == [[1, 0, 1, 2], [0, 1, 2, 3]]
    assert listens_to(np.array([[9.0]]), rows, 2).tolist() == [[3, 2], [0, 0]]
    assert listens_to(rows, rows, 99).shape == (2, 12)


# The estimator


def test_fit_learns_what_is_there(fitted):
    model, Z, labels = fitted
    found = model.predict(Z[18:])
    assert found.index.equals(Z.index[18:])
    assert (found["group"] == labels["group"][18:]).mean() > 0.8
    assert model.losses_[-1] < model.losses_[0]


def test_probabilities_sum_to_one_and_lead_to_the_prediction(fitted):
    model, Z, _ = fitted
    shares = model.predict_proba(Z)
    assert {name: list(table.columns) for name, table in shares.items()} == {
        "group": ["a", "b", "c"],
        "batch": ["x", "y"],
    }
    for name, table in shares.items():
        np.testing.assert_allclose(table.sum(axis=1), 1, rtol=1e-5)
        assert table.idxmax(axis=1).tolist() == model.predict(Z)[name].tolist()


def test_prediction_of_a_sample_does_not_depend_on_the_samples_beside_it(fitted):
    model, Z, _ = fitted
    alone, together = model.predict_proba(Z[18:19]), model.predict_proba(Z[18:])
    outlier = pd.concat([Z[18:19], Z[19:] * 1e3])
    for head in alone:
        np.testing.assert_allclose(alone[head], together[head][:1], rtol=1e-4)
        np.testing.assert_allclose(alone[head], model.predict_proba(outlier)[head][:1], rtol=1e-4)


def test_predicting_changes_nothing_that_was_learnt(fitted):
    model, Z, _ = fitted
    before = {name: value.clone() for name, value in model.network_.state_dict().items()}
    model.predict(Z * 100)
    assert all(torch.equal(value, before[name]) for name, value in model.network_.state_dict().items())


def test_batch_norm_holds_the_statistics_of_the_training_samples(fitted):
    model, *_ = fitted
    seen = []
    hook = model.network_.norms[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    x = torch.as_tensor(model._rows, dtype=torch.float32)
    model.network_(x, model._edges)
    hook.remove()
    torch.testing.assert_close(model.network_.norms[0].running_mean, seen[0].mean(dim=0))


def test_same_seed_gives_the_same_bytes_whatever_the_number_of_threads():
    Z, labels = classes_and_latents()
    before, state = torch.get_num_threads(), []
    drawn = torch.random.get_rng_state()
    for n in (1, 3):
        torch.set_num_threads(n)
        model = ol.SampleGraphClassifier(n_epochs=5, random_state=3).fit(Z, labels)
        assert torch.get_num_threads() == n
        state.append([value.numpy().tobytes() for value in model.network_.state_dict().values()])
    torch.set_num_threads(before)
    assert state[0] == state[1]
    assert torch.equal(drawn, torch.random.get_rng_state())


def test_labels_are_joined_by_id(fitted):
    model, Z, labels = fitted
    shuffled = clone(model).fit(Z[:18], labels[:18].sample(frac=1, random_state=0))
    np.testing.assert_array_equal(shuffled.losses_, model.losses_)


def test_sample_without_a_label_trains_no_head_but_speaks_to_its_neighbours():
    Z, labels = classes_and_latents()
    labels.iloc[:3, 1] = None
    settings = {"n_epochs": 3, "random_state": 0}
    model = ol.SampleGraphClassifier(**settings).fit(Z, labels)
    assert list(model.classes_["batch"]) == ["x", "y"]
    assert len(model.neighbors_) == len(Z)
    other = labels.copy()
    other.iloc[0, 1] = "x"
    assert not np.array_equal(ol.SampleGraphClassifier(**settings).fit(Z, other).losses_, model.losses_)


def test_latent_that_never_varies_does_no_harm():
    Z, labels = classes_and_latents()
    model = ol.SampleGraphClassifier(n_epochs=2, random_state=0).fit(Z.assign(dead=0.0), labels)
    assert np.isfinite(model.predict_proba(Z.assign(dead=0.0))["group"].to_numpy()).all()


def test_labels_of_numbers_keep_their_kind():
    Z, labels = classes_and_latents()
    y = labels["group"].map({"a": 7, "b": 14, "c": 21}).to_frame()
    found = ol.SampleGraphClassifier(n_epochs=2, random_state=0).fit(Z, y).predict(Z)
    assert set(found["group"]) <= {7, 14, 21}


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"n_neighbors": -1}, "n_neighbors"),
        ({"n_epochs": 0}, "n_epochs"),
        ({"dropout": 1}, "dropout"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"weight_decay": -1}, "weight_decay"),
    ],
)
def test_setting_out_of_range_is_refused(settings, name):
    with pytest.raises(ParameterError, match=name):
        ol.SampleGraphClassifier(**settings).fit(*classes_and_latents())


def test_labels_that_do_not_fit_are_refused():
    Z, labels = classes_and_latents()
    model = ol.SampleGraphClassifier()
    with pytest.raises(StudyError, match="6 samples in one table only"):
        model.fit(Z, labels[:18])
    with pytest.raises(StudyError, match="labels: 24 rows against 18"):
        model.fit(Z.to_numpy(), labels[:18])
    with pytest.raises(StudyError, match="no columns"):
        model.fit(Z, labels[[]])
    with pytest.raises(StudyError, match="column group: no label"):
        model.fit(Z, labels.assign(group=None))
    with pytest.raises(NotFittedError):
        model.predict(Z)


# One scale


def test_latents_keep_their_proportions_and_tables_count_alike():
    Z, _ = classes_and_latents()
    Z = Z * np.arange(1, 9)
    joint = ol.side_by_side({"a": Z, "b": 1000 * Z[::-1]})
    assert list(joint.index) == list(Z.index) and list(joint)[:1] == ["a_latent_0"]
    spread = joint.std(ddof=0)
    np.testing.assert_allclose(spread[:8] / spread.iloc[0], Z.std(ddof=0) / Z.std(ddof=0).iloc[0])
    np.testing.assert_allclose(joint.iloc[:, :8], joint.iloc[:, 8:])
    assert joint.iloc[:, :8].pow(2).mean().sum() == pytest.approx(1)
    with pytest.raises(StudyError, match="latents of b: 18 samples that are not the 24"):
        ol.side_by_side({"a": Z, "b": Z[:18]})


def test_neighbours_are_those_of_the_latents_as_they_are():
    """Two groups far apart along the first of as many components as the samples span: each hears its own."""
    group = np.repeat([0, 1], 12)
    X = np.random.default_rng(0).normal(size=(24, 200))
    X[group == 1, :60] += 1.5
    Z = PCA(svd_solver="full").fit_transform(X)[:, :23]
    labels = pd.DataFrame({"group": np.array(["a", "b"])[group]})
    model = ol.SampleGraphClassifier(n_epochs=1, random_state=0).fit(Z, labels)
    assert (group[model.neighbors_] == group[:, None]).mean() > 0.95


def test_without_neighbours_a_sample_is_judged_by_its_own_latents():
    Z, labels = classes_and_latents()
    model = ol.SampleGraphClassifier(n_neighbors=0, n_epochs=30, random_state=0).fit(Z[:18], labels[:18])
    assert model.neighbors_.shape == (18, 0)
    assert (model.predict(Z[18:])["group"] == labels["group"][18:]).mean() > 0.8


def test_one_scale_keeps_distances_in_proportion():
    X = np.random.default_rng(0).normal(size=(9, 4)) * [1, 10, 100, 0] + 5
    found = OneScale().fit(X).transform(X)
    np.testing.assert_allclose(pdist(found) / pdist(found)[0], pdist(X) / pdist(X)[0])
    assert found.var(axis=0).mean() == pytest.approx(1)
    assert np.isfinite(OneScale().fit_transform(np.ones((3, 2)))).all()


# Which columns are classes


def test_heads_are_chosen_and_the_rest_is_explained():
    n = 12
    samples = pd.DataFrame(
        {
            "diet": list("abc") * 4,
            "name": [f"mouse {i}" for i in range(n)],
            "age": np.linspace(3, 9, n),
            "week": np.repeat([0, 4], n // 2),
            "code": np.arange(n),
            "same": "x",
            "food": list("ABC") * 4,
            "rare": list("aabbccddeeff"),
        }
    )
    heads = ol.sample_heads(samples)
    assert list(heads.labels) == ["diet", "week"]
    assert set(heads.labels["week"]) == {"0", "4"}
    assert heads.columns.set_index("column")["why"].to_dict() == {
        "diet": "",
        "name": "every sample has a value of its own",
        "age": "numbers, not classes",
        "week": "",
        "code": "numbers, not classes",
        "same": "all samples have the same value",
        "food": "splits the samples as diet does",
        "rare": "too few samples for each value (a class needs 3)",
    }


def test_missing_is_a_level_of_its_own():
    samples = pd.DataFrame(
        {"sex": ["f"] * 4 + ["m"] * 4 + [None] * 3, "dose": [0.0] * 4 + [1.0] * 4 + [np.nan] * 3}
    )
    labels = ol.sample_heads(samples.iloc[:, :1]).labels
    assert labels["sex"].value_counts().to_dict() == {"f": 4, "m": 4, "missing": 3}
    assert set(ol.sample_heads(samples.iloc[:, 1:]).labels["dose"]) == {"0", "1", "missing"}


def test_rare_level_gives_its_samples_no_label():
    samples = pd.DataFrame({"sex": ["f"] * 4 + ["m"] * 4 + ["missing"]})
    heads = ol.sample_heads(samples)
    assert heads.labels["sex"].isna().tolist() == [False] * 8 + [True]
    assert heads.columns.iloc[0][["n_classes", "n_samples"]].tolist() == [2, 8]


def test_categories_and_booleans_are_classes():
    samples = pd.DataFrame(
        {"a": pd.Categorical(list("xxxyyy")), "b": [True, False, False, True, True, False]}
    )
    assert list(ol.sample_heads(samples).labels) == ["a", "b"]


def test_metadata_without_columns_give_no_head():
    heads = ol.sample_heads(pd.DataFrame(index=range(5)))
    assert heads.labels.shape == (5, 0)
    assert not len(heads.columns)


# Cross-validation


@pytest.mark.parametrize("seed", range(5))
def test_folds_share_out_every_class_of_every_head(seed):
    rng = np.random.default_rng(seed)
    labels = pd.DataFrame({"a": np.repeat(list("xyz"), [20, 10, 5]), "b": rng.choice(["u", "v"], 35)})
    labels.loc[:2, "b"] = None
    fold = stratified_folds(labels, 5, rng)
    assert np.ptp(np.bincount(fold)) <= 2
    for name in labels:
        assert np.ptp(pd.crosstab(fold, labels[name]).to_numpy(), axis=0).max() <= 2
    assert pd.crosstab(fold, labels["a"])["z"].tolist() == [1] * 5


@pytest.fixture(scope="module")
def validated():
    Z, labels = classes_and_latents(strength=4.0)
    labels.iloc[0, 1] = None
    settings = {"n_folds": 3, "n_repeats": 2, "random_state": 0}
    return Z, labels, settings, ol.held_out_labels(Z, labels, **settings)


@pytest.mark.slow
def test_every_labelled_sample_is_held_out_once_a_repeat(validated):
    _, labels, _, predictions = validated
    times = predictions.groupby(["head", "model", "repeat"])["sample"].agg(["size", "nunique"])
    assert (times.loc["group"] == 24).all(axis=None) and (times.loc["batch"] == 23).all(axis=None)
    assert (labels["group"].loc[predictions["sample"]].to_numpy() == predictions["truth"])[
        predictions["head"] == "group"
    ].all()


@pytest.mark.slow
def test_changing_held_out_samples_cannot_change_what_was_learnt(validated):
    """Neither their latents nor their labels reach the predictions of other samples of their fold."""
    Z, labels, settings, before = validated
    first = before.query("repeat == 1 and fold == 1")
    changed_sample, other = first["sample"].unique()[:2]
    changed = Z.copy()
    changed.loc[changed_sample] *= -50
    after = ol.held_out_labels(changed, labels, **settings).query("repeat == 1 and fold == 1")
    one, two = (table[table["sample"] == other]["predicted"].tolist() for table in (first, after))
    assert one == two
    train = labels.index.difference(first["sample"])
    fits = [
        ol.SampleGraphClassifier(n_epochs=3, random_state=0).fit(table.loc[train], labels.loc[train])
        for table in (Z, changed)
    ]
    for value, same in zip(*(fit.network_.state_dict().values() for fit in fits), strict=True):
        assert torch.equal(value, same)


@pytest.mark.slow
def test_scores_agree_with_scikit_learn(validated):
    Z, labels, settings, predictions = validated
    scores = ol.cross_validate_samples(Z, labels, **settings)
    assert list(scores) == ["repeat", "fold", "head", "model", "accuracy", "balanced_accuracy", "n_test"]
    pd.testing.assert_frame_equal(scores, ol.label_scores(predictions))
    for row in scores.query("head == 'group'").itertuples():
        part = predictions.query(
            "repeat == @row.repeat and fold == @row.fold and head == @row.head and model == @row.model"
        )
        assert row.n_test == len(part)
        assert row.accuracy == pytest.approx(accuracy_score(part["truth"], part["predicted"]))
        assert row.balanced_accuracy == pytest.approx(
            balanced_accuracy_score(part["truth"], part["predicted"])
        )


@pytest.mark.slow
def test_models_find_what_is_planted_and_nothing_else(validated):
    summary = ol.label_summary(validated[-1], n_permutations=199, random_state=0).set_index(["head", "model"])
    found = summary["balanced_accuracy"]
    assert found["group", "graph attention"] > 0.6 and found["group", "logistic regression"] > 0.8
    assert (summary.loc["group"].drop("majority")["p"] < 0.05).all()
    assert (summary.loc["batch"]["p"] > 0.05).all()
    assert (summary["interval_low"] <= summary["accuracy"]).all()
    assert (summary["accuracy"] <= summary["interval_high"]).all()


def test_summary_counts_samples_once_however_often_they_are_repeated():
    rows = [
        (repeat, 1, sample, "g", name, "ab"[sample % 2], "ab"[sample % 2] if right else "ba"[sample % 2])
        for repeat in (1, 2)
        for name, n_right in (("graph attention", 3 + repeat), ("other", 8))
        for sample, right in ((s, s < n_right) for s in range(10))
    ]
    columns = ["repeat", "fold", "sample", "head", "model", "truth", "predicted"]
    ours, other = ol.label_summary(pd.DataFrame(rows, columns=columns)).to_dict("records")
    assert (ours["n_samples"], ours["accuracy"], ours["lowest"], ours["highest"]) == (10, 0.45, 0.4, 0.5)
    assert (other["better"], other["worse"]) == (0, 4)
    assert other["p_difference"] == pytest.approx(binomtest(0, 4).pvalue)
    assert ol.label_summary(pd.DataFrame(columns=columns)).empty


def test_training_part_with_one_class_predicts_it():
    Z, labels = classes_and_latents(n=6)
    labels = pd.DataFrame({"g": ["a", "a", "a", "a", "a", "b"]}, index=labels.index)
    model = ol.SampleGraphClassifier(n_epochs=2)
    predictions = ol.held_out_labels(Z, labels, n_folds=6, n_repeats=1, model=model, random_state=0)
    assert set(predictions.query("truth == 'b'")["predicted"]) == {"a"}


def test_study_without_heads_gives_empty_tables():
    Z, labels = classes_and_latents()
    predictions = ol.held_out_labels(Z, labels[[]], random_state=0)
    assert ol.label_scores(predictions).empty
    assert ol.label_summary(predictions).empty
    assert list(ol.cross_validate_samples(Z, labels[[]])) == list(ol.label_scores(predictions))


def test_more_folds_than_samples_are_refused():
    Z, labels = classes_and_latents(n=6)
    with pytest.raises(ParameterError, match="found 7 for 6 samples"):
        ol.held_out_labels(Z, labels, n_folds=7)


# Sentences


SUMMARY = ["head", "model", "accuracy", "p", "better", "worse", "p_difference"]


def summary_of(head="diet", p=(0.001, 0.001), alone=(0, 0, 1.0), regression=(0, 0, 1.0)):
    rows = [
        (head, "graph attention", 0.8, p[0], 0, 0, 1.0),
        (head, "no graph", 0.7, 0.001, *alone),
        (head, "logistic regression", 0.9, p[1], *regression),
        (head, "majority", 0.3, 1.0, 0, 0, 1.0),
    ]
    return pd.DataFrame(rows, columns=SUMMARY).assign(interval_low=0.2, interval_high=0.95)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (summary_of(alone=(0, 9, 0.004)), "(sign test p = 0.004): **the graph does harm**."),
        (summary_of(alone=(0, 9, 0.004)), "**So the graph does harm:**"),
        (summary_of(alone=(9, 0, 0.004)), "So the samples' neighbours add something to their own latents."),
        (summary_of(alone=(1, 1, 1.0)), "too few to tell the two apart"),
        (summary_of(), "It is right for every sample as often with its neighbours as without."),
        (summary_of(), "It is right for every sample as often as the regression."),
        (summary_of(regression=(0, 9, 0.004)), "**The network loses to plain logistic regression.**"),
        (summary_of(regression=(9, 0, 0.004)), "The network is ahead of plain logistic regression."),
        (summary_of(p=(0.4, 0.3)), "does better than shuffled labels would (p = 0.4 and 0.3)"),
        (summary_of(p=(0.4, 0.01)), "The network does no better than shuffled labels would (p = 0.4)."),
    ],
)
def test_sentence_says_who_wins(summary, expected):
    text = narrate.sample_classes(summary)
    assert expected in text
    assert "nan" not in text


COMPARED = st.tuples(st.integers(0, 20), st.integers(0, 20), st.floats(1e-6, 1))


@given(
    st.lists(
        st.tuples(COMPARED, COMPARED, st.tuples(st.floats(0.001, 1), st.floats(0.001, 1))),
        min_size=1,
        max_size=4,
    )
)
def test_the_graph_helps_only_where_the_network_beats_itself_without_it(columns):
    tables = [
        summary_of(
            f"h{i}", p, alone if sum(alone[:2]) else (0, 0, 1.0), other if sum(other[:2]) else (0, 0, 1.0)
        )
        for i, (alone, other, p) in enumerate(columns)
    ]
    text = narrate.sample_classes(pd.concat(tables))
    level = 0.05 / (2 * len(tables))
    lines = [line for line in text.split("\n") if line.startswith("- ")]
    n_helps = n_harms = 0
    for line, table in zip(lines, tables, strict=True):
        row = table.set_index("model").loc["no graph"]
        helps = row["p_difference"] <= level and row["better"] > row["worse"]
        harms = row["p_difference"] <= level and not helps
        assert ("the graph helps" in line) == helps
        assert ("the graph does harm" in line) == harms
        n_helps, n_harms = n_helps + helps, n_harms + harms
    assert ("neighbours add something" in text) == (n_helps > 0 and n_harms == 0)
    assert ("So the graph does harm" in text) == (n_harms > 0 and n_helps == 0)
    assert ("nothing here speaks for the graph" in text) == (n_helps == n_harms == 0)


def test_sentences_of_a_study_without_classes_say_so():
    assert "no metadata" in narrate.sample_heads(ol.sample_heads(pd.DataFrame(index=range(5))).columns, 5)
    only_names = ol.sample_heads(pd.DataFrame({"name": list("abcde")})).columns
    assert "Left out: name (every sample has a value of its own)." in narrate.sample_heads(only_names, 5)
    assert "nothing to train" in narrate.sample_network(79_880, 75_520, 128, [], 5)
    assert "nothing to cross-validate" in narrate.sample_classes(ol.label_summary(pd.DataFrame(
        columns=["repeat", "fold", "sample", "head", "model", "truth", "predicted"])))  # fmt: skip


def test_sentence_counts_heads_and_samples_without_label():
    heads = ol.sample_heads(pd.DataFrame({"sex": ["f"] * 4 + ["m"] * 4 + ["missing"]}))
    text = narrate.sample_heads(heads.columns, 9)
    assert text == (
        "The network gets 1 class head: sex (2 classes). 1 sample of the rarest values of sex has no label."
    )
    assert "and a head of 7 classes:" in narrate.sample_network(79_880, 60_000, 10, [7], 40)
    text = narrate.sample_network(79_880, 60_000, 10, [2, 3], 40)
    assert "**79,880 parameters**" in text and "heads of 2 and 3 classes: 1,500 for every sample" in text
