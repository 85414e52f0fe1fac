"""Heads of tables as readers expect them: one row of names, and no header cell that names nothing.

pandas writes the names of an index into a row of their own, beside blank cells that screen readers read.
"""

from __future__ import annotations

import re

_HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<th\b[^>]*>.*?</th>", re.DOTALL)
_BLANK = re.compile(r"<th\b[^>]*>(?:\s|&nbsp;|\u00a0)*</th>")


def with_plain_heads(html: str) -> str:
    """Write the names of an index beside those of the columns; blank header cells become plain ones.

    Examples
    --------
    >>> print(with_plain_heads("<thead><tr><th></th><th>n</th></tr><tr><th>gene</th><th></th></tr></thead>"))
    <thead><tr><th>gene</th><th>n</th></tr></thead>
    >>> print(with_plain_heads("<thead><tr><th></th><th>n</th></tr></thead>"))
    <thead><tr><td></td><th>n</th></tr></thead>
    """
    return _HEAD.sub(lambda head: _BLANK.sub("<td></td>", _one_row(head[0])), html)


def _one_row(head: str) -> str:
    """Join two rows of a head where each names what the other leaves blank."""
    rows = _ROW.findall(head)
    if len(rows) != 2:
        return head
    above, below = map(_CELL.findall, rows)
    pairs = list(zip(above, below, strict=False))
    if len(above) != len(below) or not all(_BLANK.fullmatch(a) or _BLANK.fullmatch(b) for a, b in pairs):
        return head
    cells = iter([b if _BLANK.fullmatch(a) else a for a, b in pairs])
    return head.replace(rows[1], "").replace(rows[0], _CELL.sub(lambda _: next(cells), rows[0]))
