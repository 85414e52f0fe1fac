from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits
from umap import umap_

from omics_lib import (
    OmicsAutoencoder,
    StudyError,
    by_similarity,
    embed,
    neighbour_agreement,
    neighbours_by_map,
    shuffled_latents,
    variance_explained,
)

METHODS = ["PCA", "t-SNE", "UMAP"]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """A dozen samples are slower on several threads, by far so on a busy machine."""
    with threadpool_limits(1):
        yield


def latents(n=12, d=5, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, d))
    return pd.DataFrame(values, [f"S{i}" for i in range(n)]).add_prefix("latent_")


@pytest.mark.slow
def test_pca_equals_scikit_learn_on_the_latents_as_they_are_up_to_one_scale():
    Z = latents() * [1, 2, 4, 8, 16]
    expected = PCA(2, svd_solver="full").fit_transform(Z)
    found = embed(Z, random_state=0)["PCA"]
    np.testing.assert_allclose(found / np.linalg.norm(found), expected / np.linalg.norm(expected))


@pytest.mark.slow
def test_one_scale_for_all_latents_changes_nothing():
    one, same = (embed(Z, random_state=0) for Z in (latents(), latents() * 8))
    for method in METHODS:
        np.testing.assert_allclose(one[method], same[method], rtol=1e-4, atol=1e-4)


def two_groups(n_latent, n=30):
    """Return the first components of a table in which two groups of samples lie far apart; rank n - 1."""
    group = pd.Series(np.repeat(["a", "b"], n // 2), name="group")
    X = np.random.default_rng(0).normal(size=(n, 200))
    X[group == "b", :60] += 1.5
    Z = PCA(min(n_latent, n - 1), svd_solver="full").fit_transform(X)
    return pd.DataFrame(np.pad(Z, ((0, 0), (0, n_latent - Z.shape[1])))), group


# From 29 on all components are kept, and the latents beyond them are dead: 30 to 64 are one table.
@pytest.mark.parametrize("n_latent", [*range(2, 31), 48, 64])
@pytest.mark.slow
def test_two_groups_far_apart_are_seen_apart_in_every_map_with_any_number_of_latents(n_latent):
    Z, group = two_groups(n_latent)
    found = neighbours_by_map(Z, embed(Z, random_state=0), group, random_state=0)
    assert list(found["where"]) == ["latents", *METHODS]
    assert found["value"].min() >= 0.95
    assert found["p"].max() <= 0.01


def test_two_groups_are_lost_where_all_components_are_scaled_alike():
    Z, group = two_groups(29)
    whitened = neighbour_agreement(Z / Z.std(), group, random_state=0)
    assert whitened.value == pytest.approx(whitened.chance, abs=0.01) and whitened.p > 0.2


@pytest.mark.parametrize("n_latent", [4, 29, 64])
@pytest.mark.slow
def test_two_groups_are_seen_apart_in_the_latents_of_an_autoencoder(n_latent):
    group = pd.Series(np.repeat(["a", "b"], 15), name="group")
    X = np.random.default_rng(1).normal(size=(30, 100))
    X[group == "b", :40] += 1.5
    Z = pd.DataFrame(OmicsAutoencoder(n_latent=n_latent, max_epochs=30, random_state=0).fit_transform(X))
    found = neighbours_by_map(Z, embed(Z, random_state=0), group, random_state=0)
    assert found["value"].min() >= 0.95


def test_labels_unrelated_to_the_latents_get_uniform_p():
    rng = np.random.default_rng(0)
    p = [
        neighbour_agreement(
            rng.normal(size=(24, 6)), pd.Series(rng.choice(list("ab"), 24)), n_permutations=39
        ).p
        for _ in range(200)
    ]
    assert 0.01 <= np.mean(np.array(p) <= 0.05) <= 0.10


def test_equally_near_neighbours_share_the_vote_so_equidistant_samples_say_nothing():
    group = pd.Series(list("aaabbb"))
    found = neighbour_agreement(np.eye(6), group, random_state=0)
    assert found.value == pytest.approx(found.chance) == pytest.approx(0.4)
    assert found.p == 1


def test_neighbours_of_numbers_are_compared_by_correlation():
    age = pd.Series(np.arange(20.0), name="age")
    found = neighbour_agreement(age.to_numpy()[:, None], age, random_state=0)
    assert found.value > 0.95 and found.p <= 0.01
    assert found.chance == pytest.approx(-1 / 19)


@pytest.mark.parametrize(
    "labels", [["x"] * 12, [f"s{i}" for i in range(12)]], ids=["all alike", "all different"]
)
def test_labels_that_say_nothing_are_not_compared(labels):
    assert not len(neighbours_by_map(latents(), {}, pd.Series(labels)))


def test_labels_for_other_samples_are_refused():
    with pytest.raises(StudyError, match="12 rows against 3"):
        neighbour_agreement(latents(), pd.Series(list("aab")))


def test_variance_explained_is_that_of_scikit_learn():
    Z = latents() * [1, 2, 4, 8, 16]
    expected = PCA(svd_solver="full").fit(Z).explained_variance_ratio_
    np.testing.assert_allclose(variance_explained(Z), expected)
    assert variance_explained(Z * 0 + 3).size == 0


def test_shuffled_latents_keep_every_latent_and_lose_the_samples():
    Z, group = two_groups(29)
    shuffled = shuffled_latents(Z, random_state=0)
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), np.sort(Z, axis=0))
    assert list(shuffled.index) == list(Z.index)
    assert neighbour_agreement(shuffled, group, random_state=0).p > 0.05


@pytest.mark.parametrize("n", [4, 5, 8])
@pytest.mark.slow
def test_few_samples_get_smaller_neighbourhoods(n):
    result = embed(latents(n), random_state=0)
    assert list(result) == METHODS
    for coordinates in result.values():
        assert coordinates.shape == (n, 2)
        assert np.isfinite(coordinates).all()


@pytest.mark.slow
def test_dead_latents_take_no_part():
    Z = latents()
    one, other = embed(Z, random_state=0), embed(Z.assign(dead=0.1, other=0.0), random_state=0)
    for method in METHODS:
        np.testing.assert_array_equal(one[method], other[method])


@pytest.mark.slow
def test_all_latents_dead_puts_all_samples_in_one_place():
    for coordinates in embed(latents() * 0 + 0.1, random_state=0).values():
        assert coordinates.shape == (12, 2)
        assert not coordinates.any()


@pytest.mark.slow
def test_one_live_latent_is_laid_along_a_line():
    Z = latents(d=1)
    result = embed(Z, random_state=0)
    assert abs(stats.spearmanr(result["PCA"][:, 0], Z.iloc[:, 0]).statistic) == pytest.approx(1)
    np.testing.assert_allclose(result["PCA"][:, 1], 0, atol=1e-12)
    assert all(np.isfinite(coordinates).all() for coordinates in result.values())


@pytest.mark.slow
def test_compiled_code_of_umap_is_kept_for_the_next_process():
    embed(latents(), random_state=0)
    for function in (umap_.fast_knn_indices, umap_.smooth_knn_dist, umap_.compute_membership_strengths):
        found = function.stats
        assert found.cache_path and sum((*found.cache_hits.values(), *found.cache_misses.values())) > 0


@pytest.mark.slow
def test_two_clouds_stay_apart():
    Z = latents(20)
    Z.iloc[:10] += 20
    for coordinates in embed(Z, random_state=0).values():
        left, right = coordinates[:10], coordinates[10:]
        within = max(np.linalg.norm(side - side.mean(axis=0), axis=1).mean() for side in (left, right))
        assert np.linalg.norm(left.mean(axis=0) - right.mean(axis=0)) > within


def test_similar_rows_and_columns_come_to_lie_together():
    pattern = pd.DataFrame(np.kron(np.eye(2), np.ones((3, 4)))).iloc[
        [0, 3, 1, 4, 2, 5], [0, 4, 1, 5, 2, 6, 3, 7]
    ]
    table = by_similarity(pattern).to_numpy()
    assert np.abs(np.diff(table, axis=0)).sum() == 8
    assert np.abs(np.diff(table, axis=1)).sum() == 6


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 2), (5, 1), (1, 5)])
def test_small_tables_are_sorted_without_a_fuss(shape):
    table = pd.DataFrame(np.ones(shape))
    assert by_similarity(table).shape == shape


def test_sorting_keeps_every_value_with_its_names():
    table = latents()
    pd.testing.assert_frame_equal(by_similarity(table).loc[table.index, table.columns], table)
