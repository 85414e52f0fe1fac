"""What two runs found: in both, in one alone, and how much of it chance would share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

PAIR = ["gene", "metabolite"]
TOP = 100


@dataclass(frozen=True)
class TwoRuns:
    """What two runs found among the names that both have.

    Attributes
    ----------
    n_genes, n_metabolites : int
        Names that both rankings hold.
    n_found : tuple of int
        Pairs that are significant by direct test in each run, whatever their names.
    pairs : DataFrame
        `gene`, `metabolite`, `rho_one`, `rho_other`, `found` (`both`, `one`, `other`): pairs of shared names
        that are significant in either run, the strongest first.
    n_best, n_same_best : int
        Shared metabolites, and those whose best gene of the shared ones is the same in both.
    top, n_in_both : int
        How many of the best pairs are looked at in each run, and how many of them both have.
    by_chance : float
        How many both would have if the two rankings had nothing to do with each other.
    """

    n_genes: int
    n_metabolites: int
    n_found: tuple[int, int]
    pairs: pd.DataFrame
    n_best: int
    n_same_best: int
    top: int
    n_in_both: int
    by_chance: float

    def count(self, found: str) -> int:
        """Count the significant pairs in `both`, in `one` or in the `other`."""
        return int((self.pairs["found"] == found).sum())


def compare_findings(
    associations: pd.DataFrame,
    refined: pd.DataFrame,
    other_associations: pd.DataFrame,
    other_refined: pd.DataFrame,
) -> TwoRuns:
    """Compare what two runs found, pair by pair, by the names of genes and metabolites.

    Parameters
    ----------
    associations, other_associations : DataFrame
        `gene`, `metabolite`, `rho`, `source`: the significant pairs of each run. Those through the latents
        alone are passed over.
    refined, other_refined : DataFrame
        `gene`, `metabolite`, `rho`, `score`: the ranking of each run.

    Returns
    -------
    TwoRuns

    Examples
    --------
    >>> ranking = pd.DataFrame({"gene": ["A", "B"], "metabolite": ["m", "m"], "rho": [0.9, 0.1]})
    >>> ranking["score"] = ranking["rho"]
    >>> found = ranking.head(1).assign(source="direct")
    >>> two = compare_findings(found, ranking, found.head(0), ranking)
    >>> two.n_same_best, two.count("one"), two.count("both")
    (1, 1, 0)
    """
    genes = set(refined["gene"]) & set(other_refined["gene"])
    metabolites = set(refined["metabolite"]) & set(other_refined["metabolite"])
    one, other = (_among(ranking, genes, metabolites) for ranking in (refined, other_refined))
    direct = [found[found["source"] == "direct"] for found in (associations, other_associations)]
    best = [ranking.drop_duplicates("metabolite").set_index("metabolite")["gene"] for ranking in (one, other)]
    shared = best[0].index.intersection(best[1].index)
    n_pairs = len(genes) * len(metabolites)
    top = min(TOP, len(one), len(other))
    return TwoRuns(
        len(genes),
        len(metabolites),
        (len(direct[0]), len(direct[1])),
        _significant([_among(found, genes, metabolites) for found in direct], [one, other]),
        len(shared),
        int((best[0].loc[shared] == best[1].loc[shared]).sum()),
        top,
        len(one.head(top)[PAIR].merge(other.head(top)[PAIR])),
        top**2 / n_pairs if n_pairs else 0.0,
    )


def _among(table: pd.DataFrame, genes: set[str], metabolites: set[str]) -> pd.DataFrame:
    """Keep pairs of these names, the best first where the table has scores; equal scores by name."""
    kept = table[table["gene"].isin(genes) & table["metabolite"].isin(metabolites)]
    if "score" not in kept:
        return kept
    return kept.sort_values(["score", *PAIR], ascending=[False, True, True], kind="stable")


def _significant(found: list[pd.DataFrame], rankings: list[pd.DataFrame]) -> pd.DataFrame:
    """Join the significant pairs of both, with rho in each ranking as far as it holds them."""
    words = {"both": "both", "left_only": "one", "right_only": "other"}
    pairs = found[0][PAIR].merge(found[1][PAIR], how="outer", on=PAIR, indicator="found")
    pairs["found"] = pairs["found"].astype(str).map(words)
    for name, ranking, own in zip(("rho_one", "rho_other"), rankings, found, strict=True):
        known = pd.concat([own[[*PAIR, "rho"]], ranking[[*PAIR, "rho"]]]).drop_duplicates(PAIR)
        pairs = pairs.merge(known.rename(columns={"rho": name}), how="left", on=PAIR)
    strength = pairs[["rho_one", "rho_other"]].abs().max(axis=1)
    order = pd.DataFrame({"strength": -strength, "gene": pairs["gene"], "metabolite": pairs["metabolite"]})
    columns = [*PAIR, "rho_one", "rho_other", "found"]
    return pairs.loc[order.sort_values(list(order)).index, columns].reset_index(drop=True)
