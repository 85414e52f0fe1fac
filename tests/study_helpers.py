"""What several tests of a study share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from omics_lib.errors import StudyError
from omics_lib.study import read_study

# Names that would act if anything took them for more than names: each would leave a mark in the page, a file
# in the working folder, or a formula, a link or a picture where a name should be.
_MARK = "document.title='MARKED'"
HOSTILE_NAMES = [
    "{{ cycler.__init__.__globals__.os.system('touch MARKED') }}",
    "{% for x in range(9) %}{{ x }}{% endfor %}",
    "{{ 7*7 }}",
    f"<script>{_MARK}</script>",
    f'<img src=x onerror="{_MARK}">',
    f"<svg onload={_MARK}>",
    f"</td></table><script>{_MARK}</script>",
    "x\n\n```{include} /etc/hostname\n```",
    f"x\n\n```{{raw}} html\n<script>{_MARK}</script>\n```",
    f"$\\href{{javascript:{_MARK}}}{{x}}$",
    *("$a$ and $b$", "$\\undefined{$", "[x](javascript:alert)", "![x](file:///etc/hostname)"),
    *("{download}`/etc/hostname`", "a|b", "``` ` ```", ":::{note}", "-->", "%%", "\u202egpj.exe"),
    *("\x1b[31mred\x1b]0;title\x07", "x" * 60, "W" * 60, "</style><style>@import 'x'</style>", "_leading"),
    *("a &lt;b&gt; c", "'; DROP TABLE x; --", "$(touch MARKED)", "`touch MARKED`", "=1+1", "\\"),
]


def edit(folder, name, change):
    """Change a table of a study folder through a DataFrame of text."""
    path = folder / f"{name}.csv"
    change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)


def write_pairs(folder, *rows, header="gene_id,metabolite_id"):
    (folder / "known_pairs.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def assert_same(one, other):
    pd.testing.assert_frame_equal(one.obs, other.obs)
    assert list(one.mod) == list(other.mod)
    for name in one.mod:
        np.testing.assert_array_equal(one.mod[name].X, other.mod[name].X)
        assert list(one.mod[name].var_names) == list(other.mod[name].var_names)
    if "known_pairs" in one.uns:
        pd.testing.assert_frame_equal(one.uns["known_pairs"], other.uns["known_pairs"])


def refused(folder, *parts, kind=StudyError, **parameters):
    with pytest.raises(kind) as caught:
        read_study(folder, parameters)
    for part in parts:
        assert part in str(caught.value)
