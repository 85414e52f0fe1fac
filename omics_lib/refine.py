"""Refine the gene–metabolite ranking with a graph network.

Fifth step of the flow: a two-layer GCN over the bipartite graph of significant
associations. No edge that is being scored passes messages, and no pair's score
has seen the known pairs of its own metabolite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch_geometric.data import HeteroData

from ._gcn import GcnSettings, SignedGCN, train_gcn
from ._known_pairs import true_pairs
from ._significance import benjamini_hochberg, null_for
from .association import spearman_matrix
from .errors import ParameterError
from .graph import EDGE_TYPE, check_nodes

# On simulated modules the network made most rankings worse below some 50 edges, and all better from 170 up.
MIN_EDGES = 50
MAX_PAIRS_KEPT = 10_000_000
N_KEPT_GENES = 100


@dataclass(frozen=True)
class Refinement:
    """What `refine` returns.

    Attributes
    ----------
    scores : DataFrame of shape (n_genes, n_metabolites)
        Score ≥ 0 of every pair, comparable across metabolites.
    rho : DataFrame of shape (n_genes, n_metabolites)
        Spearman correlation of every pair, with the same covariates removed.
    prior : {"none", "known_pairs"}
        What was learnt from besides the associations.
    fallback : bool
        True where the graph had too few edges and `scores` is |rho|.
    n_edges : int
        Edges of the graph.
    held_out_auc : float
        Area under the ROC curve of held-out edges against random pairs; NaN
        for the fallback.
    """

    scores: pd.DataFrame
    rho: pd.DataFrame
    prior: str
    fallback: bool
    n_edges: int
    held_out_auc: float


def _metabolite_folds(
    known: Tensor, n_metabolites: int, n_folds: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Deal the metabolites with known pairs into folds; the others get fold `n_folds`."""
    with_truth = np.unique(known[1].numpy())
    fold = np.full(n_metabolites, n_folds)
    fold[with_truth] = rng.permutation(np.arange(len(with_truth)) % n_folds)
    return fold


def _edge_probability(
    model: SignedGCN, h: Tensor, n_genes: int, columns: NDArray[np.intp]
) -> NDArray[np.float32]:
    with torch.no_grad():
        cosine = h[:n_genes] @ h[n_genes + torch.as_tensor(columns)].T
        return torch.sigmoid(model.logit(cosine)).numpy()


def _probabilities(
    graph: HeteroData, known: Tensor, n_folds: int, settings: GcnSettings, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the out-of-fold probability of an edge for every pair."""
    x = torch.cat([graph["gene"].x, graph["metabolite"].x])
    n_genes, n_metabolites = len(graph["gene"].x), len(graph["metabolite"].x)
    edges, weight = graph[EDGE_TYPE].edge_index, graph[EDGE_TYPE].edge_weight
    edge_fold = torch.as_tensor(rng.permutation(np.arange(edges.shape[1]) % n_folds))
    column_fold = _metabolite_folds(known, n_metabolites, n_folds, rng)
    known_fold = torch.as_tensor(column_fold)[known[1]]
    result = np.zeros((n_genes, n_metabolites), dtype=np.float32)
    for part in np.unique(column_fold):
        columns = np.flatnonzero(column_fold == part)
        place = np.full(n_metabolites, -1)
        place[columns] = np.arange(len(columns))
        extra = known[:, known_fold != part]
        total, own = np.zeros((n_genes, len(columns)), dtype=np.float32), []
        for fold in range(n_folds):
            kept = edge_fold != fold
            seed = int(rng.integers(2**31))
            model, h = train_gcn(x, edges[:, kept], weight[kept], extra, n_genes, settings, seed)
            probability = _edge_probability(model, h, n_genes, columns)
            total += probability / n_folds
            scored = edges[:, ~kept].numpy()
            scored = scored[:, place[scored[1]] >= 0]
            own.append((scored[0], place[scored[1]], probability[scored[0], place[scored[1]]]))
        for genes, metabolites, probability in own:
            total[genes, metabolites] = probability
        result[:, columns] = total
    return result


def _auc(probability: NDArray, edges: Tensor, rng: np.random.Generator) -> float:
    """Compare the edges with as many random pairs that are none."""
    is_edge = np.zeros(probability.shape, dtype=bool)
    is_edge[edges[0].numpy(), edges[1].numpy()] = True
    others = rng.integers(probability.shape, size=(4 * edges.shape[1], 2))
    others = others[~is_edge[others[:, 0], others[:, 1]]][: edges.shape[1]]
    values = np.concatenate([probability[is_edge], probability[others[:, 0], others[:, 1]]])
    labels = np.arange(len(values)) < is_edge.sum()
    return float(roc_auc_score(labels, values)) if 0 < labels.sum() < len(labels) else float("nan")


def refine(
    graph: HeteroData,
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    model: str = "gcn",
    known_pairs: pd.DataFrame | None = None,
    prior: str = "auto",
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    n_folds: int = 3,
    settings: GcnSettings | None = None,
    random_state: int | None = None,
) -> Refinement:
    """Score every gene–metabolite pair by its correlation and by the graph around it.

    Parameters
    ----------
    graph : HeteroData
        From `build_graph`, of the same tables.
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables.
    model : {"gcn"}
        Two-layer graph convolutional network.
    known_pairs : DataFrame, optional
        `gene_id`, `metabolite_id` and optionally `tier`, `currency`.
    prior : {"auto", "none", "known_pairs"}
        `known_pairs`: known pairs of other metabolites supervise as well;
        `auto`: so, where there are any.
    covariates, remove_factors
        As in `associate`.
    n_folds : int
        Parts into which the edges, and the metabolites with known pairs, are
        split: each is scored by networks that did not see it.
    settings : GcnSettings, optional
        Of the network.
    random_state : int, optional
        Seed of the folds, the starts and the negative pairs.

    Returns
    -------
    Refinement
        score = √(|rho| · probability of an edge).

    Raises
    ------
    ParameterError, StudyError
        If `model` or `prior` is unknown, or `prior` wants pairs that are not given;
        if the graph is of other tables.

    Notes
    -----
    Smoothing over a graph gathers the members of a module and blurs a direct
    link between one gene and one metabolite: the ranking can get worse, and
    `evaluate_ranking` beside the plain correlation shows whether it did.

    References
    ----------
    Kipf and Welling (2017), arXiv:1609.02907.
    """
    if model != "gcn":
        raise ParameterError("refine_model", f"found {model!r}", "it must be one of gcn", "Choose one.")
    if prior not in ("auto", "none", "known_pairs"):
        raise ParameterError(
            "prior", f"found {prior!r}", "it must be one of auto, none, known_pairs", "Choose one."
        )
    if prior == "known_pairs" and known_pairs is None:
        raise ParameterError(
            "prior",
            "found 'known_pairs' in a study without any",
            "they stand in known_pairs.csv",
            "Add the file, or set `prior: none`.",
        )
    check_nodes(graph, X_genes, X_metabolites)
    rho = spearman_matrix(X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors)
    known = torch.zeros((2, 0), dtype=torch.long)
    if prior != "none" and known_pairs is not None:
        known = torch.as_tensor(np.stack(np.nonzero(true_pairs(rho, known_pairs) == 1)))
    used = "known_pairs" if known.shape[1] else "none"
    edges = graph[EDGE_TYPE].edge_index
    if edges.shape[1] < MIN_EDGES:
        return Refinement(rho.abs(), rho, "none", True, edges.shape[1], float("nan"))
    rng = np.random.default_rng(random_state)
    probability = _probabilities(graph, known, n_folds, settings or GcnSettings(), rng)
    scores = pd.DataFrame(np.sqrt(np.abs(rho.to_numpy()) * probability), rho.index, rho.columns)
    return Refinement(scores, rho, used, False, edges.shape[1], _auc(probability, edges, rng))


def ranked_table(
    refinement: Refinement,
    degrees_of_freedom: int,
    *,
    max_pairs: int = MAX_PAIRS_KEPT,
    n_kept: int = N_KEPT_GENES,
) -> pd.DataFrame:
    """List the refined pairs, metabolite by metabolite, best gene first.

    Parameters
    ----------
    refinement : Refinement
    degrees_of_freedom : int
        As in `Associations`, for the q-values.
    max_pairs, n_kept : int
        All pairs are listed up to `max_pairs`, else the `n_kept` best genes of
        every metabolite.

    Returns
    -------
    DataFrame
        `gene`, `metabolite`, `rho`, `q` (of the correlation, over
        all pairs), `score`, `rank` (1 for the best gene of a metabolite).
    """
    scores, rho = refinement.scores.to_numpy(), refinement.rho.to_numpy()
    n_genes, n_metabolites = scores.shape
    n_listed = n_genes if scores.size <= max_pairs else min(n_kept, n_genes)
    best = np.argsort(-scores, axis=0, kind="stable")[:n_listed]
    p = null_for("spearman", "exact", degrees_of_freedom).p(rho)
    q = benjamini_hochberg(p.ravel()).reshape(rho.shape)
    columns = np.arange(n_metabolites)
    return pd.DataFrame(
        {
            "gene": refinement.scores.index.to_numpy(dtype=object)[best.T.ravel()],
            "metabolite": np.repeat(refinement.scores.columns.to_numpy(dtype=object), n_listed),
            "rho": rho[best, columns].T.ravel(),
            "q": q[best, columns].T.ravel(),
            "score": scores[best, columns].T.ravel(),
            "rank": np.tile(np.arange(1, n_listed + 1), n_metabolites),
        }
    )
