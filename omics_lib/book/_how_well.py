"""What "How well does it work?" prints: stored measurements as tables, what they say, and their age."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._escape import md
from ..evidence import Evidence, read_evidence

_DESIGN_ORDER = ("modules", "links", "nonlinear", "null", "confounded")


def how_well() -> dict[str, str]:
    """Return what the page prints, by the name of its place."""
    from .. import narrate  # takes a second to import, as all that knows tables

    rates, rankings = read_evidence("error_rates"), read_evidence("rankings")
    full = read_evidence("full_size")
    names = narrate.DESIGNS
    ranked, worlds = rankings.tables["rankings"], rankings.tables["worlds"]
    return {
        "error_rates_size": _size(rates),
        "error_rates_table": _rates(rates.tables["rates"], names),
        "error_rates_said": narrate.error_rates(rates.tables["rates"], rates.manifest["settings"]["alpha"]),
        "calibration_table": _calibration(rates.tables["calibration"], names),
        "calibration_said": narrate.calibration(rates.tables["calibration"]),
        "error_rates_made": narrate.evidence(rates),
        "worlds_table": _worlds(worlds, names),
        "worlds_said": narrate.worlds_told(worlds),
        "rankings_size": _size(rankings),
        "rankings_table": _rankings(ranked, names),
        "rankings_seeds": _seeds(ranked, names),
        "rankings_said": narrate.best_rankings(ranked),
        "rankings_made": narrate.evidence(rankings),
        "full_size_said": narrate.full_size_cost(full.tables["totals"], full.manifest["settings"]),
        "full_size_made": narrate.evidence(full),
    }


def _size(stored: Evidence) -> str:
    settings = stored.manifest["settings"]
    sizes = (f"{settings[f'n_{what}']:,} {what}" for what in ("samples", "genes", "metabolites"))
    return ", ".join(sizes)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table; all its texts are ours or escaped."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in rows])


def _interval(row: Any, name: str) -> str:
    return f"{getattr(row, name):.3f} ({getattr(row, f'{name}_low'):.3f}–{getattr(row, f'{name}_high'):.3f})"


def _digits(value: float) -> str:
    return "–" if value != value else f"{value:.3f}" if value >= 0.001 or value == 0 else f"{value:.1g}"


def _rates(rates: Any, names: Any) -> str:
    head = [
        "the study holds",
        "rule",
        "studies",
        "share false (FDR)",
        "studies with a false pair",
        "planted pairs found",
    ]
    rows = [
        (
            names[row.design],
            md(row.rule),
            row.studies,
            _interval(row, "fdr"),
            _interval(row, "any"),
            _digits(row.planted),
        )
        for row in rates.itertuples()
    ]
    return _table(head, rows)


def _calibration(table: Any, names: Any) -> str:
    rows = [
        (names[row.design], f"{row.level:g}", f"{row.share:.2g}", f"{row.low:.2g}–{row.high:.2g}")
        for row in table.itertuples()
    ]
    return _table(["the study holds", "level", "share of p-values at or below it", "95% interval"], rows)


def _worlds(worlds: Any, names: Any) -> str:
    counts = worlds.groupby(["size", "design", "world"], sort=False).size().unstack(fill_value=0)
    head = ["samples × genes × metabolites", "the study holds", *(f"taken for {world}" for world in counts)]
    return _table(
        head,
        [
            (size, names[design], *row)
            for (size, design), row in zip(counts.index, counts.to_numpy(), strict=True)
        ],
    )


def _rankings(rankings: Any, names: Any) -> str:
    middle = rankings.groupby(["design", "method"])["average_precision"].agg(["median", "min", "max"])
    rows = []
    for design in (each for each in _DESIGN_ORDER if each in set(rankings["design"])):
        for method, row in middle.loc[design].sort_values("median", ascending=False).iterrows():
            spread = f"{row['min']:.3f}–{row['max']:.3f}"
            rows.append((names[design], md(method), _digits(row["median"]), spread))
    return _table(["the study holds", "ranking", "average precision, median", "range over the studies"], rows)


def _seeds(rankings: Any, names: Any) -> str:
    wide = rankings.pivot(index=["design", "method"], columns="seed", values="average_precision")
    head = ["the study holds", "ranking", *(f"seed {seed}" for seed in wide)]
    order = [key for design in _DESIGN_ORDER for key in wide.index if key[0] == design]
    return _table(head, [(names[d], md(m), *map(_digits, wide.loc[(d, m)])) for d, m in order])
