from __future__ import annotations

import numpy as np
import pytest

import omics_lib as ol
from omics_lib.errors import ParameterError


@pytest.mark.parametrize("seed", range(5))
def test_each_filter_helps_in_its_own_world_alone(seed):
    def gap(world: str, filtered: str) -> float:
        table, _ = ol.six_nodes(world, seed)
        return float(table[filtered][table["true"]].min() - table[filtered][~table["true"]].max())

    assert gap("modules", "smoothed") > gap("modules", "measured") > gap("modules", "sharpened")
    assert gap("links", "sharpened") > gap("links", "measured") > gap("links", "smoothed")


def test_edges_of_six_nodes_are_their_correlations():
    table, rho = ol.six_nodes("modules", 0)
    np.testing.assert_allclose(np.diag(rho), 1)
    assert (rho.iloc[:3, :3] > 0.3).all(axis=None)
    assert (rho.iloc[:3, 3:].abs() < 0.2).all(axis=None)
    assert table.index.tolist() == rho.index.tolist()


def test_unknown_world_of_six_nodes_is_refused():
    with pytest.raises(ParameterError, match="world"):
        ol.six_nodes("curves")
