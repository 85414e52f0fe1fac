"""Gene names that a spreadsheet turned into dates or numbers.

Excel reads MARCH1, SEPT2 and DEC1 as dates and 2310009E13 as a number; since then the symbols
have been renamed (Bruford and others 2020, doi:10.1038/s41588-020-0669-3), in tables they live on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from ..errors import first_few

_MONTHS = {
    3: ("mar", "march", "mars", "mrz", "mär", "märz", "marzo"),
    9: ("sep", "sept", "september", "septembre", "set"),
    10: ("oct", "okt", "october", "oktober", "octobre", "ott"),
    12: ("dec", "dez", "déc", "december", "dezember", "décembre", "dic"),
}
_MONTH = {word: month for month, words in _MONTHS.items() for word in words}
_DAY_MONTH = re.compile(r"X?(\d{1,2})[-. /]+([^\W\d_]{3,9})\.?(?:[-. /]+\d{2,4})?")
_MONTH_DAY = re.compile(r"([^\W\d_]{3,9})\.?[-. /]+(\d{1,2})")
_YEAR_FIRST = re.compile(r"X?\d{4}[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T][\d:.]+)?")
_YEAR_LAST = re.compile(r"X?(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})")
_MAY_BE_DATE = re.compile(r"[-. /]|\d{5}")
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d{1,3}")
_LAST_DAY = {3: 11, 9: 15, 10: 11, 12: 2}


def note_dates(names: Sequence[str], where: str) -> list[str]:
    """Say which gene names look as if a spreadsheet had changed them, and what they were.

    Examples
    --------
    >>> print(note_dates(["TP53", "1-Mar", "2-Sep"], "t.csv")[0])
    t.csv: 2 gene names look like dates that a spreadsheet made of symbols, kept as they are: 1-Mar (was
    MARCHF1 or MTARC1, once MARCH1 or MARC1), 2-Sep (was SEPTIN2, once SEPT2). No known pair finds
    them: put the symbols back where the table was made.
    """
    numbers = sum(name.replace(".", "", 1).isdigit() for name in names)
    serials = 10 * numbers < len(names)  # ids that are numbers are no dates
    dates = {name: was for name in names if (was := _symbol(name.strip(), serials))}
    floats = [name for name in names if _EXPONENT.fullmatch(name.strip())]
    notes = []
    if dates:
        listed = first_few((f"{name} (was {was})" for name, was in dates.items()), 10)
        notes.append(
            f"{where}: {len(dates)} gene names look like dates that a spreadsheet made of symbols, kept as "
            f"they are: {listed}. No known pair finds them: put the symbols back where the table was made."
        )
    if floats:
        notes.append(
            f"{where}: {len(floats)} gene names look like numbers that a spreadsheet made of identifiers "
            f"such as 2310009E13Rik, kept as they are: {first_few(floats)}."
        )
    return notes


def _symbol(name: str, serials: bool) -> str:
    """Return the symbols that a date may have been, or nothing."""
    found = [(month, day) for month, day in _dates(name, serials) if 1 <= day <= _LAST_DAY.get(month, 0)]
    return " or ".join(dict.fromkeys(_symbols(month, day) for month, day in found))


def _dates(name: str, serials: bool) -> list[tuple[int, int]]:
    """Return the months and days that a name may mean: 3/9/2022 is two."""
    if not _MAY_BE_DATE.search(name):  # as nearly all of 100,000 names are not
        return []
    if match := _DAY_MONTH.fullmatch(name):
        return [(_MONTH.get(match[2].casefold(), 0), int(match[1]))]
    if match := _MONTH_DAY.fullmatch(name):
        return [(_MONTH.get(match[1].casefold(), 0), int(match[2]))]
    if match := _YEAR_FIRST.fullmatch(name):
        return [(int(match[1]), int(match[2]))]
    if match := _YEAR_LAST.fullmatch(name):
        return [(int(match[1]), int(match[2])), (int(match[2]), int(match[1]))]
    if serials and re.fullmatch(r"(3[6-9]|4\d)\d{3}", name):
        day = date(1899, 12, 30) + timedelta(days=int(name))
        return [(day.month, day.day)]
    return []


def _symbols(month: int, number: int) -> str:
    if month == 3:
        also = (f" or MTARC{number}", f" or MARC{number}") if number <= 2 else ("", "")
        return f"MARCHF{number}{also[0]}, once MARCH{number}{also[1]}"
    if month == 9:
        return "SELENOF, once SEP15" if number == 15 else f"SEPTIN{number}, once SEPT{number}"
    if month == 10:
        return "POU5F1, also called OCT4" if number == 4 else f"an alias OCT{number}"
    return "DELEC1, once DEC1, or BHLHE40, also called DEC1" if number == 1 else "BHLHE41, also called DEC2"
