"""What a refinement is: scores, what they rest on, and the table that a run writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .._joined import Array
from ..correlation import Profiles, null_for
from ..errors import ParameterError, StudyError
from ..pairs import Kind, PairScores, Ranking, count_places
from ._replication import no_replication
from ._sharpening import Sharpened, explain_sharpened
from ._smoothing import Smoothed, explain_smoothed
from ._world import World

MAX_PAIRS_KEPT = 10_000_000
N_KEPT_GENES = 100
# What the columns of `replication` are.
_HALVES: dict[str, Kind] = {"network": "network", "rewired": "null", "Spearman": "correlation"}


@dataclass(frozen=True, kw_only=True)
class Refinement:
    """What `refine` returns.

    Attributes
    ----------
    scores : PairScores
        Score ≥ 0 of every pair, comparable across metabolites.
    profiles : Profiles
        What was correlated: `profiles.scores()` is |rho| of every pair, with the same covariates removed.
    world : World
        What the refinement was chosen by.
    model : {"gcn", "gat"}
        The network.
    known_alone : PairScores, or None
        What known pairs of other metabolites say without any score; None where
        none were learnt from.
    fallback : bool
        True where nothing ties the tables together and `scores` is |rho|.
    network_scores : PairScores
        Scores of the network alone, before any known pair.
    rewired : PairScores
        The same network on a rewired graph, the null beside `network_scores`.
    replication : DataFrame
        Where modules dominate, how well scores from half of the samples agree
        with the correlations in the other half: one row per split, `network`,
        `rewired` and `Spearman`. Else empty.
    powers : tuple of float
        Powers of |rho| by which the two convolutions weigh neighbours; learnt
        by `gat`. Empty for other worlds than modules.
    n_associations : int
        Significant gene–metabolite pairs among the edges.
    """

    scores: PairScores
    profiles: Profiles = field(repr=False)
    world: World
    model: str
    known_alone: PairScores | None = None
    fallback: bool = False
    network_scores: PairScores
    rewired: PairScores
    replication: pd.DataFrame = field(default_factory=no_replication)
    powers: tuple[float, ...] = ()
    n_associations: int
    _network: Smoothed | Sharpened | None = field(default=None, repr=False)

    @property
    def learnt(self) -> bool:
        """Whether known pairs of other metabolites were learnt from."""
        return self.known_alone is not None

    @property
    def name(self) -> str:
        """Of the ranking that is made from the two tables alone."""
        return "Spearman (fallback)" if self.fallback else self.model.upper()

    @property
    def rankings(self) -> dict[str, Ranking]:
        """Name → ranking, the refined one last: before it its null, the network and known pairs alone."""
        if self.fallback:
            return {self.name: Ranking(self.scores, "correlation")}
        null = f"{self.name}, {'rewired' if self.powers else 'rotated'}"
        found = {null: Ranking(self.rewired, "null"), self.name: Ranking(self.network_scores, "network")}
        if self.known_alone is not None:
            found["known pairs alone"] = Ranking(self.known_alone, "known")
            found[f"{self.name} + known pairs"] = Ranking(self.scores, "learnt")
        return found

    @property
    def replicated(self) -> pd.DataFrame:
        """Mean of `replication`, a row per column of it, as `compare_rankings` lays values out."""
        means = self.replication.mean().rename_axis("method").rename("value").reset_index()
        knowledge = [Ranking(None, _HALVES[name]).knowledge for name in means["method"]]
        return means.assign(knowledge=knowledge, truth="other_half", metric="correlation")

    def explain(self, gene: str, metabolite: str) -> pd.DataFrame:
        """Say which edges made the network's cosine of one pair.

        Parameters
        ----------
        gene, metabolite : str

        Returns
        -------
        DataFrame
            One row per edge, largest first: `end` (the gene or the metabolite
            that listens), `neighbour`, `kind` of the neighbour, `rho` of the two,
            `weight` (attention, signed), `contribution` to the cosine. The
            contributions of either end add up to it.

        Raises
        ------
        StudyError
            If the pair is not among the scores.
        ParameterError
            If the ranking fell back, so that there is no network.
        """
        if self._network is None:
            found = "a ranking without a network"
            raise ParameterError("explain", found, "only a network's scores can be split", "Look at rho.")
        places = []
        for name, axis in zip((gene, metabolite), self.scores.names, strict=True):
            if name not in axis:
                raise StudyError("pair", f"unknown {name}", "both must have a score", "Check the names.")
            places.append(int(axis.get_loc(name)))
        n_genes = self.scores.shape[0]
        names = np.concatenate([axis.to_numpy(dtype=object) for axis in self.scores.names])
        if isinstance(self._network, Smoothed):
            table = explain_smoothed(self._network, (places[0], n_genes + places[1]))
        else:
            table = explain_sharpened(self._network, *places, curves=self.world.name == "curves")
            table["neighbour"] += np.where(table["end"] == 1, n_genes, 0)
        table = table[table["contribution"] != 0].sort_values(
            "contribution", key=np.abs, ascending=False, kind="stable", ignore_index=True
        )
        kind = np.where(table["neighbour"] < n_genes, "gene", "metabolite")
        return table.assign(
            end=np.where(table["end"] == 0, gene, metabolite), neighbour=names[table["neighbour"]], kind=kind
        )[["end", "neighbour", "kind", "rho", "weight", "contribution"]]


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
        `gene`, `metabolite`, `rho`, `q` (of the correlation, over all pairs, by
        Spearman's own null, whatever groups or permutations say), `score`, `rank`
        (1 for the best gene of a metabolite).
    """
    scores, (genes, metabolites) = refinement.scores, refinement.scores.names
    n_listed = len(genes) if scores.size <= max_pairs else min(n_kept, len(genes))
    best, values = scores.best(n_listed)
    places = best.ravel(), np.repeat(np.arange(len(metabolites)), n_listed)
    rho = refinement.profiles.rho_at(*places)
    p = null_for("spearman", "exact", degrees_of_freedom).p(rho)
    return pd.DataFrame(
        {
            "gene": genes.to_numpy(dtype=object)[places[0]],
            "metabolite": metabolites.to_numpy(dtype=object)[places[1]],
            "rho": rho,
            "q": _q_among_all(p, refinement.profiles.scores(), places),
            "score": values.ravel(),
            "rank": np.tile(np.arange(1, n_listed + 1), len(metabolites)),
        }
    )


def _q_among_all(p: Array, scores: PairScores, places: tuple[Any, Any]) -> Array:
    """Adjust the p-values of some pairs for all, by Benjamini and Hochberg: ranks are counted among all.

    The step up goes over the pairs given, so that q is exact where all are, and else never too small.
    """
    counted = count_places(scores, *places)
    rank = counted.upto[counted.place]
    order = np.lexsort((rank, p))  # correlations that differ may have one p
    raw = p[order] * (scores.size / rank[order])
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q
