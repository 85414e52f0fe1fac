from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from omics_lib import agreed_latents, gene_set_enrichment, latents_to_keep


def with_factors(n_factors, n=40, p=300, strength=1.0, seed=0):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(n, n_factors)) @ rng.normal(size=(n_factors, p))
    return strength * factors + rng.normal(size=(n, p))


@pytest.mark.parametrize("n_factors", [1, 2, 5, 8])
def test_planted_factors_are_counted(n_factors):
    assert agreed_latents(with_factors(n_factors), random_state=0).n_latent == n_factors


def test_noise_has_no_latent_that_the_folds_agree_on():
    found = [agreed_latents(with_factors(0, n=21, seed=seed), random_state=seed) for seed in range(30)]
    assert sum(one.n_latent > 0 for one in found) <= 5  # 1.5 expected at a level of 0.05
    assert 0.3 < np.mean([one.p_value for one in found]) < 0.8


def test_count_is_that_of_all_blocks_of_features():
    strong = with_factors(3, p=100)
    X = np.hstack([np.random.default_rng(1).normal(size=(40, 9000)), 5 * strong])
    assert agreed_latents(X, n_permutations=19, random_state=0).n_latent == 3


def test_table_holds_what_folds_share_up_to_the_rank():
    found = agreed_latents(with_factors(2, n=12, p=6), n_folds=3, random_state=0).table
    assert list(found["n_latent"]) == [1, 2, 3, 4, 5, 6]
    assert (found["shared"] <= found["n_latent"] + 1e-9).all()
    assert found["shared"].iloc[-1] == pytest.approx(6)  # as many axes as features: the whole space


def test_constant_table_has_nothing_to_count():
    found = agreed_latents(np.ones((10, 5)), random_state=0)
    assert found[:2] == (0, 1.0) and found.table.empty


def test_missing_values_are_refused():
    with pytest.raises(ValueError, match="missing or infinite"):
        agreed_latents(np.full((10, 5), np.nan))


def test_auto_keeps_what_is_agreed_on_and_64_for_the_presets_of_the_source():
    agreed = agreed_latents(with_factors(5), random_state=0)
    kept = [latents_to_keep("auto", agreed, variant) for variant in ("auto", "described", "counted")]
    assert kept == [5, 64, 64]
    assert latents_to_keep(7, agreed, "auto") == 7


def rho_and_sets(seed=0, n_genes=500, n_sets=30):
    rng = np.random.default_rng(seed)
    genes = [f"g{i}" for i in range(n_genes)]
    rho = pd.DataFrame(rng.uniform(-1, 1, size=(n_genes, 3)), index=genes, columns=list("abc"))
    rows = [(f"set_{k}", gene) for k in range(n_sets) for gene in rng.choice(genes, 20, replace=False)]
    return rho, pd.DataFrame(rows, columns=["gene_set", "gene_id"])


def test_sets_of_any_genes_have_uniform_p_values():
    found = gene_set_enrichment(*rho_and_sets(), n_permutations=199, random_state=0)
    assert len(found) == 90 and 0.4 < found["p"].mean() < 0.6
    assert found["p"].min() >= 1 / 200


def test_set_that_follows_a_latent_is_found_whatever_the_sign():
    rho, sets = rho_and_sets()
    rho.iloc[:10, 1], rho.iloc[10:20, 1] = 0.99, -0.99
    planted = pd.DataFrame({"gene_set": "planted", "gene_id": rho.index[:20]})
    found = gene_set_enrichment(rho, pd.concat([sets, planted]), random_state=0)
    assert tuple(found.loc[0, ["gene_set", "latent", "n_genes"]]) == ("planted", "b", 20)
    assert found.loc[0, "q"] < 0.1
    assert "planted" not in set(found.loc[1:, "gene_set"][found["q"] < 0.5])


def test_sets_that_cannot_be_asked_of_are_left_out():
    rho = rho_and_sets()[0].iloc[:10]
    sets = {
        "two": rho.index[:2],
        "all": rho.index,
        "elsewhere": ["x", "y", "z"],
        "some": [*rho.index[:3], "x"],
    }
    sets = pd.DataFrame([(name, gene) for name, genes in sets.items() for gene in genes])
    sets.columns = ["gene_set", "gene_id"]
    found = gene_set_enrichment(rho, sets, n_permutations=19, random_state=0)
    assert set(found["gene_set"]) == {"some"} and set(found["n_genes"]) == {3}
    assert gene_set_enrichment(rho, sets[sets["gene_set"] == "two"]).empty
