"""What a refinement has to beat: rankings of all pairs by methods of a few lines each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.cross_decomposition import PLSSVD

from .._joined import Array
from .._rankings import Kind, Ranking
from ..correlation import Profiles, directed_edges, nearest
from ..errors import whole_number


def _correlated(profiles: Profiles) -> Array:
    return np.abs(profiles.unit_left.T @ profiles.unit_right)


def _mean_of_neighbours(profiles: Array, n_neighbors: int) -> sparse.csr_array:
    """Weigh each feature's neighbours by their correlation, and itself by 1; rows sum to 1 in size."""
    neighbours, rho = nearest(np.ascontiguousarray(profiles.T), n_neighbors)
    source, target = directed_edges(neighbours)
    n = profiles.shape[1]
    weights = sparse.csr_array((rho.ravel(), (target, source)), shape=(n, n)) + sparse.eye_array(n)
    return sparse.diags_array(1 / np.abs(weights).sum(axis=1)) @ weights


def _through_pairs(rho: Array, n_neighbors: int) -> Array:
    """Walk gene – metabolite – gene – metabolite over each metabolite's strongest genes."""
    kept = min(n_neighbors, len(rho))
    strong = np.partition(np.abs(rho), -kept, axis=0)[-kept]
    edges = sparse.csr_array(np.where((np.abs(rho) >= strong) & (rho != 0), rho, 0))
    degrees = [np.maximum(np.abs(edges).sum(axis=axis), 1e-12) for axis in (1, 0)]
    edges = sparse.diags_array(degrees[0] ** -0.5) @ edges @ sparse.diags_array(degrees[1] ** -0.5)
    return np.abs((edges @ (edges.T @ edges)).toarray())


def _shared_components(genes: Array, metabolites: Array, n_components: int) -> Array:
    """Multiply the weights of partial least squares, each component by its covariance."""
    n_components = min(n_components, *genes.shape, metabolites.shape[1])
    model = PLSSVD(n_components=n_components, scale=False).fit(genes, metabolites)
    covariance = np.sum((genes @ model.x_weights_) * (metabolites @ model.y_weights_), axis=0)
    return np.abs((model.x_weights_ * covariance) @ model.y_weights_.T)


def baseline_rankings(
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    n_factors: int = 2,
    n_neighbors: int = 20,
    n_components: int = 10,
) -> dict[str, Ranking]:
    """Rank all pairs by what any refinement has to beat.

    Parameters
    ----------
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables, joined by their index.
    covariates, remove_factors
        As in `associate`; regressed out in all but the first.
    n_factors : int
        Principal components of the metabolites regressed out in addition.
    n_neighbors : int
        Neighbours of a feature that propagation reaches.
    n_components : int
        Components of partial least squares.

    Returns
    -------
    dict of str to Ranking
        The first three are of the kind `correlation`, the others a `baseline`:

        - `Spearman`: the absolute correlation, nothing regressed out;
        - `Spearman, adjusted`: covariates and factors regressed out, where any are;
        - `factors removed`: `n_factors` factors more;
        - `propagation`: adjusted correlations, averaged over the nearest genes
          and the nearest metabolites;
        - `propagation between`: along strong gene–metabolite correlations
          alone, three steps;
        - `PLS`: the pair's share of the components that the tables have in common.

        `factors removed` is left out where it leaves nothing to correlate.

    References
    ----------
    Wegelin (2000), A survey of partial least squares methods, University of
    Washington, technical report 371.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tables = (pd.DataFrame(rng.normal(size=(12, n))) for n in (40, 10))
    >>> list(baseline_rankings(*tables))
    ['Spearman', 'factors removed', 'propagation', 'propagation between', 'PLS']
    """
    whole_number("n_factors", n_factors, 1)
    whole_number("n_neighbors", n_neighbors, 1)
    whole_number("n_components", n_components, 1)
    profiles = Profiles.of(X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors)
    P, R = profiles.unit_left, profiles.unit_right
    rho = P.T @ R
    found: dict[str, tuple[Array, Kind]] = {"Spearman": (_correlated(profiles.plain()), "correlation")}
    if profiles.basis.shape[1] > 1:
        found["Spearman, adjusted"] = np.abs(rho), "correlation"
    more = remove_factors + n_factors
    if profiles.degrees_of_freedom - n_factors >= 1 and more < len(profiles.names[1]):
        found["factors removed"] = _correlated(profiles.with_more_factors(n_factors)), "correlation"
    over_genes, over_metabolites = (_mean_of_neighbours(side, n_neighbors) for side in (P, R))
    found["propagation"] = np.abs(over_metabolites @ (over_genes @ rho).T).T, "baseline"
    found["propagation between"] = _through_pairs(rho, n_neighbors), "baseline"
    found["PLS"] = _shared_components(P, R, n_components), "baseline"
    return {
        name: Ranking(pd.DataFrame(scores, *profiles.names), kind) for name, (scores, kind) in found.items()
    }
