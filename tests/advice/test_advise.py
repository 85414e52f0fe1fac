"""What is said about a study before it is preprocessed: where it is true, and where it is not."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from scipy.stats import skew, spearmanr

from omics_lib import narrate
from omics_lib._files import project_file
from omics_lib.advice import _advise as advice
from omics_lib.advice import (
    advise,
    closure_effect,
    depth_correlations,
    depth_effect,
    log_effect,
    pairs_by_closure,
)
from omics_lib.cli import main
from omics_lib.preprocess._composition import MAX_SUM_RANGE, MAX_SUM_VARIANCE
from omics_lib.schema import default_parameters
from omics_lib.study._study import make_study

N = 20
READY = {"transcriptomics_kind": "log", "metabolomics_kind": "log"}


def rng(seed=0):
    return np.random.default_rng(seed)


def counts(fold=1.0, n_genes=200, mean=60, seed=0):
    """Genes that do not change, in samples whose depth rises up to `fold`."""
    return rng(seed).poisson(mean * np.linspace(1, fold, N)[:, None], size=(N, n_genes)).astype(float)


def normal(n=40, seed=1):
    return rng(seed).normal(100, 10, size=(N, n))


def peaks(n=40, seed=1):
    return np.exp(rng(seed).normal(10, 2, size=n) + rng(seed + 1).normal(0, 0.8, size=(N, n)))


def percent(n=12, seed=1):
    parts = rng(seed).gamma(2, 1, size=(N, n))
    return parts / parts.sum(axis=1, keepdims=True) * 100


def study(genes, metabolites):
    index = pd.Index([f"S{i}" for i in range(N)], name="sample_id")
    tables = {"transcriptomics": (genes, "g"), "metabolomics": (metabolites, "m")}
    frames = {
        name: pd.DataFrame(values, index, [f"{letter}{j}" for j in range(values.shape[1])])
        for name, (values, letter) in tables.items()
    }
    return make_study(frames, pd.DataFrame({"group": list("ab") * (N // 2)}, index=index))


def found(genes=None, metabolites=None, **parameters):
    values = study(counts() if genes is None else genes, normal() if metabolites is None else metabolites)
    return advise(values, default_parameters() | parameters)


def settings(*args, **parameters):
    return [finding.setting for finding in found(*args, **parameters)]


def test_nothing_is_said_of_a_study_that_fits_the_recipe():
    assert found() == []
    assert found(normal() - 100, normal() - 100, **READY) == []
    assert "Nothing was found" in narrate.advice([])


# Depth


@pytest.mark.parametrize(("fold", "said"), [(1.3, False), (1.4, False), (1.7, True), (4.0, True)])
def test_depth_is_spoken_of_above_its_threshold(fold, said):
    assert settings(counts(fold)) == (["normalise: median_of_ratios"] if said else [])


def test_depth_is_told_with_its_numbers():
    values = counts(2.0)
    (finding,) = found(values)
    totals = values.sum(axis=1)
    assert f"differ {totals.max() / totals.min():.1f}-fold" in finding.text
    assert f"({totals.min():,.0f} to {totals.max():,.0f})" in finding.text
    before, after = map(
        float, re.search(r"is (-?[\d.]+) as it is and (-?[\d.]+) with", finding.text).groups()
    )
    assert before == pytest.approx(np.median([spearmanr(totals, gene)[0] for gene in values.T]), abs=0.006)
    assert before > 0.5 and abs(after) < 0.3
    assert "Here the depth shows" in finding.text


def test_depth_is_not_claimed_where_a_loud_gene_makes_the_total():
    values = counts()
    values[:, 0] = np.linspace(100, 60_000, N)
    (finding,) = found(values)
    assert "but the counts of most genes do not" in finding.text
    assert "follows the depth" not in finding.text
    assert finding.setting == "normalise: median_of_ratios"


def test_sparse_counts_are_advised_to_take_cpm():
    values = counts(3.0, mean=0.5)
    assert (values > 0).all(axis=0).sum() < advice.MIN_REFERENCE
    (finding,) = found(values)
    assert finding.setting == "normalise: cpm"
    assert "too few for a median of ratios" in finding.text


@pytest.mark.parametrize("normalise", ["cpm", "median_of_ratios"])
def test_depth_that_is_taken_out_is_told_without_advice(normalise):
    (finding,) = found(counts(2.0), normalise=normalise)
    assert finding.setting is None
    assert f"`normalise: {normalise}` brings the samples to one depth" in finding.text


def test_counts_of_metabolites_are_looked_at_too():
    given = {"transcriptomics_kind": "log", "metabolomics_kind": "counts"}
    assert settings(normal(), counts(2.0), **given) == ["normalise: median_of_ratios"]


def test_depth_effect_is_spearman_of_scaled_counts():
    table = pd.DataFrame(counts(2.0, 30))
    effect, rhos = depth_effect(table), depth_correlations(table)
    totals = table.sum(axis=1)
    cpm = table.div(totals, axis=0)
    np.testing.assert_allclose(rhos["cpm"], [spearmanr(totals, cpm[gene])[0] for gene in table], atol=1e-9)
    assert effect.loc["none", "genes_positive"] == 1
    assert effect.loc["none", "pairs_positive"] > 0.9
    assert abs(effect.loc["median_of_ratios", "pairs_positive"] - 0.5) < 0.1
    assert effect.loc["cpm", "fold"] == pytest.approx(totals.max() / totals.min())


def test_depth_effect_leaves_out_what_cannot_be_had():
    table = pd.DataFrame(np.eye(N, 30) + np.eye(N, 30, 5))
    assert list(depth_effect(table).index) == ["none", "cpm"]


# Skewness


def test_skewed_peak_areas_are_advised_to_be_logged():
    values = peaks()
    (finding,) = found(metabolites=values)
    assert finding.setting == "metabolomics_log: true"
    raw, logged = skew(values), skew(np.log2(values))
    assert f"median skewness of a metabolite is {np.median(raw):.2f}" in finding.text
    assert f"from {np.median(abs(raw)):.2f} to {np.median(abs(logged)):.2f}" in finding.text
    assert f"{(abs(logged) < abs(raw)).sum()} of 40 metabolites" in finding.text
    assert f"span {np.log10(values.max() / values.min()):.1f} orders" in finding.text


@pytest.mark.parametrize("seed", range(5))
def test_symmetric_values_are_left_alone_however_far_they_span(seed):
    steady = normal(seed=seed) * np.logspace(0, 6, 40)
    assert found(metabolites=steady) == []


def test_zeros_and_missing_values_do_not_stop_the_comparison():
    values = peaks()
    values[0, :5], values[1, 3:9] = 0, np.nan
    assert settings(metabolites=values) == ["metabolomics_log: true"]


def test_a_logarithm_of_logarithms_is_told():
    logged = np.log2(peaks())
    (finding,) = found(metabolites=peaks(), metabolomics_log=True)
    assert finding.setting is None and "(`metabolomics_log: true`, as set) takes" in finding.text
    assert found(metabolites=normal(), metabolomics_log=True) == []
    left_skewed = 1000 - np.exp(rng().normal(5, 0.6, size=(N, 40)))
    (finding,) = found(metabolites=np.clip(left_skewed, 1, None), metabolomics_log=True)
    assert finding.setting == "metabolomics_log: false"
    assert found(metabolites=logged) == []


def test_raw_values_declared_log_are_told():
    expected = ["metabolomics_kind: abundance, metabolomics_log: true"]
    assert settings(metabolites=peaks(), metabolomics_kind="log") == expected
    assert settings(peaks(), normal(), transcriptomics_kind="log") == ["transcriptomics_kind: counts"]
    assert settings(np.log2(peaks()), normal(), transcriptomics_kind="log") == []


def test_log_effect_is_scipys_skewness():
    values = peaks()
    effect = log_effect(pd.DataFrame(np.column_stack([values, np.ones(N)])))
    np.testing.assert_allclose(effect["as it came"], skew(values))
    np.testing.assert_allclose(effect["log2"], skew(np.log2(values)))


# Parts of a whole


@pytest.mark.parametrize("whole", [1, 100])
@pytest.mark.parametrize("kind", ["abundance", "counts", "log"])
def test_values_that_sum_to_the_same_are_offered_clr(whole, kind):
    values = percent() * whole / 100
    assert settings(metabolites=values, metabolomics_kind=kind) == ["metabolomics_kind: clr"]
    (finding,) = found(metabolites=values, metabolomics_kind="clr")
    assert finding.setting is None and "`metabolomics_kind: clr`, as set, takes" in finding.text
    assert settings(metabolites=values[:, :6]) != ["metabolomics_kind: clr"]


def test_closure_is_told_with_its_sums_and_zeros():
    values = percent().round(1)
    values[0, :3] = 0
    values[0, 3] += 100 - values[0].sum()
    (finding,) = found(metabolites=values)
    assert f"({values.sum(axis=1).min():.2f} to {values.sum(axis=1).max():.2f})" in finding.text
    assert "of the values are 0 or missing" in finding.text
    (finding,) = found(metabolites=percent())
    assert "(100.00)" in finding.text and "0 or missing" not in finding.text


def test_covariances_with_the_other_parts_sum_to_minus_the_variance():
    parts = pd.DataFrame(percent()).rename(columns=str)
    effect = closure_effect(parts)
    np.testing.assert_allclose(effect["others"], -effect["variance"])
    covariance = np.cov(parts.T, ddof=0)
    np.testing.assert_allclose(effect["variance"].loc[parts.columns], np.diag(covariance))
    assert effect["variance"].is_monotonic_decreasing
    logs = np.log2(parts)
    ratios = logs.sub(logs.mean(axis=1), axis=0)
    expected = [spearmanr(parts[name], ratios[name])[0] for name in effect.index]
    np.testing.assert_allclose(effect["rho_clr"], expected)
    pairs = pairs_by_closure(parts)
    assert len(pairs) == 66
    assert pairs.loc[0, "clr"] == pytest.approx(spearmanr(ratios["0"], ratios["1"])[0])


# Parameters that do nothing


def test_parameters_that_do_nothing_are_told():
    ready = {"genes": normal() - 100, "metabolites": normal() - 100, **READY}
    assert settings(**ready, normalise="cpm") == ["normalise: none"]
    assert settings(**ready, metabolomics_log=True) == ["metabolomics_log: false"]
    given = {"metabolites": percent(), "metabolomics_kind": "clr", "metabolomics_log": True}
    assert settings(**given) == ["metabolomics_log: false", None]


# The commands and the sentences


def test_check_prints_the_advice_and_refuses_what_cannot_be_normalised(study_folder, capsys):
    folder = study_folder()
    table = pd.read_csv(folder / "transcriptomics.csv", index_col=0)
    (table + 100).to_csv(folder / "transcriptomics.csv")
    assert main(["check", str(folder)]) == 0
    assert "normalise" not in capsys.readouterr().out
    table.mul(np.arange(1, 13), axis=0).to_csv(folder / "transcriptomics.csv")
    assert main(["check", str(folder)]) == 0
    assert "note: transcriptomics: library sizes differ" in capsys.readouterr().out
    assert main(["check", str(folder), "--set", "normalise=median_of_ratios"]) == 2
    assert "no gene is counted in every training sample" in capsys.readouterr().err
    assert main(["check", str(folder), "--set", "normalise=cpm"]) == 0


@settings_of_hypothesis(max_examples=40)
@given(
    st.floats(1.0, 3.0), st.booleans(), st.sampled_from(["normal", "peaks", "percent"]), st.integers(0, 50)
)
def test_sentences_of_chapter_2_say_what_their_numbers_say(fold, log, shape, seed):
    metabolites = {"normal": normal, "peaks": peaks, "percent": percent}[shape](seed=seed)
    mdata = study(counts(fold, 60, seed=seed), metabolites)
    parameters = default_parameters() | {"metabolomics_log": log}
    findings = advise(mdata, parameters)
    genes, table = mdata["transcriptomics"].to_df(), mdata["metabolomics"].to_df()
    effect = depth_effect(genes)
    text = narrate.depth(findings, {"transcriptomics": effect}, "none")
    assert ("at most 1.5-fold apart" in text) == (genes.sum(axis=1).max() <= 1.5 * genes.sum(axis=1).min())
    if "Here the depth shows" in text:
        assert effect.loc["none", "median_rho"] > 0.09
    skewed = log_effect(table)
    text = narrate.skewness(findings, {"metabolomics": skewed}, log)
    before, after = skewed.abs().median()
    if "no reason to take one" in text:
        assert before - after < advice.GAIN or skewed["as it came"].median() <= advice.SKEWED
    if "recommended" in text:
        assert before - after >= advice.GAIN
    closed = {"metabolomics": table} if advice.is_closed(table) else {}
    effects = {name: closure_effect(parts) for name, parts in closed.items()}
    text = narrate.closure(
        findings, effects, {name: pairs_by_closure(parts) for name, parts in closed.items()}
    )
    assert ("sum to the same: neither" in text) == (shape != "percent")
    assert not re.search(r"\bnan\b|\binf\b|-0\.00\b|e-\d", text)


def test_sentences_where_there_is_nothing_to_compare():
    assert "no depth to bring into line" in narrate.depth([], {}, "none")
    assert "does not arise" in narrate.skewness([], {}, False)
    assert "neither shows itself as a whole" in narrate.closure([], {}, {})


def test_thresholds_in_the_prose_are_those_of_the_library():
    methods = project_file("book/methods.md").read_text(encoding="utf-8")
    for threshold in (
        f"{advice.MAX_FOLD}-fold",
        f"fewer than {advice.MIN_REFERENCE} genes",
        f"features is above {advice.SKEWED}",
        f"lower by at least {advice.GAIN}",
        f"within {MAX_SUM_RANGE:.0%} of each other",
        f"less than {MAX_SUM_VARIANCE:.0%} of the sum of the variances",
    ):
        assert threshold in " ".join(methods.split())
    assert advice.WIDE == 10**3
