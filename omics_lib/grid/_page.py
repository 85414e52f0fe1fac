"""The page of a grid: each measure of its runs, with the spread over seeds, as a figure and a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from .._escape import html
from .._files import whole_file
from .._words import count, number
from ._plan import Grid

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem}}
table {{border-collapse: collapse; font-size: 0.85rem}} th, td {{padding: 0.2rem 0.6rem; text-align: right}}
tr:nth-child(even) {{background: #f3f3f3}} img {{max-width: 100%}} div {{overflow-x: auto}}</style></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""
# (table, metric) in the table of measures, and what it is called.
_SHOWN = {
    ("associations", "n"): "Associations found",
    ("associations", "power"): "Power: the share of planted pairs among the associations",
    ("associations", "false_discovery_proportion"): "False discovery proportion of the associations",
    ("evaluation", "average_precision"): "Average precision of the rankings",
    ("evaluation", "mrr"): "Mean reciprocal rank of the rankings",
    ("transcriptomics/cross_validation", "r2"): "Held-out R² of the genes",
    ("metabolomics/cross_validation", "r2"): "Held-out R² of the metabolites",
}


def write_page(grid: Grid, measures: pd.DataFrame, out: Path, failed: dict[str, str]) -> Path:
    """Write `index.html`, and its figures into `figures/`.

    Parameters
    ----------
    grid : Grid
    measures : DataFrame
        From `gather`.
    out : Path
        Folder of the grid.
    failed : dict of str to str
        Runs that failed, and at which stage.

    Returns
    -------
    Path
        The page.
    """
    title = grid.title or f"A grid of {count(len(grid.runs), 'run')}"
    setting, labelled = _with_setting(measures)
    body = [_about(grid, failed)]
    for (table, metric), name in _SHOWN.items():
        part = labelled[(labelled["table"] == table) & (labelled["metric"] == metric)].dropna(subset="value")
        if len(part):
            figure = _draw(part, setting, name, out / "figures" / f"{table.replace('/', '_')}_{metric}")
            picture = f'<p><img src="figures/{figure.name}.svg" alt="{html(name)}"></p>'
            rows = _spread(part, setting).to_html(border=0)
            body.append(f"<h2>{html(name)}</h2>\n{picture}\n<div>{rows}</div>")
    with whole_file(out / "index.html") as part_file:
        part_file.write_text(_PAGE.format(title=html(title), body="\n".join(body)), encoding="utf-8")
    return out / "index.html"


def _about(grid: Grid, failed: dict[str, str]) -> str:
    n_seeds = len({run.seed for run in grid.runs})
    text = (
        f"{count(len(grid.runs), 'run')}, with {count(n_seeds, 'seed')} each. A small dot is a run, a line "
        "goes through the means; a cell is the mean, with the lowest and the highest value over the seeds. "
        'All numbers are in <a href="grid.csv">grid.csv</a>.'
    )
    lost = ", ".join(f"{html(name)} (stage {html(stage)})" for name, stage in failed.items())
    return f"<p>{text}</p>" + (
        f"<p><strong>Missing, because they failed</strong>: {lost}.</p>" if lost else ""
    )


def _with_setting(measures: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Name what tells settings apart: the one column that varies, or all that do, in one."""
    first, last = measures.columns.get_loc("seed"), measures.columns.get_loc("table")
    columns = ["study", "samples", *measures.columns[first + 1 : last]]
    varied = [name for name in columns if len(set(measures[name].fillna("–"))) > 1] or ["study"]
    if "study" in varied and measures.groupby("study")[columns].nunique(dropna=False).le(1).all(axis=None):
        varied = ["study"]
    if len(varied) == 1:
        return varied[0], measures
    named = [name + " " + measures[name].astype(str) for name in varied if name != "study"]
    parts = ([measures["study"]] if "study" in varied else []) + named
    joined = parts[0].str.cat(parts[1:], sep=", ")
    return "setting", measures.assign(setting=joined)


def _spread(part: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Lay out a measure: a row a setting, a column a method, with mean and range over the seeds."""
    grouped = part.groupby([setting, "method"], sort=False)["value"]
    cells = grouped.agg(["mean", "min", "max"]).apply(_cell, axis=1)
    return cells.unstack(sort=False).fillna("–").rename_axis(index=setting, columns=None)


def _cell(row: pd.Series) -> str:
    mean, least, most = (
        f"{value:,.0f}" if row["max"] >= 10 else number(value) for value in row[["mean", "min", "max"]]
    )
    return mean if least == most else f"{mean} ({least} to {most})"


def _draw(part: pd.DataFrame, setting: str, name: str, path: Path) -> Path:
    from matplotlib import pyplot as plt

    from ..plots import plot_spread, write_figure

    path.parent.mkdir(exist_ok=True)
    plot_spread(part, setting, label=name.partition(":")[0])
    write_figure(plt.gcf(), path)
    plt.close()
    return path
