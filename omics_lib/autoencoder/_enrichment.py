"""What latents stand for: gene sets whose genes follow a latent more than other genes do."""

from __future__ import annotations

import numpy as np
import pandas as pd

_COLUMNS = ["gene_set", "latent", "n_genes", "mean_rank", "p", "q"]


def gene_set_enrichment(
    rho: pd.DataFrame,
    gene_sets: pd.DataFrame,
    *,
    min_genes: int = 3,
    n_permutations: int = 999,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Ask of each gene set and latent whether the set's genes follow the latent more than others do.

    Parameters
    ----------
    rho : DataFrame of shape (n_genes, n_latent)
        Correlation of each gene with each latent; its size counts, not its sign.
    gene_sets : DataFrame
        `gene_set`, `gene_id`: a row for each gene of each set.
    min_genes : int
        Sets with fewer genes in `rho`, or with all of them, are left out.
    n_permutations : int
        Random sets of the same size, drawn from the genes in `rho`.
    random_state : int, optional
        Seed of the draws.

    Returns
    -------
    DataFrame
        `gene_set`, `latent`, `n_genes`; `mean_rank` of the set's |rho| among all genes (0 weakest,
        1 strongest, 0.5 by chance); `p` = (b + 1) / (m + 1), how often a random set has as high a mean;
        `q`, the false discovery rate over all rows (Benjamini and Hochberg 1995,
        doi:10.1111/j.2517-6161.1995.tb02031.x). The smallest p first.

    Notes
    -----
    A competitive test (Goeman and Bühlmann 2007, doi:10.1093/bioinformatics/btm051): the set is held
    against other genes, and genes are drawn, not samples. Genes of one set follow each other,
    whatever makes them do so, and then they follow some latent together. So a small p says what a
    latent stands for; it is no evidence from new samples.

    Examples
    --------
    >>> rho = pd.DataFrame({"latent_01": np.linspace(0, 0.9, 50)}, index=[f"g{i}" for i in range(50)])
    >>> sets = pd.DataFrame({"gene_set": "late", "gene_id": ["g47", "g48", "g49"]})
    >>> found = gene_set_enrichment(rho, sets, random_state=0)
    >>> found[["n_genes", "mean_rank", "p"]].round(3).values.tolist()
    [[3.0, 0.98, 0.001]]
    """
    from scipy.stats import false_discovery_control, rankdata

    n_genes = len(rho)
    ranks = (rankdata(rho.abs().to_numpy(), axis=0) - 1) / max(n_genes - 1, 1)
    rng = np.random.default_rng(random_state)
    chance = dict[int, np.ndarray]()
    parts = list[pd.DataFrame]()
    for name, members in gene_sets.groupby("gene_set", sort=False)["gene_id"]:
        at = rho.index.get_indexer(members.unique())
        at = at[at >= 0]
        if not min_genes <= len(at) < n_genes:
            continue
        if len(at) not in chance:
            draws = (rng.choice(n_genes, len(at), replace=False) for _ in range(n_permutations))
            chance[len(at)] = np.array([ranks[drawn].mean(axis=0) for drawn in draws])
        mean = ranks[at].mean(axis=0)
        as_high = (chance[len(at)] >= mean - 1e-12).sum(axis=0)
        found = {"gene_set": name, "latent": rho.columns, "n_genes": len(at), "mean_rank": mean}
        parts.append(pd.DataFrame(found | {"p": (as_high + 1) / (n_permutations + 1)}))
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    table["q"] = false_discovery_control(table["p"])
    return table.sort_values(["p", "mean_rank"], ascending=[True, False], ignore_index=True)[_COLUMNS]
