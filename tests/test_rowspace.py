from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from omics_lib.rowspace import fit_row_space


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(9, 200)) + 3


def test_basis_is_orthonormal_to_float64(X):
    space = fit_row_space(X)
    assert space.rank == 8
    np.testing.assert_allclose(space.basis.T @ space.basis, np.eye(8), atol=1e-14)


def test_training_rows_are_restored_exactly(X):
    space = fit_row_space(X)
    np.testing.assert_allclose(space.expand(space.coordinates(X)), X, atol=1e-13)
    assert space.residual_share(X).max() < 1e-13


def test_distances_survive_in_coordinates(X):
    coordinates = fit_row_space(X).coordinates(X)
    distance = np.linalg.norm(X[:, None] - X[None], axis=2)
    np.testing.assert_allclose(
        np.linalg.norm(coordinates[:, None] - coordinates[None], axis=2), distance, atol=1e-12
    )


def test_directions_are_ordered_by_variance(X):
    spread = fit_row_space(X).coordinates(X).var(axis=0)
    assert (np.diff(spread) <= 1e-12).all()
    np.testing.assert_allclose(spread.sum(), X.var(axis=0).sum())


def test_residual_share_bounds_what_can_be_reconstructed(X):
    space, new = fit_row_space(X), np.random.default_rng(1).normal(size=(5, 200)) + 3
    share = space.residual_share(new)
    total = np.sum((new - space.mean) ** 2, axis=1)
    best = np.sum((new - space.expand(space.coordinates(new))) ** 2, axis=1)
    np.testing.assert_allclose(best / total, share)
    worse = space.expand(space.coordinates(new) + np.random.default_rng(2).normal(size=(5, 8)))
    assert (np.sum((new - worse) ** 2, axis=1) >= best).all()


def test_order_of_samples_does_not_matter(X):
    one, other = fit_row_space(X), fit_row_space(X[::-1])
    np.testing.assert_allclose(one.basis, other.basis, atol=1e-10)


def test_rank_counts_only_independent_rows(X):
    twice = np.vstack([X[:4], X[:4], X[:1]])
    assert fit_row_space(twice).rank == 3


def test_rank_is_at_most_the_number_of_features():
    assert fit_row_space(np.random.default_rng(0).normal(size=(20, 3))).rank == 3


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6 + 0.1])
def test_identical_rows_are_refused(value):
    with pytest.raises(ValueError, match="all rows that train are identical"):
        fit_row_space(np.full((7, 30), value))


def test_sgd_in_coordinates_is_sgd_on_the_full_network(X):
    """Dense and row-space losses and weights agree under SGD with momentum, from a start in the span."""
    torch.manual_seed(0)
    space = fit_row_space(X)
    Q = torch.as_tensor(space.basis)
    inputs, rows = torch.as_tensor(space.coordinates(X)), torch.as_tensor(X - space.mean)
    small = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 8)).double()
    full = nn.Sequential(nn.Linear(200, 6), nn.ReLU(), nn.Linear(6, 200)).double()
    with torch.no_grad():
        full[0].weight.copy_(small[0].weight @ Q.T)
        full[0].bias.copy_(small[0].bias)
        full[2].weight.copy_(Q @ small[2].weight)
        full[2].bias.copy_(Q @ small[2].bias)
    losses = []
    for network, data in ((small, inputs), (full, rows)):
        optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9)
        path = []
        for _ in range(100):
            loss = ((network(data) - data) ** 2).sum() / len(data)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            path.append(loss.item())
        losses.append(path)
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-11)
    assert losses[0][-1] < 0.9 * losses[0][0]
    np.testing.assert_allclose((small[0].weight @ Q.T).detach(), full[0].weight.detach(), atol=1e-11)


def test_rows_beside_are_spanned_too_and_weigh_as_much_as_their_share():
    X, beside = (np.random.default_rng(seed).normal(size=(n, 20_000)) for seed, n in ((0, 6), (1, 9)))
    beside *= 30
    asked = []

    def rows(part):
        asked.append(len(range(*part.indices(20_000))))
        return beside[:, part]

    space = fit_row_space(X, beside=rows, share=0.6)
    assert space.rank == 5 + 9 and max(asked) < 10_000
    np.testing.assert_allclose(space.basis.T @ space.basis, np.eye(14), atol=1e-12)
    centred = X - X.mean(axis=0)
    weighted = [
        np.square(rows @ space.basis).sum(axis=0) / np.square(rows).sum() for rows in (centred, beside)
    ]
    variance = 0.4 * weighted[0] + 0.6 * weighted[1]
    assert variance.sum() == pytest.approx(1)
    assert (np.diff(variance) <= 1e-12).all()


def test_rows_beside_count_for_nothing_without_a_share():
    X = np.random.default_rng(0).normal(size=(6, 40))
    beside = fit_row_space(X, beside=lambda part: np.ones((2, 40))[:, part], share=0.0)
    np.testing.assert_array_equal(beside.basis, fit_row_space(X).basis)
