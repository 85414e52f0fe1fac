"""What a choice of preprocessing does to the tables at hand, as numbers: each choice beside the recipe.

Read by `advise`, which decides what to say, and by chapter 2, which shows both ways.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..correlation import rank_profiles
from ..errors import ParameterError
from ..preprocess import NORMALISE, centred_log_ratio, fill_in, half_minimum, size_factors

MAX_FEATURES = 1_000  # of which all pairs are looked at: half a million say enough


def _pair_correlations(values: np.ndarray) -> np.ndarray:
    """Spearman's rho of all pairs of features; of evenly chosen ones where there are many."""
    chosen = np.unique(np.linspace(0, values.shape[1] - 1, MAX_FEATURES).astype(int))
    profiles = rank_profiles(values[:, chosen])
    return (profiles.T @ profiles)[np.triu_indices(len(chosen), 1)]


def _ways(counts: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Counts and size factors by every way of normalising that these counts allow."""
    values = counts.to_numpy(dtype=float)
    ways: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for way in NORMALISE:
        try:
            factors = size_factors(values, way)
        except ParameterError:  # no gene is counted in every sample
            continue
        ways[way] = values / factors[:, None], factors
    return ways


def depth_correlations(counts: pd.DataFrame) -> pd.DataFrame:
    """Correlate every gene with the library size, by each way of bringing counts to one depth.

    Parameters
    ----------
    counts : DataFrame of shape (n_samples, n_genes)
        As they came.

    Returns
    -------
    DataFrame of shape (n_genes, ways)
        Spearman's rho; columns `none`, `cpm`, and `median_of_ratios` where some
        gene is counted in every sample.
    """
    depth = rank_profiles(counts.sum(axis=1).to_numpy(dtype=float)[:, None])[:, 0]
    rhos = {way: depth @ rank_profiles(scaled) for way, (scaled, _) in _ways(counts).items()}
    return pd.DataFrame(rhos, index=counts.columns)


def depth_effect(counts: pd.DataFrame) -> pd.DataFrame:
    """Say what the depth of the samples does to correlations, and what is left of it by each way.

    Parameters
    ----------
    counts : DataFrame of shape (n_samples, n_genes)
        As they came.

    Returns
    -------
    DataFrame
        One row a way of normalising. `fold`: the largest size factor over the
        smallest; `median_rho`: of a gene with the library size, in the median;
        `genes_positive`, `pairs_positive`: shares of the genes with a positive
        rho with the library size, and of pairs of up to 1,000 genes with one
        between them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> counts = pd.DataFrame(rng.poisson(50 * np.linspace(1, 3, 20)[:, None], size=(20, 40)))
    >>> (depth_effect(counts)["median_rho"] > 0.5).tolist()
    [True, False, False]
    """
    rows = {}
    rhos = depth_correlations(counts)
    for way, (scaled, factors) in _ways(counts).items():
        pairs = _pair_correlations(scaled)
        rows[way] = {
            "fold": factors.max() / factors.min(),
            "median_rho": rhos[way].median(),
            "genes_positive": (rhos[way] > 0).mean(),
            "pairs_positive": (pairs > 0).mean(),
        }
    return pd.DataFrame(rows).T.rename_axis("normalise")


def _filled(table: pd.DataFrame, *, zeros: bool = False) -> np.ndarray:
    """Fill in half the minimum of each feature, as preprocessing does."""
    values = table.to_numpy(dtype=float)
    return fill_in(values, half_minimum(values), zeros=zeros)


def _skewness(values: np.ndarray) -> np.ndarray:
    """Third central moment of each column over its standard deviation cubed."""
    centred = values - values.mean(axis=0)
    return (centred**2 * centred).mean(axis=0) / (centred**2).mean(axis=0) ** 1.5


def log_effect(abundances: pd.DataFrame) -> pd.DataFrame:
    """Measure the skewness of every feature before its z-score, as it comes and after a logarithm.

    Parameters
    ----------
    abundances : DataFrame of shape (n_samples, n_features)
        Not negative; missing values are filled as preprocessing does.

    Returns
    -------
    DataFrame of shape (n_features, 2)
        Columns `as it came` and `log2`: third central moment over the standard
        deviation cubed, 0 where symmetric. Constant features are left out.
    """
    values = {"as it came": _filled(abundances), "log2": np.log2(_filled(abundances, zeros=True))}
    varies = np.all(
        [np.ptp(table, axis=0) > 1e-12 * np.abs(table).max() for table in values.values()], axis=0
    )
    return pd.DataFrame(
        {name: _skewness(table[:, varies]) for name, table in values.items()},
        index=abundances.columns[varies],
    )


def closure_effect(parts: pd.DataFrame) -> pd.DataFrame:
    """Show for every part of a whole what the others do when it varies, and what the log ratio changes.

    Parameters
    ----------
    parts : DataFrame of shape (n_samples, n_features)
        As they came, missing values counted as 0.

    Returns
    -------
    DataFrame
        One row a part, the most variable first: `mean`; `variance`; `others`,
        the sum of its covariances with all other parts, which is minus the
        variance where the whole is constant; `rho_clr`, Spearman's rho of the
        part with its own centred log-ratio.
    """
    values = np.nan_to_num(parts.to_numpy(dtype=float))
    apart = values - values.mean(axis=0)
    variance = (apart**2).mean(axis=0)
    with_all = (apart * apart.sum(axis=1, keepdims=True)).mean(axis=0)
    ratios = centred_log_ratio(_filled(parts, zeros=True))
    rows = {
        "mean": values.mean(axis=0),
        "variance": variance,
        "others": with_all - variance,
        "rho_clr": (rank_profiles(values) * rank_profiles(ratios)).sum(axis=0),
    }
    return pd.DataFrame(rows, index=parts.columns).sort_values("variance", ascending=False, kind="stable")


def pairs_by_closure(parts: pd.DataFrame) -> pd.DataFrame:
    """Correlate all pairs of parts with each other, as they came and as centred log-ratios.

    Returns
    -------
    DataFrame of shape (n_pairs, 2)
        Spearman's rho, columns `as it came` and `clr`, of up to 1,000 parts.
    """
    ratios = centred_log_ratio(_filled(parts, zeros=True))
    values = np.nan_to_num(parts.to_numpy(dtype=float))
    return pd.DataFrame({"as it came": _pair_correlations(values), "clr": _pair_correlations(ratios)})
