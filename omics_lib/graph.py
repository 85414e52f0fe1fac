"""The bipartite graph of significant associations.

Between `association` and `refine`: genes and metabolites are nodes, their
significant associations are edges with the correlation as signed weight.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch_geometric.data import HeteroData

from ._aligned import design_matrix, matched
from ._profiles import (
    orthonormal_basis,
    profile_pair,
    rank_or_values,
)
from .errors import StudyError, first_few

EDGE_TYPE = ("gene", "associated_with", "metabolite")


def _places(names: pd.Series, axis: pd.Index, what: str) -> np.ndarray:
    places = axis.get_indexer(pd.Index(names))
    if (places < 0).any():
        unknown = names[places < 0].unique()
        raise StudyError(
            "associations",
            f"{len(unknown)} unknown {what} ({first_few(unknown)})",
            "every association must name features of the tables",
            "Compute the associations from these tables.",
        )
    return places


def check_nodes(graph: HeteroData, X_genes: pd.DataFrame, X_metabolites: pd.DataFrame) -> None:
    """Raise a `StudyError` unless the nodes of `graph` are the columns of the tables, in their order."""
    for kind, table in (("gene", X_genes), ("metabolite", X_metabolites)):
        if graph[kind].names != list(table.columns):
            raise StudyError(
                "graph",
                f"its {len(graph[kind].names)} {kind} nodes are not the table's {table.shape[1]} columns",
                "graph and tables must name the same features in the same order",
                "Build the graph from these tables.",
            )


def _components(profiles: np.ndarray, n_components: int) -> np.ndarray:
    """Return an orthonormal basis (n_samples, d) of the samples; a profile's sign changes nothing."""
    left, size, _ = np.linalg.svd(profiles @ profiles.T)
    left = left[:, size > 1e-10 * size[0]][:, :n_components]
    return left * np.where(np.sum(left**3, axis=0) < 0, -1.0, 1.0)


def build_graph(
    associations: pd.DataFrame,
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    n_components: int = 16,
    max_edges: int = 20_000,
) -> HeteroData:
    """Turn associations into a bipartite graph for PyTorch Geometric.

    Parameters
    ----------
    associations : DataFrame
        `gene`, `metabolite`, `rho`: one row per significant pair; a pair found
        by two routes becomes one edge.
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables, joined by their index; their columns are the nodes.
    covariates, remove_factors
        As in `associate`; nodes are described by what is left.
    n_components : int
        Length of the node features.
    max_edges : int
        Keep at most this many edges, the strongest.

    Returns
    -------
    HeteroData
        Node types `gene` and `metabolite` with features `x` (n_nodes, d) of
        length 1 and `names`; edges `associated_with` with `edge_index` (2,
        n_edges) and `edge_weight` = rho.

    Raises
    ------
    StudyError
        If an association names a feature that the tables lack.

    Notes
    -----
    A node's features are the coordinates of its rank profile on the principal
    components of all profiles over the samples. They do not depend on the
    order of the samples, nor on the numbering of any latents.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> X = pd.DataFrame(np.random.default_rng(0).normal(size=(8, 2)), columns=["a", "b"])
    >>> pairs = pd.DataFrame({"gene": ["a"], "metabolite": ["b"], "rho": [-0.9]})
    >>> build_graph(pairs, X, X)["gene", "associated_with", "metabolite"].edge_index.tolist()
    [[0], [1]]
    """
    basis = orthonormal_basis(design_matrix(matched(covariates, X_genes), len(X_genes)))
    left = rank_or_values(X_genes, "spearman")
    right = rank_or_values(matched(X_metabolites, X_genes), "spearman")
    genes, metabolites, _ = profile_pair(left, right, basis, remove_factors)
    components = _components(np.hstack([genes, metabolites]), n_components)

    graph = HeteroData()
    for kind, profiles, table in (("gene", genes, X_genes), ("metabolite", metabolites, X_metabolites)):
        features = torch.as_tensor(profiles.T @ components, dtype=torch.float32)
        graph[kind].x = torch.nn.functional.normalize(features, dim=1)
        graph[kind].names = list(table.columns)
    edges = associations.drop_duplicates(["gene", "metabolite"])
    edges = edges.sort_values("rho", key=np.abs, ascending=False, kind="stable").head(max_edges)
    ends = [
        _places(edges["gene"], X_genes.columns, "genes"),
        _places(edges["metabolite"], X_metabolites.columns, "metabolites"),
    ]
    graph[EDGE_TYPE].edge_index = torch.as_tensor(np.stack(ends).reshape(2, -1), dtype=torch.long)
    graph[EDGE_TYPE].edge_weight = torch.as_tensor(edges["rho"].to_numpy(dtype=np.float32).copy())
    return graph
