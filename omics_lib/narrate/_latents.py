"""Sentences of chapter 4 on the way through the latents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .._words import count, counted, share

if TYPE_CHECKING:
    from ..associations import DecodedPairs

# Correlations of ranks tie; what differs by rounding alone is the same.
_ROUNDING = 1e-9


def latent_pairs(pairs: pd.DataFrame, null: pd.DataFrame, alpha: float) -> str:
    """Read the correlations between latents beside their permutation null."""
    if not len(pairs):
        return "No latent of one side or the other varies, so there is no pair to correlate."
    n, strongest = int((pairs["q"] <= alpha).sum()), pairs["rho"].abs().max()
    text = f"Of {count(len(pairs), 'pair')} of latents, {f'{n:,}' if n else 'none'} {'is' if n == 1 else 'are'} significant at a false discovery rate of {alpha:g}."
    if not len(null):
        return f"{text} No permutations were asked for."
    p = (1 + int((null["max_abs_rho"] >= strongest - _ROUNDING).sum())) / (len(null) + 1)
    chance = share((null["n_significant"] > 0).sum(), len(null))
    return (
        f"{text} The strongest has |rho| = {strongest:.2f}; permuting the samples gives one as strong with "
        f"probability p = {p:.2g} ({count(len(null), 'permutation')}). At least one pair comes out significant in "
        f"{chance} of the permutations."
    )


def decoded(found: DecodedPairs, n_direct: int, both: int, alpha: float) -> str:
    """Compare the pairs decoded from latents with those tested directly, and say what their p_family holds."""
    if found.n_latent_pairs == 0:
        return "No pair of latents is significant, so there is nothing to decode."
    n = len(found.pairs)
    if n == 0 and alpha * (len(found.null) + 1) < 1:
        return (
            f"{counted(found.n_latent_pairs, 'latent pair').capitalize()} decoded. With {count(len(found.null), 'permutation')}, no "
            f"gene–metabolite pair can stand out at a level of {alpha:g}."
        )
    if n == 0:
        return (
            f"{counted(found.n_latent_pairs, 'latent pair').capitalize()} decoded, but no gene–metabolite pair "
            "stands out from what permuted samples decode to."
        )
    listed = f" (the strongest {n:,} are listed)" if n < found.n_found else ""
    many = counted(found.n_latent_pairs, "latent pair", "decodes", "decode").capitalize()
    return (
        f"{many} into {count(found.n_found, 'gene–metabolite pair')} with `p_family` up to {alpha:g}{listed}. The direct test finds "
        f"{count(n_direct, 'pair')}; {counted(both, 'pair', 'is', 'are')} listed both ways. The `score`, not that of chapter 5, is what the significant latents make "
        "of a pair, `p` how often permuted samples give this pair as much, `p_family` how often they give any pair as much. **`p_family` is no false "
        f"discovery rate**: were the two tables independent, even one pair would come up with a probability of at most "
        f"{alpha:g}. Where something does tie them together, a score spreads over all that follows the same latents, and how "
        "many of these pairs are false it does not say."
    )


def planted(found: pd.DataFrame, pairs: pd.DataFrame | None, alpha: float) -> str:
    """Say how many associations are planted pairs, where the study is simulated and all truth is known."""
    if pairs is None or "source" not in pairs or not (pairs["source"] == "simulated").all():
        return ""
    truth = pd.MultiIndex.from_frame(pairs[["gene_id", "metabolite_id"]])
    is_true = pd.Series(
        pd.MultiIndex.from_frame(found[["gene", "metabolite"]]).isin(truth), index=found.index
    )
    parts = [
        f"{share(is_true[rows].sum(), len(rows))} of the {len(rows):,} found by the {route} route"
        for route, rows in found.groupby("source").groups.items()
    ]
    if not parts:
        return "This study is simulated: of its planted pairs, none was found."
    missed = [route for route in ("direct", "latent") if route not in set(found["source"])]
    if missed:
        parts.append(f"none by the {missed[0]} route, which found nothing")
    found_share = share(found[is_true].drop_duplicates(["gene", "metabolite"]).shape[0], len(pairs))
    return (
        f"This study is simulated, so the answer is known. Planted pairs are {' and '.join(parts)}; "
        f"{found_share} of all {len(pairs):,} planted pairs are among them.{_beyond(found, is_true, alpha)}"
    )


def _beyond(found: pd.DataFrame, is_true: pd.Series, alpha: float) -> str:
    """Warn where a route's list holds more false pairs than its level might be taken to promise."""
    false = 1 - is_true.groupby(found["source"]).mean()
    text = ""
    if false.get("latent", 0.0) > alpha:
        text += (
            f" Of the latent route's pairs, then, {share(false['latent'], 1)} are not planted although each has a `p_family` of at "
            f"most {alpha:g}: that is what a bound for independent tables is worth where they are not."
        )
    if false.get("direct", 0.0) > 2 * alpha:
        text += (
            f" Of the direct route's, {share(false['direct'], 1)} are not planted, more than the rate of {alpha:g}: one study is one "
            "draw, and a pair that only follows a planted one counts as false here."
        )
    return text


def overlap(gene_latents: pd.DataFrame, metabolite_latents: pd.DataFrame) -> str:
    """Say whether the latents of one table repeat each other, which their tests then do as well."""
    strongest = [_largest_correlation(Z) for Z in (gene_latents, metabolite_latents)]
    if max(strongest) < 0.01:
        return (
            "The latents of either table are uncorrelated, as principal components are; their tests still share samples, and "
            "the permutations are the safer guide of the two."
        )
    return (
        f"The latents of one table overlap (they correlate with each other at up to {strongest[0]:.2f} for the genes and "
        f"{strongest[1]:.2f} for the metabolites), so the tests are not independent, and the permutations are the safer guide of "
        "the two."
    )


def _largest_correlation(Z: pd.DataFrame) -> float:
    live = Z.loc[:, Z.std() > 1e-9 * max(Z.std().max(), 1e-300)]
    if live.shape[1] < 2:
        return 0.0
    r = np.corrcoef(live.to_numpy(), rowvar=False)
    return float(np.abs(r[np.triu_indices(len(r), 1)]).max())
