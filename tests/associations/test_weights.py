"""Weights from a cohort: the weighted Benjamini–Hochberg procedure over all pairs."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omics_lib as ol
from omics_lib.associations import _all_pairs
from omics_lib.correlation import CLASS_EDGES, N_CLASSES, class_weights

PAIR = ["gene", "metabolite"]
NEARLY_ALL = 1 - 1e-9


def both(n=24, n_cohort=60, n_genes=12, n_metabolites=6, seed=0, more=0):
    """A study and a cohort of one kind, with links of all strengths; `more` features in one of them only."""
    rng = np.random.default_rng(seed)
    found = []
    for size, label, prefix in ((n, "S", "s"), (n_cohort, "C", "c")):
        genes = rng.normal(size=(size, n_genes + more))
        metabolites = rng.normal(size=(size, n_metabolites + more))
        for k in range(n_metabolites):
            metabolites[:, k] += k % 6 / 4 * genes[:, k]
        index = [f"{label}{i:02d}" for i in range(size)]
        for values, name, common in ((genes, "g", n_genes), (metabolites, "m", n_metabolites)):
            columns = [f"{name}{k}" if k < common else f"{prefix}{name}{k}" for k in range(values.shape[1])]
            found.append(pd.DataFrame(values, index, columns).round(1))
    return found[:2], found[2:]


def weights_by_hand(study, cohort, uniform):
    """Weights of all pairs of the study, from scratch."""
    w = pd.DataFrame(1.0, study[0].columns, study[1].columns)
    common = [mine.columns.intersection(theirs.columns) for mine, theirs in zip(study, cohort, strict=True)]
    if not all(map(len, common)):
        return w
    theirs = cohort[0][common[0]].rank(), cohort[1][common[1]].rank()
    rho = pd.DataFrame({m: theirs[0].corrwith(theirs[1][m]) for m in common[1]})
    classes = np.digitize(rho.abs().fillna(0), CLASS_EDGES)
    counts = np.bincount(classes.ravel(), minlength=N_CLASSES)
    shares = class_weights(counts, uniform, len(study[0]) - 2, len(cohort[0]) - 2)
    w.loc[common[0], common[1]] = shares[classes]
    return w


def adjusted(p, n_tests, factor=1.0):
    """Benjamini and Hochberg's step up, by its definition; p may exceed 1."""
    order = np.argsort(p, kind="stable")
    raw = p[order] * n_tests * factor / np.arange(1, len(p) + 1)
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(raw[::-1])[::-1]
    return q


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 999),
    st.sampled_from([0.05, 0.3]),
    st.sampled_from([0.05, 0.2, 0.9]),
    st.sampled_from(["exact", "t"]),
    st.sampled_from(["bh", "by"]),
    st.integers(0, 3),
    st.integers(1, 30),
)
def test_list_is_that_of_the_weighted_procedure_by_hand(seed, alpha, uniform, null, correction, more, chunk):
    study, cohort = both(seed=seed, more=more, n=21 + seed % 3)
    weights = ol.cohort_weights(*cohort, uniform=uniform)
    every = ol.associate(*study, alpha=NEARLY_ALL, null=null).pairs.set_index(PAIR)
    w = weights_by_hand(study, cohort, uniform).stack().loc[every.index].to_numpy()
    p, n = every["p"].to_numpy(), study[0].shape[1] * study[1].shape[1]
    factor = sum(1 / k for k in range(1, n + 1)) if correction == "by" else 1.0
    q = adjusted(np.where(p <= alpha, p / w, np.inf), n, factor)
    with mock.patch.object(_all_pairs, "CHUNK", chunk):
        found = ol.associate(*study, alpha=alpha, null=null, correction=correction, weights=weights)
    expected = every.assign(w=w, q_weighted=q)[q <= alpha]
    table = found.pairs.set_index(PAIR)
    assert set(table.index) == set(expected.index)
    assert found.n_significant == len(expected)
    expected = expected.loc[table.index]
    np.testing.assert_allclose(table["weight"], expected["w"], rtol=1e-9)
    np.testing.assert_allclose(table["q_weighted"], expected["q_weighted"], rtol=1e-9)
    np.testing.assert_allclose(table["p"], expected["p"])
    assert table["q_weighted"].is_monotonic_increasing
    plain = ol.associate(*study, alpha=alpha, null=null, correction=correction)
    assert found.n_unweighted == plain.n_significant
    if len(table):
        assert found.threshold == pytest.approx(expected["rho"].abs().min())
        assert found.p_threshold == pytest.approx(expected["p"].max())


def test_q_is_what_it_is_without_weights():
    study, cohort = both(seed=3, n_genes=60, n_metabolites=20)
    found = ol.associate(*study, weights=ol.cohort_weights(*cohort), null="t").pairs.set_index(PAIR)
    every = ol.associate(*study, alpha=NEARLY_ALL, null="t").pairs.set_index(PAIR)["q"].loc[found.index]
    listed = every <= 0.05
    assert 0 < listed.sum() < len(found)
    np.testing.assert_allclose(found["q"][listed], every[listed])
    assert (found["q"][~listed] >= every[~listed]).all()
    np.testing.assert_allclose(found["q"][~listed], every[~listed], rtol=0.05)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 999), st.integers(0, 4), st.sampled_from([0.01, 0.2, 0.8]))
def test_weights_are_positive_and_their_mean_is_1(seed, more, uniform):
    study, cohort = both(n_cohort=12 + seed % 50, seed=seed, more=more)
    weights = weights_by_hand(study, cohort, uniform)
    assert weights.to_numpy().mean() == pytest.approx(1, abs=1e-12)
    assert (weights.to_numpy() >= uniform).all()
    listed = ol.associate(*study, alpha=NEARLY_ALL, weights=ol.cohort_weights(*cohort, uniform=uniform)).pairs
    expected = weights.stack().loc[pd.MultiIndex.from_frame(listed[PAIR])]
    np.testing.assert_allclose(listed["weight"], expected)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.integers(0, 10**9), min_size=N_CLASSES, max_size=N_CLASSES),
    st.floats(0.001, 0.999),
    st.integers(1, 500),
    st.integers(1, 500),
)
def test_class_weights_have_mean_1_rise_with_the_class_and_are_capped(n_pairs, uniform, df, df_cohort):
    n = np.array(n_pairs)
    weights = class_weights(n, uniform, df, df_cohort)
    if n.sum():
        assert (weights * n).sum() / n.sum() == pytest.approx(1, rel=1e-9)
        assert (np.diff(weights[n > 0]) >= 0).all()
        assert (weights[n > 0] >= uniform).all()
        assert weights[n > 0].max() <= 300 * (1 + 1e-9)


def test_cohort_without_the_study_s_features_changes_nothing():
    study, cohort = both(seed=1)
    other = [table.add_prefix("other_") for table in cohort]
    constant = [table * 0 for table in cohort]
    plain = ol.associate(*study, n_permutations=19, random_state=0)
    for tables in (other, constant):
        found = ol.associate(*study, weights=ol.cohort_weights(*tables), n_permutations=19, random_state=0)
        assert (found.pairs["weight"] == 1).all()
        assert (found.pairs["q"] == found.pairs["q_weighted"]).all()
        pd.testing.assert_frame_equal(found.pairs[plain.pairs.columns], plain.pairs)
        pd.testing.assert_frame_equal(found.null, plain.null)
        pd.testing.assert_frame_equal(found.histogram, plain.histogram)


@pytest.mark.parametrize("options", [{"covariates": "batch"}, {"remove_factors": 1}, {"groups": "batch"}])
def test_weights_work_with_what_is_held_constant(options):
    study, cohort = both(n=40, seed=2)
    batch = pd.DataFrame({"batch": ["a", "b"] * 20}, study[0].index)
    options = {key: batch if value == "batch" else value for key, value in options.items()}
    if "groups" in options:
        options["groups"] = batch["batch"]
    options |= {"n_permutations": 199, "random_state": 0}
    found = ol.associate(*study, weights=ol.cohort_weights(*cohort), **options)
    plain = ol.associate(*study, **options)
    assert {"g5", "g4"} <= set(found.pairs["gene"])
    assert found.pairs["q_weighted"].is_monotonic_increasing
    assert found.n_unweighted == plain.n_significant
    assert found.n_family == plain.n_family
    pd.testing.assert_frame_equal(found.histogram, plain.histogram)
    pd.testing.assert_frame_equal(found.null[["max_abs_rho", "min_p"]], plain.null[["max_abs_rho", "min_p"]])


def test_weighted_list_does_not_depend_on_threads_or_on_the_order_of_features():
    study, cohort = both(n_genes=900, n_metabolites=600, seed=4)
    weights = ol.cohort_weights(*cohort)
    one, two = (ol.associate(*study, weights=weights, n_jobs=n, alpha=0.2) for n in (1, 2))
    pd.testing.assert_frame_equal(one.pairs, two.pairs)
    turned = [table.iloc[:, ::-1] for table in study]
    other = ol.associate(*turned, weights=weights, alpha=0.2).pairs.set_index(PAIR)
    assert set(other.index) == set(one.pairs.set_index(PAIR).index)
    pd.testing.assert_frame_equal(other.sort_index(), one.pairs.set_index(PAIR).sort_index())


def test_no_weight_makes_up_for_a_p_above_alpha():
    study, cohort = both(n_genes=200, n_metabolites=30, seed=5)
    study[1]["m29"] = np.random.default_rng(0).normal(size=len(study[1]))  # strong in the cohort alone
    found = ol.associate(*study, weights=ol.cohort_weights(*cohort, uniform=0.01))
    assert found.pairs["p"].max() <= 0.05
    assert not found.pairs["metabolite"].eq("m29").any()


def test_weighted_pairs_in_a_file_are_those_in_memory(tmp_path):
    study, cohort = both(n_genes=60, n_metabolites=20, seed=3)
    weights = ol.cohort_weights(*cohort)
    with mock.patch.object(_all_pairs, "CHUNK", 7):
        ol.associate(*study, weights=weights, to=tmp_path / "pairs.parquet")
    whole = ol.associate(*study, weights=weights).pairs
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "pairs.parquet"), whole)


@pytest.mark.parametrize("uniform", [0, 1, -0.1, "half"])
def test_share_that_is_none_is_refused(uniform):
    with pytest.raises(ol.ParameterError, match="uniform"):
        ol.cohort_weights(*both()[1], uniform=uniform)


def test_weights_from_samples_of_the_study_are_refused():
    study, cohort = both()
    mixed = [pd.concat([theirs, mine.iloc[:2]]) for theirs, mine in zip(cohort, study, strict=True)]
    with pytest.raises(ol.StudyError, match="S00, S01 in the study and in the cohort"):
        ol.associate(*study, weights=ol.cohort_weights(*mixed))
    arrays = [table.to_numpy() for table in study]  # whose samples nobody has named
    assert ol.associate(*arrays, weights=ol.cohort_weights(*(t.to_numpy() for t in cohort))).n_tests == 72
