"""Metadata that tell nobody apart: free text replaced, dates shifted, rare combinations grouped."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)([T ]\d\d:\d\d(:\d\d)?)?")
_MOST_DAYS = 365
_OTHER = "other"
_BINS = (4, 3, 2)


def digest(key: bytes, what: str, name: str) -> str:
    """Return 16 hexadecimal digits of the HMAC-SHA256 of a name; `what` keeps kinds of names apart."""
    return hmac.digest(key, f"{what}\0{name}".encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:16]


def coarsen(
    samples: pd.DataFrame,
    key: bytes,
    *,
    keep: Sequence[str] = (),
    person: pd.Series | None = None,
    k: int = 5,
) -> tuple[pd.DataFrame, list[str]]:
    """Make metadata coarse enough that every combination of them is shared.

    Parameters
    ----------
    samples : DataFrame
        A row a sample.
    key : bytes
        Key of the pseudonyms, and of the shifts of dates.
    keep : sequence of str
        Columns that stay as they are, because the analysis needs them.
    person : Series, optional
        Whose sample it is; dates of one person are shifted by as many days. None: each sample is a person.
    k : int
        Samples that share each combination of what is not free text or a date.

    Returns
    -------
    DataFrame
        With the same rows.
    list of str
        What was done to which column.

    Notes
    -----
    Rare levels become `other`, numbers become ranges; then the column whose loss helps most is dropped
    until each combination is shared by `k` samples (k-anonymity, Sweeney 2002,
    doi:10.1142/S0218488502001648). Columns in `keep` count among the combinations; where they alone tell
    samples apart, that is said.
    """
    said, done = [], {}
    owner = pd.Series(samples.index, samples.index) if person is None else person
    for name in samples:
        column = samples[name]
        if name in keep:
            done[name], what = column, ""
        elif _is_date(column):
            done[name], what = _shifted(column, owner, key), "dates shifted, by the same days for each person"
        elif _is_free_text(column):
            texts = column.astype(str)
            done[name] = "T" + texts.map(lambda text, of=name: digest(key, f"text {of}", text))
            what = "free text, replaced by pseudonyms"
        elif pd.api.types.is_numeric_dtype(column) and column.nunique() > len(column) / (2 * k):
            done[name], what = _ranges(column, k), "numbers grouped into ranges"
        else:
            done[name], n = _without_rare(column.astype(object), k)
            what = f'{n} rare levels grouped as "{_OTHER}"' if n else ""
        said += [f"{name}: {what}."] if what else []
    telling = [name for name in samples if not (_is_date(samples[name]) or _is_free_text(samples[name]))]
    return _shared(
        pd.DataFrame(done, index=samples.index), [n for n in telling if n not in keep], keep, k, said
    )


def _is_date(column: pd.Series) -> bool:
    cells = column.dropna().astype(str)
    return len(cells) > 0 and bool(cells.map(lambda cell: bool(_DATE.fullmatch(cell.strip()))).all())


def _is_free_text(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        return False
    cells = column.dropna().astype(str)
    return len(cells) > 1 and cells.nunique() == len(cells)  # levels that some share are grouped instead


def _shifted(column: pd.Series, owner: pd.Series, key: bytes) -> pd.Series:
    days = owner.map(lambda who: int(digest(key, "days", str(who)), 16) % (2 * _MOST_DAYS + 1) - _MOST_DAYS)
    dates = pd.to_datetime(column.astype(str).str.strip(), errors="coerce", format="ISO8601")
    return (dates + pd.to_timedelta(days, unit="D")).dt.strftime("%Y-%m-%d").where(column.notna())


def _without_rare(column: pd.Series, k: int) -> tuple[pd.Series, int]:
    counts = column.value_counts(dropna=False)
    rare = counts.index[counts < k]
    grouped = column.where(~column.isin(rare), _OTHER)
    return grouped, len(rare)


def _ranges(column: pd.Series, k: int) -> pd.Series:
    """Cut numbers at quantiles, into as many ranges as have `k` samples each; their ends are rounded."""
    n_bins = next((n for n in _BINS if len(column.dropna()) >= n * k), 1)
    edges = np.unique(np.nanquantile(column.astype(float), np.linspace(0, 1, n_bins + 1)[1:-1]).round(2))
    if not len(edges):
        return pd.Series(_OTHER, column.index)
    place = np.searchsorted(edges, column.astype(float), side="right")
    names = [f"below {edges[0]:g}", *(f"{a:g} to below {b:g}" for a, b in pairwise(edges)),
             f"{edges[-1]:g} or more"]  # fmt: skip
    return pd.Series([names[i] for i in place], column.index).where(column.notna())


def smallest_class(samples: pd.DataFrame, columns: Sequence[str]) -> int:
    """Count the samples of the rarest combination of columns.

    Examples
    --------
    >>> smallest_class(pd.DataFrame({"a": [1, 1, 2], "b": [1, 1, 1]}), ["a", "b"])
    1
    """
    if not columns:
        return len(samples)
    return int(samples[list(columns)].astype(str).value_counts().min())


def _shared(
    samples: pd.DataFrame, telling: list[str], keep: Sequence[str], k: int, said: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    kept = [name for name in samples if name in keep]
    while telling and smallest_class(samples, [*kept, *telling]) < k:
        gain = {
            name: smallest_class(samples, [*kept, *(n for n in telling if n != name)]) for name in telling
        }
        worst = max(telling, key=lambda name: (gain[name], samples[name].nunique(), name))
        telling.remove(worst)
        samples = samples.drop(columns=worst)
        said.append(f"{worst}: dropped, a combination with it was shared by fewer than {k} samples.")
    if kept and smallest_class(samples, kept) < k:
        n = smallest_class(samples, kept)
        word = "sample" if n == 1 else "samples"
        said.append(
            f"{', '.join(kept)}: kept because the run needs them; {n} {word} share their rarest combination."
        )
    return samples, said
