from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import procrustes
from scipy.stats import ortho_group
from sklearn.cross_decomposition import CCA

from omics_lib import latent_agreement

Z = np.random.default_rng(0).normal(size=(30, 4)) * [3, 2, 1, 0.5]


@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 100))
def test_rotation_shift_and_scale_are_no_matter(seed, scale):
    turned = scale * Z @ ortho_group.rvs(4, random_state=seed) + seed
    for method in ("procrustes", "cca"):
        assert latent_agreement(Z, turned, method=method, n_permutations=0).value == pytest.approx(1)


def test_procrustes_equals_scipy():
    other = Z + np.random.default_rng(1).normal(size=Z.shape)
    _, _, disparity = procrustes(Z, other)
    assert latent_agreement(Z, other, n_permutations=0).value == pytest.approx(1 - disparity)


def test_cca_equals_scikit_learn():
    other = Z[:, ::-1] ** 3 + np.random.default_rng(1).normal(size=Z.shape)
    A, B = CCA(4, max_iter=5000, tol=1e-12).fit_transform(Z, other)
    expected = np.mean([np.corrcoef(A[:, k], B[:, k])[0, 1] ** 2 for k in range(4)])
    found = latent_agreement(Z, other, method="cca", n_permutations=0).value
    assert found == pytest.approx(expected, abs=1e-3)


def test_order_of_the_latents_is_no_matter_although_column_by_column_nothing_agrees():
    assert latent_agreement(Z, Z[:, [1, 2, 3, 0]], n_permutations=0).value == pytest.approx(1)


def test_unrelated_latents_agree_as_much_as_chance():
    other = np.random.default_rng(9).normal(size=(30, 4))
    value, chance = latent_agreement(Z, other, n_permutations=200, random_state=0)
    assert abs(value - chance) < 0.1
    assert chance < 0.4


def test_with_more_latents_than_samples_cca_says_nothing_and_procrustes_still_does():
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(10, 20)), rng.normal(size=(10, 20))
    assert latent_agreement(A, B, method="cca", n_permutations=0).value == pytest.approx(1)
    assert latent_agreement(A, B, n_permutations=0).value < 0.95


def test_dead_latents_are_no_matter():
    padded = np.hstack([Z, np.zeros((30, 3)), np.ones((30, 1))])
    for method in ("procrustes", "cca"):
        assert latent_agreement(Z, padded, method=method, n_permutations=0).value == pytest.approx(1)
        assert latent_agreement(Z, 0 * Z, method=method, n_permutations=0).value == 0


def test_same_seed_gives_the_same_chance():
    other = Z**2
    assert latent_agreement(Z, other, random_state=3) == latent_agreement(Z, other, random_state=3)


def test_bad_calls_are_refused():
    with pytest.raises(ValueError, match="must hold the same samples, got 30 and 29"):
        latent_agreement(Z, Z[:-1])
    with pytest.raises(ValueError, match="method must be one of"):
        latent_agreement(Z, Z, method="cka")
