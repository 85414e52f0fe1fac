"""The page that holds a run beside others: settings that differ, what was found, how good rankings are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RunError
from ..schema import validate_table
from ._values import RUN_FIRST, as_markdown, read_summary

if TYPE_CHECKING:
    import pandas as pd

    from ..evaluation import TwoRuns

PAGE = "book/comparison"
_TABLES = ("associations.parquet", "refined.parquet", "evaluation.csv")
_SHOWN = 15  # pairs of the table
_METRICS = {"average_precision": "average precision", "mrr": "MRR"}
_FOUND = {"both": "both", "one": "this run", "other": "the other"}


def comparable(run: Path, companions: Sequence[Path]) -> list[Path]:
    """List the companions that can be compared with a run: those whose tables are there, as its own are."""
    return [c for c in companions if all((r / name).is_file() for r in (run, c) for name in _TABLES)]


def compare_runs(run: Path, companions: Sequence[Path]) -> str:
    """Compare a run with others, a section for each, as Markdown.

    Raises
    ------
    RunError
        If a table of one of them is not as a run writes it.
    """
    return "\n\n".join("\n\n".join(_section(run, companion)) for companion in companions)


def _section(run: Path, companion: Path) -> Iterator[str]:
    from .. import narrate
    from ..evaluation import compare_findings

    one, other = read_summary(run), read_summary(companion)
    (found, ranked, scored), (found_by_other, other_ranked, other_scored) = _tables(run), _tables(companion)
    two = compare_findings(found, ranked, found_by_other, other_ranked)
    yield f"## {as_markdown(one['title'])}, beside {as_markdown(other['title'])}"
    yield "### What differs in the settings"
    yield _settings(one, other, two)
    yield "### What was found"
    yield narrate.shared_names(two)
    if two.n_genes and two.n_metabolites:
        yield narrate.found_in_both(two)
        if len(two.pairs):
            yield _pairs(two)
        yield narrate.rankings_agree(two)
    yield "### How good the rankings are"
    yield _metrics(scored, other_scored)


def _tables(run: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    tables = []
    for name in _TABLES:
        path = run / name
        try:
            table = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        except (OSError, ValueError, LookupError) as error:
            found = f"not readable as a table ({' '.join(str(error).split())[:200]})"
            raise RunError(str(path), found, "it must be as the run wrote it", RUN_FIRST) from error
        validate_table(table, path.stem)
        tables.append(table)
    return tables[0], tables[1], tables[2]


def _settings(one: Mapping[str, Any], other: Mapping[str, Any], two: TwoRuns) -> str:
    sizes = {"samples": "n_samples", "genes": "n_genes", "metabolites": "n_metabolites"}
    rows = [(word, one.get(key), other.get(key)) for word, key in sizes.items()]
    rows.append(("significant pairs, by direct test", *two.n_found))
    mine, theirs = (each.get("parameters") or {} for each in (one, other))
    names = [name for name in sorted({*mine, *theirs} - {"title"}) if mine.get(name) != theirs.get(name)]
    rows += [(_label(name), _value(mine.get(name)), _value(theirs.get(name))) for name in names]
    said = "" if names else "\n\nAll parameters but the title are the same."
    return _table(("what", "this run", "the other"), rows) + said


def _label(name: str) -> str:
    """Write the name of a parameter as code, or as it is where no parameter is called so."""
    return f"`{name}`" if re.fullmatch(r"\w+", name) else as_markdown(name)


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pairs(two: TwoRuns) -> str:
    rows = [
        (
            as_markdown(pair.gene),
            pair.metabolite,
            _rho(pair.rho_one),
            _rho(pair.rho_other),
            _FOUND[pair.found],
        )
        for pair in two.pairs.head(_SHOWN).itertuples()
    ]
    head = ("gene", "metabolite", "rho in this run", "rho in the other", "significant in")
    more = len(two.pairs) - len(rows)
    return _table(head, rows) + (f"\n\nThese are the strongest; {more:,} more are not shown." if more else "")


def _rho(value: float) -> str:
    return f"{value:.3f}" if value == value else "–"


def _metrics(scored: pd.DataFrame, other_scored: pd.DataFrame) -> str:
    """Lay out the metrics of the rankings that both runs scored; each is held against its own known pairs."""
    from ..evaluation import metric_table

    values: dict[str, list[object]] = {}
    for metric in _METRICS:
        sides = [metric_table(table, metric).set_index("method")["value"] for table in (scored, other_scored)]
        for method in sides[0].index[sides[0].index.isin(sides[1].index)]:
            values.setdefault(method, []).extend(_rho(side[method]) for side in sides)
    if not values:
        return "One of the two runs has no known pairs to hold its rankings against."
    head = ["ranking", *(f"{w}, {side}" for w in _METRICS.values() for side in ("this run", "the other"))]
    table = _table(head, [(as_markdown(method), *cells) for method, cells in values.items()])
    return f"{table}\n\nEach run is held against the known pairs of its own study."


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out a table whose rows begin with Markdown; what follows is text of a study."""
    lines = [head, ["---"] * len(head), *([str(row[0]), *map(as_markdown, row[1:])] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
