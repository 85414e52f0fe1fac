from __future__ import annotations

import math
import os
import subprocess
import sys
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests

import omics_lib as ol
from omics_lib.associations import _all_pairs, _results
from omics_lib.correlation import Profiles, _pair_stream, design_matrix, orthonormal_basis, rank_profiles
from omics_lib.correlation._columns import shuffled
from omics_lib.correlation._nulls import Null
from omics_lib.errors import ParameterError, StudyError

TESTED = ["gene", "metabolite", "rho", "p", "q"]


def tables(n=15, n_genes=6, n_metabolites=4, seed=0):
    """Two unrelated tables with ties, on samples S00…"""
    rng = np.random.default_rng(seed)
    index = [f"S{i:02d}" for i in range(n)]
    genes = pd.DataFrame(rng.poisson(2, (n, n_genes)).astype(float), index).add_prefix("g")
    metabolites = pd.DataFrame(rng.normal(size=(n, n_metabolites)).round(1), index).add_prefix("m")
    return genes, metabolites


NEARLY_ALL = 1 - 1e-9


def all_pairs(genes, metabolites, null="t", **options):
    found = ol.associate(genes, metabolites, alpha=NEARLY_ALL, null=null, **options)
    return found.pairs.set_index(["gene", "metabolite"]).sort_index()


# Oracles


def test_rho_and_p_equal_scipy_with_ties():
    genes, metabolites = tables()
    result = all_pairs(genes, metabolites)
    assert len(result) == 24
    for (gene, metabolite), row in result.iterrows():
        expected = stats.spearmanr(genes[gene], metabolites[metabolite])
        assert row["rho"] == pytest.approx(expected.statistic, abs=1e-12)
        assert row["p"] == pytest.approx(expected.pvalue, rel=1e-9)


def test_pearson_equals_scipy():
    genes, metabolites = tables()
    for (gene, metabolite), row in all_pairs(genes, metabolites, method="pearson").iterrows():
        expected = stats.pearsonr(genes[gene], metabolites[metabolite])
        assert (row["rho"], row["p"]) == pytest.approx((expected.statistic, expected.pvalue))


def test_q_equals_statsmodels_pair_for_pair():
    genes, metabolites = tables(n=12, seed=3)
    result = all_pairs(genes, metabolites)
    np.testing.assert_allclose(result["q"], multipletests(result["p"], method="fdr_bh")[1])


@pytest.mark.parametrize("alpha", [0.01, 0.2, 0.6])
def test_significant_pairs_are_those_of_statsmodels(alpha):
    genes, metabolites = tables(n=12, n_genes=12, seed=1)
    metabolites["m0"] = genes["g0"] + 0.1 * metabolites["m0"]
    everything = all_pairs(genes, metabolites)
    keep, q, _, _ = multipletests(everything["p"], alpha=alpha, method="fdr_bh")
    found = ol.associate(genes, metabolites, alpha=alpha, null="t")
    assert set(zip(found.pairs["gene"], found.pairs["metabolite"], strict=True)) == set(
        everything.index[keep]
    )
    np.testing.assert_allclose(np.sort(found.pairs["q"]), np.sort(q[keep]))
    assert found.n_significant == keep.sum()
    assert found.threshold == pytest.approx(everything["rho"].abs()[keep].min())


def test_residualised_rho_and_p_equal_statsmodels_on_ranks():
    """The t of the metabolite's rank in an OLS of the gene's rank on it and the covariates."""
    genes, metabolites = tables(n=20, seed=2)
    covariates = pd.DataFrame(
        {"batch": list("aabbc" * 4), "age": np.random.default_rng(0).normal(50, 9, 20)}, genes.index
    )
    design = sm.add_constant(pd.get_dummies(covariates, drop_first=True, dtype=float))
    found = ol.associate(genes, metabolites, covariates=covariates, alpha=NEARLY_ALL, null="t")
    assert found.degrees_of_freedom == 20 - 2 - 3
    for row in found.pairs.itertuples():
        x, y = genes[row.gene].rank(), metabolites[row.metabolite].rank()
        fit = sm.OLS(x, design.assign(y=y)).fit()
        assert row.p == pytest.approx(fit.pvalues["y"], rel=1e-6)
        left, right = sm.OLS(x, design).fit().resid, sm.OLS(y, design).fit().resid
        assert row.rho == pytest.approx(np.corrcoef(left, right)[0, 1], abs=1e-10)


@st.composite
def two_tables(draw):
    """Unrelated or related tables, with ties, features of two values and constant ones, 5 to 500 samples."""
    n = draw(st.sampled_from([5, 6, 9, 21, 22, 23, 60, 500]))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    genes = rng.poisson(draw(st.sampled_from([0.3, 2, 500])), (n, draw(st.integers(1, 25)))).astype(float)
    metabolites = rng.normal(size=(n, draw(st.integers(1, 12)))).round(draw(st.sampled_from([0, 1, 9])))
    for k in range(draw(st.integers(0, metabolites.shape[1]))):
        metabolites[:, k] = np.sign(k % 3 - 1.5) * genes[:, k % genes.shape[1]] + rng.normal(0, 0.5 + k, n)
    kind = draw(st.sampled_from([np.float64, np.float32]))
    order = rng.permutation(n)
    index = [f"S{i}" for i in range(n)]
    genes, metabolites = (pd.DataFrame(X.astype(kind), index) for X in (genes, metabolites))
    return genes.add_prefix("g"), metabolites.iloc[order].add_prefix("m")


@settings(deadline=None, max_examples=60)
@given(
    two_tables(), st.sampled_from([0.01, 0.05, 0.2, 0.7]), st.sampled_from(["bh", "by"]), st.integers(1, 40)
)
@pytest.mark.slow
def test_rejected_pairs_are_those_of_scipy_and_statsmodels(both, alpha, correction, chunk):
    genes, metabolites = both
    beside = metabolites.loc[genes.index]
    live = [t.loc[:, np.ptp(t, axis=0) > 0] for t in (genes, beside)]
    rho, p = np.ones((2, live[0].shape[1], live[1].shape[1]))
    for i, j in np.ndindex(p.shape):
        rho[i, j], p[i, j] = stats.spearmanr(live[0].iloc[:, i], live[1].iloc[:, j])
    with mock.patch.object(_all_pairs, "CHUNK", chunk):  # several slabs of p
        found = ol.associate(genes, metabolites, null="t", alpha=alpha, correction=correction)
    assert found.n_tests == p.size == found.histogram["n_pairs"].sum()
    if not p.size:
        return
    keep, q, _, _ = multipletests(p.ravel(), alpha=alpha, method=f"fdr_{correction}")
    kept = pd.DataFrame(
        {"rho": rho.ravel(), "p": p.ravel(), "q": q},
        pd.MultiIndex.from_product([live[0].columns, live[1].columns]),
    )[keep]
    assert found.n_significant == found.n_kept == len(kept)
    table = found.pairs.set_index(["gene", "metabolite"])
    assert set(table.index) == set(kept.index)
    np.testing.assert_allclose(table["rho"], kept.loc[table.index, "rho"], atol=1e-12)
    np.testing.assert_allclose(table[["p", "q"]], kept.loc[table.index, ["p", "q"]], rtol=1e-6, atol=1e-12)
    assert found.pairs["p"].is_monotonic_increasing
    if len(kept):
        assert found.threshold == pytest.approx(kept["rho"].abs().min())
        assert found.p_threshold == pytest.approx(kept["p"].max(), rel=1e-6)


@settings(deadline=None, max_examples=40)
@given(two_tables(), st.sampled_from([0.05, 0.5]), st.integers(1, 40))
@pytest.mark.slow
def test_slabs_classes_of_null_and_benjamini_hochberg_agree(both, alpha, chunk):
    """With the exact null: q is Benjamini and Hochberg's of all p, several nulls in use."""
    genes, metabolites = both
    every = ol.associate(genes, metabolites, alpha=NEARLY_ALL)
    expected = every.pairs[every.pairs["q"] <= alpha]
    with mock.patch.object(_all_pairs, "CHUNK", chunk):
        found = ol.associate(genes, metabolites, alpha=alpha)
    np.testing.assert_allclose(found.pairs["p"], expected["p"])
    np.testing.assert_allclose(found.pairs["q"], expected["q"])
    np.testing.assert_allclose(
        every.pairs["q"], np.minimum(ol.benjamini_hochberg(every.pairs["p"], every.n_tests), 1)
    )


def test_features_of_two_values_have_a_null_of_their_own():
    rng = np.random.default_rng(0)
    low = np.isin(np.arange(21), rng.choice(21, 10, replace=False))
    genes = pd.DataFrame({"flag": low * 1.0, "rank": np.arange(21.0)})
    metabolites = pd.DataFrame({"m": np.where(low, 50, 0) + rng.normal(size=21), "flag": low * -2.0})
    p = all_pairs(genes, metabolites, null="exact")["p"]
    assert p["flag", "m"] == pytest.approx(2 / math.comb(21, 10))
    assert p["flag", "flag"] == pytest.approx(1 / math.comb(21, 10))
    assert p["rank", "m"] == pytest.approx(
        float(Null("exact", 19).p(stats.spearmanr(genes["rank"], metabolites["m"])[0]))
    )
    # With a covariate regressed out two values are two no longer.
    assert ol.associate(genes, metabolites, covariates=metabolites[["m"]]).degrees_of_freedom == 18


@pytest.mark.parametrize("p", [0.5, 1e-3, 1e-12])
def test_critical_t_is_the_inverse_of_p(p):
    assert Null("t", 19).p(Null("t", 19).critical(p)) == pytest.approx(p, rel=1e-6)


def test_t_of_perfect_correlation_is_zero_without_a_warning_and_the_exact_p_is_not():
    assert Null("t", 10).p([1.0, -1.0, 0.0]).tolist() == [0.0, 0.0, 1.0]
    assert Null("exact", 8).p([1.0, -1.0, 0.0]).tolist() == [2 / math.factorial(10)] * 2 + [1.0]


def test_exact_null_is_the_default_and_correlations_of_values_take_t():
    genes, metabolites = tables()
    exact, t = all_pairs(genes, metabolites, null="exact"), all_pairs(genes, metabolites)
    strong = exact.index[exact["rho"].abs() > 0.5]
    assert (exact.loc[strong, "p"] != t.loc[strong, "p"]).all()
    default = ol.associate(genes, metabolites, alpha=0.5).pairs
    assert set(default["p"]) <= set(exact["p"])
    values = [all_pairs(genes, metabolites, method="pearson", null=null)["p"] for null in ("exact", "t")]
    assert values[0].equals(values[1])
    with pytest.raises(ParameterError, match="found 'normal'"):
        ol.associate(genes, metabolites, null="normal")


p_values = arrays(float, st.integers(0, 40), elements=st.sampled_from([0.0, 1e-9, 0.01, 0.04, 0.5, 1.0]))


@settings(deadline=None, max_examples=60)
@given(p_values | arrays(float, st.integers(1, 30), elements=st.floats(0, 1, allow_subnormal=False)))
def test_benjamini_hochberg_is_monotone_bounded_and_equal_to_statsmodels(p):
    q = ol.benjamini_hochberg(p)
    assert (q >= p).all()
    assert (q <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= 0).all()
    if len(p):
        np.testing.assert_allclose(q, multipletests(p, method="fdr_bh")[1], atol=1e-300)


@settings(deadline=None, max_examples=40)
@given(arrays(float, st.integers(1, 30), elements=st.floats(0, 1, allow_subnormal=False)), st.integers(1, 30))
def test_benjamini_hochberg_of_the_smallest_is_exact_below_those_left_out(p, n):
    p = np.sort(p)
    n = min(n, len(p))
    full, part = ol.benjamini_hochberg(p), ol.benjamini_hochberg(p[:n], len(p))
    exact = full[:n] < (p[n] if n < len(p) else 2)
    np.testing.assert_allclose(part[exact], full[:n][exact])
    assert (part >= full[:n] - 1e-12).all()


tied_tables = arrays(float, st.tuples(st.integers(4, 12), st.integers(1, 5)), elements=st.integers(-3, 3))


@settings(deadline=None, max_examples=60)
@given(tied_tables)
def test_rank_profiles_are_centred_of_length_one_or_zero(X):
    profiles = Profiles.of(X, X)
    length = np.linalg.norm(profiles.unit_left, axis=0)
    np.testing.assert_allclose(length, np.ptp(X, axis=0) > 0, atol=1e-9)
    np.testing.assert_allclose(profiles.unit_right.sum(axis=0), 0, atol=1e-9)
    assert profiles.degrees_of_freedom == len(X) - 2


# Invariants


def test_permuting_samples_changes_nothing():
    genes, metabolites = tables()
    order = np.random.default_rng(5).permutation(genes.index)
    covariates = pd.DataFrame({"batch": list("abc" * 5)}, genes.index)
    one = all_pairs(genes, metabolites, covariates=covariates)
    other = all_pairs(genes.loc[order], metabolites.loc[order], covariates=covariates.loc[order])
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_tables_are_joined_by_sample_id_not_by_position():
    genes, metabolites = tables()
    mixed = np.random.default_rng(5).permutation(genes.index)
    covariates = pd.DataFrame({"batch": list("abc" * 5)}, genes.index)
    expected = all_pairs(genes, metabolites, covariates=covariates)
    for other, beside in ((metabolites.loc[mixed], covariates), (metabolites, covariates.loc[mixed])):
        pd.testing.assert_frame_equal(all_pairs(genes, other, covariates=beside), expected)
    Z = ol.correlate_latents(genes, metabolites)
    pd.testing.assert_frame_equal(ol.correlate_latents(genes, metabolites.loc[mixed]), Z)
    rho = ol.spearman_matrix(genes, metabolites, covariates=covariates)
    again = ol.spearman_matrix(genes, metabolites.loc[mixed], covariates=covariates.loc[mixed])
    pd.testing.assert_frame_equal(again, rho)


def test_groups_are_joined_by_sample_id():
    genes, metabolites = tables()
    groups = pd.Series(list("abc" * 5), genes.index)
    one, other = (
        ol.associate(genes, metabolites, groups=g, n_permutations=5, random_state=0).null
        for g in (groups, groups.iloc[::-1])
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("change", [lambda x: 1000 * x, lambda x: np.exp(x), lambda x: x**3 + 5])
def test_monotone_change_of_a_gene_changes_nothing(change):
    genes, metabolites = tables()
    changed = genes.assign(g1=change(genes["g1"]))
    pd.testing.assert_frame_equal(all_pairs(changed, metabolites), all_pairs(genes, metabolites), rtol=1e-9)


def test_turning_a_metabolite_upside_down_turns_the_sign_only():
    genes, metabolites = tables()
    one, other = all_pairs(genes, metabolites), all_pairs(genes, -metabolites)
    pd.testing.assert_frame_equal(other.assign(rho=-other["rho"]), one, rtol=1e-9)


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_tiles_and_threads_change_nothing(monkeypatch, n_jobs):
    genes, metabolites = tables(n_genes=30)
    options = {"alpha": 0.5, "n_permutations": 4, "random_state": 0, "n_jobs": n_jobs}
    expected = ol.associate(genes, metabolites, **options)
    monkeypatch.setattr(_pair_stream, "_TILE_ELEMENTS", 10)
    found = ol.associate(genes, metabolites, **options)
    pd.testing.assert_frame_equal(found.pairs, expected.pairs, rtol=1e-12)
    pd.testing.assert_frame_equal(found.null, expected.null, rtol=1e-12)
    pd.testing.assert_frame_equal(found.histogram, expected.histogram)
    assert found.strongest.equals(expected.strongest)


@pytest.mark.slow
def test_numba_switched_off_gives_the_same_result():
    code = (
        "import numpy as np, omics_lib as ol; r = np.random.default_rng(0)\n"
        "X, Y = r.normal(size=(9, 40)), r.normal(size=(9, 30))\n"
        "f = ol.associate(X, Y, alpha=0.9, n_permutations=3, random_state=0)\n"
        "print(f.pairs.sum().to_dict(), f.null.sum().to_dict(), f.histogram.n_pairs.tolist())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"NUMBA_DISABLE_JIT": off, "OMP_NUM_THREADS": threads},
            capture_output=True, text=True, check=True,
        ).stdout
        for off, threads in (("0", "2"), ("1", "1"))
    }  # fmt: skip
    assert len(said) == 1


def test_threads_follow_the_environment_and_n_jobs(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert _pair_stream.n_threads(None) == 1
    assert _pair_stream.n_threads(3) == 3
    monkeypatch.setattr("joblib.cpu_count", lambda: 8)
    monkeypatch.setenv("OMICS_THREADS", "4")
    assert _pair_stream.n_threads(None) == 4  # those of the stage
    monkeypatch.delenv("OMICS_THREADS")
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert _pair_stream.n_threads(None) == _pair_stream.n_threads(-1) >= 1


@pytest.mark.parametrize("n", [10, 3000])
def test_counts_and_the_strongest_are_those_of_the_whole_matrix(n):
    """Many samples take double precision: rounding in single would reach the width of a bin."""
    rng = np.random.default_rng(0)
    P, R = (np.linalg.qr(rng.normal(size=(n, 9)))[0] for _ in range(2))
    R = R + 0.5 * P
    R /= np.linalg.norm(R, axis=0)
    stream = _pair_stream.PairStream(_pair_stream.Side.of(P), _pair_stream.Side.of(R))
    rho = P.T @ R
    assert stream.rounding < 0.5 / _pair_stream.N_BINS
    np.testing.assert_array_equal(stream.counts, np.histogram(np.abs(rho), _pair_stream.EDGES)[0])
    g, m, strongest = stream.strongest
    assert (g, m) == np.unravel_index(np.abs(rho).argmax(), rho.shape)
    assert strongest == pytest.approx(rho[g, m])
    found = [np.concatenate(c) for c in zip(*stream.gather(0.2, 0.6), strict=True)]
    inside = np.argwhere((np.abs(rho) >= 0.2) & (np.abs(rho) <= 0.6))
    assert {tuple(pair) for pair in inside} <= set(zip(*(c.tolist() for c in found[:2]), strict=True))


@pytest.mark.parametrize("k", [0, 1, 2])
def test_degrees_of_freedom_with_correlated_covariates_and_factors(k):
    rng = np.random.default_rng(0)
    a = rng.normal(size=30)
    covariates = pd.DataFrame({"a": a, "b": a + 0.3 * rng.normal(size=30)})
    genes, metabolites = rng.normal(size=(30, 5)), rng.normal(size=(30, 6))
    found = ol.associate(genes, metabolites, covariates=covariates, remove_factors=k)
    assert found.degrees_of_freedom == 30 - 2 - 2 - k
    assert found.degrees_of_freedom == ol.residual_degrees_of_freedom(30, covariates, k)


def test_max_pairs_keeps_the_strongest_and_counts_them_all():
    genes, metabolites = tables()
    everything = ol.associate(genes, metabolites, alpha=NEARLY_ALL, null="t")
    cut = ol.associate(genes, metabolites, alpha=NEARLY_ALL, null="t", max_pairs=5)
    pd.testing.assert_frame_equal(cut.pairs, everything.pairs.head(5))
    assert (cut.n_significant, cut.n_kept, len(cut.pairs)) == (24, 5, 5)


@pytest.mark.parametrize("chunk", [4_000_000, 7])
@pytest.mark.parametrize("most", [5, 1000])
def test_pairs_go_to_a_file_while_they_are_gathered(tmp_path, monkeypatch, chunk, most):
    genes, metabolites = tables(n_genes=30)
    options = {"alpha": 0.9, "max_pairs": most, "n_permutations": 9, "random_state": 0}
    expected = ol.associate(genes, metabolites, **options)
    monkeypatch.setattr(_all_pairs, "CHUNK", chunk)
    monkeypatch.setattr(_results, "_SHOWN", 3)
    monkeypatch.setattr(_results, "_ROW_GROUP", 4)
    found = ol.associate(genes, metabolites, to=tmp_path / "pairs.parquet", **options)
    written = pd.read_parquet(tmp_path / "pairs.parquet")
    pd.testing.assert_frame_equal(written, expected.pairs)
    pd.testing.assert_frame_equal(found.pairs, expected.pairs.head(3))
    assert found.n_kept == len(written) == min(most, found.n_significant)
    assert [file.name for file in tmp_path.iterdir()] == ["pairs.parquet"]


def test_file_without_significant_pairs_has_no_rows(tmp_path):
    found = ol.associate(*tables(), alpha=1e-6, to=tmp_path / "pairs.parquet")
    assert (len(found.pairs), len(pd.read_parquet(tmp_path / "pairs.parquet"))) == (0, 0)
    assert list(pd.read_parquet(tmp_path / "pairs.parquet").columns) == TESTED


def test_same_seed_gives_the_same_null():
    genes, metabolites = tables()
    nulls = [
        ol.associate(genes, metabolites, n_permutations=6, random_state=s).null["max_abs_rho"].tolist()
        for s in (0, 0, 1)
    ]
    assert nulls[0] == nulls[1] != nulls[2]


def test_arrays_get_numbered_names():
    found = ol.associate(np.arange(12.0)[:, None], np.arange(12.0)[:, None] ** 2)
    assert found.pairs[["gene", "metabolite"]].to_numpy().tolist() == [["gene_1", "metabolite_1"]]


# Borders


def test_constant_features_take_no_part():
    genes, metabolites = tables()
    genes["flat"], metabolites["still"] = 0.1, 7.0
    found = ol.associate(genes, metabolites, alpha=NEARLY_ALL, null="t")
    assert found.dropped == {"genes": ["flat"], "metabolites": ["still"]}
    assert found.n_tests == len(found.pairs) == 24
    assert not found.pairs[["gene", "metabolite"]].isin(["flat", "still"]).any().any()


@pytest.mark.parametrize("method", ["spearman", "pearson"])
def test_all_constant_table_gives_no_pairs(method):
    genes, metabolites = tables()
    found = ol.associate(genes * 0 + 0.1, metabolites, method=method, n_permutations=3, random_state=0)
    assert (found.n_tests, found.n_significant, len(found.pairs)) == (0, 0, 0)
    assert np.isnan(found.threshold)
    assert found.strongest["rho"] == 0
    assert list(found.pairs.columns) == [*TESTED, "p_family", "q_pooled"]
    assert not found.null[["max_abs_rho", "n_significant"]].any().any()


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_permutations": -1},
        {"n_permutations": 2.5},
        {"max_pairs": 0},
        {"max_pairs": "10"},
        {"correction": "bonferroni"},
        {"remove_factors": -1},
        {"remove_factors": 1.5},
        {"random_state": -1},
        {"alpha": "0.05"},
        {"alpha": None},
        {"to": "no/such/folder/pairs.parquet"},
        {"covariates": [1, 2]},
    ],
)
def test_impossible_options_are_refused(wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        ol.associate(*tables(), **wrong)


def test_single_gene_and_metabolite_work():
    genes, metabolites = tables()
    found = ol.associate(genes[["g0"]], metabolites[["m0"]], alpha=NEARLY_ALL)
    assert found.n_tests == 1
    assert found.pairs["q"].tolist() == found.pairs["p"].tolist()


def test_feature_explained_by_a_covariate_is_dropped():
    genes, metabolites = tables()
    found = ol.associate(genes, metabolites, covariates=genes[["g2"]].rank())
    assert found.dropped["genes"] == ["g2"]


def test_removing_as_many_factors_as_metabolites_leaves_nothing():
    genes, metabolites = tables()
    found = ol.associate(genes, metabolites[["m0"]], remove_factors=1, n_permutations=2, random_state=0)
    assert found.n_tests == 0
    assert found.dropped["metabolites"] == ["m0"]


def test_degrees_of_freedom_agree_with_what_associate_uses():
    genes, metabolites = tables()
    covariates = pd.DataFrame({"batch": list("abc" * 5), "copy": list("abc" * 5)}, genes.index)
    for factors in (0, 2):
        found = ol.associate(genes, metabolites, covariates=covariates, remove_factors=factors)
        expected = ol.residual_degrees_of_freedom(15, covariates, factors)
        assert found.degrees_of_freedom == expected == 15 - 2 - 2 - factors


def test_too_many_covariates_are_refused():
    genes, metabolites = tables(n=6)
    covariates = pd.DataFrame({"id": list("abcdef")}, genes.index)
    with pytest.raises(ParameterError, match=r"5 columns .* for 6 samples; at most 3"):
        ol.associate(genes, metabolites, covariates=covariates)
    with pytest.raises(ParameterError):
        ol.associate(genes, metabolites, remove_factors=4)
    with pytest.raises(ParameterError):
        ol.residual_degrees_of_freedom(6, None, 4)


def test_different_samples_are_refused_and_named():
    genes, metabolites = tables()
    with pytest.raises(StudyError, match=r"2 samples in one table only \(S00, other\)"):
        ol.associate(genes, metabolites.rename(index={"S00": "other"}))
    with pytest.raises(StudyError, match="1 sample in one table only"):
        ol.associate(genes, metabolites, covariates=genes[["g0"]].iloc[1:])
    twice = genes.rename(index={"S01": "S00"})
    with pytest.raises(StudyError, match="more than once"):
        ol.associate(twice, twice)
    with pytest.raises(StudyError, match="15 rows against 14"):
        ol.associate(genes.to_numpy(), metabolites.to_numpy()[1:])
    with pytest.raises(StudyError, match="15 rows against 3"):
        ol.associate(genes, metabolites, groups=["a", "b", "c"], n_permutations=1)


def test_missing_values_are_refused():
    genes, metabolites = tables()
    for value in (np.nan, np.inf):
        genes.loc["S03", "g1"] = value
        with pytest.raises(StudyError, match="1 missing or infinite values"):
            ol.associate(genes, metabolites)


@pytest.mark.parametrize("alpha", [0, 1, -0.1])
def test_impossible_alpha_is_refused(alpha):
    with pytest.raises(ParameterError, match="must lie between 0 and 1"):
        ol.associate(*tables(), alpha=alpha)


def test_unknown_method_is_refused():
    with pytest.raises(ParameterError, match="must be one of spearman, pearson"):
        ol.associate(*tables(), method="kendall")


@pytest.mark.parametrize(
    ("n_pairs", "expected"), [(0, 1000), (10**7, 1000), (2 * 10**7, 500), (922_260_420, 19)]
)
def test_auto_permutations_shrink_with_the_pairs(n_pairs, expected):
    assert ol.permutations_for("auto", n_pairs) == expected
    assert ol.permutations_for(0, n_pairs) == 0


# Covariates as columns


def test_design_codes_numbers_levels_and_what_is_missing():
    covariates = pd.DataFrame({"age": [1.0, np.nan, 3.0, 4.0], "sex": ["f", None, "m", "f"]})
    np.testing.assert_allclose(
        design_matrix(covariates, 4), [[1, 0, 0, 0], [8 / 3, 1, 0, 1], [3, 0, 1, 0], [4, 0, 0, 0]]
    )


def test_design_of_flags_constants_and_nothing_is_finite():
    covariates = pd.DataFrame({"flag": [True, False] * 3, "same": 0.1, "none": np.nan})
    basis = orthonormal_basis(design_matrix(covariates, 6))
    assert basis.shape == (6, 2)
    np.testing.assert_allclose(basis.T @ basis, np.eye(2), atol=1e-12)
    assert design_matrix(None, 6).shape == (6, 0)


# Permutations


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["a", "b", None, 3]), min_size=1, max_size=15), st.integers(0, 99))
def test_permutations_stay_within_groups(groups, seed):
    order = shuffled(len(groups), groups, np.random.default_rng(seed))
    assert sorted(order) == list(range(len(groups)))
    assert [groups[i] for i in order] == groups


def test_groups_of_one_leave_nothing_to_permute():
    genes, metabolites = tables()
    found = ol.associate(genes, metabolites, groups=range(15), n_permutations=4, random_state=0)
    np.testing.assert_allclose(found.null["max_abs_rho"], abs(found.strongest["rho"]))


# Latents


def test_latent_pairs_equal_scipy_and_leave_dead_latents_out():
    genes, metabolites = tables()
    pairs = ol.correlate_latents(genes.assign(dead=0.0), metabolites.assign(dead=3.0), null="t")
    assert len(pairs) == 24
    row = pairs.iloc[0]
    expected = stats.spearmanr(genes[row["gene_latent"]], metabolites[row["metabolite_latent"]])
    assert (row["rho"], row["p"]) == pytest.approx((expected.statistic, expected.pvalue))
    assert pairs["rho"].abs().is_monotonic_decreasing
    np.testing.assert_allclose(pairs["q"], multipletests(pairs["p"], method="fdr_bh")[1])


def test_latents_that_are_all_dead_give_an_empty_table():
    genes, metabolites = tables()
    pairs = ol.correlate_latents(genes * 0, metabolites)
    assert list(pairs.columns) == ["gene_latent", "metabolite_latent", "rho", "p", "q"]
    assert len(pairs) == 0


# Planted truth


def preprocessed(design, seed, **size):
    study = ol.simulate_study(**{"n_samples": 21, **size}, design=design, random_state=seed)
    kinds = {"transcriptomics": "counts", "metabolomics": "abundance"}
    data = ol.preprocess_study(study, {name: ol.preprocessor(kind) for name, kind in kinds.items()})
    return study, *(ol.preprocessed_table(data, name) for name in kinds)


def test_modules_are_found():
    study, genes, metabolites = preprocessed("modules", 0, n_genes=200, n_metabolites=40, strength=0.9)
    found = ol.associate(genes, metabolites, n_permutations=30, random_state=0)
    known = set(study.uns["known_pairs"][["gene_id", "metabolite_id"]].itertuples(index=False, name=None))
    hits = sum(pair in known for pair in zip(found.pairs["gene"], found.pairs["metabolite"], strict=True))
    assert found.n_significant > 20
    assert hits / len(found.pairs) > 0.6
    assert (found.null["n_significant"] < found.n_significant).all()


def test_p_values_are_uniform_under_the_null():
    rng = np.random.default_rng(0)
    p = [
        ol.correlate_latents(rng.poisson(20, (21, 1)), rng.normal(size=(21, 1)))["p"].item()
        for _ in range(250)
    ]
    assert stats.kstest(p, "uniform").pvalue > 0.01


@pytest.mark.slow
def test_share_of_null_studies_with_any_discovery_is_near_nominal():
    n_studies = 40
    any_found = 0
    for seed in range(n_studies):
        _, genes, metabolites = preprocessed("null", seed, n_genes=60, n_metabolites=15)
        any_found += ol.associate(genes, metabolites).n_significant > 0
    assert any_found <= stats.binom.isf(1e-3, n_studies, 0.05)


@pytest.mark.slow
def test_permutation_p_is_uniform_under_the_null():
    p = []
    for seed in range(60):
        genes, metabolites = tables(n=12, seed=seed)
        found = ol.associate(genes, metabolites, n_permutations=19, random_state=seed)
        reached = (found.null["max_abs_rho"] >= abs(found.strongest["rho"]) - 1e-9).sum()
        p.append((reached + 1) / 20)
    assert min(p) >= 1 / 20
    assert np.mean(np.array(p) <= 0.1) <= stats.binom.isf(1e-3, 60, 0.1) / 60
    assert 0.35 < np.mean(p) < 0.7


def test_confounded_study_has_nothing_left_once_the_batch_is_removed():
    study, genes, metabolites = preprocessed("confounded", 1, n_genes=80, n_metabolites=20)
    plain = ol.associate(genes, metabolites)
    adjusted = ol.associate(genes, metabolites, covariates=study.obs[["batch"]])
    assert plain.n_significant > 50
    assert adjusted.n_significant == 0
    within = ol.associate(genes, metabolites, groups=study.obs["batch"], n_permutations=99, random_state=0)
    assert within.null_kind == "permutation"
    assert within.n_significant == 0
    assert within.null["max_abs_rho"].min() > 0.75  # chance alone gives this within batches


def test_permutation_columns_equal_their_definitions():
    _, genes, metabolites = preprocessed("modules", 0, n_genes=60, n_metabolites=12, strength=0.9)
    found = ol.associate(genes, metabolites, alpha=0.9, n_permutations=30, random_state=0)
    P, R = rank_profiles(genes), rank_profiles(metabolites)
    rng = np.random.default_rng(0)
    rho0 = []
    for _ in range(30):
        rho0.append(np.abs(P.T @ R[shuffled(21, None, rng)]))
    np.testing.assert_allclose(found.null["max_abs_rho"], [r.max() for r in rho0])
    np.testing.assert_allclose(found.null["min_p"], [Null("exact", 19).p(r.max()) for r in rho0])
    strong = found.pairs["rho"].abs().to_numpy()
    reached = [(Null("exact", 19).p([r.max() for r in rho0]) <= p).sum() for p in found.pairs["p"]]
    np.testing.assert_allclose(found.pairs["p_family"], (np.array(reached) + 1) / 31)
    observed = np.abs(ol.spearman_matrix(genes, metabolites).to_numpy())
    levels = np.sort(np.unique(np.round(observed, 9)))
    chance = np.array([sum((r >= s - 1e-9).sum() for r in rho0) for s in levels])
    rate = (1 + chance) / (1 + 30 * observed.size) * observed.size
    rate /= [(observed >= s - 1e-9).sum() for s in levels]
    expected = np.minimum.accumulate(np.minimum(rate, 1))[np.searchsorted(levels, strong - 1e-8)]
    # The library looks at levels of |rho| 1/4096 apart.
    assert np.quantile(np.abs(found.pairs["q_pooled"] / expected - 1), 0.9) < 0.05
    assert found.pairs["q_pooled"].is_monotonic_increasing
    np.testing.assert_allclose(
        found.histogram["n_permuted"] * 30, np.histogram(np.array(rho0), _pair_stream.EDGES)[0], atol=30
    )


def test_groups_take_p_values_from_permutations_within_them():
    rng = np.random.default_rng(0)
    groups = np.repeat([0, 1], 8)
    genes, metabolites = rng.normal(size=(16, 6)) + 3 * groups[:, None], rng.normal(size=(16, 4))
    metabolites[:, 0] += 4 * genes[:, 0] - 12 * groups
    found = ol.associate(genes, metabolites, groups=groups, alpha=0.9, n_permutations=99, random_state=0)
    assert found.null_kind == "permutation"
    assert found.pairs["p"].min() >= 1 / (1 + 24 * 99)
    np.testing.assert_allclose(found.pairs["q"], np.minimum(ol.benjamini_hochberg(found.pairs["p"], 24), 1))
    with pytest.raises(ParameterError, match="no permutations"):
        ol.associate(genes, metabolites, groups=groups)


def test_permuting_and_residualising_again_is_near_nominal():
    """Freedman and Lane with a covariate that moves both tables."""
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        batch = rng.permutation(np.repeat([0.0, 1.0], 6))
        genes, metabolites = (rng.normal(size=(12, 4)) + 2 * batch[:, None] for _ in range(2))
        found = ol.associate(
            genes, metabolites, covariates=pd.DataFrame({"b": batch}), n_permutations=19, random_state=seed
        )
        reached = (found.null["max_abs_rho"] >= abs(found.strongest["rho"]) - 1e-9).sum()
        p.append((reached + 1) / 20)
    assert np.mean(np.array(p) <= 0.1) <= stats.binom.isf(1e-3, 60, 0.1) / 60


@pytest.mark.parametrize(("n_tests", "df"), [(922_260_420, 19), (96_000, 34), (1, 19), (10**6, 3)])
def test_bonferroni_limits_are_the_smallest_that_reach_the_level(n_tests, df):
    limits = ol.bonferroni_limits(n_tests, df, 0.05).set_index("null")
    level = 0.05 / n_tests
    step = 2e-5 if df > 20 else 12 / ((df + 2) ** 3 - df - 2) * 1.01  # ranks come in steps
    for kind, edge, width in zip(limits.index, limits["abs_rho"], (2e-5, step), strict=True):
        law = Null(kind, df)
        assert edge == 1 or law.p(edge + 1e-9) <= level
        assert law.p(edge - width) > level
    exact = limits.loc["exact"]
    assert exact["promise_broken"] <= 1 + 1e-6 or exact["abs_rho"] == 1
    assert limits.loc["t", "promise_broken"] >= exact["promise_broken"] * (1 - 1e-9)


def test_columns_that_explain_the_associations_are_compared():
    study, genes, metabolites = preprocessed("confounded", 1, n_genes=80, n_metabolites=20)
    samples = study.obs.assign(id=study.obs_names, same="x", age=np.arange(21.0))
    table = ol.compare_covariates(genes, metabolites, samples.iloc[::-1]).set_index("regressed_out")
    assert list(table.index) == ["nothing", "group", "batch", "age"]
    assert table["degrees_of_freedom"].tolist() == [19, 17, 18, 18]
    assert table.loc["batch", "n_significant"] == 0 < 50 < table.loc["group", "n_significant"]
    held = ol.associate(genes, metabolites, covariates=samples[["batch", "group"]])
    again = ol.compare_covariates(genes, metabolites, samples, covariates=["batch"]).set_index(
        "regressed_out"
    )
    assert list(again.index) == ["batch", "batch + group", "batch + age"]
    assert again.loc["batch + group", "strongest"] == pytest.approx(abs(held.strongest["rho"]))
    factors = ol.compare_covariates(genes, metabolites, samples[["age"]], remove_factors=2)
    assert factors["regressed_out"].tolist() == ["2 factors", "age + 2 factors"]


def test_latents_take_p_values_from_permutations_within_groups():
    rng = np.random.default_rng(0)
    groups = np.repeat(["a", "b"], 8)
    shift = 3.0 * (groups == "a")[:, None]
    Z, W = rng.normal(size=(16, 3)) + shift, rng.normal(size=(16, 2)) + shift
    free = ol.correlate_latents(Z, W)
    within = ol.correlate_latents(Z, W, groups=groups, n_permutations=99, random_state=0)
    pd.testing.assert_series_equal(free["rho"], within["rho"])
    assert (free["q"] < 0.05).all()
    assert (within["p"] > 0.05).any()
    assert within["p"].min() >= 1 / (99 * 6 + 1)
    with pytest.raises(ParameterError, match="no permutations"):
        ol.correlate_latents(Z, W, groups=groups)
    assert len(ol.correlate_latents(Z * 0, W, groups=groups, n_permutations=9)) == 0


def test_slabs_lose_no_pair_where_p_is_next_to_nothing():
    """Student's t of strong correlations of many samples: p below 1e-150, some of them 0."""
    rng = np.random.default_rng(0)
    f = rng.normal(size=(500, 1))
    X, Y = (f + rng.uniform(0.05, 0.4, size=n) * rng.normal(size=(500, n)) for n in (50, 40))
    for method in ("spearman", "pearson"):
        with mock.patch.object(_all_pairs, "CHUNK", 50):
            found = ol.associate(X, Y, null="t", method=method)
        assert found.n_significant == len(found.pairs.drop_duplicates(["gene", "metabolite"])) == 2000
        assert (found.pairs["p"] < 1e-150).sum() > 100


@pytest.mark.parametrize(("n", "alpha"), [(20, 0.05), (10, 0.1), (5, 0.2)])
def test_pairs_whose_q_is_alpha_itself_are_significant(n, alpha):
    one = np.zeros(n)
    one[0] = 1
    found = ol.associate(np.repeat(one[:, None], 9, axis=1), np.repeat(one[:, None], 9, axis=1), alpha=alpha)
    assert found.n_significant == 81
    assert (found.pairs["q"] <= alpha).all()


def test_no_p_of_the_default_null_is_zero():
    x = np.arange(500.0)[:, None]
    assert 0 < ol.associate(x, x).pairs["p"].item() < 1e-300


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t.assign(m0="a"), r"no numbers \(m0\)"),
        (lambda t: t.assign(m0=pd.Timestamp("2020-01-01")), r"no numbers \(m0\)"),
        (lambda t: t.assign(m0=1j), r"no numbers \(m0\)"),
        (lambda t: t.assign(m0=pd.array([pd.NA] * len(t), "Int64")), "15 missing or infinite"),
        (lambda t: t.iloc[:, :0], "15 rows and 0 columns"),
        (lambda t: t["m0"].to_numpy(), "1 dimensions"),
        (lambda t: t.to_numpy().astype(str), "no numbers"),
    ],
)
def test_what_are_no_numbers_is_refused(change, match):
    genes, metabolites = tables()
    with pytest.raises(StudyError, match=match):
        ol.associate(genes, change(metabolites))


def test_few_samples_and_groups_of_another_length_are_named():
    genes, metabolites = tables()
    with pytest.raises(StudyError, match="found 2; a correlation takes at least 3"):
        ol.associate(genes.head(2), metabolites.head(2))
    with pytest.raises(StudyError, match="groups: 15 rows against 3"):
        ol.associate(genes, metabolites, groups=[1, 2, 3], n_permutations=2)
    with pytest.raises(ParameterError, match="2 dimensions"):
        ol.associate(genes, metabolites, groups=genes, n_permutations=2)


def test_whole_number_covariates_with_gaps_are_coded_like_others():
    genes, metabolites = tables()
    age = pd.Series(range(15), genes.index, dtype="Int64").where(genes["g0"] < 4)
    one = ol.associate(genes, metabolites, covariates=age.to_frame("age"))
    other = ol.associate(genes, metabolites, covariates=age.astype(float).rename("age"))
    assert one.strongest.equals(other.strongest)
    with pytest.raises(StudyError, match="infinite"):
        ol.associate(genes, metabolites, covariates=pd.DataFrame({"a": [np.inf] * 15}, genes.index))


def test_names_that_are_no_text_go_to_a_file_as_text(tmp_path):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(9, 3)))
    found = ol.associate(X, X, alpha=0.9, to=tmp_path / "p.parquet")
    assert set(pd.read_parquet(tmp_path / "p.parquet")["gene"]) == {"0", "1", "2"}
    assert len(found.pairs) == found.n_kept
    assert ol.compare_covariates(X, X, pd.DataFrame({7: [0, 1, 2] * 3}))["regressed_out"].tolist() == [
        "nothing",
        "7",
    ]
    with pytest.raises(ParameterError, match="no column age"):
        ol.compare_covariates(X, X, X, covariates="age")


def test_latents_of_two_values_have_a_null_of_their_own():
    low = np.arange(12) < 5
    Z, W = pd.DataFrame({"a": low * 1.0}), pd.DataFrame({"b": np.arange(12.0)})
    assert ol.correlate_latents(Z, W)["p"].item() == pytest.approx(ol.associate(Z, W).pairs["p"].item())


@pytest.mark.parametrize("p", [[-0.1], [1.2], [np.nan], [[0.1]]])
def test_values_that_are_no_p_values_are_refused(p):
    for adjust in (ol.benjamini_hochberg, ol.benjamini_yekutieli):
        with pytest.raises(ParameterError, match="must be a p-value"):
            adjust(p)
    with pytest.raises(ParameterError, match="3 values for 1 tests"):
        ol.benjamini_hochberg([0.1, 0.2, 0.3], 1)
    with pytest.raises(ParameterError, match="alpha"):
        ol.bonferroni_limits(10, 5, 0)
    with pytest.raises(ParameterError, match="degrees_of_freedom"):
        ol.bonferroni_limits(10, 0)
