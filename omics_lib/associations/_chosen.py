"""What the associations say of pairs and of gene sets that somebody has chosen."""

from __future__ import annotations

import pandas as pd

from ..correlation import Profiles
from ..pairs import PairScores


def rho_of_pairs(
    pairs: pd.DataFrame,
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
    remove_factors: int = 0,
) -> pd.Series:
    """Correlate chosen pairs alone.

    Parameters
    ----------
    pairs : DataFrame
        `gene`, `metabolite`: columns of the tables.
    X_genes, X_metabolites : DataFrame of shape (n_samples, n_features)
        The same samples, joined by their index.
    covariates, remove_factors
        As in `associate`.

    Returns
    -------
    Series
        Spearman's rho of each pair, in the order and with the index of `pairs`; 0 where a side does not vary.
    """
    if pairs.empty:
        return pd.Series(index=pairs.index, name="rho", dtype=float)
    left, right = X_genes[pd.unique(pairs["gene"])], X_metabolites[pd.unique(pairs["metabolite"])]
    if remove_factors:  # factors are those of all metabolites
        right = X_metabolites
    profiles = Profiles.of(left, right, covariates=covariates, remove_factors=remove_factors)
    places = left.columns.get_indexer(pairs["gene"]), right.columns.get_indexer(pairs["metabolite"])
    return pd.Series(profiles.rho_at(*places), index=pairs.index, name="rho", dtype=float)


def rank_of_pairs(pairs: pd.DataFrame, scores: PairScores) -> pd.Series:
    """Tell the place of each chosen pair's gene among all genes of its metabolite.

    Parameters
    ----------
    pairs : DataFrame
        `gene`, `metabolite`.
    scores : PairScores
        Of all pairs.

    Returns
    -------
    Series of int
        1 for the best; genes that tie share the best of their places.
    """
    genes, metabolites = (axis.get_indexer(pairs[of]) for axis, of in zip(scores.names, pairs, strict=False))
    ranks = []
    for gene, metabolite in zip(genes, metabolites, strict=True):
        keys = scores.keys(slice(metabolite, metabolite + 1))[0]
        ranks.append(1 + int((keys > keys[gene]).sum()))
    return pd.Series(ranks, index=pairs.index, name="rank", dtype=int)


def profiles_of_pair(
    pair: pd.Series,
    X_genes: pd.DataFrame,
    X_metabolites: pd.DataFrame,
    *,
    covariates: pd.DataFrame | None = None,
) -> tuple[pd.Series, pd.Series]:
    """Return what the rho of one pair correlates.

    Parameters
    ----------
    pair : Series
        `gene`, `metabolite`.
    X_genes, X_metabolites, covariates
        As in `associate`.

    Returns
    -------
    gene, metabolite : Series of n_samples
        Ranks with the covariates removed, scaled to mean 0 and standard deviation 1.
    """
    gene, metabolite = X_genes[[pair["gene"]]], X_metabolites[[pair["metabolite"]]]
    profiles = Profiles.of(gene, metabolite, covariates=covariates)
    scale = profiles.n_samples**0.5
    sides = (profiles.unit_left, gene), (profiles.unit_right, metabolite)
    one, other = (
        pd.Series(unit[:, 0] * scale, index=gene.index, name=table.columns[0]) for unit, table in sides
    )
    return one, other


def listed_in_sets(pairs: pd.DataFrame, gene_sets: pd.DataFrame, genes: pd.Index) -> pd.DataFrame:
    """Count, in each gene set and among all other genes, those with a pair in a list.

    Parameters
    ----------
    pairs : DataFrame
        The list: a column `gene`.
    gene_sets : DataFrame
        `gene_set`, `gene_id`.
    genes : Index
        All genes that could have been listed.

    Returns
    -------
    DataFrame
        A row a set, in their order: `gene_set`, `n_genes`, `n_listed`, `n_others`, `n_others_listed`, and `p`
        of Fisher's exact test that no more of the set is listed than of the others. It takes genes for
        independent; genes of a set seldom are, so that it is too small.
    """
    from scipy.stats import fisher_exact

    listed = pd.Series(genes.isin(pairs["gene"]), index=genes)
    rows = []
    for name, members in gene_sets.groupby("gene_set", sort=False)["gene_id"]:
        inside = genes.isin(members)
        n, k, others = int(inside.sum()), int(listed[inside].sum()), int(listed[~inside].sum())
        n_others = len(genes) - n
        p = fisher_exact([[k, n - k], [others, n_others - others]], alternative="greater").pvalue
        rows.append((name, n, k, n_others, others, float(p)))
    return pd.DataFrame(rows, columns=["gene_set", "n_genes", "n_listed", "n_others", "n_others_listed", "p"])
