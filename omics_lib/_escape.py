"""Text that came from a study (names, levels, notes), made harmless for a page or a figure.

Such text is data: no letter of it may mean anything to Markdown, MyST, HTML or matplotlib, and none may
end a rendering. One function for each place where it is shown.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|$~&!^()])")
_LONGEST = 40


def plain(text: object) -> str:
    """Make text one printable line, for where no letter means anything, as in alternative texts."""
    return _one_line(text)


def _one_line(text: object) -> str:
    """Replace what cannot be printed, and line ends, by a blank."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split()) or "(blank)"


def md(text: object) -> str:
    r"""Escape text for Markdown, where it shows as it is.

    Examples
    --------
    >>> print(md("a_b <i> {{ 7*7 }} $x$"))
    a\_b \<i\> \{\{ 7\*7 \}\} \$x\$
    """
    return _MARKUP.sub(r"\\\1", _one_line(text))


def md_code(text: object) -> str:
    """Write text as a code span, whatever backticks it has.

    Examples
    --------
    >>> print(md_code("batch"), md_code("a`b"))
    `batch` `` a`b ``
    """
    line = _one_line(text)
    runs = [len(run) for run in re.findall(r"`+", line)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if runs else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def md_note(text: object) -> str:
    r"""Escape a sentence that holds names, all but its own code spans.

    Examples
    --------
    >>> print(md_note("level `a` of t_1"))
    level `a` of t\_1
    """
    parts = re.split(r"(`[^`]+`)", _one_line(text))
    return "".join(part if i % 2 else _MARKUP.sub(r"\\\1", part) for i, part in enumerate(parts))


def html(text: object) -> str:
    """Escape text for HTML, in an attribute too.

    Examples
    --------
    >>> print(html('<i> "a" & b'))
    &lt;i&gt; &quot;a&quot; &amp; b
    """
    return escape(_one_line(text))


def printable(text: str) -> str:
    r"""Replace what a terminal would act on (escape sequences, marks of direction) by `�`; lines stay lines.

    Examples
    --------
    >>> print(printable("a\x1b[31mb\u202ec"))
    a�[31mb�c
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" or "\ud800" <= c <= "\udfff" else "�" for c in text)


def in_figure(text: object, longest: int = _LONGEST) -> str:
    r"""Make text fit for a figure: one line, cut in its middle to `longest` letters, without mathematics.

    Examples
    --------
    >>> print(in_figure("_5$"))
     _5\$
    >>> in_figure("x" * 60, 11)
    'xxxxx…xxxxx'
    """
    line = _one_line(text)
    room = longest - 1
    if _width(line) > longest:
        head, tail = _cut(line, room - room // 2), _cut(line[::-1], room // 2)[::-1]
        line = f"{head}…{tail}"
    line = line.replace("$", r"\$")
    return f" {line}" if line.startswith("_") else line  # legends leave out what starts with one


def _width(text: str) -> int:
    """Count letters; wide ones, such as Chinese, take the room of two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str, room: int) -> str:
    while _width(text) > room:
        text = text[:-1]
    return text
