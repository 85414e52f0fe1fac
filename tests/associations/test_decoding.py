from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import omics_lib as ol
from omics_lib.errors import StudyError


def study_of_latents(n=20, strength=1.0, seed=0):
    """One shared factor behind a latent of each side, and behind g0–g2 and m0–m1; the rest is noise."""
    rng = np.random.default_rng(seed)
    index = [f"S{i:02d}" for i in range(n)]
    factor = rng.normal(size=n)

    def table(n_features, n_following, prefix):
        values = rng.normal(size=(n, n_features))
        values[:, :n_following] = 0.3 * values[:, :n_following] + strength * factor[:, None]
        return pd.DataFrame(values, index).add_prefix(prefix)

    return table(8, 3, "g"), table(5, 2, "m"), table(3, 1, "u"), table(3, 1, "v")


def test_planted_pairs_are_decoded():
    found = ol.decode_latent_pairs(*study_of_latents(), n_permutations=199, random_state=0)
    expected = {(f"g{i}", f"m{j}") for i in range(3) for j in range(2)}
    assert found.n_latent_pairs == 1
    pairs = list(zip(found.pairs["gene"], found.pairs["metabolite"], strict=True))
    assert set(pairs[:6]) == expected
    assert found.pairs["score"].abs().is_monotonic_decreasing


def test_rho_is_that_of_the_pair_itself():
    genes, metabolites, *Z = study_of_latents()
    found = ol.decode_latent_pairs(genes, metabolites, *Z, n_permutations=99, random_state=0)
    for row in found.pairs.itertuples():
        expected = stats.spearmanr(genes[row.gene], metabolites[row.metabolite]).statistic
        assert row.rho == pytest.approx(expected, abs=1e-12)


def test_score_is_the_product_of_correlations():
    genes, metabolites, Zg, Zm = study_of_latents()
    found = ol.decode_latent_pairs(genes, metabolites, Zg, Zm, n_permutations=99, random_state=0)
    row = found.pairs.iloc[0]

    def rho(x, y):
        return stats.spearmanr(x, y).statistic

    expected = (
        rho(genes[row["gene"]], Zg["u0"])
        * rho(Zg["u0"], Zm["v0"])
        * rho(Zm["v0"], metabolites[row["metabolite"]])
    )
    assert row["score"] == pytest.approx(expected)


def test_latent_pairs_counted_are_those_of_correlate_latents_beside_dead_latents():
    genes, metabolites, Zg, Zm = study_of_latents(strength=0.45)
    dead = pd.DataFrame(0.0, genes.index, [f"d{i}" for i in range(40)])
    Zg, Zm = pd.concat([Zg, dead], axis=1), pd.concat([Zm, dead], axis=1)
    direct = ol.correlate_latents(Zg, Zm)
    found = ol.decode_latent_pairs(genes, metabolites, Zg, Zm, n_permutations=2, random_state=0)
    assert found.n_latent_pairs == (direct["q"] <= 0.05).sum() > 0


@pytest.mark.parametrize("m", [1, 19])
def test_p_is_a_count_of_permutations_and_never_zero(m):
    found = ol.decode_latent_pairs(*study_of_latents(), alpha=0.9, n_permutations=m, random_state=0)
    counts = found.pairs["p"] * (m + 1)
    np.testing.assert_allclose(counts, counts.round())
    assert len(found.pairs) > 0
    assert counts.min() >= 1 - 1e-9
    assert len(found.null) == m


def test_groups_of_one_reach_the_observed_score_every_time():
    """Only the identity is left to permute: rounding must not make it look weaker than the observed."""
    tables = study_of_latents()
    found = ol.decode_latent_pairs(*tables, groups=range(20), n_permutations=20, random_state=0)
    assert len(found.pairs) == 0
    assert found.null["max_score"].nunique() <= 2
    assert found.n_latent_pairs == 1


def test_permutations_stay_within_groups():
    genes, metabolites, Zg, Zm = study_of_latents()
    halves = np.repeat(["a", "b"], 10)
    shift = np.where(halves == "a", 0.0, 100.0)[:, None]
    free, kept = (
        ol.decode_latent_pairs(
            genes, metabolites, Zg + shift, Zm + shift, groups=g, n_permutations=15, random_state=0
        ).null["max_abs_rho"]
        for g in (None, halves)
    )
    assert kept.min() > 0.7 > free.median()


def test_all_latents_dead_gives_nothing():
    genes, metabolites, Zg, Zm = study_of_latents()
    found = ol.decode_latent_pairs(genes, metabolites, Zg * 0, Zm, n_permutations=3, random_state=0)
    assert (found.n_latent_pairs, len(found.pairs)) == (0, 0)
    assert list(found.pairs.columns) == ["gene", "metabolite", "rho", "p", "p_family", "score"]
    assert not found.null.any().any()


def test_single_metabolite_and_latent_work():
    genes, metabolites, Zg, Zm = study_of_latents()
    found = ol.decode_latent_pairs(
        genes, metabolites[["m0"]], Zg[["u0"]], Zm[["v0"]], n_permutations=99, random_state=0
    )
    assert set(found.pairs["metabolite"]) == {"m0"}


def test_constant_features_are_never_decoded():
    genes, metabolites, Zg, Zm = study_of_latents()
    found = ol.decode_latent_pairs(
        genes.assign(g0=1.0), metabolites, Zg, Zm, alpha=0.99, n_permutations=19, random_state=0
    )
    assert "g0" not in set(found.pairs["gene"])


def test_tables_and_latents_are_joined_by_sample_id():
    genes, metabolites, Zg, Zm = study_of_latents()
    options = {"n_permutations": 9, "random_state": 0, "alpha": 0.5}
    expected = ol.decode_latent_pairs(genes, metabolites, Zg, Zm, **options)
    mixed = np.random.default_rng(1).permutation(genes.index)
    found = ol.decode_latent_pairs(
        genes, metabolites.loc[mixed], Zg.loc[mixed[::-1]], Zm.loc[mixed], **options
    )
    pd.testing.assert_frame_equal(found.pairs, expected.pairs)
    with pytest.raises(StudyError, match="1 sample in one table only"):
        ol.decode_latent_pairs(genes, metabolites, Zg.iloc[1:], Zm, **options)


def test_covariates_remove_what_they_explain():
    genes, metabolites, Zg, Zm = study_of_latents(n=24, seed=1)
    batch = pd.DataFrame({"batch": np.arange(24) % 2}, genes.index)
    shift = 20.0 * batch.to_numpy()
    noise = [table.iloc[:, 3:] + shift for table in (genes, metabolites)]
    Z = [Zg[["u1", "u2"]] + shift, Zm[["v1", "v2"]] + shift]
    plain = ol.decode_latent_pairs(*noise, *Z, n_permutations=99, random_state=0)
    adjusted = ol.decode_latent_pairs(*noise, *Z, covariates=batch, n_permutations=99, random_state=0)
    assert plain.n_latent_pairs == 4
    assert len(plain.pairs) > 0
    assert (adjusted.n_latent_pairs, len(adjusted.pairs)) == (0, 0)


def test_null_studies_rarely_decode_anything():
    any_found = 0
    for seed in range(30):
        genes, metabolites, Zg, Zm = study_of_latents(n=14, seed=seed)
        order = np.random.default_rng(seed).permutation(14)
        unrelated = metabolites.iloc[order].set_axis(genes.index), Zm.iloc[order].set_axis(genes.index)
        found = ol.decode_latent_pairs(
            genes, unrelated[0], Zg, unrelated[1], n_permutations=39, random_state=seed
        )
        any_found += len(found.pairs) > 0
    assert any_found <= stats.binom.isf(1e-3, 30, 0.05)


def test_arrays_go_with_labelled_covariates_and_groups_by_position():
    genes, metabolites, *Z = study_of_latents()
    samples = pd.DataFrame({"age": np.arange(20.0), "batch": list("ab") * 10}, genes.index)
    options = {
        "covariates": samples[["age"]],
        "groups": samples["batch"],
        "n_permutations": 19,
        "random_state": 0,
    }
    expected = ol.decode_latent_pairs(genes, metabolites, *Z, alpha=0.9, **options)
    arrays = (table.to_numpy() for table in (genes, metabolites, *Z))
    found = ol.decode_latent_pairs(*arrays, alpha=0.9, **options)
    mixed = ol.decode_latent_pairs(genes, metabolites.to_numpy(), *Z, alpha=0.9, **options)
    assert len(expected.pairs)
    for pairs in (found.pairs, mixed.pairs):
        np.testing.assert_array_equal(pairs["score"], expected.pairs["score"])
    assert found.pairs["gene"].str.startswith("gene_").all()
