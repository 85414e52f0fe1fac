"""The graph of genes and metabolites.

Genes and metabolites are nodes. Three kinds of edges carry signed correlations
(significant associations, and the nearest neighbours within each table); a fourth,
prior knowledge, is kept apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch_geometric.data import HeteroData

from .._words import count
from ..correlation import Profiles, directed_edges, nearest, usual_number
from ..errors import ParameterError, StudyError, first_few, whole_number
from ..knowledge import listed_pairs

ASSOCIATED = ("gene", "associated_with", "metabolite")
KNOWN = ("gene", "known_with", "metabolite")
KIN = ("metabolite", "kin_of", "metabolite")
SIMILAR = {kind: (kind, "similar_to", kind) for kind in ("gene", "metabolite")}


def _places(pairs: pd.DataFrame, where: str, **axes: pd.Index) -> np.ndarray:
    """Return the places (n_columns, n_pairs) that the names in columns of `pairs` have on their axes."""
    found = []
    for column, axis in axes.items():
        if column not in pairs:
            raise StudyError(where, f"no column `{column}`", "each pair names two features", "Add it.")
        places = axis.get_indexer(pd.Index(pairs[column]))
        if (places < 0).any():
            unknown = pairs[column][places < 0].unique()
            unlike = f"{count(len(unknown), 'unknown name')} in `{column}` ({first_few(unknown)})"
            expected = "each must name features of the tables"
            raise StudyError(where, unlike, expected, "Make them from these tables.")
        found.append(places)
    return np.stack(found).astype(np.intp).reshape(len(axes), -1)


def check_graph(graph: HeteroData, profiles: Profiles) -> None:
    """Raise an error unless `graph` is of these tables, with the same regressed out of them.

    A `StudyError` where it has other features (or in another order), samples or values; a
    `ParameterError` where other covariates or factors were removed.
    """
    for kind, names in zip(("gene", "metabolite"), profiles.names, strict=True):
        nodes = graph[kind].names
        if nodes != list(names):
            apart = next((pair for pair in zip(nodes, names, strict=False) if pair[0] != pair[1]), None)
            found = f"its {len(nodes)} {kind} nodes are not the table's {len(names)} columns"
            found += f" (`{apart[0]}` stands where the table has `{apart[1]}`)" if apart else ""
            expected = "graph and tables must name the same features in the same order"
            raise StudyError("graph", found, expected, "Build the graph from these tables.")
    built: Profiles = graph.profiles
    if len(built.samples.symmetric_difference(profiles.samples)):
        found = f"it was built from {built.n_samples} samples, not from these {profiles.n_samples}"
        expected = "graph and tables must hold the same samples"
        raise StudyError("graph", found, expected, "Build the graph from these tables.")
    if not built.removes_the_same_as(profiles):
        same_words = " with the values given here" if built.removed == profiles.removed else ""
        raise ParameterError(
            "covariates and remove_factors",
            f"the graph was built with {built.removed} regressed out, not {profiles.removed}{same_words}",
            "a graph and its refinement must regress out the same",
            "Build the graph with these covariates and factors, or refine with those that it was built with.",
        )
    if not built.ranks_the_same_as(profiles):
        found = "it was built from other values of these features"
        expected = "graph and tables must hold the same values"
        raise StudyError("graph", found, expected, "Build the graph from these tables.")


def _components(profiles: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (n_samples, d) of all profiles; a profile's sign changes nothing."""
    left, size, _ = np.linalg.svd(profiles @ profiles.T)
    left = left[:, size > 1e-10 * size[0]]
    return left * np.where(np.sum(left**3, axis=0) < 0, -1.0, 1.0)


def build_graph(
    associations: pd.DataFrame,
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    prior_pairs: pd.DataFrame | None = None,
    kin: pd.DataFrame | None = None,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    n_neighbors: int | None = None,
    max_edges: int = 20_000,
) -> HeteroData:
    """Build the graph of genes and metabolites for PyTorch Geometric.

    Parameters
    ----------
    associations : DataFrame
        `gene`, `metabolite`, `rho`: one row per significant pair; a pair found
        by two routes becomes one edge. `rho` orders them; an edge weighs what the
        tables give it, with the covariates regressed out here.
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables, joined by their index; their columns are the nodes.
    prior_pairs : DataFrame, optional
        Prior knowledge: `gene_id`, `metabolite_id` and optionally `tier`,
        `currency`, as in `evaluate_ranking`. No messages pass along it.
    kin : DataFrame, optional
        `metabolite_id`, `kin_id`: metabolites that prior knowledge cannot tell
        apart, to be held out together (`learnable_pairs`).
    covariates, remove_factors
        As in `associate`; nodes are described by what is left.
    n_neighbors : int, optional
        Neighbours of a node within its own table, by |rho|; by default the
        square root of the number of features.
    max_edges : int
        Keep at most this many associations, the strongest.

    Returns
    -------
    HeteroData
        Node types `gene` and `metabolite` with features `x` (n_nodes, d), whose
        inner products are Spearman's rho, and `names`. Edge types with
        `edge_index` (2, n_edges) and signed `edge_weight` = rho:
        `gene associated_with metabolite`; `gene similar_to gene` and
        `metabolite similar_to metabolite`, from the neighbour to the node. And
        `gene known_with metabolite`, with `is_evidence` in place of a weight:
        false for pairs listed as transport or currency; and `metabolite kin_of
        metabolite`, where given. `profiles` remembers what was correlated, and
        what was regressed out.

    Raises
    ------
    ParameterError, StudyError
        If `remove_factors`, `n_neighbors` or `max_edges` is no such number; if an
        association or a prior pair names a feature that the tables lack.

    Notes
    -----
    A node's features are the coordinates of its rank profile on the principal
    components of all profiles over the samples. They do not depend on the
    order of the samples, nor on the numbering of any latents.

    Two genes known with the same metabolite are joined by way of that
    metabolite alone: there is no gene–gene edge of its own, so that taking the
    metabolite's prior edges away takes away all that runs through it.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> X = pd.DataFrame(np.random.default_rng(0).normal(size=(8, 2)), columns=["a", "b"])
    >>> pairs = pd.DataFrame({"gene": ["a"], "metabolite": ["b"], "rho": [-0.9]})
    >>> build_graph(pairs, X, X)["gene", "associated_with", "metabolite"].edge_index.tolist()
    [[0], [1]]
    """
    if n_neighbors is not None:
        whole_number("n_neighbors", n_neighbors, 1)
    whole_number("max_edges", max_edges)
    profiles = Profiles.of(X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors)
    graph = HeteroData()
    graph.profiles = profiles
    _add_nodes(graph, profiles, n_neighbors)
    _add_associations(graph, associations, profiles, max_edges)
    if prior_pairs is not None:
        genes, metabolites, is_evidence = listed_pairs(prior_pairs, *profiles.names)
        order = np.lexsort((metabolites, genes))
        graph[KNOWN].edge_index = torch.as_tensor(np.stack([genes, metabolites])[:, order])
        graph[KNOWN].is_evidence = torch.as_tensor(is_evidence[order])
    if kin is not None:
        same = _places(kin, "kin", metabolite_id=profiles.names[1], kin_id=profiles.names[1])
        graph[KIN].edge_index = torch.as_tensor(same)
    return graph


def _add_nodes(graph: HeteroData, profiles: Profiles, n_neighbors: int | None) -> None:
    """Add the features of both tables, and the edges within each."""
    sides = profiles.unit_left, profiles.unit_right
    components = _components(np.hstack(sides))
    for kind, side, names in zip(("gene", "metabolite"), sides, profiles.names, strict=True):
        x = np.ascontiguousarray(side.T @ components)
        neighbours, rho = nearest(x, n_neighbors or usual_number(len(x)))
        graph[kind].x = torch.as_tensor(x, dtype=torch.float32)
        graph[kind].names = list(names)
        graph[SIMILAR[kind]].edge_index = torch.as_tensor(directed_edges(neighbours))
        graph[SIMILAR[kind]].edge_weight = torch.as_tensor(rho.ravel(), dtype=torch.float32)


def _add_associations(
    graph: HeteroData, associations: pd.DataFrame, profiles: Profiles, max_edges: int
) -> None:
    """Add the strongest `max_edges` associations, with the rho that the profiles give them.

    So an association that was found with other covariates regressed out weighs what it weighs here.
    """
    names = dict(zip(("gene", "metabolite"), profiles.names, strict=True))
    places = _places(associations, "associations", **names)
    edges = associations.assign(**dict(zip(names, places, strict=True))).drop_duplicates(list(names))
    edges = edges.sort_values("rho", key=np.abs, ascending=False, kind="stable").head(max_edges)
    genes, metabolites = places = edges[list(names)].to_numpy().T.copy()
    rho = profiles.rho_at(genes, metabolites)
    graph[ASSOCIATED].edge_index = torch.as_tensor(places)
    graph[ASSOCIATED].edge_weight = torch.as_tensor(rho, dtype=torch.float32)
