"""Attacks on what a run lets out: they succeed on what never leaves, and fail on what does."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joblib import Parallel

import omics_lib as ol
from omics_lib import narrate
from omics_lib.errors import ParameterError, ReleaseError

SCRIPT = Path(__file__).parents[2] / "benchmarks/disclosure.py"


@pytest.fixture(scope="module")
def attacks():
    """Return the script of the page as a module."""
    spec = importlib.util.spec_from_file_location("disclosure", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["disclosure"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["disclosure"]


@pytest.fixture(scope="module")
def people(attacks):
    return attacks.Population.simulate(300, 120, 30, 1)


def test_sample_is_rebuilt_from_a_model_file_and_a_few_of_its_values(people, attacks, tmp_path):
    X = attacks.standardised(people.genes)[:42]
    model = ol.OmicsAutoencoder(n_latent=3, hidden=(8,), max_epochs=5, random_state=0).fit(X[:21])
    ol.write_autoencoder(model, tmp_path / "model.safetensors")
    space = ol.read_autoencoder(tmp_path / "model.safetensors").space_
    known, rest = np.arange(40), np.arange(40, X.shape[1])
    alike = np.array([np.corrcoef(ol.rebuild_sample(space, known, x[known])[rest], x[rest])[0, 1] for x in X])
    trained = space.residual_share(X) < 1e-6
    assert trained[:21].all() and not trained[21:].any()
    assert alike[:21].min() > 0.999 and np.abs(alike[21:]).mean() < 0.5


@pytest.mark.parametrize("how", ["all, exact", "all, two digits", "all, summed over three sites"])
def test_correlations_of_all_pairs_tell_who_is_in_the_study(attacks, how):
    world = attacks.Population.simulate(300, 400, 60, 2)
    found = pd.DataFrame(attacks.correlation_attacks(world, 21, 6)).set_index(["how", "person"])["auc"]
    assert found[how, "typical"] > 0.9
    assert 0.4 < found[how, "control"] < 0.6


@pytest.fixture(scope="module")
def shadows(people, attacks):
    with Parallel(1) as jobs:
        rows = pd.DataFrame(attacks.shadow_attacks(people, 21, 5, 40, jobs))
    rows = rows[rows["what"] == "everything"]
    return rows.pivot(index="how", columns="person", values="auc")


@pytest.mark.slow
@pytest.mark.parametrize("person", ["typical", "outlier", "extreme", "control"])
def test_default_release_tells_nobody_from_chance(shadows, person):
    assert shadows.loc["by default", person] < narrate.NEAR_CHANCE


@pytest.mark.slow
def test_small_numbers_tell_an_outlier_where_they_are_released(shadows):
    assert shadows.loc["as it was let out", "outlier"] > 0.95
    assert shadows.loc["as it was let out", "extreme"] > 0.85


def test_held_out_r2_of_the_attack_is_that_of_the_library(people, attacks):
    from sklearn.decomposition import PCA
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X = people.genes[:20]
    pca = make_pipeline(StandardScaler(), PCA(attacks.N_LATENT, svd_solver="full"))
    found = ol.cross_validate_reconstruction({"PCA": pca}, X, n_folds=5, random_state=0).scores["r2"]
    folds = [test for _, test in KFold(5, shuffle=True, random_state=0).split(X)]
    np.testing.assert_allclose(attacks.held_out_r2(X, folds), found, rtol=1e-8)


def test_success_is_half_by_chance_and_one_where_all_members_score_higher():
    rng = np.random.default_rng(0)
    chance = ol.attack_success(rng.normal(size=(50, 20)), rng.normal(size=(50, 20)), random_state=0)
    assert chance.low < 0.5 < chance.high and chance.high - chance.low < 0.1
    assert ol.attack_success([[1, 2]], [[0, -1]], random_state=0) == (1, 1, 1)


def test_success_without_trials_is_refused():
    with pytest.raises(ParameterError, match="scores of both"):
        ol.attack_success([[1.0]], [])


def test_numbers_that_never_differ_tell_nothing():
    scores = ol.shadow_scores(np.ones((10, 2)), np.ones((10, 2)), random_state=0)
    assert ol.attack_success([scores[0]], [scores[1]], random_state=0).auc == 0.5


def test_grouped_metadata_link_to_no_single_person(attacks):
    found = pd.DataFrame(attacks.linkage(50, 5)).set_index("how")["linked"]
    assert found["as it is"] > 0.02
    assert found["grouped"] == 0


def test_person_of_whom_there_are_two_is_not_linked():
    register = pd.DataFrame({"age": [30, 30, 41], "sex": ["f", "f", "m"]})
    assert ol.linked_share(register, register, ["age", "sex"]) == pytest.approx(1 / 3)
    assert ol.linked_share(register, register, ["age"]) == pytest.approx(1 / 3)


@given(
    st.integers(4, 10_000),
    st.lists(st.integers(1, 6), max_size=4),
    st.integers(0, 5),
    st.floats(0.01, 100),
)
def test_parts_of_a_plan_never_spend_more_than_was_granted(n, columns, n_scores, epsilon):
    levels = {f"column {i}": [f"level {j}" for j in range(k)] for i, k in enumerate(columns)}
    plan = ol.noise_plan(n, levels, [f"score {i}" for i in range(n_scores)], epsilon)
    assert plan["epsilon"].sum() <= epsilon * (1 + 1e-9)
    released = plan[plan["released"]]
    assert (released["error"] < released["range"] / 4).all()
    assert (plan.loc[~plan["released"], "epsilon"] == 0).all()


def table(**counts):
    return pd.DataFrame({"sex": [level for level, n in counts.items() for _ in range(n)]})


LEVELS = {"sex": ["f", "m"]}


def test_counts_are_told_with_as_much_noise_as_the_plan_says():
    plan = ol.noise_plan(1000, LEVELS, [], 1.0).iloc[0]
    found = [ol.noisy_release(table(f=400, m=600), LEVELS, {}, 1.0)["value"].tolist() for _ in range(300)]
    off = np.abs(np.array(found) - [400, 600])
    assert (np.array(found) == np.round(found)).all()
    assert (off <= plan["error"]).mean() == pytest.approx(0.95, abs=0.04)


def test_odds_of_an_answer_change_by_no_more_than_epsilon_when_a_person_is_replaced():
    epsilon, draws = 1.0, 10_000
    mechanism = ol.laplace(int, 2 / epsilon)
    assert mechanism.map(2) == pytest.approx(epsilon)
    answers = [
        pd.Series([tuple(mechanism(counts)) for _ in range(draws)]).value_counts()
        for counts in ([3, 2], [2, 3])
    ]
    common = answers[0].index.intersection(answers[1].index)
    both = pd.concat([found[common] for found in answers], axis=1)
    often = both[(both > 100).all(axis=1)]
    ratio = np.log(often.iloc[:, 0] / often.iloc[:, 1])
    assert len(often) > 10
    assert ratio.abs().max() < epsilon + 4 * math.sqrt(2 / 100)
    assert ratio.abs().max() > epsilon / 2  # the noise is no larger than it has to be


def test_what_would_be_noise_alone_is_not_released():
    found = ol.noisy_release(table(f=10, m=11), LEVELS, {"R²": 0.4}, 10.0).set_index("what")
    assert found.loc["sex", "released"].all() and not found.loc["R²", "released"]
    assert math.isnan(found.loc["R²", "value"])


def test_score_is_released_where_epsilon_allows_it():
    found = ol.noisy_release(table(f=10), {}, {"R²": -3.0}, 1000.0).iloc[0]
    assert found["released"] and abs(found["value"]) < 0.1  # cut off at 0, not at -3


def test_level_that_was_not_announced_counts_for_the_last():
    found = ol.noisy_release(table(f=3, m=4, x=2), LEVELS, {}, 1000.0).set_index("level")["value"]
    assert found.to_dict() == {"f": 3, "m": 6}


@pytest.mark.parametrize("epsilon", [0, -1, math.inf, math.nan])
def test_epsilon_that_is_no_positive_number_is_refused(epsilon):
    with pytest.raises(ParameterError, match="above 0"):
        ol.noise_plan(21, LEVELS, [], epsilon)


def test_missing_library_of_noise_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    with pytest.raises(ReleaseError, match=r"omics_lib\[privacy\]"):
        ol.noisy_release(table(f=500, m=500), LEVELS, {}, 1.0)
