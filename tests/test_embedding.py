from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from omics_lib import by_similarity, embed

METHODS = ["PCA", "t-SNE", "UMAP"]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """A dozen samples are slower on several threads, by far so on a busy machine."""
    with threadpool_limits(1):
        yield


def latents(n=12, d=5, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, d))
    return pd.DataFrame(values, [f"S{i}" for i in range(n)]).add_prefix("latent_")


def test_pca_equals_scikit_learn_on_zscores():
    Z = latents()
    expected = PCA(2, svd_solver="full").fit_transform(StandardScaler().fit_transform(Z))
    np.testing.assert_allclose(embed(Z, random_state=0)["PCA"], expected)


def test_same_seed_gives_the_same_coordinates_and_rescaling_changes_nothing():
    one, same = (embed(Z, random_state=0) for Z in (latents(), latents() * [1, 2, 4, 8, 16]))
    for method in METHODS:
        np.testing.assert_allclose(one[method], same[method], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("n", [4, 5, 8])
def test_few_samples_get_smaller_neighbourhoods(n):
    result = embed(latents(n), random_state=0)
    assert list(result) == METHODS
    for coordinates in result.values():
        assert coordinates.shape == (n, 2)
        assert np.isfinite(coordinates).all()


def test_dead_latents_take_no_part():
    Z = latents()
    one, other = embed(Z, random_state=0), embed(Z.assign(dead=0.1, other=0.0), random_state=0)
    for method in METHODS:
        np.testing.assert_array_equal(one[method], other[method])


def test_all_latents_dead_puts_all_samples_in_one_place():
    for coordinates in embed(latents() * 0 + 0.1, random_state=0).values():
        assert coordinates.shape == (12, 2)
        assert not coordinates.any()


def test_one_live_latent_is_laid_along_a_line():
    Z = latents(d=1)
    result = embed(Z, random_state=0)
    assert abs(stats.spearmanr(result["PCA"][:, 0], Z.iloc[:, 0]).statistic) == pytest.approx(1)
    np.testing.assert_allclose(result["PCA"][:, 1], 0, atol=1e-12)
    assert all(np.isfinite(coordinates).all() for coordinates in result.values())


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
