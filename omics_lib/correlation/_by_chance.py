"""How strong the strongest of many correlations is where there is nothing to find."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import whole_number
from ..pairs import in_threads
from ._columns import Array, unit_columns
from ._nulls import Null

_SIZES = (10**3, 10**4, 10**5, 10**6, 10**7, 10**8, 10**9)
_BLOCK = 2_000_000  # correlations held at a time


def strongest_by_chance(
    n_pairs: Sequence[int] = _SIZES,
    n_samples: int = 21,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Correlate tables of independent features, and keep the strongest |rho| of so many pairs.

    Parameters
    ----------
    n_pairs : sequence of int
        Numbers of pairs, about; each is a table of √n genes × √n metabolites, a part of the next larger one.
    n_samples : int
    random_state : int, optional
        Seed of the ranks.

    Returns
    -------
    DataFrame
        `n_pairs`; `strongest`, the largest |rho| (Spearman) that was met; `expected`, what Spearman's null
        distribution expects of independent pairs, the |rho| that the strongest one exceeds in half of all.

    Examples
    --------
    >>> strongest_by_chance([1000, 100_000], 21, random_state=0)["expected"].round(2).tolist()
    [0.69, 0.83]
    """
    whole_number("n_samples", n_samples, 3)
    rng = np.random.default_rng(random_state)
    sides = [max(1, round(n**0.5)) for n in n_pairs]
    left, right = (_ranks(max(sides), n_samples, rng) for _ in range(2))
    null = Null("exact", n_samples - 2)
    rows = []
    for side in sides:
        met = _strongest(left[:, :side], right[:, :side])
        rows.append((side * side, met, min(null.critical(1 - 0.5**side**-2.0), 1.0)))
    return pd.DataFrame(rows, columns=["n_pairs", "strongest", "expected"])


def _ranks(n_features: int, n_samples: int, rng: np.random.Generator) -> Array:
    """Draw rank profiles, each of length 1 (n_samples, n_features)."""
    ranks = rng.permuted(np.tile(np.arange(n_samples, dtype=np.float64)[:, None], n_features), axis=0)
    return unit_columns(ranks - ranks.mean(axis=0)).astype(np.float32)


def _strongest(left: Array, right: Array) -> float:
    step = max(1, _BLOCK // right.shape[1])

    def of_part(start: int) -> float:
        product = left[:, start : start + step].T @ right
        return float(max(product.max(), -product.min()))

    return max(found for _, found in in_threads(of_part, range(0, left.shape[1], step)))
