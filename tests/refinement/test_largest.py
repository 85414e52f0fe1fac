from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from omics_lib.refinement._largest import largest


@given(st.integers(0, 10_000), st.integers(0, 5), st.integers(1, 40), st.booleans())
def test_largest_values_are_those_of_sorted_rows(seed, n_rows, n_columns, tied):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 4, (n_rows, n_columns)) / 2 if tied else rng.normal(size=(n_rows, n_columns))
    n = int(rng.integers(1, n_columns + 1))
    np.testing.assert_array_equal(largest(rows, n), -np.sort(-rows, axis=1)[:, :n])
