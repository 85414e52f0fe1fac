"""Which gene for this metabolite? Several lines of evidence, one ranking.

Reads the refined table, and beside it what else is known of the genes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..correlation import benjamini_hochberg
from ..errors import ParameterError, StudyError, one_of
from ._evidence import LINES, evidence
from ._rank_aggregation import robust_rank_aggregation

# For `rank_candidates(weights=…)`, in the order of `LINES`.
FIXED_WEIGHTS = (0.4, 0.3, 0.2, 0.1)


def _left_out(strength: pd.DataFrame, ranks: pd.DataFrame) -> dict[str, str]:
    """Say which lines do not count, and why."""
    reasons = {line: "it tells no two genes apart" for line in strength if strength[line].nunique() < 2}
    if "score" not in reasons and ranks["score"].equals(ranks["rho"]):
        reasons["score"] = "it ranks the genes as the correlation does"  # the fallback of `refine`
    return reasons


def _weighted(scaled: pd.DataFrame, weights: Any) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the weighted mean of the scaled ranks, and the weights of the lines that count."""
    given = pd.to_numeric(pd.Series(weights if np.ndim(weights) == 1 else []), errors="coerce").to_numpy(
        float
    )
    used = {line: float(w) for line, w in zip(LINES, given, strict=False) if line in scaled}
    if len(given) != len(LINES) or not (np.isfinite(given) & (given >= 0)).all() or not sum(used.values()):
        expected = f"there must be four numbers ≥ 0, for {', '.join(LINES)}, not 0 for all that are there"
        raise ParameterError("weights", f"found {weights!r}", expected, f"Give for example {FIXED_WEIGHTS}.")
    used = {line: w / sum(used.values()) for line, w in used.items()}
    own = scaled.notna() * pd.Series(used)
    total = own.sum(axis=1)
    mean = (scaled.fillna(0) * own).sum(axis=1) / total.where(total > 0)
    # The same ranks in another line may differ by rounding.
    return mean.fillna(1.0).round(12).to_frame("weighted_rank"), used


def _aggregated(scaled: pd.DataFrame, own: list[str]) -> pd.DataFrame:
    """Return p and q of all lines, and of the independent ones."""
    total = pd.DataFrame(index=scaled.index)
    for suffix, lines in (("", list(scaled)), ("_independent", own)):
        total[f"p{suffix}"] = robust_rank_aggregation(scaled[lines])
        total[f"q{suffix}"] = benjamini_hochberg(total[f"p{suffix}"])
    return total


def _laid_out(
    total: pd.DataFrame, n_lines: pd.Series, shown: pd.DataFrame, ranks: pd.DataFrame
) -> pd.DataFrame:
    """Put the total, which the first column of `total` orders, beside each line's value and rank."""
    table = pd.DataFrame({"gene": total.index, "rank": total.iloc[:, 0].rank(method="max")}, total.index)
    table = table.astype({"rank": int}).join(total).assign(n_lines=n_lines)
    for line in shown:
        table[line], table[f"{line}_rank"] = shown[line], ranks[line].astype("Int64")
    by_name = np.argsort(table["gene"].astype(str).to_numpy(), kind="stable")  # ties in one order, always
    return table.iloc[by_name].sort_values("rank", kind="stable", ignore_index=True)


def rank_candidates(
    target: Any,
    refined: pd.DataFrame,
    importance: pd.Series | None = None,
    family: pd.DataFrame | None = None,
    *,
    family_absent: str = "untested",
    independent: Sequence[str] = ("rho", "importance", "family"),
    weights: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Rank the candidate genes of one metabolite by several lines of evidence.

    Parameters
    ----------
    target : str
        Metabolite.
    refined : DataFrame
        `gene`, `metabolite`, `rho`, `score`, as `refined.parquet` has them.
        The genes listed for the target are the candidates; where the table
        holds only the best genes of a metabolite, all ranks are among those.
    importance : Series indexed by gene, optional
        Higher is more important: one column of `feature_importance`.
    family : DataFrame, optional
        `gene_id` and one of `bitscore`, `score` (higher is better) or `evalue`
        (lower is better; used in this order): hits of a BLAST or HMM search.
        Of several hits of a gene the best counts.
    family_absent : {"untested", "no_hit"}
        What it means that a candidate is not in `family`. `untested`: nothing;
        the list then only says which of its members is ahead, and being on it
        is no evidence. `no_hit`: the search covered all candidates, and those
        without a hit share the last rank.
    independent : sequence of {"rho", "importance", "score", "family"}
        Lines behind `p_independent`.
    weights : four numbers, optional
        Weights of rho, importance, score and family, instead of p-values:
        `FIXED_WEIGHTS` is (0.4, 0.3, 0.2, 0.1). Scaled to sum to 1 over the
        lines that a gene has.

    Returns
    -------
    DataFrame
        One row a gene, best first: `gene`; `rank`; `p`, `q` (false discovery
        rate over the candidates) of all lines and `p_independent`,
        `q_independent` of the independent ones, or instead of the four
        `weighted_rank`, the weighted mean of rank over number of genes ranked
        (from 0, good, to 1); `n_lines` that count; then the value of each line
        given and its rank (`rho`, `rho_rank`, …; NaN for untested). `.attrs`:
        `target`, `lines` that count, `left_out` (line → reason),
        `independent`, `weights` (line → weight), `n_outside` (family members
        that are no candidates).

    Raises
    ------
    ParameterError
        If the target, an option or the kind of `importance` is unknown.
    StudyError
        If columns are missing, values are text or infinite, genes are listed
        twice, `importance` or `family` names no candidate, or nothing tells
        the candidates apart.

    Notes
    -----
    `p` comes from `robust_rank_aggregation`. Its null: the lines order the
    candidates without regard to each other. With related lines it is too
    small, and the refined score is made from the correlation: on simulated
    studies with nothing in them, nearly every metabolite has a gene with q
    below 0.05. `p_independent` leaves the score out, and kept to its level
    there. Even that is no p of an association, since genes that share a
    factor can rise together in the correlation and in the importance. Use
    either to order genes, and known pairs to judge them. A line that knows
    nothing of the target costs ranks: `rho_rank` alone may do better.

    rho, score and, for hits against the enzymes of the target, family speak
    about this target. The importance is a property of the gene in the
    autoencoder and the same for every metabolite: it favours the same genes
    for all.

    A rank counts the genes at least as good, so that ties are no advantage. A
    missing value means untested. A line that tells no two candidates apart
    does not count, nor does a score that ranks as the correlation does (the
    fallback of `refine`). A gene with no line at all has p = 1.

    References
    ----------
    Kolde, Laur, Adler and Vilo (2012), doi:10.1093/bioinformatics/btr709.
    Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> refined = pd.DataFrame({"gene": ["a", "b", "c"], "metabolite": "m", "rho": [-0.9, 0.2, 0.5]})
    >>> refined["score"] = [0.8, 0.3, 0.1]
    >>> table = rank_candidates("m", refined, pd.Series({"a": 3.0, "b": 2.0, "c": 1.0}))
    >>> table[["gene", "rank", "p", "rho_rank", "importance_rank", "score_rank"]].round(3).values.tolist()
    [['a', 1, 0.091, 1, 1, 1], ['b', 2, 0.927, 3, 2, 2], ['c', 3, 0.998, 2, 3, 3]]
    """
    one_of("family_absent", family_absent, ("untested", "no_hit"))
    if isinstance(independent, str) or not set(independent) <= set(LINES):
        found = f"found {independent!r}"
        raise ParameterError("independent", found, f"it must list some of {', '.join(LINES)}", "Correct it.")
    shown, strength, n_outside = evidence(target, refined, importance, family, family_absent)
    ranks = strength.rank(ascending=False, method="max")
    left_out = _left_out(strength, ranks)
    lines = [line for line in strength if line not in left_out]
    if not lines:
        found = f"no line of evidence tells its {len(shown):,} listed genes apart"
        expected = "at least one must"
        raise StudyError(f"refined, metabolite {target}", found, expected, "Choose another target.")
    scaled = ranks[lines] / strength[lines].notna().sum()
    own, used = [line for line in lines if line in independent], None
    if weights is None:
        total = _aggregated(scaled, own)
    else:
        total, used = _weighted(scaled, weights)
    table = _laid_out(total, scaled.notna().sum(axis=1), shown, ranks)
    table.attrs = {"target": str(target), "lines": lines, "left_out": left_out, "independent": own}
    table.attrs |= {"weights": used, "n_outside": n_outside}
    return table
