"""Lines of evidence for the genes of one metabolite: read, checked, brought to the same genes."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from .._joined import finite_numbers
from ..errors import ParameterError, StudyError, first_few

LINES = ("rho", "importance", "score", "family")
# Columns of a family table that are understood, the most telling first; E-values of good hits all become 0.
_FAMILY_COLUMNS = {"bitscore": 1, "score": 1, "evalue": -1}


def _need_columns(table: Any, columns: Sequence[str], what: str) -> None:
    missing = [c for c in columns if c not in table] if isinstance(table, pd.DataFrame) else list(columns)
    if missing:
        raise StudyError(
            what, f"no column {first_few(missing)}", f"it must have {', '.join(columns)}", "Add them."
        )


def _numbers(values: pd.Series, what: str) -> pd.Series:
    """Return a line of evidence as numbers; missing values stay, anything else is refused."""
    known, numbers = values.notna().to_numpy(), np.full(len(values), np.nan)
    try:
        numbers[known] = finite_numbers(values[known].infer_objects().to_numpy()[None])[0]
    except StudyError as error:
        raise StudyError(
            what, error.found, "each must be a finite number, or missing", "Correct them."
        ) from error
    return pd.Series(numbers, values.index)


def _unique_genes(genes: pd.Index, what: str) -> None:
    twice = genes[genes.duplicated()].unique()
    if len(twice):
        raise StudyError(
            what, f"genes listed more than once ({first_few(twice)})", "each must be there once", "Drop some."
        )


def _candidates(target: Any, refined: pd.DataFrame) -> pd.DataFrame:
    """Return `rho` and `score` of the genes listed for the target."""
    _need_columns(refined, ["gene", "metabolite", "rho", "score"], "refined")
    rows = refined[refined["metabolite"].eq(target).fillna(False).to_numpy(dtype=bool)]
    if rows.empty:
        names = {str(name).casefold(): str(name) for name in refined["metabolite"].dropna().unique()}
        near = [names[name] for name in get_close_matches(str(target).casefold(), names, n=5, cutoff=0.4)]
        found = f"no metabolite {target!r} among the {len(names):,} of `refined`"
        expected = f"the nearest names are {first_few(near)}" if near else "no name is anything like it"
        raise ParameterError("target", found, expected, "Correct it.")
    table = rows.set_index(pd.Index(rows["gene"].to_numpy(dtype=object), name="gene"))[["rho", "score"]]
    _unique_genes(table.index, f"refined, metabolite {target}")
    return pd.DataFrame({name: _numbers(table[name], f"refined.{name}") for name in table})


def _importance_line(importance: Any) -> pd.Series:
    if not isinstance(importance, pd.Series):
        found = f"found {type(importance).__name__}"
        remedy = "Choose one column of `feature_importance`, such as `gradient`."
        raise ParameterError("importance", found, "it must be a Series of numbers, indexed by gene", remedy)
    _unique_genes(importance.index, "importance")
    return _numbers(importance, "importance")


def _family_line(family: Any) -> tuple[pd.Series, int]:
    """Return each gene's best hit, and 1 where higher is better, else −1."""
    _need_columns(family, ["gene_id"], "family")
    column = next((name for name in _FAMILY_COLUMNS if name in family), None)
    if column is None:
        found = f"columns {first_few(family.columns)}"
        expected = f"one must be {', '.join(_FAMILY_COLUMNS)}"
        raise StudyError("family", found, expected, "Rename the column that scores the hits.")
    hits = family[column].reset_index(drop=True)
    hits = pd.Series(_numbers(hits, f"family.{column}").to_numpy(), family["gene_id"].to_numpy(dtype=object))
    best = hits.groupby(level=0)
    return (best.max(), 1) if _FAMILY_COLUMNS[column] > 0 else (best.min(), -1)


def _same_to_rounding(values: pd.Series) -> pd.Series:
    """Drop the last digits: correlations of ranks tie, and what differs by rounding alone is the same."""
    return values.astype(np.float32).astype(np.float64)


def evidence(
    target: Any, refined: pd.DataFrame, importance: Any, family: Any, family_absent: str
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Bring the lines of evidence to the candidate genes of a target.

    Parameters
    ----------
    target, refined, importance, family, family_absent
        As in `rank_candidates`.

    Returns
    -------
    shown : DataFrame of shape (n_genes, n_lines)
        Values as given, indexed by gene; NaN for untested.
    strength : DataFrame of shape (n_genes, n_lines)
        The same, made so that higher is better.
    n_outside : int
        Family members that are no candidates.
    """
    found = _candidates(target, refined)
    shown, n_outside = found.copy(), 0
    strength = found.assign(rho=found["rho"].abs()).apply(_same_to_rounding)
    if importance is not None:
        shown["importance"] = strength["importance"] = _importance_line(importance).reindex(found.index)
    if family is not None:
        hits, direction = _family_line(family)
        n_outside = len(hits.index.difference(found.index))
        shown["family"] = hits.reindex(found.index)
        strength["family"] = direction * shown["family"]
        if family_absent == "no_hit":
            strength["family"] = strength["family"].fillna(-np.inf)
    for line in shown.columns.difference(found.columns):
        if shown[line].isna().all():
            raise StudyError(
                line,
                f"none of the {len(found):,} candidate genes has a value in it",
                "it must name some of them, by the ids of `refined`",
                "Check the ids, or leave it out.",
            )
    order = [line for line in LINES if line in shown]
    return shown[order], strength[order], n_outside
