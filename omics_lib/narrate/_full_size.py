"""Sentences of the page "At full size": what the whole way cost, what it found, and how it grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .._escape import md, md_code
from .._words import count, listed, share

_PAIRS_OF_THE_SOURCE = 132_129 * 6_980
_BUSY = 0.8  # processes that were waiting for a core before anything was started


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 100 else f"{seconds:.0f} s"


def full_size_study(settings: Mapping[str, Any]) -> str:
    """Say what was simulated, from what the simulator was asked for."""
    n_pairs = settings["n_genes"] * settings["n_metabolites"]
    smaller = "" if n_pairs >= _PAIRS_OF_THE_SOURCE else "**This was a trial at a smaller size.** "
    return (
        f"{smaller}It has {count(settings['n_samples'], 'sample')} of several tissues, {count(settings['n_genes'], 'gene')} as counts and "
        f"{count(settings['n_metabolites'], 'metabolite')} as abundances: {count(n_pairs, 'pair')}. "
        f"{share(settings['genes_in_modules'], 1)} of the genes and {share(settings['metabolites_in_modules'], 1)} of the metabolites "
        f"follow {count(settings['n_modules'], 'shared factor')}, {share(settings['metabolites_linked'], 1)} of the metabolites one "
        f"gene each, and the tissue shifts {share(settings['features_shifted_by_tissue'], 1)} of all features; it is "
        "regressed out as a covariate."
    )


def full_size_targets(totals: pd.DataFrame) -> str:
    """Hold the cost of each way against what it was to cost."""
    lines = []
    for row in totals.itertuples():
        parts = {
            "the time": (
                row.seconds <= row.target_seconds,
                _minutes(row.seconds),
                _minutes(row.target_seconds),
            ),
            "the memory": (row.peak_gb <= row.target_gb, f"{row.peak_gb:.1f} GB", f"{row.target_gb:.0f} GB"),
            "the size of files": (
                row.largest_mb <= row.target_mb,
                f"{row.largest_mb:.0f} MB",
                f"{row.target_mb:.0f} MB",
            ),
        }
        cost = ", ".join(f"{found} (target: {target})" for _, found, target in parts.values())
        missed = [what for what, (met, *_) in parts.items() if not met]
        verdict = f"**misses {listed(missed)}**" if missed else "meets all three targets"
        lines.append(f"- {md_code(row.variant)} {verdict}: {cost}.")
    if (busy := totals["load"].max()) > _BUSY:
        lines.append(
            f"\n**The machine had other work to do** (a load of {busy:.1f} when one of these runs began): the times are longer than "
            "the work takes."
        )
    return "\n".join(lines)


def full_size_stages(stages: pd.DataFrame) -> str:
    """Name the stages that take longest and most memory, and their share."""
    lines = []
    for variant, part in stages.groupby("variant", sort=False):
        slowest, largest = part.loc[part["seconds"].idxmax()], part.loc[part["peak_gb"].idxmax()]
        lines.append(
            f"With {md_code(variant)}, {md_code(slowest['stage'])} takes longest "
            f"({_minutes(slowest['seconds'])}, {share(slowest['seconds'], part['seconds'].sum())} of the time of all stages), and "
            f"{md_code(largest['stage'])} has the largest process ({largest['peak_gb']:.1f} GB)."
        )
    return " ".join(lines)


def full_size_cohort(cost: pd.DataFrame | None) -> str:
    """Say what a cohort adds to the whole way, and hold it against what it was to cost."""
    if cost is None:
        return "What a cohort adds to that was not measured."
    row = next(cost.itertuples())
    seconds = row.check_seconds + row.page_seconds
    missed = [
        what
        for what, found, most in (
            ("the time", seconds, row.target_seconds),
            ("the memory", row.peak_gb, row.target_gb),
        )
        if found > most
    ]
    text = (
        f"A cohort of {count(row.n_samples, 'sample')} × {count(row.n_genes, 'gene')} and "
        f"{count(row.n_metabolites, 'metabolite')} adds one page to the run, and {_minutes(seconds)} at most "
        f"(target: {_minutes(row.target_seconds)}): {_minutes(row.check_seconds)} to read and check it, and "
        f"{_minutes(row.page_seconds)} for the page, beside which other stages run. Its largest process has "
        f"{row.peak_gb:.1f} GB (target: {row.target_gb:.0f} GB)."
    )
    text += f" **That misses {listed(missed)}.**" if missed else ""
    if row.load > _BUSY:
        text += f" **The machine had other work to do** (a load of {row.load:.1f})."
    return text


def full_size_found(found: pd.DataFrame, alpha: float = 0.05) -> str:
    """Count what was found among what was planted, and what was declared that was not."""
    rows = found.set_index("kind")
    n_tests, n = (int(value) for value in rows.loc["all", ["pairs", "significant"]])
    planted = rows.drop("all")
    if not n:
        return f"Of {count(n_tests, 'pair')}, none is significant at a false discovery rate of {alpha:g}."
    wrong = n - int(planted["significant"].sum())
    parts = [
        f"{row.significant:,} of the {count(int(row.pairs), f'{kind} pair')} ({share(row.significant, row.pairs)})"
        for kind, row in zip(planted.index, planted.itertuples(), strict=True)
    ]
    verdict = "which is within" if wrong / n <= alpha else "**which is more than**"
    return (
        f"Of {count(n_tests, 'pair')}, {n:,} {'is' if n == 1 else 'are'} significant at a false discovery rate of {alpha:g}, among them "
        f"{' and '.join(parts)}. {count(wrong, 'pair').capitalize()} of them {'is' if wrong == 1 else 'are'} neither, {share(wrong, n)} of all, {verdict} the rate asked for."
    )


def full_size_ranking(table: pd.DataFrame) -> str:
    """Say which ranking places the known pairs best, from `metric_table` of the average precision."""
    table = table[table["value"].notna()].set_index("method")
    if not len(table):
        return "No ranking could be held against known pairs."
    plain = table[table["knowledge"] == "tables"]
    best, rivals = plain["value"].idxmax(), plain.drop(index="Spearman", errors="ignore")
    text = f"Of the rankings made from the tables alone, *{md(best)}* places the known pairs best: average precision {plain['value'][best]:.2g}"
    if pd.notna(chance := plain["chance"][best]):
        text += f", chance {chance:.2g}"
    if "Spearman" in plain.index and len(rivals) and best != "Spearman":
        text += f"; plain *Spearman* comes to {plain['value']['Spearman']:.2g}"
    elif best == "Spearman":
        text += "; **no rival is ahead of the plain correlation**"
    learnt = table[table["knowledge"] == "known_pairs"]["value"]
    if len(learnt):
        text += (
            f". *{md(learnt.idxmax())}*, which has learnt from other known pairs, comes to {learnt.max():.2g}"
        )
    return f"{text}."


def growth(slopes: pd.DataFrame, growing: str, limit: float | None = None) -> str:
    """Say how steeply time grows from the last size but one to the last, and which functions did not get there.

    `slopes` has the columns `function`, `growing`, `from`, `to`, `slope`, `note`.
    """
    rows = slopes[slopes["growing"] == growing]
    done = rows[rows["slope"].notna()]
    lost = [f"{md_code(row.function)} ({md(row.note)})" for row in rows[rows["note"] != ""].itertuples()]
    text = ""
    if len(done):
        steepest = done.loc[done["slope"].idxmax()]
        text = (
            f"From {int(done['from'].max()):,} to {int(done['to'].max()):,} {growing}, the time of {md_code(steepest['function'])} grows "
            f"most steeply, with the power {steepest['slope']:.2f} of the {growing}; half of the {count(len(done), 'function')} stay below {done['slope'].median():.2f}."
        )
    if limit is not None and len(done):
        above = [
            f"{md_code(row.function)} ({row.slope:.2f})" for row in done[done["slope"] > limit].itertuples()
        ]
        text += (
            f" **Above the target of {limit:g}: {listed(above)}.**"
            if above
            else f" All are within the target of {limit:g}."
        )
    if lost:
        text += f" **Did not get through all sizes: {listed(lost)}.**"
    return text.strip()


def graphics_card(machine: Mapping[str, Any]) -> str:
    """Say whether a graphics card was measured."""
    if machine["gpu"]:
        return f"These figures were taken on a machine with a graphics card, {md(machine['gpu'])}."
    return (
        "**A graphics card was not measured**: the machine that made these figures has none. An `OmicsAutoencoder` "
        'with `device="auto"` takes one where PyTorch finds it and the processor elsewhere, and so does a run with '
        "`device: auto`."
    )
