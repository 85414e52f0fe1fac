"""Sentences of the page on one study, analysed with nothing, one or two columns regressed out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .._escape import md, md_code
from .._words import count, counted, listed, number, share

_HALF = 0.5  # of its rho: who keeps less owes more than half of it to the groups


def three_ways(columns: Sequence[str], covariates: Sequence[str]) -> str:
    """Say which columns are regressed out, and which of them the run itself regresses out."""
    if not columns:
        return (
            "**The metadata of this study have no column that could be regressed out**: what follows is the study as "
            "it stands, once."
        )
    own = [name for name in columns if name in covariates]
    rest = [name for name in covariates if name not in columns]
    text = f"Here, in turn: nothing, {md_code(columns[0])}" + (
        f", and {listed(map(md_code, columns))} together." if len(columns) > 1 else "."
    )
    if rest:
        return f"{text} The run as a whole regresses out {listed(map(md_code, covariates))}."
    if own:
        return f"{text} The run as a whole regresses out {listed(map(md_code, own))}, as the chapters show."
    return f"{text} The run as a whole regresses out nothing."


def ways_compared(counts: pd.DataFrame) -> str:
    """Read how many pairs each way (the rows) finds.

    Parameters
    ----------
    counts : DataFrame
        By what is regressed out, `nothing` first: `significant pairs`, `by themselves`, `strongest |rho|`, `world`.
    """
    n = counts["significant pairs"].astype(int)
    first = int(n.iloc[0])
    if len(n) == 1:
        return f"{counted(first, 'pair', 'is', 'are').capitalize()} significant as the study stands."
    parts = [f"{k:,} with {md_code(way)} regressed out" for way, k in n.iloc[1:].items()]
    text = f"As it stands, {counted(first, 'pair', 'is', 'are')} significant; {listed(parts)}."
    alone = int(counts["by themselves"].iloc[-1] or 0)
    return f"{text} {_what_groups_make(n, alone)} {_worlds(counts)}"


def _what_groups_make(n: pd.Series, alone: int) -> str:
    first, last = int(n.iloc[0]), int(n.iloc[-1])
    everything = md_code(n.index[-1])
    if not n.any():
        return "None of the ways finds a pair: the groups hide nothing, and make nothing."
    if not first:
        return "Without the groups in the way more is seen: they hid what goes together within them."
    if last > first:
        return "More is found within the groups than across them: they hid part of what goes together."
    if not last:
        but = f", but for {count(alone, 'pair')} that would stand out even alone" if alone else ""
        return (
            f"**No list of pairs is left within the groups**{but}: whatever goes together in this study goes with {everything}, or is "
            "too weak for the samples that remain. That does not make it wrong. It is the answer to another question, "
            "what differs between the groups, and for a cause within them these samples say nothing."
        )
    if last > 0.8 * first:
        return "Most of it stays within the groups: they are not what ties these pairs together."
    return (
        f"**{share(first - last, first)} go once {everything} is held constant**: they come from the groups, or cannot be "
        "told from them with so few samples."
    )


def _worlds(counts: pd.DataFrame) -> str:
    names = counts["world"].replace({"none": "nothing"})
    if (names == names.iloc[0]).all():
        return f"Chapter 5 would see the same world in each of them: {names.iloc[0]}."
    seen = [f"{name} with {md_code(way)} regressed out" for way, name in names.items()]
    return f"Chapter 5 would see {listed(seen)}: the world, too, depends on what is held constant."


def best_pairs_compared(best: pd.DataFrame) -> str:
    """Read what becomes of the rho of each way's best pairs; the columns from the third on are the ways."""
    ways = list(best.columns[2:])
    if best.empty:
        return "No way has a significant pair, so there is none to follow."
    if len(ways) == 1:
        return "With one way alone there is nothing to compare."
    first, last = (best[way].astype(float).to_numpy() for way in (ways[0], ways[-1]))
    strong = np.abs(first) >= _HALF
    fallen = strong & (np.abs(last) < _HALF * np.abs(first))
    if not strong.any():
        return f"None of these {count(len(best), 'pair')} reaches |rho| = {_HALF:g} as it stands."
    i = int(np.argmax(np.where(strong, np.abs(first) - np.abs(last), -np.inf)))
    name = f"{md(best['gene'].iloc[i])} and {md(best['metabolite'].iloc[i])}"
    moved = f"{name} from {number(first[i], 2)} to {number(last[i], 2)}"
    if not fallen.any():
        return (
            f"Of {counted(int(strong.sum()), 'pair', 'that starts', 'that start')} at |rho| ≥ {_HALF:g}, none loses half of it "
            f"with {md_code(ways[-1])} regressed out; most loses {moved}."
        )
    return (
        f"Of {counted(int(strong.sum()), 'pair', 'that starts', 'that start')} at |rho| ≥ {_HALF:g}, {int(fallen.sum()):,} "
        f"lose{'s' if fallen.sum() == 1 else ''} half of it or more with {md_code(ways[-1])} regressed out; most loses {moved}."
    )


def sets_compared(table: pd.DataFrame | None) -> str:
    """Read `listed_in_sets` of each way (the first level of the index): the set that stands out most.

    Parameters
    ----------
    table : DataFrame or None
        None where the study brings no gene sets.
    """
    if table is None:
        return "This study brings no sets of genes."
    by_way = {way: rows.set_index("gene_set") for way, rows in table.groupby(level=0, sort=False)}
    first = next(iter(by_way.values()))
    n_tests = len(table)
    name = first["p"].idxmin()
    parts = []
    for way, rows in by_way.items():
        row = rows.loc[name]
        others = share(row["n_others_listed"], row["n_others"])
        parts.append(
            f"{int(row['n_listed'])} with {md_code(way)} regressed out (of the other genes {others})"
        )
    text = f"Of the {count(int(first.loc[name, 'n_genes']), 'gene')} of {md_code(name)}, {listed(parts)} have a significant pair. "
    if first.loc[name, "p"] * n_tests < 0.05:
        text += (
            f"As the study stands that is more than of other genes (p = {first.loc[name, 'p']:.1g} by Fisher's exact test, of "
            f"{count(n_tests, 'test')}; genes of one set depend on each other, so take it for a hint)."
        )
    else:
        text += f"As the study stands that is no more than chance gives, in {count(n_tests, 'test')}."
    return text + (_ppara(by_way) if "PPARA_TARGETS" in first.index else "")


def _ppara(by_way: dict[str, pd.DataFrame]) -> str:
    """Say what is known of nutrimouse, beside what these ways show of it."""
    rows = [way.loc["PPARA_TARGETS"] for way in by_way.values()]
    more = rows[0]["n_listed"] / rows[0]["n_genes"] > rows[0]["n_others_listed"] / rows[0]["n_others"]
    later = rows[1]["n_listed"] if len(rows) > 1 else rows[0]["n_listed"]
    seen = (
        "so they go with the fatty acids"
        if more
        else "although not more of them than of other genes go with the fatty acids here"
    )
    left = (
        "With the genotype held constant few of them are left: it was the missing receptor that moved them and the fatty acids."
        if later <= rows[0]["n_listed"] / 2
        else "With the genotype held constant most of them are left, so the missing receptor alone does not explain them."
    )
    return (
        "\n\nThat these are the genes is what is known of PPARα, the receptor that half of the mice lack: it senses fatty acids and "
        "turns on the genes that burn them ([Rakhshandehroo et al. 2010](https://doi.org/10.1155/2010/612089) review its targets). "
        f"Where the receptor is missing their level falls, and with it what they make of fatty acids; {seen}. {left} The diets "
        "are five oils: what a mouse eats is what its liver holds, so the diet moves fatty acids and, through them, genes "
        "([Martin et al. 2007](https://doi.org/10.1002/hep.21510)). And the fatty acids are percentages of one whole: where "
        "one rises others must fall, which makes some of them go together whatever the genes do (chapter 2 shows how much)."
    )
