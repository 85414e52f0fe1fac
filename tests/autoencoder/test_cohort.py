from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from omics_lib import (
    OmicsAutoencoder,
    ShrunkPCA,
    StudyError,
    chosen_share,
    cohort_axes,
    cohort_gain,
    cross_validate_axes,
    cross_validate_reconstruction,
    fit_pipeline,
    preprocessor,
    read_autoencoder,
    write_autoencoder,
)

GENES = [f"g{i}" for i in range(200)]


def drawn(n: int, seed: int, loadings_of: int = 0) -> pd.DataFrame:
    """Draw samples of four factors whose loadings are those of a source."""
    loadings = np.random.default_rng(loadings_of + 100).normal(size=(4, len(GENES)))
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 4)) @ loadings + 2 * rng.normal(size=(n, len(GENES))) + 5
    return pd.DataFrame(values, [f"{seed}_{i}" for i in range(n)], GENES)


@pytest.fixture
def study():
    return drawn(14, seed=1)


@pytest.fixture
def Z(study):
    return preprocessor("log").fit_transform(study)


@pytest.fixture
def cohort():
    return cohort_axes(drawn(60, seed=2))


def aligned(cohort, study):
    return cohort.in_units_of(preprocessor("log").fit(study))


def test_axes_give_back_the_covariance_of_the_z_scores():
    X = drawn(60, seed=2)
    found = cohort_axes(X)
    rows = found.rows()
    np.testing.assert_allclose(rows.T @ rows, X.corr(), atol=1e-5)


def test_axes_are_those_of_the_shrunk_covariance(Z, cohort, study):
    known = aligned(cohort, study)
    rows, S = known.rows(), Z.T @ Z
    other = rows.T @ rows
    shrunk = 0.3 * S / np.trace(S) + 0.7 * other / np.trace(other)
    expected = np.linalg.eigh(shrunk)[1][:, :-6:-1]
    found = ShrunkPCA(5, known, share=0.7).fit(Z).components_
    np.testing.assert_allclose(np.abs(found @ expected), np.eye(5), atol=1e-6)


def test_axes_of_share_zero_are_pca(Z, cohort, study):
    found = ShrunkPCA(5, aligned(cohort, study), share=0.0).fit(Z)
    np.testing.assert_allclose(np.abs(found.components_ @ PCA(5).fit(Z).components_.T), np.eye(5), atol=1e-9)
    assert found.space_.rank == len(Z) - 1


def test_cohort_of_the_same_source_is_taken_and_helps(Z, cohort, study):
    test = preprocessor("log").fit(study).transform(drawn(200, seed=3))
    found = ShrunkPCA(4, aligned(cohort, study)).fit(Z)
    errors = [np.square(test - m.inverse_transform(m.transform(test))).sum() for m in (found, PCA(4).fit(Z))]
    assert found.share_ > 0
    assert errors[0] < 0.95 * errors[1]


def test_cohort_with_shuffled_names_or_of_another_source_is_left_out(Z, cohort, study):
    for useless in (cohort.shuffled(0), cohort_axes(drawn(60, seed=2, loadings_of=7))):
        assert ShrunkPCA(4, aligned(useless, study)).fit(Z).share_ == 0


def test_share_is_the_smallest_that_is_clearly_ahead_and_near_the_best():
    gains = pd.DataFrame({"share": [0, 0.25, 0.5, 0.75], "r2": [0.1, 0.11, 0.14, 0.15]})
    gains["gain"], gains["behind"] = gains["r2"] - 0.1, 0.15 - gains["r2"]
    assert chosen_share(gains.assign(gain_se=0.02, behind_se=0.02)) == 0.5
    assert chosen_share(gains.assign(gain_se=0.02, behind_se=[0.02, 0.02, 0.001, 0])) == 0.75
    assert chosen_share(gains.assign(gain_se=0.06, behind_se=0.02)) == 0
    assert chosen_share(gains.assign(r2=0.1, gain=0.0, behind=0.0, gain_se=0.0, behind_se=0.0)) == 0


def test_gain_is_measured_on_samples_that_taught_nothing(Z, cohort, study):
    known = aligned(cohort, study)
    alone = cohort_gain(Z, known, 4, n_folds=len(Z))
    errors = []
    for i in range(len(Z)):
        rest = np.delete(Z, i, axis=0)
        z = (Z[i] - rest.mean(axis=0)) / rest.std(axis=0)
        model = ShrunkPCA(4, share=0.0).fit((rest - rest.mean(axis=0)) / rest.std(axis=0))
        errors.append((np.square(z - model.inverse_transform(model.transform(z[None]))).sum(), z @ z))
    error, total = np.sum(errors, axis=0)
    assert alone["r2"][0] == pytest.approx(1 - error / total)


def test_autoencoder_starts_at_the_shrunk_axes(Z, cohort, study):
    known = aligned(cohort, study)
    model = OmicsAutoencoder((8,), 4, cohort=known, max_epochs=0, precision="float64", random_state=0).fit(Z)
    pca = ShrunkPCA(4, known).fit(Z)
    test = preprocessor("log").fit(study).transform(drawn(5, seed=3))
    assert model.share_ == pca.share_ > 0
    np.testing.assert_allclose(
        model.inverse_transform(model.transform(test)), pca.inverse_transform(pca.transform(test)), atol=1e-9
    )


def test_row_space_solver_is_exact_in_the_span_of_both(Z, cohort, study):
    settings = {"cohort": aligned(cohort, study), "optimizer": "sgd", "learning_rate": 0.01, "dropout": 0.2}
    settings |= {"precision": "float64", "validation_fraction": 0, "max_epochs": 30, "random_state": 0}
    both = [OmicsAutoencoder((8,), 4, solver=s, **settings).fit(Z) for s in ("rowspace", "dense")]
    test = preprocessor("log").fit(study).transform(drawn(5, seed=3))
    rows = [model.inverse_transform(model.transform(test)) for model in both]
    assert both[0].share_ > 0
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-8)


def test_autoencoder_with_a_useless_cohort_is_the_one_without(Z, cohort, study):
    settings = {"hidden": (8,), "n_latent": 4, "max_epochs": 5, "random_state": 0}
    alone = OmicsAutoencoder(**settings).fit(Z)
    beside = OmicsAutoencoder(**settings, cohort=aligned(cohort.shuffled(0), study)).fit(Z)
    np.testing.assert_array_equal(alone.transform(Z), beside.transform(Z))


def test_cohort_is_brought_to_the_units_of_each_fold(cohort, study):
    steps = preprocessor("log")
    models = {"alone": make_pipeline(steps, ShrunkPCA(4)), "both": make_pipeline(steps, ShrunkPCA(4, cohort))}
    scores = cross_validate_reconstruction(models, study, n_folds=3, random_state=0).scores
    r2 = scores.groupby("model")["r2"].mean()
    assert r2["both"] > r2["alone"]
    one = ShrunkPCA(4, aligned(cohort, study))
    assert clone(one).cohort is one.cohort


def test_axes_at_several_widths_score_as_each_by_itself(cohort, study):
    steps, widths = preprocessor("log"), [1, 4, 8, 100]
    strangers = replace(cohort, comparable=False)
    lenders = {"alone": None, "units": cohort, "strangers": strangers, "shuffled": strangers.shuffled(0)}
    found = cross_validate_axes(lenders, steps, study, widths, n_folds=3, random_state=0)
    for width, of_width in found.groupby("latents"):
        models = {name: make_pipeline(steps, ShrunkPCA(width, lender)) for name, lender in lenders.items()}
        each = cross_validate_reconstruction(models, study, n_folds=3, random_state=0).scores
        both = of_width.merge(each, on=["fold", "model"], validate="one_to_one")
        assert len(both) == 3 * len(lenders)
        np.testing.assert_allclose(both["r2_x"], both["r2_y"], atol=1e-12)
    assert (found[found["model"] == "units"]["share"] > 0).any()


def test_axes_of_several_widths_take_the_share_that_each_would_choose(cohort, study):
    first, _ = next(KFold(3, shuffle=True, random_state=0).split(study))
    found = cross_validate_axes(
        {"both": cohort}, preprocessor("log"), study, [2, 8], n_folds=3, random_state=0
    )
    steps = preprocessor("log")
    Z = steps.fit_transform(study.iloc[first])
    expected = [chosen_share(cohort_gain(Z, cohort.in_units_of(steps), k)) for k in (2, 8)]
    assert list(found[found["fold"] == 1]["share"]) == expected and max(expected) > 0


def test_gain_does_not_depend_on_the_blocks_of_features(Z, cohort, study, monkeypatch):
    for known in (aligned(cohort, study), aligned(replace(cohort, comparable=False), study)):
        whole = cohort_gain(Z, known, 4)
        with monkeypatch.context() as patched:
            patched.setattr("omics_lib.rowspace._BLOCK", 7)
            pd.testing.assert_frame_equal(cohort_gain(Z, known, 4), whole, rtol=1e-9)


def test_pipeline_is_fitted_with_the_cohort_in_its_units(Z, cohort, study):
    steps = preprocessor("log")
    found = fit_pipeline(make_pipeline(steps, ShrunkPCA(4, cohort)), study)
    expected = ShrunkPCA(4, aligned(cohort, study)).fit(Z)
    np.testing.assert_array_equal(found.transform(study), expected.transform(Z))
    assert cohort.units is None
    fit_pipeline(make_pipeline(steps, PCA(4)), study).transform(study)


@parametrize_with_checks([ShrunkPCA(2)])
def test_contract_of_scikit_learn_is_kept(estimator, check):
    check(estimator)


def test_features_of_large_spread_in_the_cohort_count_for_more(cohort, study):
    known = aligned(cohort, study)
    unknown = aligned(replace(cohort, comparable=False), study)
    factor = np.linalg.norm(known.rows(), axis=0) / np.linalg.norm(unknown.rows(), axis=0)
    ratio = drawn(60, seed=2).std(ddof=0) / study.std(ddof=0)
    np.testing.assert_allclose(factor**2, ratio, rtol=1e-6)


def test_model_file_keeps_what_a_cohort_lent(Z, cohort, study, tmp_path):
    model = OmicsAutoencoder((8,), 4, cohort=aligned(cohort, study), max_epochs=2, random_state=0).fit(Z)
    write_autoencoder(model, tmp_path / "model.safetensors")
    again = read_autoencoder(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.transform(Z), model.transform(Z))
    assert (again.share_, again.cohort) == (model.share_, None)


def test_features_that_the_cohort_lacks_do_not_vary_in_it(cohort):
    found = cohort.aligned(["g3", "new", "g0"])
    rows = found.rows()
    assert not rows[:, 1].any()
    np.testing.assert_array_equal(rows[:, [0, 2]], cohort.rows()[:, [3, 0]])


def test_cohort_is_refused_where_it_cannot_serve(Z, cohort):
    with pytest.raises(StudyError, match="no feature in common"):
        cohort.aligned(["a", "b"])
    with pytest.raises(StudyError, match="nothing varies"):
        cohort_axes(pd.DataFrame(np.ones((5, 3))))
    with pytest.raises(ValueError, match="must have the 200 features"):
        ShrunkPCA(2, cohort.aligned(["g1"])).fit(Z)
    with pytest.raises(ValueError, match="needs skip=True"):
        OmicsAutoencoder(cohort=cohort, skip=False).fit(Z)
