"""Counts brought to one depth, and parts of a whole: against published implementations and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import gmean
from sklearn.base import clone

from omics_lib.errors import ParameterError
from omics_lib.preprocess import is_closed, preprocessor, preprocessor_for
from omics_lib.preprocess._estimators import CentredLogRatio, LibrarySizeScaler, MedianOfRatios
from omics_lib.schema import default_parameters

TRAIN = np.array([[10, 20, 0, 40, 7], [20, 40, 5, 80, 9], [30, 55, 6, 100, 30]], dtype=float)
NEW = np.array([[5, 9, 4, 31, 2], [60, 130, 0, 210, 88]], dtype=float)


def table(n_samples=12, n_genes=30, seed=0):
    rng = np.random.default_rng(seed)
    depth = rng.uniform(0.5, 2, size=(n_samples, 1))
    names = [f"g{i}" for i in range(n_genes)]
    return pd.DataFrame(rng.poisson(40 * depth, size=(n_samples, n_genes)).astype(float), columns=names)


def test_median_of_ratios_are_the_size_factors_of_deseq2():
    # What deseq2_norm_fit and deseq2_norm_transform of pydeseq2 0.5.4 give for these counts.
    scaler = MedianOfRatios().fit(TRAIN)
    np.testing.assert_allclose(scaler.size_factors(TRAIN), [0.5663413492, 1.1167201151, 1.603767165])
    np.testing.assert_allclose(scaler.size_factors(NEW), [0.2648534305, 3.4869574419])
    np.testing.assert_allclose(scaler.transform(NEW)[0], NEW[0] / 0.2648534305)


def test_median_of_ratios_of_a_new_sample_leaves_out_the_genes_it_lacks():
    scaler = MedianOfRatios().fit(TRAIN)
    lacking = np.array([[20, 40, 5, 0, 0]], dtype=float)
    ratios = lacking[0, :2] / gmean(TRAIN[:, :2])  # the third gene is no reference, the others are lacking
    np.testing.assert_allclose(scaler.size_factors(lacking), gmean(ratios))
    with pytest.raises(ParameterError, match=r"a sample has none of the genes .* Set `normalise: cpm`"):
        scaler.transform(np.array([[0, 0, 5, 0, 0]], dtype=float))


def test_median_of_ratios_names_cpm_where_no_gene_is_counted_everywhere():
    sparse = np.array([[0, 1, 2], [3, 0, 4], [5, 6, 0]], dtype=float)
    with pytest.raises(
        ParameterError, match=r"no gene is counted in every training sample.*`normalise: cpm`"
    ):
        preprocessor("counts", normalise="median_of_ratios").fit(sparse)
    assert np.isfinite(preprocessor("counts", normalise="cpm").fit_transform(sparse)).all()


def test_cpm_is_counts_per_million_times_the_median_library_in_millions():
    scaler = LibrarySizeScaler().fit(TRAIN)
    per_million = NEW / NEW.sum(axis=1, keepdims=True) * 1e6
    np.testing.assert_allclose(scaler.transform(NEW), per_million * np.median(TRAIN.sum(axis=1)) / 1e6)
    np.testing.assert_allclose(scaler.transform(np.zeros((1, 5))), 0)


@pytest.mark.parametrize("normalise", ["cpm", "median_of_ratios"])
def test_depth_is_taken_out(normalise):
    counts = table()
    deeper = counts.mul(np.linspace(1, 5, len(counts)), axis=0)
    before, after = (
        preprocessor("counts", normalise=normalise)[:-1].fit_transform(t) for t in (counts, deeper)
    )
    assert np.abs(after - after.mean(axis=0) - before + before.mean(axis=0)).max() < 0.05
    plain = preprocessor("counts")[:-1]
    assert np.abs(plain.fit_transform(deeper) - plain.fit_transform(counts)).max() > 2


@pytest.mark.parametrize(
    ("kind", "normalise"), [("counts", "cpm"), ("counts", "median_of_ratios"), ("clr", "none")]
)
def test_held_out_samples_teach_nothing_and_do_not_see_each_other(kind, normalise):
    counts = table() + 1
    pipeline = preprocessor(kind, normalise=normalise).fit(counts[:8])
    learnt = pipeline.transform(counts)
    changed = counts.copy()
    changed.iloc[9:] = changed.iloc[9:] * 7 + 3
    again = clone(pipeline).fit(changed[:8])
    np.testing.assert_allclose(again.transform(changed)[:9], learnt[:9], atol=1e-12)
    np.testing.assert_allclose(pipeline.transform(counts[8:9]), learnt[8:9], atol=1e-12)
    assert not np.allclose(again.fit(changed).transform(changed)[:8], learnt[:8])


@pytest.mark.parametrize(
    ("kind", "normalise"), [("counts", "cpm"), ("counts", "median_of_ratios"), ("clr", "none")]
)
def test_pipelines_keep_the_names_of_features(kind, normalise):
    counts = table()
    counts["g3"] = 0
    counts.loc[0, "g3"] = 5
    pipeline = preprocessor(kind, normalise=normalise, min_detected=0.5).fit(counts)
    expected = [name for name in counts if name != "g3" or kind == "clr"]
    assert pipeline.get_feature_names_out().tolist() == expected


@pytest.mark.parametrize(("normalise", "moved"), [("median_of_ratios", False), ("cpm", True)])
def test_a_loud_gene_moves_cpm_and_not_median_of_ratios(normalise, moved):
    counts = table(seed=1).div(table(seed=1).sum(axis=1), axis=0) * 1000  # one depth
    loud = counts.assign(loud=np.linspace(1e2, 1e5, len(counts)))
    logs = preprocessor("counts", normalise=normalise)[:-1].fit_transform(loud)[:, :-1]
    with_loud = pd.DataFrame(logs).corrwith(loud["loud"]).median()
    assert (with_loud < -0.8) if moved else (abs(with_loud) < 0.3)


@given(arrays(float, (6, 8), elements=st.integers(1, 1000)), st.floats(0.1, 50))
def test_the_depth_of_a_new_sample_cannot_be_seen_after_scaling(values, depth):
    for scaler in (LibrarySizeScaler(), MedianOfRatios()):
        scaler.fit(values)
        np.testing.assert_allclose(scaler.transform(values * depth), scaler.transform(values), rtol=1e-9)


def test_unknown_normalisation_is_refused():
    with pytest.raises(ParameterError, match="must be one of none, cpm, median_of_ratios"):
        preprocessor("counts", normalise="tmm")


def test_preprocessor_for_reads_the_parameters_of_the_run():
    parameters = default_parameters() | {"normalise": "cpm", "min_detected": 0.4, "metabolomics_log": True}
    genes, metabolites = (preprocessor_for(name, parameters) for name in ("transcriptomics", "metabolomics"))
    assert list(genes.named_steps) == ["normalise", "detected", "log2", "scale"]
    assert genes["detected"].min_detected == 0.4
    assert list(metabolites.named_steps) == ["impute", "log2", "scale"]
    counts = preprocessor_for("metabolomics", parameters | {"metabolomics_kind": "counts"})
    assert (next(iter(counts.named_steps)), counts["detected"].min_detected) == ("normalise", 0.0)


def test_defaults_are_the_recipe_of_the_source():
    genes, metabolites = (
        preprocessor_for(name, default_parameters()) for name in ("transcriptomics", "metabolomics")
    )
    assert list(genes.named_steps) == ["detected", "log2", "scale"]
    assert list(metabolites.named_steps) == ["impute", "scale"]


# Parts of a whole


def test_clr_is_the_log_of_each_part_over_the_geometric_mean_of_its_sample():
    parts = np.random.default_rng(0).dirichlet(np.ones(5), size=6)
    expected = np.log2(parts / gmean(parts, axis=1)[:, None])
    np.testing.assert_allclose(CentredLogRatio().fit_transform(parts), expected)
    np.testing.assert_allclose(CentredLogRatio().fit_transform(parts * 100), expected)


def test_clr_replaces_zeros_and_missing_values_by_what_training_knows():
    train = np.array([[0.2, 0.8], [0.4, 0.6], [0.6, 0.4]])
    pipeline = preprocessor("clr").fit(train)
    for gap in (0.0, np.nan):
        filled = pipeline.transform(np.array([[gap, 1.0]]))
        np.testing.assert_allclose(filled, pipeline.transform(np.array([[0.1, 1.0]])))


@given(arrays(float, (8, 6), elements=st.floats(0.01, 10)), st.sampled_from([1.0, 100.0, 1e6]))
def test_rows_that_are_divided_by_their_sum_are_closed_and_otherwise_not(values, whole):
    values = values + np.arange(6) * np.arange(8)[:, None]  # parts that vary
    parts = values / values.sum(axis=1, keepdims=True) * whole
    assert is_closed(parts)
    assert is_closed(np.where(parts > 0.001 * whole, parts, np.nan))
    assert not is_closed(values)


def test_rounded_percentages_are_closed_and_a_part_of_them_is_not():
    percent = np.random.default_rng(0).dirichlet(np.ones(12), size=20) * 100
    assert is_closed(percent.round(1))
    assert is_closed(percent.round(2) - 0.0)
    assert not is_closed(percent[:, :8])
    assert not is_closed(percent - 20)


@pytest.mark.parametrize("seed", range(5))
def test_unrelated_steady_values_are_not_closed_although_their_sums_agree(seed):
    steady = np.random.default_rng(seed).normal(100, 5, size=(12, 800))
    assert np.ptp(steady.sum(axis=1)) < 0.02 * steady.sum(axis=1).mean()
    assert not is_closed(steady)
