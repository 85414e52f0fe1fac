from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from omics_lib import Profiles, StudyError, alignment, cohort_rankings, cohort_use, evaluate_ranking
from omics_lib.refinement import high_pass

GENES, METABOLITES = [f"g{i}" for i in range(60)], [f"m{i}" for i in range(20)]


def tables(n: int, seed: int, sign: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a source: four factors in both tables, and the first ten metabolites each linked to a gene."""
    loadings = np.random.default_rng(9).normal(size=(4, 80))
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 4)) @ loadings + rng.normal(size=(n, 80))
    values[:, 60:70] += 1.5 * sign * values[:, :10]
    names = pd.Index([f"s{seed}_{i}" for i in range(n)])
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    return pd.DataFrame(z[:, :60], names, GENES), pd.DataFrame(z[:, 60:], names, METABOLITES)


def shuffled(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    return table.set_axis(np.random.default_rng(seed).permutation(table.columns), axis=1)


def centred(rho: pd.DataFrame) -> np.ndarray:
    rho = rho.to_numpy()
    return rho - rho.mean(axis=0) - rho.mean(axis=1, keepdims=True) + rho.mean()


def test_alignment_is_the_correlation_of_double_centred_matrices():
    study, cohort = Profiles.of(*tables(15, 1)), Profiles.of(*(t.iloc[:, ::-1] for t in tables(60, 2)))
    expected = np.corrcoef(
        centred(study.rho()).ravel(), centred(cohort.rho().loc[GENES, METABOLITES]).ravel()
    )[0, 1]
    found = alignment(study, cohort, n_permutations=99, random_state=0)
    assert found.r == pytest.approx(expected)
    assert found.p == 0.01


def test_alignment_of_genes_with_genes_renames_both_sides_alike():
    study, cohort = (Profiles.of(genes, genes) for genes in (tables(15, 1)[0], tables(60, 2)[0]))
    expected = np.corrcoef(centred(study.rho()).ravel(), centred(cohort.rho()).ravel())[0, 1]
    found = alignment(study, cohort, n_permutations=99, random_state=0)
    assert found.r == pytest.approx(expected)
    assert found.p == 0.01
    other = Profiles.of(*[shuffled(tables(60, 2)[0])] * 2)
    assert alignment(study, other, n_permutations=99, random_state=0).p > 0.05


def test_alignment_keeps_its_level_where_names_mean_nothing():
    study, (genes, metabolites) = Profiles.of(*tables(12, 1)), tables(30, 2)
    p = []
    for seed in range(200):
        named = Profiles.of(shuffled(genes, seed), shuffled(metabolites, seed + 1000))
        p.append(alignment(study, named, n_permutations=19, random_state=seed).p)
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    assert 0.4 < np.mean(p) < 0.65


def test_cohort_of_the_same_kind_is_of_use_and_with_shuffled_names_it_is_not():
    study, cohort = tables(16, 1), tables(80, 2)
    found = cohort_use(study[0], cohort[0], study[1], cohort[1], n_latent=4, random_state=0)
    assert (found.of_use, found.associations, found.p) == (True, "metabolites", 0.005)
    assert found.gain > 0
    useless = [shuffled(table) for table in cohort]
    found = cohort_use(study[0], useless[0], study[1], useless[1], n_latent=4, random_state=0)
    assert not found.of_use
    assert not found.associations_agree


def test_cohort_without_metabolites_is_asked_about_genes():
    study, cohort = tables(16, 1), tables(80, 2)
    found = cohort_use(study[0], cohort[0], study[1], n_latent=4, random_state=0)
    assert (found.of_use, found.associations) == (True, "genes")


def test_evidence_of_both_is_stouffers_sum_with_signs():
    study, cohort = tables(16, 1), tables(80, 2)
    found = cohort_rankings(*study, *(t.iloc[:, 3:] for t in cohort))
    assert list(found) == ["cohort alone", "study and cohort", "study alone"]
    z = []
    for one, other in (study, cohort):
        profiles = Profiles.of(one[GENES[3:]], other[METABOLITES[3:]])
        cosines = high_pass(profiles.unit_left).T @ high_pass(profiles.unit_right)
        z.append(np.sqrt(profiles.degrees_of_freedom) * cosines)
    n = np.array([16, 80])
    both = np.abs(np.sqrt(n[0]) * z[0] + np.sqrt(n[1]) * z[1])
    scores = found["study and cohort"].scores.to_frame()
    np.testing.assert_allclose(scores / scores.to_numpy().max(), both / both.max(), atol=1e-9)
    assert (list(scores.index), list(scores.columns)) == (GENES[3:], METABOLITES[3:])


def test_cohort_lends_the_ranking_what_the_study_lacks_and_a_contradiction_costs():
    known = pd.DataFrame({"gene_id": GENES[:10], "metabolite_id": METABOLITES[:10]})

    def mrr(found, name):
        return evaluate_ranking(found[name].scores, known, n_permutations=0, n_bootstrap=0)["mrr"]

    found = cohort_rankings(*tables(12, 1), *tables(100, 2))
    assert mrr(found, "study and cohort") > mrr(found, "study alone")
    against = cohort_rankings(*tables(40, 1, sign=-1), *tables(40, 2))
    assert mrr(against, "study and cohort") < mrr(against, "cohort alone")


def test_sources_without_a_common_name_are_refused():
    one, other = tables(12, 1)
    with pytest.raises(StudyError, match="no metabolite in common"):
        alignment(Profiles.of(one, other), Profiles.of(one, other.add_prefix("x")))
