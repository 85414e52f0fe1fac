"""What a refinement has to beat: rankings of all pairs by methods of a few lines each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from .._joined import Array
from ..correlation import Profiles, directed_edges, nearest
from ..errors import whole_number
from ..pairs import Kind, PairScores, Products, Ranking


def _mean_of_neighbours(profiles: Array, n_neighbors: int) -> sparse.csr_array:
    """Weigh each feature's neighbours by their correlation, and itself by 1; rows sum to 1 in size."""
    neighbours, rho = nearest(np.ascontiguousarray(profiles.T), n_neighbors)
    source, target = directed_edges(neighbours)
    n = profiles.shape[1]
    weights = sparse.csr_array((rho.ravel(), (target, source)), shape=(n, n)) + sparse.eye_array(n)
    return sparse.diags_array(1 / np.abs(weights).sum(axis=1)) @ weights


def _through_pairs(profiles: Profiles, n_neighbors: int) -> Products:
    """Walk gene – metabolite – gene – metabolite over each metabolite's strongest genes."""
    scores, found = profiles.scores(), []
    kept = min(n_neighbors, scores.shape[0])
    for block, keys in scores.each(scores.keys):
        least = np.partition(keys, -kept, axis=1)[:, [-kept]]
        metabolites, genes = np.nonzero((keys >= least) & (keys > 0))
        found.append((genes, metabolites + block.start))
    places = tuple(np.concatenate(side) for side in zip(*found, strict=True))
    edges = sparse.csr_array((profiles.rho_at(*places), places), shape=scores.shape)
    degrees = [np.maximum(np.abs(edges).sum(axis=axis), 1e-12) for axis in (1, 0)]
    edges = sparse.diags_array(degrees[0] ** -0.5) @ edges @ sparse.diags_array(degrees[1] ** -0.5)
    return Products(profiles.names, [(edges, (edges.T @ edges).tocsr())])


def _shared_components(profiles: Profiles, n_components: int) -> Products:
    """Multiply the weights of partial least squares, each component by its covariance.

    They are the singular vectors of all correlations, found over the samples.
    """
    (one, size, genes), (other, reach, metabolites) = (
        np.linalg.svd(side, full_matrices=False) for side in (profiles.unit_left, profiles.unit_right)
    )
    turn, covariance, back = np.linalg.svd((size[:, None] * one.T) @ (other * reach), full_matrices=False)
    weights = genes.T @ (turn * covariance)[:, :n_components], metabolites.T @ back.T[:, :n_components]
    return Products(profiles.names, [weights])


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
    found: dict[str, tuple[PairScores, Kind]] = {"Spearman": (profiles.plain().scores(), "correlation")}
    if profiles.basis.shape[1] > 1:
        found["Spearman, adjusted"] = profiles.scores(), "correlation"
    more = remove_factors + n_factors
    if profiles.degrees_of_freedom - n_factors >= 1 and more < len(profiles.names[1]):
        found["factors removed"] = profiles.with_more_factors(n_factors).scores(), "correlation"
    sides = profiles.unit_left, profiles.unit_right
    genes, metabolites = (_mean_of_neighbours(side, n_neighbors) @ side.T for side in sides)
    found["propagation"] = Products(profiles.names, [(genes, metabolites)]), "baseline"
    found["propagation between"] = _through_pairs(profiles, n_neighbors), "baseline"
    found["PLS"] = _shared_components(profiles, n_components), "baseline"
    return {name: Ranking(scores, kind) for name, (scores, kind) in found.items()}
