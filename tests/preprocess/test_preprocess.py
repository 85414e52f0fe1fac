from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

import omics_lib as ol
from omics_lib.errors import ParameterError
from omics_lib.preprocess import check_preprocessing, preprocessor, preprocessor_for
from omics_lib.preprocess._estimators import DetectionFilter, HalfMinimumImputer
from omics_lib.schema import default_parameters


@pytest.fixture
def counts():
    rng = np.random.default_rng(0)
    names = [f"g{i}" for i in range(7)]
    return pd.DataFrame(rng.poisson(5, size=(12, 7)).astype(float), columns=names)


def test_counts_become_zscores_of_log2(counts):
    expected = StandardScaler().fit_transform(np.log2(counts.to_numpy() + 1))
    np.testing.assert_allclose(preprocessor("counts").fit_transform(counts), expected, atol=1e-12)


def test_abundance_becomes_zscores_without_a_logarithm(counts):
    expected = StandardScaler().fit_transform(counts.to_numpy())
    np.testing.assert_allclose(preprocessor("abundance").fit_transform(counts), expected, atol=1e-12)


def test_abundance_is_logged_when_asked(counts):
    expected = StandardScaler().fit_transform(np.log2(counts.to_numpy() + 1))
    result = preprocessor("abundance", log=True).fit_transform(counts + 1)
    np.testing.assert_allclose(result, expected, atol=1e-12)


def test_log_keeps_negative_values_and_imputes_the_median():
    X = np.array([[-3.0, 1.0], [np.nan, 2.0], [5.0, 3.0], [1.0, 4.0]])
    filled = np.array([[-3.0, 1.0], [1.0, 2.0], [5.0, 3.0], [1.0, 4.0]])
    expected = StandardScaler().fit_transform(filled)
    np.testing.assert_allclose(preprocessor("log").fit_transform(X), expected)


@pytest.mark.parametrize("kind", ["counts", "abundance", "clr"])
def test_frames_and_arrays_give_the_same_bytes_and_names_are_checked(counts, kind):
    pipeline = preprocessor(kind, normalise="cpm") if kind == "counts" else preprocessor(kind)
    from_array = clone(pipeline).fit_transform(counts.to_numpy())
    assert pipeline.fit_transform(counts).tobytes() == from_array.tobytes()
    assert list(pipeline[0].get_feature_names_out()) == list(counts.columns)
    with pytest.raises(ValueError, match="feature names"):
        pipeline.transform(counts[counts.columns[::-1]])
    with pytest.raises(ValueError, match="feature names"):
        pipeline.transform(counts.iloc[:, :3])


def test_missing_values_of_nullable_columns_are_filled_in_as_others_are(counts):
    gaps = counts.mask(counts < 3)
    expected = preprocessor("abundance").fit_transform(gaps)
    nullable = preprocessor("abundance").fit_transform(gaps.astype("Float64"))
    np.testing.assert_array_equal(nullable, expected)


def test_inverse_restores_counts_where_nothing_is_filtered(counts):
    pipeline = preprocessor("counts")
    np.testing.assert_allclose(pipeline.inverse_transform(pipeline.fit_transform(counts)), counts, atol=1e-9)


def test_half_minimum_imputer_learns_the_limit_per_feature():
    X = np.array([[4.0, np.nan, np.nan], [np.nan, 0.0, 0.0], [10.0, 6.0, np.nan]])
    kept_zeros = HalfMinimumImputer().fit_transform(X)
    # The last feature has no positive value and takes the smallest limit of the others, 4 / 2.
    np.testing.assert_array_equal(kept_zeros, [[4, 3, 2], [2, 0, 0], [10, 6, 2]])
    np.testing.assert_array_equal(HalfMinimumImputer(zeros=True).fit_transform(X)[1], [2, 3, 2])


def test_half_minimum_imputer_takes_the_limit_from_training_samples_only():
    imputer = HalfMinimumImputer().fit([[8.0], [4.0]])
    assert imputer.transform([[np.nan], [1.0]]).ravel().tolist() == [2.0, 1.0]


def test_detection_filter_drops_rare_features():
    X = np.array([[0, 1, 0], [0, 2, 3], [0, 1, 0], [0, 1, 4]])
    assert DetectionFilter(0.5).fit(X).get_support().tolist() == [False, True, True]
    assert DetectionFilter(0.0).fit(X).get_support().all()


def test_detection_filter_refuses_to_drop_everything():
    with pytest.raises(ParameterError, match=r"no feature is detected in 0\.9 of the samples"):
        preprocessor("counts", min_detected=0.9).fit(np.array([[0, 1], [1, 0], [0, 0]]))


def test_constant_feature_becomes_zero_in_training_and_stays_finite_outside():
    train = np.column_stack([np.full(6, 0.1), np.arange(6.0)])
    for kind in ("counts", "abundance", "log"):
        pipeline = preprocessor(kind).fit(train)
        assert np.allclose(pipeline.transform(train)[:, 0], 0, atol=1e-12)
        assert np.isfinite(pipeline.transform(train + 1)).all()


@pytest.mark.parametrize("kind", ["counts", "abundance", "log"])
def test_held_out_samples_teach_nothing(kind, counts):
    pipeline = preprocessor(kind).fit(counts[:8])
    learnt = pipeline.transform(counts)[:8]
    counts.iloc[8:] *= 1000
    again = clone(pipeline).fit(counts[:8])
    np.testing.assert_array_equal(again.transform(counts)[:8], learnt)
    assert not np.allclose(again.fit(counts).transform(counts)[:8], learnt)


def test_rescaling_a_feature_changes_nothing_after_the_zscore(counts):
    rescaled = counts.assign(g0=counts["g0"] * 7)
    before, after = (preprocessor("abundance").fit_transform(table) for table in (counts, rescaled))
    np.testing.assert_allclose(before, after, atol=1e-12)


def test_permuting_samples_permutes_the_result(counts):
    order = np.random.default_rng(1).permutation(len(counts))
    result = preprocessor("counts").fit_transform(counts)
    shuffled = preprocessor("counts").fit_transform(counts.iloc[order])
    np.testing.assert_allclose(shuffled, result[order], atol=1e-12)


def test_unknown_kind_is_refused():
    with pytest.raises(ParameterError, match="must be one of counts, abundance, log, clr"):
        preprocessor("proteins")


def refusal(act, *arguments):
    try:
        act(*arguments)
    except ParameterError as error:
        return str(error)
    return None


@given(
    arrays(float, (4, 3), elements=st.integers(0, 2)),
    st.sampled_from(["none", "cpm", "median_of_ratios"]),
    st.sampled_from([0, 0.5, 1]),
    st.sampled_from(["counts", "abundance", "log", "clr"]),
)
def test_check_refuses_what_fitting_refuses_in_the_same_words(values, normalise, min_detected, kind):
    parameters = {"normalise": normalise, "min_detected": min_detected, "transcriptomics_kind": kind}
    parameters, table = default_parameters() | parameters, pd.DataFrame(values)
    pipeline = preprocessor_for("transcriptomics", parameters)
    refused = refusal(check_preprocessing, table, "transcriptomics", parameters)
    assert refused == refusal(pipeline.fit, table.add_prefix("g"))


def test_check_refuses_counts_without_a_reference_only_for_median_of_ratios():
    sparse = pd.DataFrame([[0, 1, 2], [3, 0, 4], [5, 6, 0]], dtype=float)
    for normalise, words in (("median_of_ratios", "no gene is counted in every"), ("cpm", "None")):
        parameters = default_parameters() | {"normalise": normalise}
        assert words in str(refusal(check_preprocessing, sparse, "transcriptomics", parameters))


def test_preprocess_study_keeps_the_raw_values_and_marks_what_was_filtered():
    study = ol.simulate_study(12, 20, 6, random_state=0)
    study["transcriptomics"].X[:, 3] = 0
    pipelines = {
        "transcriptomics": preprocessor("counts", min_detected=0.5),
        "metabolomics": preprocessor("abundance"),
    }
    result = ol.preprocess_study(study, pipelines)
    genes = result["transcriptomics"]
    np.testing.assert_array_equal(genes.layers["raw"], study["transcriptomics"].X)
    assert not genes.var["kept"].iloc[3]
    assert not genes.X[:, 3].any()
    table = ol.preprocessed_table(result, "transcriptomics")
    assert table.shape == (12, int(genes.var["kept"].sum()))
    assert genes.var_names[3] not in table.columns
    np.testing.assert_allclose(table.std(ddof=0), 1)
    assert list(table.index) == list(study.obs_names)
