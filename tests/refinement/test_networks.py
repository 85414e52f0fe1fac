"""The networks behind `refine`, on graphs small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from omics_lib.correlation import unit_columns
from omics_lib.refinement._filters import RIDGE, curved, high_pass
from omics_lib.refinement._networks import (
    SharpeningNetwork,
    SignedConvolution,
    SmoothingNetwork,
    pair_cosines,
    pair_keys,
    rewired,
    unit_rows,
)
from omics_lib.refinement._nodes import Nodes
from omics_lib.refinement._replication import _halves, learn_attention, replication


def unit(n_rows, n_columns=5, seed=0):
    return unit_rows(torch.as_tensor(np.random.default_rng(seed).normal(size=(n_rows, n_columns))).float())


def random_graph(n_genes=7, n_metabolites=5, n_edges=30, seed=0):
    rng = np.random.default_rng(seed)
    n = n_genes + n_metabolites
    every = np.array([(a, b) for a in range(n) for b in range(n) if a != b])
    edges = torch.as_tensor(every[rng.choice(len(every), n_edges, replace=False)].T.copy())
    return unit(n, seed=seed), edges, torch.as_tensor(rng.uniform(-1, 1, n_edges)).float()


@torch.no_grad()
def test_signed_convolution_equals_the_sum_worked_out_by_hand():
    # 1 → 0 with rho 0.5, 2 → 0 with rho −0.5, 0 → 2 with rho 1; node 1 hears itself only.
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]])
    edges, rho = torch.tensor([[1, 2, 0], [0, 0, 2]]), torch.tensor([0.5, -0.5, 1.0])
    found = SignedConvolution(2.0)(x, edges, rho)
    # Node 0: squares 0.25 and 0.25 beside 1 for itself, over 1.5; node 2: 1 and 1 over 2.
    first = [(1 + 0 - 0.5) / 1.5, (0 + 0.25 - 0.5) / 1.5]
    torch.testing.assert_close(found, torch.tensor([first, [0.0, 1.0], [1.5, 1.0]]))


@torch.no_grad()
def test_edge_without_correlation_sends_nothing():
    x, edges = unit(3), torch.tensor([[1, 2], [0, 0]])
    layer = SignedConvolution(3.0)
    with_zero = layer(x, edges, torch.tensor([0.0, -0.7]))
    torch.testing.assert_close(with_zero, layer(x, edges[:, 1:], torch.tensor([-0.7])))


@torch.no_grad()
def test_convolution_is_odd_in_a_node_and_its_edges():
    x, edges, rho = random_graph()
    sign = torch.ones(len(x))
    sign[3] = -1
    network = SmoothingNetwork(7)
    _, one, *_ = network(x, edges, rho)
    _, other, *_ = network(sign[:, None] * x, edges, sign[edges[0]] * sign[edges[1]] * rho)
    torch.testing.assert_close(other, sign[:, None] * one)


@torch.no_grad()
def test_removed_pairs_pass_no_message_in_either_layer():
    x, edges, rho = random_graph()
    pair = edges[:, [4]]
    keys = pair_keys(pair, len(x))
    network = SmoothingNetwork(7)
    one = network(x, edges, rho, without=keys)
    own = pair_keys(edges, len(x)) == keys
    other = network(x, edges, torch.where(own, -0.99, rho), without=keys)
    for a, b in zip(one, other, strict=True):
        assert torch.equal(a, b)
    assert keys not in pair_keys(one[2], len(x))
    everything = network(x, edges, rho)
    assert keys in pair_keys(edges, len(x))
    assert everything[2].shape[1] == len(x) * round(len(x) ** 0.5)


def test_pair_keys_ignore_the_direction():
    edges = torch.tensor([[1, 4, 2], [4, 1, 3]])
    assert pair_keys(edges, 5).tolist() == [9, 9, 13]


@torch.no_grad()
@pytest.mark.parametrize("seed", range(4))
def test_pair_cosines_equal_those_of_messages_without_the_own_edge(seed):
    n_genes, n_metabolites = 6, 5
    x, edges, rho = random_graph(n_genes, n_metabolites, seed=seed)
    network = SmoothingNetwork(n_genes)
    h, z, again, cosine = network(x, edges, rho)
    again, weight = network.second.attention(again, cosine, len(x))
    n = again.shape[1] - len(x)
    names = pd.RangeIndex(n_genes), pd.RangeIndex(n_metabolites)
    lengths = torch.as_tensor(np.random.default_rng(seed).uniform(size=len(x))).float()
    found = pair_cosines(names, lengths, h, z, again[:, :n], weight[:n])
    table = np.asarray(found)
    n_direct = 0
    for g in range(n_genes):
        for m in range(n_metabolites):
            ends = {g, n_genes + m}
            kept = torch.tensor([set(edge) != ends for edge in again.T.tolist()])
            n_direct += int((~kept).sum())
            sums = torch.zeros_like(z)
            sums.index_add_(0, again[1][kept], weight[kept, None] * h[again[0][kept]])
            expected = torch.cosine_similarity(sums[g], sums[n_genes + m], dim=0).abs()
            expected = expected * lengths[g] * lengths[n_genes + m]
            assert table[g, m] == pytest.approx(float(expected), abs=1e-5)
            assert found.at(g, m) == pytest.approx(table[g, m], abs=1e-15)
    assert n_direct  # else nothing was removed


@torch.no_grad()
def test_pair_cosines_without_direct_edges_are_plain():
    z = unit(5)
    none = torch.zeros((2, 0), dtype=torch.long)
    names = pd.RangeIndex(3), pd.RangeIndex(2)
    found = pair_cosines(names, torch.ones(5), z, z, none, torch.zeros(0))
    np.testing.assert_allclose(found, (z[:3] @ z[3:].T).abs(), rtol=1e-6)


# The rewired graph


def test_rewired_graph_keeps_degrees_and_kinds():
    _, edges, _ = random_graph(n_genes=12, n_metabolites=9, n_edges=150)
    new = rewired(edges, 12, np.random.default_rng(0))
    assert torch.equal(new[1], edges[1])
    assert not (new[0] == new[1]).any()
    kind, other = ((e[0] >= 12) * 2 + (e[1] >= 12) * 1 for e in (edges, new))
    assert torch.equal(kind, other)
    for code in range(4):  # out-degrees, for each kind of edge
        assert torch.equal(edges[0][kind == code].sort().values, new[0][kind == code].sort().values)
    assert (new[0] != edges[0]).float().mean() > 0.7


def test_rewiring_takes_its_chance_from_the_generator_given():
    _, edges, _ = random_graph(n_edges=40)
    one, again, other = (rewired(edges, 7, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_rewiring_few_edges_ends(n):
    edges = torch.tensor([[0, 1], [1, 0]])[:, :n]
    new = rewired(edges, 2, np.random.default_rng(0))
    assert new.shape == (2, n)
    assert not (new[0] == new[1]).any()


# Halves of the samples


def profiles(n_samples=16, seed=0):
    rng = np.random.default_rng(seed)
    sides = (unit_columns(s - s.mean(axis=0)) for s in (rng.normal(size=(n_samples, k)) for k in (30, 12)))
    return tuple(torch.as_tensor(np.ascontiguousarray(side.T)) for side in sides)


def constant(n_samples):
    return np.full((n_samples, 1), n_samples**-0.5)


def test_nodes_of_one_half_do_not_see_the_other_half():
    one = profiles()
    part = np.array_split(np.random.default_rng(3).permutation(16), 2)[1]
    other = tuple(side.clone() for side in one)
    for side in other:
        side[:, part] = torch.as_tensor(np.random.default_rng(4).normal(size=(len(side), len(part))))
    (nodes, squared), (again, changed) = (
        next(_halves(both, constant(16), np.random.default_rng(3), 1)) for both in (one, other)
    )
    for name in ("x", "edges", "rho"):
        assert torch.equal(getattr(nodes, name), getattr(again, name))
    assert not torch.allclose(squared, changed)


def test_nodes_of_one_half_alone_stand_behind_what_the_other_is_asked():
    one = profiles()
    part = np.array_split(np.random.default_rng(3).permutation(16), 2)[0]
    other = tuple(side.clone() for side in one)
    for side in other:
        side[:, part] = torch.as_tensor(np.random.default_rng(4).normal(size=(len(side), len(part))))
    (_, squared), (_, again) = (
        next(_halves(both, constant(16), np.random.default_rng(3), 1)) for both in (one, other)
    )
    assert torch.equal(squared, again)


def test_squared_correlations_are_those_of_the_other_half():
    genes, metabolites = profiles()
    part = np.array_split(np.random.default_rng(3).permutation(16), 2)[1]
    _, squared = next(_halves((genes, metabolites), constant(16), np.random.default_rng(3), 1))
    expected = np.corrcoef(genes[:, part], metabolites[:, part])[:30, 30:] ** 2
    np.testing.assert_allclose(squared, expected, atol=1e-5)


def test_halves_of_unrelated_tables_do_not_agree_whatever_covariates_were_removed():
    """Slopes on a covariate that was removed from all samples are opposite in the halves: no replication."""
    found = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        basis = np.linalg.qr(np.column_stack([np.ones(20), rng.normal(size=(20, 6))]))[0]
        sides = []
        for k in (80, 30):
            values = rng.normal(size=(20, k))
            sides.append(torch.as_tensor(unit_columns(values - basis @ (basis.T @ values)).T.copy()))
        with torch.no_grad():
            found.append(replication(SmoothingNetwork(80), tuple(sides), basis, rng)["Spearman"].mean())
    assert abs(np.mean(found)) < 3 * np.std(found, ddof=1) / len(found) ** 0.5 + 0.005


@torch.no_grad()
def test_halves_without_anything_left_are_zero():
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 5)))[0]
    sides = tuple(side - side @ torch.as_tensor(basis @ basis.T) for side in profiles(8))
    table = replication(SmoothingNetwork(30), sides, basis, np.random.default_rng(0))
    np.testing.assert_allclose(table, 0, atol=1e-6)


def test_attention_learns_powers_from_the_generator_given():
    powers = []
    for seed in (0, 0, 1):
        network = SmoothingNetwork(30)
        learn_attention(network, profiles(), constant(16), np.random.default_rng(seed))
        powers.append([float(p.detach()) for p in network.parameters()])
    assert powers[0] == powers[1] != powers[2]
    assert np.isfinite(powers).all()
    assert powers[0] != pytest.approx(np.log([3.0, 6.0]), abs=1e-3)


def test_nodes_of_profiles_join_features_of_one_table_only():
    nodes = Nodes.of_profiles(*(side.float() for side in profiles()))
    assert torch.equal(nodes.edges[0] < 30, nodes.edges[1] < 30)
    assert nodes.edges.shape[1] == 30 * 5 + 12 * 3
    expected = (nodes.x[nodes.edges[0]] * nodes.x[nodes.edges[1]]).sum(dim=1)
    torch.testing.assert_close(nodes.rho, expected, atol=1e-6, rtol=1e-5)


# The high-pass filter


@pytest.mark.parametrize("shape", [(12, 40), (12, 5), (6, 1)])
def test_sharpening_equals_the_dense_inverse(shape):
    """K = (A/mean + λ)⁻¹ on the features' complete graph; a node becomes Σ K_ij x_j."""
    values = np.random.default_rng(0).normal(size=shape)
    x = unit_columns(values - values.mean(axis=0)).T
    network = SharpeningNetwork(torch.as_tensor(x), shape[0])
    A = x @ x.T
    mean = np.trace(A) / shape[0]
    K = np.linalg.inv(A / mean + RIDGE * np.eye(len(A)))
    dense = K @ x
    np.testing.assert_allclose(
        network.embed(), dense / np.linalg.norm(dense, axis=1, keepdims=True), atol=1e-6
    )
    for node in range(min(len(A), 4)):
        np.testing.assert_allclose(network.weights(node), K[node], atol=1e-10)


@pytest.mark.parametrize("shape", [(12, 40), (12, 5)])
def test_sharpening_equals_the_filter_on_profiles(shape):
    values = np.random.default_rng(0).normal(size=shape)
    P = unit_columns(values - values.mean(axis=0))
    network = SharpeningNetwork(torch.as_tensor(P.T.copy()), shape[0])
    np.testing.assert_allclose(network.embed(), high_pass(P).T, atol=1e-6)


def test_two_half_powers_are_one_inverse():
    P = unit_columns(np.random.default_rng(0).normal(size=(10, 30)))
    A = P.T @ P
    value, vectors = np.linalg.eigh(A / (np.trace(A) / 10) + RIDGE * np.eye(30))
    half = (vectors * value**-0.5) @ vectors.T
    np.testing.assert_allclose(high_pass(P), unit_columns(P @ half @ half), atol=1e-10)


def test_high_pass_damps_what_is_shared_and_keeps_what_is_single():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(30, 1)) + 0.3 * rng.normal(size=(30, 50))
    P = unit_columns(shared - shared.mean(axis=0))
    before, after = (np.abs(Q.T @ Q)[np.triu_indices(50, 1)].mean() for Q in (P, high_pass(P)))
    assert before > 0.8
    assert after < 0.5


def test_filters_leave_constant_features_at_zero():
    P = np.zeros((8, 3))
    assert not high_pass(P).any()
    assert not SharpeningNetwork(torch.zeros(3, 8), 8).embed().any()


def test_turned_filter_has_the_same_gains_in_other_directions():
    x = unit(20, 6)
    network = SharpeningNetwork(x, 6)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))[0]
    torch.testing.assert_close(network.embed(np.eye(6)), network.embed())
    assert not torch.allclose(network.embed(turn), network.embed(), atol=1e-2)


def test_curved_is_largest_at_both_ends():
    assert curved(np.arange(1.0, 6)[:, None]).ravel().tolist() == [4, 1, 0, 1, 4]
