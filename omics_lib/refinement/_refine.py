"""Refine the gene–metabolite ranking with a graph network.

Fifth step of the flow. The study's world (`study_world`) decides what the
network looks for: what neighbours share, where modules dominate; what stands
out from all that is shared, where single genes and metabolites are linked. No
edge that is being scored passes messages, and no pair's score has seen the
known pairs of its own metabolite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.sparse import csc_array
from torch_geometric.data import HeteroData

from ..correlation import Profiles
from ..errors import one_of, whole_number
from ..pairs import PairScores
from ._filters import curved
from ._graph import ASSOCIATED, KIN, KNOWN, check_graph
from ._known_readout import learn_from_known
from ._refinement import Refinement
from ._sharpening import Sharpened, sharpen
from ._smoothing import Smoothed, smooth
from ._world import World, world_of

MODELS = ("gcn", "gat")
# Kin of a metabolite are held out with it: those listed with exactly the same genes, or with half of them.
HOLD_OUT = {"metabolite": 1.0, "family": 0.5}


def _check(model: str, hold_out: str, n_folds: int) -> None:
    one_of("refine_model", model, MODELS)
    one_of("hold_out", hold_out, HOLD_OUT)
    whole_number("n_folds", n_folds, 2)


def refine(
    graph: HeteroData,
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    model: str = "gcn",
    world: World | str | None = None,
    use_known: bool = True,
    hold_out: str = "family",
    n_folds: int = 5,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
    groups: Any = None,
    random_state: int | None = None,
) -> Refinement:
    """Score every gene–metabolite pair by the graph around it.

    Parameters
    ----------
    graph : HeteroData
        From `build_graph`, of the same tables.
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        Preprocessed tables.
    model : {"gcn", "gat"}
        Two graph convolutions. `gcn` weighs neighbours by fixed powers of
        |rho|, `gat` learns the powers, its attention: the graph of half of the
        samples is to tell what correlates in the other half. They differ where
        modules dominate.
    world : World or str, optional
        From `study_world`, by default; or one of modules, links, curves, none.
    use_known : bool
        Learn from the graph's prior pairs, where it has any.
    hold_out : {"family", "metabolite"}
        What is held out together when known pairs are learnt from: a metabolite
        with all kin that share half of its genes; or with those listed with
        exactly the same genes alone, so that a near relative may give it away.
    n_folds : int
        Parts into which the associations, and the metabolites with known pairs,
        are split: each is scored by networks that did not see it.
    covariates, remove_factors
        As in `associate`; those that the graph was built with.
    groups
        As in `associate`.
    random_state : int, optional
        Seed of the permutations, the folds, the rewired graph and the training.

    Returns
    -------
    Refinement

    Raises
    ------
    ParameterError, StudyError
        If `model`, `world` or `hold_out` is unknown; if the graph is of other tables, or was
        built with other covariates or factors regressed out.

    Notes
    -----
    *Modules.* Each node becomes the average of its neighbours, twice; the second
    graph is taken from what the first convolution made of the nodes. A pair
    scores |cosine| · √(agreement of the gene · agreement of the metabolite), the
    agreement of a node being the |cosine| of its embedding with itself before.

    *Links.* On each table's complete correlation graph A, two layers of
    (A + λ)^−½ damp what many features share. A pair scores |cosine|; the gene's
    squared distance from its median rank counts as well, for U-shaped relations.

    *Known pairs*, where there are any, are learnt from by logistic regression on
    the score and on whether the gene is known to act on any other metabolite.
    Convolutions have no weight matrices: with few samples, learnt ones made the
    ranking worse.

    Smoothing blurs a direct link, sharpening dissolves a module: the ranking can
    get worse, and `evaluate_ranking` beside the plain correlation shows whether it did.

    References
    ----------
    Kipf and Welling (2017), arXiv:1609.02907. Wu et al. (2019),
    arXiv:1902.07153. Bo et al. (2021), Beyond low-frequency information in graph
    convolutional networks, doi:10.1609/aaai.v35i5.16514.
    """
    _check(model, hold_out, n_folds)
    profiles = Profiles.of(
        X_genes, X_metabolites, covariates=covariates, remove_factors=remove_factors, groups=groups
    )
    check_graph(graph, profiles)
    if not isinstance(world, World):
        world = world_of(profiles, random_state=random_state) if world is None else World(world)
    found: dict[str, Any] = {"profiles": profiles, "world": world, "model": model}
    found["n_associations"] = graph[ASSOCIATED].num_edges
    if world.name == "none":
        plain = profiles.scores()
        return Refinement(scores=plain, network_scores=plain, rewired=plain, fallback=True, **found)
    rng = np.random.default_rng(random_state)
    network = _network(graph, profiles, world.name, attention=model == "gat", n_folds=n_folds, rng=rng)
    learnt: tuple[PairScores, PairScores | None] = network.scores, None
    if use_known and KNOWN in graph.edge_types:
        learnt = _learnt(graph, network.scores, HOLD_OUT[hold_out], n_folds, rng)
    return Refinement(
        scores=learnt[0], network_scores=network.scores, rewired=network.rewired, known_alone=learnt[1],
        replication=network.replication, powers=network.powers, _network=network, **found,
    )  # fmt: skip


def _network(
    graph: HeteroData,
    profiles: Profiles,
    world: str,
    *,
    attention: bool,
    n_folds: int,
    rng: np.random.Generator,
) -> Smoothed | Sharpened:
    """Let the network of this world score all pairs."""
    sides = (profiles.unit_left, profiles.unit(curved(profiles.left)), profiles.unit_right)
    one, bent, other = (torch.as_tensor(np.ascontiguousarray(side.T)) for side in sides)
    if world == "modules":
        return smooth(graph, (one, other), profiles.basis, attention=attention, n_folds=n_folds, rng=rng)
    return sharpen(
        profiles.names, one, bent, other, n_samples=profiles.n_samples, curves=world == "curves", rng=rng
    )


def _learnt(
    graph: HeteroData, scores: PairScores, least_overlap: float, n_folds: int, rng: np.random.Generator
) -> tuple[PairScores, PairScores | None]:
    """Learn from the graph's prior pairs, with the scores and without; only the scores where they are few."""
    seed = int(rng.integers(2**32))
    pairs, is_evidence = graph[KNOWN].edge_index.numpy(), graph[KNOWN].is_evidence.numpy()
    if not is_evidence.any():
        return scores, None
    listed, evidence = (
        csc_array((np.ones(places.shape[1], dtype=bool), places), shape=scores.shape)
        for places in (pairs, pairs[:, is_evidence])
    )
    kin = graph[KIN].edge_index.numpy() if KIN in graph.edge_types else None
    options: dict[str, Any] = {"least_overlap": least_overlap, "kin": kin, "n_folds": n_folds}
    learnt, alone = (
        learn_from_known(scores.names, known, evidence, listed, rng=np.random.default_rng(seed), **options)
        for known in (scores, None)
    )
    return (scores, None) if learnt is None else (learnt, alone)
