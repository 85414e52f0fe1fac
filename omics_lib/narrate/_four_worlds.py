"""Sentences of the page on four worlds: what each study was, and what gave it away."""

from __future__ import annotations

import pandas as pd

from .._words import count, number, share

_TRUTH = {
    "modules": "**modules**: factors drive whole modules of genes and of metabolites",
    "links": "**links**: half of the metabolites follow one gene each, on top of factors that everything shares",
    "null": "**nothing**: nothing ties the two tables together",
    "confounded": "**the batch**: nothing but the batch ties the two tables together",
}
_EXPECTED = {"modules": "modules", "links": "links", "null": "none"}


def world_revealed(letter: str, design: str, numbers: pd.Series, concluded: str) -> str:
    """Say which world a study came from, what its numbers show of it, and whether `study_world` saw it.

    Parameters
    ----------
    letter, design : str
        Name of the study, and the design that it was simulated by.
    numbers : Series
        `significant pairs`, `batch regressed out`, `total`, `modules`, `links` (z), `metabolites` with a
        significant gene.
    concluded : {"modules", "links", "curves", "none"}
        What `study_world` made of it.
    """
    signs = {"modules": _modules, "links": _links, "null": _nothing, "confounded": _batch}[design](numbers)
    return f"{letter} is {_TRUTH[design]}. {signs} {_judged(design, concluded)}"


def _listed(numbers: pd.Series) -> str:
    return count(int(numbers["significant pairs"]), "pair")


def _modules(numbers: pd.Series) -> str:
    if not numbers["significant pairs"]:
        return "None of it can be seen: no pair is significant."
    stronger = numbers["modules"] > numbers["links"]
    blocks = (
        "Whole blocks of pairs are strong together"
        if stronger
        else "It does not look like it: blocks of pairs are not strong together"
    )
    return (
        f"{blocks} (`modules` {number(numbers['modules'], 1)}, `links` {number(numbers['links'], 1)} standard "
        f"deviations), and {_batch_matters_not(numbers)}."
    )


def _links(numbers: pd.Series) -> str:
    if not numbers["significant pairs"]:
        return "None of it can be seen: no pair is significant."
    each = numbers["significant pairs"] / numbers["metabolites"]
    stands = "Single genes stand out for single metabolites" if numbers["links"] > 3 else "No gene stands out"
    few = (
        f"about {number(each, 1)} a metabolite, as links would give"
        if each < 3
        else "many more than there are links: the shared factors tie nearly everything to everything"
    )
    return (
        f"{stands} (`links` {number(numbers['links'], 1)} standard deviations). {_listed(numbers)} of "
        f"{count(int(numbers['metabolites']), 'metabolite')} are significant, {few}, and {_batch_matters_not(numbers)}."
    )


def _nothing(numbers: pd.Series) -> str:
    if numbers["significant pairs"]:
        return (
            f"That {_listed(numbers)} came out as significant is chance: of many such studies a few do. Modules "
            "within each table make it worse, because where one pair is strong by luck, its whole block is."
        )
    return "No pair is significant, although each table is full of structure of its own: that is no link between them."


def _batch(numbers: pd.Series) -> str:
    if not numbers["significant pairs"]:
        return "It was too weak here to make a single pair significant."
    left = int(numbers["batch regressed out"])
    if left < 0.05 * numbers["significant pairs"]:
        rest = "none is" if not left else "1 is left" if left == 1 else f"{left:,} are left"
        return (
            f"The dots of the strongest pair fall into two clouds, one a batch. {_listed(numbers)} are significant; with "
            f"the batch regressed out {rest}: all that was to be seen was the batch."
        )
    kept = share(left, numbers["significant pairs"])
    return f"Of {_listed(numbers)}, {kept} stay with the batch regressed out: luck, as nothing else is there."


def _batch_matters_not(numbers: pd.Series) -> str:
    kept = share(numbers["batch regressed out"], numbers["significant pairs"])
    return f"with the batch regressed out there are {kept} as many significant pairs"


def _judged(design: str, concluded: str) -> str:
    seen = {"none": "nothing that ties the tables together"}.get(concluded, concluded)
    if design == "confounded":
        if concluded == "none":
            return "Chapter 5 would see nothing in it."
        return f"Chapter 5, which is not told of the batch, would see {seen}: **it cannot know what it is not told.**"
    if _EXPECTED[design] == concluded:
        return f"Chapter 5 would see {seen}, and be right."
    return f"Chapter 5 would see {seen}, and be **wrong**."
