"""Names that differ only in how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_FILE = re.compile(
    r"(?:[._-]?(?:sorted\w*|aligned|dedup|markdup|out))*\.(?:bam|sam|cram)$"
    r"|\.(?:mzx?ml|mzdata|raw|wiff|cdf|fastq|fq)(?:\.gz)?(?: peak (?:area|height))?$"
)


def spelling(name: str) -> str:
    r"""Return what is left of a name without case, outer and repeated blanks and Unicode forms.

    Examples
    --------
    >>> spelling(" L-Alanine\u00a0") == spelling("l-alanine")
    True
    """
    text = name
    if not (name.isascii() and name.isprintable()):  # nearly all are, and there may be 100,000 of them
        text = unicodedata.normalize("NFKC", name)
        text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc"))
    return " ".join(text.split()).casefold()


def loose(name: str) -> str:
    """Return what is left of a sample id when spreadsheets, R and Python have written it.

    Besides `spelling`: leading zeros, the `X` and the `.` of R's make.names, other separators, a number
    with `.0`, the path and ending of a file of alignments, reads or spectra. Two numbers side by side stay
    apart.

    Examples
    --------
    >>> [loose(name) for name in ("X1A.1", "1A-1", "001", "1.0", "S 01", "1-12", "11-2", "bam/S7.sorted.bam")]
    ['1a1', '1a1', '1', '1', 's1', '1.12', '11.2', 's7']
    """
    text = spelling(name)
    if found := _FILE.search(text):
        text = re.split(r"[/\\]", text[: found.start()])[-1]
    text = re.sub(r"^x(?=[^a-z])", "", text)
    text = re.sub(r"^(\d+)\.0+$", r"\1", text)
    text = re.sub(r"(?<=\d)[\W_]+(?=\d)", ".", text)
    text = re.sub(r"[^\w.]|_|(?<!\d)\.|\.(?!\d)", "", text)
    text = re.sub(r"(?<!\d)0+(?=\d)", "", text)
    return text or spelling(name)


def shown_pairs(pairs: Iterable[tuple[str, str]], n: int = 5) -> str:
    r"""List pairs of names so that what differs can be seen, blanks and Unicode forms included.

    Examples
    --------
    >>> print(shown_pairs([("S1\u00a0", "S1"), ("1", "001")]))
    'S1\xa0' and 'S1', '1' and '001'
    """
    listed = list(pairs)
    texts = []
    for one, other in listed[:n]:
        alike = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
        show = ascii if alike else repr
        texts.append(f"{show(one)} and {show(other)}")
    more = len(listed) - n
    return ", ".join(texts) + (f" and {more} more" if more > 0 else "")
