"""Sentences on samples and names that stand out, in chapter 1."""

from __future__ import annotations

import pandas as pd

from .._escape import md, md_code
from .._words import count

_SHOWN = 10


def unusual_samples(found: pd.DataFrame, letters: str = "") -> str:
    """Name the samples that `unusual_samples` found, and the letters that no figure can show."""
    if not len(found):
        text = "No sample stands apart from the others by the size of its values."
    else:
        lines = [
            f"- {md_code(row.sample)} in {md(row.table)}: {_times(row.times)} the median sample"
            for row in found.head(_SHOWN).itertuples()
        ]
        more = f"\n- and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        text = (
            "**Apart from all others, by the size of their values:**\n\n" + "\n".join(lines) + more + "\n\n"
            "Look for a mistake of unit or dilution there, and correct it, or leave the sample out: one such sample "
            "can make every gene follow every metabolite, and training diverge."
        )
    if letters:
        text += (
            f"\n\nNames of this study have {count(len(letters), 'letter')} that no font here has, and that figures show as "
            f"boxes: {md(' '.join(letters[:20]))}. A font such as Noto Sans CJK is the remedy."
        )
    return text


def _times(times: float) -> str:
    if times >= 1:
        return f"{times:,.{0 if times >= 10 else 1}f} times"
    return f"1/{1 / times:,.0f} of" if times > 0 else "nothing but zeros, against"
