"""What cells that are no numbers may be, and what to do about each kind of them."""

from __future__ import annotations

import json
import re

DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
COMMA_OR_WHOLE = re.compile(r"[-+]?(\d+|\d*,\d+)")
THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,]\d{3})+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[-/.][A-Za-z]{3}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_PLAIN = re.compile(r"[-+−]?[.,]?\d.*", re.DOTALL)
_BELOW = re.compile(r"<.*|below.*|[<(]?l?l?o[dq]\)?|b[l]?(oq|od|ql|dl)|bdl|bql|bld|blq", re.IGNORECASE)
_NOTHING = re.compile(r"[-.?*/]+|#.*|n[./]?[adfq]\.?|none|missing|not .*|trace|tr\.?", re.IGNORECASE)


def shortened(text: str) -> str:
    """Show a cell, cut after 40 letters."""
    text = text.strip() or text
    return text if len(text) <= 40 else text[:37] + "..."


def quoted(texts: list[str]) -> str:
    """List up to five spellings, and say how many more there are."""
    more = f" and {len(texts) - 5} more spellings" if len(texts) > 5 else ""
    return ", ".join(f'"{shortened(text)}"' for text in texts[:5]) + more


def is_missing_like(text: str) -> bool:
    """Tell whether a text is often written where nothing was measured."""
    return bool(_BELOW.fullmatch(text) or _NOTHING.fullmatch(text))


def is_word(text: str) -> bool:
    """Tell whether a text is neither nearly a number nor a date."""
    return not _PLAIN.fullmatch(text.strip())


def remedy(texts: list[str], decimal: str) -> str:
    """Say what to do about texts in number cells, one sentence for each kind that there is.

    Examples
    --------
    >>> remedy(["1,5"], ".")
    "If the comma is the decimal mark, give --set decimal=','."
    """
    dates = [text for text in texts if _DATE.fullmatch(text)]
    numbers = [text for text in texts if _PLAIN.fullmatch(text) and text not in dates]
    commas = [text for text in numbers if decimal == "." and DECIMAL_COMMA.fullmatch(text)]
    others = [text for text in numbers if text not in commas]
    words = [text for text in texts if text not in dates and text not in numbers]
    said = []
    if words:
        said.append(_of_words(words))
    if commas:
        said.append("If the comma is the decimal mark, give --set decimal=','.")
    if others or (commas and all(map(THOUSANDS.fullmatch, commas))):
        said.append("Write plain numbers: no marks between thousands, no units, no stars.")
    if dates:
        said.append("A spreadsheet took numbers for dates: format the cells as numbers, and type them again.")
    return " ".join(said)


def _of_words(words: list[str]) -> str:
    asked = json.dumps([text for text in words if len(text) <= 40][:5], ensure_ascii=False)
    said = (
        f"If {'it stands' if len(words) == 1 else 'they stand'} for missing, give --set 'na_values={asked}'"
    )
    said += "; else correct the cells." if len(words) <= 5 else ", or leave such cells blank."
    below = [text for text in words if _BELOW.fullmatch(text)]
    if below:
        said += (
            f' "{shortened(below[0])}" may be read as below the limit of detection: the value is then'
            " missing, and preprocessing imputes half of the smallest one."
        )
    return said
