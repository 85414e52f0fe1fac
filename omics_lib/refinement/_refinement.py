"""What a refinement is: scores, what they rest on, and the table that a run writes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .._rankings import Kind, Ranking
from ..correlation import benjamini_hochberg, null_for
from ..errors import ParameterError, StudyError
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
    scores : DataFrame of shape (n_genes, n_metabolites)
        Score ≥ 0 of every pair, comparable across metabolites.
    rho : DataFrame of shape (n_genes, n_metabolites)
        Spearman correlation of every pair, with the same covariates removed.
    world : World
        What the refinement was chosen by.
    model : {"gcn", "gat"}
        The network.
    known_alone : DataFrame of shape (n_genes, n_metabolites), or None
        What known pairs of other metabolites say without any score; None where
        none were learnt from.
    fallback : bool
        True where nothing ties the tables together and `scores` is |rho|.
    network_scores : DataFrame of shape (n_genes, n_metabolites)
        Scores of the network alone, before any known pair.
    rewired : DataFrame of shape (n_genes, n_metabolites)
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

    scores: pd.DataFrame
    rho: pd.DataFrame
    world: World
    model: str
    known_alone: pd.DataFrame | None = None
    fallback: bool = False
    network_scores: pd.DataFrame
    rewired: pd.DataFrame
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
        for name, axis in ((gene, self.scores.index), (metabolite, self.scores.columns)):
            if name not in axis:
                raise StudyError("pair", f"unknown {name}", "both must have a score", "Check the names.")
            places.append(int(axis.get_loc(name)))
        n_genes = len(self.scores)
        names = np.array([*self.scores.index, *self.scores.columns], dtype=object)
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
