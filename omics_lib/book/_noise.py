"""What an executed cell shows that no reader can read: addresses, bare objects, missing values as code.

Chapters print what they mean to print; this is the net below them, for any study.
"""

from __future__ import annotations

import re
from typing import Any

# Pattern → what a reader sees instead. Functions and objects keep their name and lose their address.
_NOISE = (
    (r"(?:<|&lt;)function (\w+) at 0x[0-9a-f…]+(?:>|&gt;)", r"\1"),
    (r"(?:<|&lt;)function \w+\.\.\.x?[0-9a-f]*(?:>|&gt;)", "a function"),  # as scikit-learn cuts it short
    (r"(?:<|&lt;)(?:bound method )?(?:[\w.]+\.)?(\w+)(?: object)? at 0x[0-9a-f…]+(?:>|&gt;)", r"\1"),
    (r"\bat 0x[0-9a-f…]+", "at 0x…"),
)
_CELLS = (
    (r"(<td[^>]*>)\s*(?:NaN|nan|None|&lt;NA&gt;|NaT)?\s*(</td>)", r"\1–\2"),
    (r"(<td[^>]*>)\s*-(0(?:\.0+)?)\s*(</td>)", r"\1\2\3"),
)
_WITHOUT_ROWS = re.compile(r"<tbody>\s*</tbody>")
_BARE = re.compile(r"\s*<[\w.]+(?: object)?(?: at 0x[0-9a-f…]+)?>\s*")


def without_noise(text: str, *, is_html: bool) -> str:
    """Drop addresses from a text, and in tables write missing, blank and negative 0 values for readers."""
    for pattern, said in (*_NOISE, *(_CELLS if is_html else ())):
        text = re.sub(pattern, said, text)
    return text


def says_nothing(data: dict[str, Any]) -> bool:
    """Tell whether an output is an empty sentence, a table without rows, or a bare object."""
    if "text/markdown" in data:
        return not data["text/markdown"].strip()
    if "text/html" in data:
        one_table = data["text/html"].count("<table") == 1  # diagrams of estimators have many
        return one_table and bool(_WITHOUT_ROWS.search(data["text/html"]))
    return set(data) == {"text/plain"} and bool(_BARE.fullmatch(data["text/plain"]))


def drop_bare_objects(data: dict[str, Any]) -> None:
    """Drop the plain text of an object where a richer form of it stands beside it."""
    if len(data) > 1 and _BARE.fullmatch(data.get("text/plain", "")):
        del data["text/plain"]
