"""Sentences of the page that holds two runs beside each other."""

from __future__ import annotations

from .._words import count, counted, number
from ..evaluation import TwoRuns


def shared_names(two: TwoRuns) -> str:
    """Say how much the two runs have in common to be compared."""
    if not two.n_genes or not two.n_metabolites:
        missing = [what for what, n in (("gene", two.n_genes), ("metabolite", two.n_metabolites)) if not n]
        return (
            f"**The two runs have no {' and no '.join(missing)} of the same name**, so what they found cannot be "
            "compared pair by pair."
        )
    names = f"{count(two.n_genes, 'gene')} and {count(two.n_metabolites, 'metabolite')}"
    return f"Both rankings hold {names} of the same names; what follows is about their pairs."


def found_in_both(two: TwoRuns) -> str:
    """Read which significant pairs both runs have, and which one alone."""
    both, one, other = (two.count(where) for where in ("both", "one", "other"))
    if not both + one + other:
        return "**Neither run finds a significant pair among the shared names.**"
    split = f"{one:,} in this run alone, and {other:,} in the other alone"
    if not one + other:
        return f"**Both runs find the same: {counted(both, 'pair', 'is', 'are')} significant in either.**"
    if not both:
        if not one or not other:
            where = "this run" if one else "the other run"
            return f"**Only {where} finds anything**: {counted(one + other, 'pair', 'is', 'are')} significant there."
        return f"**No pair is significant in both**: {split}."
    start = f"**{counted(both, 'pair', 'is', 'are').capitalize()} significant in both runs**, {split}."
    turned = two.pairs[two.pairs["found"] == "both"]
    n_turned = int((turned["rho_one"] * turned["rho_other"] < 0).sum())
    if n_turned:
        return (
            f"{start} {counted(n_turned, 'pair', 'has', 'have').capitalize()} the opposite sign in the other."
        )
    return start


def rankings_agree(two: TwoRuns) -> str:
    """Read how far the best genes and the best pairs are the same, beside what chance gives."""
    best = (
        f"The best gene of a metabolite is the same in both runs for {two.n_same_best:,} of "
        f"{count(two.n_best, 'metabolite')}; by chance it would be for {_few(two.n_best / two.n_genes)}."
    )
    if not two.top:
        return best
    top = (
        f"Of the {two.top:,} best pairs of each ranking, {two.n_in_both:,} are the same; rankings that have nothing to "
        f"do with each other would share {_few(two.by_chance)}."
    )
    return f"{best} {top}" if two.top < two.n_genes * two.n_metabolites else best


def _few(expected: float) -> str:
    """Write an expected number, which may be far below 1."""
    return "less than 0.01" if 0 < expected < 0.01 else number(expected, 2)
