"""What two runs found, held against each other by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from omics_lib import compare_findings


def ranking(rows):
    table = pd.DataFrame(rows, columns=["gene", "metabolite", "rho"])
    return table.assign(score=table["rho"].abs())


ONE = ranking([("A", "m", 0.9), ("B", "m", 0.5), ("A", "n", 0.2), ("B", "n", -0.8), ("X", "m", 0.99)])
OTHER = ranking([("A", "m", -0.4), ("B", "m", 0.7), ("A", "n", 0.1), ("B", "n", -0.6), ("Y", "m", 1.0)])


def significant(table, *places, source="direct"):
    return table.iloc[list(places)].assign(source=source)


@pytest.fixture
def two():
    return compare_findings(significant(ONE, 0, 3, 4), ONE, significant(OTHER, 1, 3), OTHER)


def test_pairs_are_split_by_who_finds_them(two):
    found = two.pairs.set_index(["gene", "metabolite"])["found"].to_dict()
    assert found == {("A", "m"): "one", ("B", "n"): "both", ("B", "m"): "other"}
    assert two.n_found == (3, 2)


def test_rho_stands_beside_that_of_the_other_run(two):
    assert two.pairs[["rho_one", "rho_other"]].to_numpy().tolist() == [[0.9, -0.4], [-0.8, -0.6], [0.5, 0.7]]


def test_best_gene_is_sought_among_the_shared_ones(two):
    assert (two.n_same_best, two.n_best) == (1, 2)  # B for n; m has A here, B there


def test_names_of_one_run_alone_are_left_out(two):
    assert (two.n_genes, two.n_metabolites) == (2, 2)


def test_pairs_through_latents_alone_are_no_finding():
    two = compare_findings(significant(ONE, 0, source="latent"), ONE, significant(OTHER, 1), OTHER)
    assert list(two.pairs["found"]) == ["other"]


def test_run_beside_itself_shares_everything():
    table = ranking([(f"g{i}", f"m{j}", (7 * i + j) % 97 / 97) for i in range(20) for j in range(30)])
    two = compare_findings(significant(table, 0, 1), table, significant(table, 0, 1), table)
    assert (two.n_in_both, two.top, two.n_same_best, two.count("both")) == (100, 100, 30, 2)
    assert two.by_chance == pytest.approx(100 * 100 / 600)


def test_runs_without_a_common_name_share_nothing():
    two = compare_findings(significant(ONE, 0), ONE, significant(OTHER, 0), OTHER.assign(gene="Z"))
    assert (two.n_genes, two.top, two.n_in_both, two.by_chance, len(two.pairs)) == (0, 0, 0, 0.0, 0)
